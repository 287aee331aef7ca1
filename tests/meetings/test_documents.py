"""The papers of a meeting as files of Word: their structure, their languages, what they say."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from docx.oxml.ns import qn

from app.core import clock
from app.core.bilingual import other
from app.core.database import writing
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import Publicity, State
from app.meetings import word
from app.meetings.models import Attendance, Disqualification, Meeting, OtherMatter
from app.meetings.states import Outcome, Part, Presence, RecordKind, Ruling
from tests.meetings.agendas import arranged, decided, matter, on_agenda
from tests.scoring.rounds import judge, open_round

AGENDA, RECORD = "agenda", "record"
TITLES = {
    (AGENDA, "fi"): "Esityslista 7/{year}",
    (AGENDA, "sv"): "Föredragningslista 7/{year}",
    (RECORD, "fi"): "Pöytäkirja 7/{year}",
    (RECORD, "sv"): "Protokoll 7/{year}",
}


@pytest.fixture
def meeting_id(app, actor) -> int:
    """Return a meeting of today whose matters have sections from 31 on."""
    meeting_id = arranged(actor("secretary"), 7)
    change(meeting_id, first_section=31)
    return meeting_id


def change(meeting_id: int, **given: object) -> None:
    with writing():
        meeting = db.session.get_one(Meeting, meeting_id)
        for name, value in given.items():
            setattr(meeting, name, value)


def address(meeting_id: int, kind: str, lang: str) -> str:
    return f"/meetings/{meeting_id}/{kind}-{lang}.docx"


def opened(client, meeting_id: int, kind: str, lang: str = "fi"):
    """Return a paper as python-docx reads it."""
    response = client.get(address(meeting_id, kind, lang))
    assert response.status_code == 200
    assert response.mimetype == word.CONTENT_TYPE
    return Document(BytesIO(response.data))


def text_of(document) -> str:
    """Return all that stands in a paper, in tables too."""
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


def headings(document) -> list[tuple[str, str]]:
    return [
        (each.style.name, each.text)
        for each in document.paragraphs
        if each.style.name == "Title" or each.style.name.startswith("Heading")
    ]


def all_of(meeting_id: int, actor) -> None:
    """Let a meeting have everything that a paper can show."""
    secretary = actor("secretary")
    first, _measure = on_agenda(secretary, meeting_id, cost_once=12_500, last_year=2027)
    second, _measure = on_agenda(secretary, meeting_id, name_sv="", problem_sv="")
    decided(secretary, second, Outcome.REJECT, "Liian kallis")
    with writing():
        people = {key: actor(key).user_id for key in ("chair", "member", "member2", "secretary")}
        rows = (
            ("chair", Part.CHAIR, Presence.PRESENT, {}),
            ("member", Part.MEMBER, Presence.ABSENT, {"remark": "matkoilla"}),
            ("member2", Part.MEMBER, Presence.PRESENT, {"deputy_for_id": people["member"]}),
            ("secretary", Part.SECRETARY, Presence.PRESENT, {}),
        )
        for key, part, presence, more in rows:
            row = {"user_id": people[key], "part": part, "presence": presence, **more}
            db.session.add(Attendance(meeting_id=meeting_id, **row))
        ruled = {"user_id": people["member2"], "ruling": Ruling.DISQUALIFIED}
        db.session.add(Disqualification(decision_id=first, reason="Oma hanke", **ruled))
        titles = {"title_fi": "Avaus", "title_sv": "Öppnande", "comes_first": True}
        db.session.add(OtherMatter(meeting_id=meeting_id, position=1, **titles))
        titles = {"title_fi": "Seuraava kokous", "outcome_fi": "Sovittiin joulukuulle."}
        db.session.add(OtherMatter(meeting_id=meeting_id, position=2, **titles))


@pytest.mark.parametrize("kind", [AGENDA, RECORD])
@pytest.mark.parametrize("lang", ["fi", "sv"])
def test_headings_styles_and_languages_tell_the_structure(
    client, sign_in, actor, meeting_id, kind, lang
) -> None:
    all_of(meeting_id, actor)
    sign_in(client, "member")
    document = opened(client, meeting_id, kind, lang)
    title = TITLES[kind, lang].format(year=clock.today().year)
    found = headings(document)
    assert found[0] == ("Title", title)
    assert [text for style, text in found if style == "Title"] == [title]
    level = 0
    for style, text in found[1:]:
        number = int(style.removeprefix("Heading "))
        assert number <= level + 1, text
        level = number
    about = document.core_properties
    assert (about.title, about.language) == (title, f"{lang}-FI")
    assert about.author == {"fi": "Porvoo", "sv": "Borgå"}[lang]
    default = document.styles.element.find(qn("w:docDefaults")).find(f".//{qn('w:lang')}")
    assert default.get(qn("w:val")) == f"{lang}-FI"
    # Space comes from styles, and a table says which row is its header.
    assert [each for each in document.paragraphs if not each.text.strip()] == []
    for table in document.tables:
        header = table.rows[0]._tr.trPr
        assert header.find(qn("w:tblHeader")) is not None
    fields = [each.get(qn("w:instr")) for each in document.sections[0].footer._element.iter()]
    assert [each for each in fields if each] == ["PAGE", "NUMPAGES"]


def test_what_is_in_the_other_language_alone_is_marked_and_says_so(
    client, sign_in, actor, meeting_id
) -> None:
    all_of(meeting_id, actor)
    sign_in(client, "member")
    for lang in ("fi", "sv"):
        document = opened(client, meeting_id, RECORD, lang)
        foreign = [
            run.text
            for paragraph in document.paragraphs
            for run in paragraph.runs
            for mark in run._r.iter(qn("w:lang"))
            if mark.get(qn("w:val")) == f"{other(lang)}-FI"
        ]
        marked = "endast på finska" if lang == "sv" else "vain ruotsiksi"
        assert bool(foreign) is (lang == "sv")
        assert (marked in text_of(document)) is (lang == "sv")
        if lang == "sv":
            assert "32\N{NO-BREAK SPACE}§" not in foreign[0]
            assert any("Seuraava kokous" in each for each in foreign)


def test_minutes_say_who_was_there_what_was_decided_and_who_took_no_part(
    client, sign_in, actor, meeting_id
) -> None:
    all_of(meeting_id, actor)
    sign_in(client, "secretary")
    document = opened(client, meeting_id, RECORD)
    text = text_of(document)
    for words in (
        *("Ei vielä hyväksytty", "Raatihuone", "matkoilla", "poissa", "varajäsen"),
        *("31\N{NO-BREAK SPACE}§ Asukas varaa ajan itse", "12\N{NO-BREAK SPACE}§ Asukas varaa"),
        *("Yksikkö: Kirjasto", "Teema: Palvelut", "12 500\N{NO-BREAK SPACE}€".replace(" ", "\xa0")),
        *("Vuodet: 2026–2027", "Miksi ajan voi varata vain soittamalla?"),
        *("Oma hanke", "Liian kallis", "Ei vielä päätetty", "Sovittiin joulukuulle."),
    ):
        assert words in text, words
    names = [heading for _style, heading in headings(document)]
    assert names.index("Avaus") < names.index("Seuraava kokous")
    change(meeting_id, minutes_approved_on=clock.today())
    assert "Ei vielä hyväksytty" not in text_of(opened(client, meeting_id, RECORD))
    change(meeting_id, record_kind=RecordKind.MEMO)
    assert headings(opened(client, meeting_id, RECORD))[0][1].startswith("Muistio")
    assert headings(opened(client, meeting_id, RECORD, "sv"))[0][1].startswith("Promemoria")


def test_an_agenda_tells_of_no_decision_and_of_nobody(client, sign_in, actor, meeting_id) -> None:
    all_of(meeting_id, actor)
    sign_in(client, "secretary")
    text = text_of(opened(client, meeting_id, AGENDA))
    assert "Asukas varaa ajan itse" in text
    for words in ("Liian kallis", "Oma hanke", "matkoilla", "Ei vielä"):
        assert words not in text


@pytest.mark.parametrize("kind", [AGENDA, RECORD])
def test_papers_are_passed_on_so_they_hold_no_scores(
    client, sign_in, actor, meeting_id, kind
) -> None:
    _decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    open_round(actor("secretary"))
    before = text_of(opened(sign_in(client, "secretary"), meeting_id, kind))
    for key, value in (("member", 1), ("member2", 5)):
        judge(actor(key), measure_id, value, comment=f"Arvio {value}")
    assert text_of(opened(client, meeting_id, kind)) == before


@pytest.mark.parametrize("kind", [AGENDA, RECORD])
def test_of_what_is_secret_a_paper_names_the_basis_alone(
    client, sign_in, actor, meeting_id, kind
) -> None:
    decision_id, _measure = on_agenda(
        actor("secretary"),
        meeting_id,
        publicity=Publicity.SECRET,
        secrecy_basis="JulkL 24 § 1 mom. 7 k",
    )
    with writing():
        row = {"user_id": actor("member").user_id, "ruling": Ruling.DISQUALIFIED}
        db.session.add(Disqualification(decision_id=decision_id, reason="Oma hanke", **row))
    decided(actor("secretary"), decision_id, Outcome.POSTPONE, "Turvasuunnitelma")
    response = sign_in(client, "secretary").get(address(meeting_id, kind, "fi"))
    with ZipFile(BytesIO(response.data)) as file:
        whole = "".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
    for words in ("JulkL 24 § 1 mom. 7 k", "Salassa pidettävä asia", "Porvoo, johtoryhmä"):
        assert words in whole
    for words in ("Asukas varaa", "soittamalla", "Turvasuunnitelma", "Oma hanke", "Kirjasto"):
        assert words not in whole, words
    assert ("siirsi toimenpiteen" in whole) is (kind == RECORD)


def test_what_is_undone_or_has_dropped_out_stands_in_no_paper(
    client, sign_in, actor, meeting_id
) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    sign_in(client, "secretary")
    with writing():
        db.session.get_one(Measure, measure_id).state = State.WITHDRAWN
    assert "Asioita ei ole." in text_of(opened(client, meeting_id, AGENDA))
    with writing():
        db.session.get_one(Measure, measure_id).state = State.IN_SCORING
    assert "Asukas varaa" in text_of(opened(client, meeting_id, AGENDA))
    decided(actor("secretary"), decision_id)
    with writing():
        matter(decision_id).undone_at = clock.now()
    assert "Asioita ei ole." in text_of(opened(client, meeting_id, RECORD))


def test_queries_do_not_grow_with_the_matters(
    client, sign_in, actor, meeting_id, query_counter
) -> None:
    sign_in(client, "secretary")
    counts = []
    for number in (1, 3):
        for _more in range(number - len(counts)):
            on_agenda(actor("secretary"), meeting_id)
        with query_counter() as statements:
            client.get(address(meeting_id, RECORD, "fi"))
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("lang", ["en", "FI", "x", "fi.docx"])
def test_there_are_no_papers_in_other_languages(client, sign_in, meeting_id, lang) -> None:
    sign_in(client, "secretary")
    assert client.get(address(meeting_id, AGENDA, lang)).status_code == 404


def test_without_the_package_the_page_says_why(client, sign_in, meeting_id, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "docx", None)
    sign_in(client, "secretary")
    assert client.get(address(meeting_id, AGENDA, "fi")).status_code == 409
