"""The record of all changes: who reads it, what it shows, and what it may not show."""

import json

import pytest
from sqlalchemy import select

from app.accounts import erasure
from app.accounts.models import RoleGrant, Unit, User
from app.accounts.operations import INSTALLER
from app.audit.models import Event
from app.audit.tags import Kind, Tag
from app.audit.verification import head
from app.core import clock
from app.core.database import writing
from app.core.policy import Actor, Role
from app.extensions import db
from app.measures import operations as measures
from app.measures.states import Publicity, Size, State
from app.organisation import operations as organisation
from tests.client import HTMX, LintingClient, sign_in_as
from tests.history.logs import Entry, happen, happen_at, many, read
from tests.html import document_of, elements, text_of
from tests.measures.proposals import fresh, saved
from tests.scoring.rounds import judge, open_round


@pytest.fixture
def reader(client: LintingClient) -> LintingClient:
    """Return a client in which the administrator is signed in."""
    return sign_in_as(client, "administrator")


def log(client: LintingClient, query: str = "") -> list[Entry]:
    return read(client.get(f"/record?lang=fi&{query}"))


def chips(client: LintingClient, query: str) -> list[str]:
    root = document_of(client.get(f"/record?lang=fi&{query}")).root
    return [text_of(each) for each in elements(root, "a") if each.get("class") == "chip"]


def edit_unit(actor: Actor, **names: str) -> int:
    with writing():
        unit = db.session.scalars(select(Unit).where(Unit.key == "library")).one()
        given = {"name_fi": unit.name_fi, "name_sv": unit.name_sv, **names}
        organisation.edit_unit(unit, unit.version, actor, parent_id=unit.parent_id, **given)
        return unit.id


@pytest.mark.parametrize(
    ("person", "code"),
    [("administrator", 200), ("secretary", 403), ("chair", 403), ("viewer", 403), ("", 302)],
)
@pytest.mark.parametrize("page", ["/record", "/record.csv"])
def test_the_record_is_for_administrators(client, person: str, page: str, code: int) -> None:
    if person:
        sign_in_as(client, person)
    assert client.get(page).status_code == code


def test_the_newest_event_comes_first(reader, actor) -> None:
    happen(Tag.EXPORTED, actor("secretary"), Kind.RECORD)
    happen(Tag.DATA_DOWNLOADED, actor("member"), Kind.PERSON, actor("member").user_id)
    first, second = log(reader)[:2]
    assert first.text == f"Matti Malli omat tiedot ladattu nro {head().number}"
    assert second.text.startswith("Saara Sepite tapahtumaloki viety tiedostoon")


def test_an_event_shows_what_it_was_before_and_is_now(reader, actor) -> None:
    edit_unit(actor("administrator"), name_fi="Kirjastopalvelut")
    entry = log(reader, "tag=unit_edited")[0]
    assert entry.changes == {"Nimi (suomeksi)": "ennen: Kirjasto → nyt: Kirjastopalvelut"}
    assert [each.tag for each in entry.element.iter() if each.tag in {"ins", "del"}] == [
        "del",
        "ins",
    ]


def test_a_long_text_shows_the_words_that_changed(reader, actor) -> None:
    measure_id = saved(State.APPROVED, publicity=Publicity.PUBLIC)
    long = "Miksi ajan voi varata vain soittamalla arkisin kello yhdeksän ja kymmenen välillä?"
    with writing():
        measures.change(fresh(measure_id), INSTALLER, problem_fi=long)
        measures.change(fresh(measure_id), INSTALLER, problem_fi=long.replace("arkisin", "joskus"))
    change = log(reader, "tag=measure_edited")[0].changes
    assert list(change) == ["Ongelma, jonka toimenpide ratkaisee (suomeksi)"]
    assert "soittamalla [poistettu: arkisin ][lisätty: joskus ]kello" in next(iter(change.values()))


def test_an_added_thing_shows_what_it_was_given(reader, actor) -> None:
    with writing():
        organisation.add_unit("music", "Musiikki", "Musik", actor("administrator"), "services")
    entry = log(reader, "tag=unit_added")[0]
    assert entry.changes["Kuuluu yksikköön"] == "Palvelut"
    assert entry.changes["Nimi (suomeksi)"] == "Musiikki"
    assert entry.changes["Poistettu käytöstä"] == "ei"


def test_empty_zero_and_not_given_differ(reader, actor) -> None:
    before = {"cost_once": None, "cost_yearly": 0, "partners": "", "retired": False}
    after = {"cost_once": 0, "cost_yearly": None, "partners": "x", "retired": True}
    happen(Tag.UNIT_EDITED, actor("administrator"), Kind.UNIT, 1, before=before, after=after)
    assert log(reader)[0].changes == {
        "Arvioitu kertakustannus": "ennen: ei annettu → nyt: 0 €",
        "Arvioitu vuosikustannus": "ennen: 0 € → nyt: ei annettu",
        "Kumppanit": "ennen: tyhjä → nyt: x",
        "Poistettu käytöstä": "ennen: ei → nyt: kyllä",
    }


def test_what_stayed_says_of_what_the_event_is(reader, actor) -> None:
    before, after = {"year": 2026, "number": 1}, {"year": 2026, "number": 2}
    happen(Tag.ITEM_CHANGED, actor("secretary"), Kind.ROADMAP, 1, before=before, after=after)
    assert log(reader)[0].changes == {"Vuosi": "2026", "Numero": "ennen: 1 → nyt: 2"}


def test_times_are_those_of_a_clock_in_finland(reader) -> None:
    happen_at("2026-07-01T21:30:05", Tag.EXPORTED, Kind.RECORD)
    entry = log(reader)[0]
    assert (entry.day, entry.time) == ("torstai 2.7.2026", "00.30.05")
    assert entry.text.startswith("kirjautumaton")


def test_a_day_is_one_in_finland(reader) -> None:
    numbers = [
        happen_at(moment, Tag.EXPORTED, Kind.RECORD)
        for moment in (
            "2026-06-30T20:59:59",
            "2026-06-30T21:00:00",
            "2026-07-01T20:59:59",
            "2026-07-01T21:00:00",
        )
    ]
    found = [entry.text.split()[-1] for entry in log(reader, "from=2026-07-01&to=2026-07-01")]
    assert found == [str(numbers[2]), str(numbers[1])]
    assert chips(reader, "from=2026-07-01&to=2026-07-01") == [
        "Poista rajaus: 1.7.2026 alkaen",
        "Poista rajaus: 1.7.2026 asti",
    ]


def test_a_command_is_shown_as_one(reader) -> None:
    entry = log(reader, "tag=unit_added")[0]
    assert [code.text for code in entry.element.iter("code")] == ["flask init"]


def test_somebody_erased_has_no_name_and_no_values(reader, actor) -> None:
    leaving, administrator = actor("member3"), actor("administrator")
    happen(Tag.EXPORTED, leaving, Kind.RECORD, after={"who": "jotain"})
    with writing():
        user = db.session.get_one(User, leaving.user_id)
        user.disabled_on = clock.today()
        erasure.erase(user, administrator)
    entries = log(reader, f"person={leaving.user_id}")
    exported = next(entry for entry in entries if "viety tiedostoon" in entry.text)
    assert exported.text.startswith("poistettu henkilö")
    added = next(entry for entry in entries if "henkilö lisätty" in entry.text)
    assert "Muutoksen sisältö on poistettu." in added.text
    page = reader.get(f"/record?person={leaving.user_id}").text
    assert "Mikko" not in page


def test_a_thing_is_named_and_linked_where_the_reader_may_open_it(reader, actor) -> None:
    unit_id = edit_unit(actor("administrator"), name_fi="Uusi nimi")
    (link,) = [a for a in log(reader)[0].element.iter("a") if text_of(a) == "Uusi nimi"]
    assert link.get("href") == f"/units/{unit_id}"
    open_round(actor("secretary"))
    texts = [text_of(a) for a in log(reader, "tag=round_opened")[0].element.iter("a")]
    assert texts == ["Saara Sepite"]


@pytest.mark.parametrize(
    ("query", "expected", "chip"),
    [
        ("who=sepite", {"Saara Sepite"}, "Tekijä: sepite"),
        ("who=SAARA+sep", {"Saara Sepite"}, "Tekijä: SAARA sep"),
        ("who=board-sec", {"Björn Påhitt"}, "Tekijä: board-sec"),
        ("who=PÅHITT", {"Björn Påhitt"}, "Tekijä: PÅHITT"),
        ("who=FLASK", {"flask init"}, "Tekijä: FLASK"),
        ("who=%25", set(), "Tekijä: %"),
        ("who=nobody", set(), "Tekijä: nobody"),
        ("tag=exported", {"Saara Sepite"}, "tapahtumaloki viety tiedostoon"),
        ("kind=record", {"Saara Sepite"}, "Kohde: tapahtumaloki"),
        ("kind=unit&id=3", {"flask init"}, "yksikkö: Kirjasto"),
        ("kind=unit&id=999999", set(), "yksikkö: nro 999999"),
    ],
)
def test_filters(client, actor, query: str, expected: set[str], chip: str) -> None:
    happen(Tag.EXPORTED, actor("secretary"), Kind.RECORD)
    happen(Tag.DATES_SET, actor("board-secretary"), Kind.ROADMAP, 1)
    sign_in_as(client, "administrator")
    found = log(client, query)
    who = {text_of(entry.element.find(".//p")[0]) for entry in found}  # type: ignore[index]
    assert who == expected
    assert chips(client, query) == [f"Poista rajaus: {chip}"]


def test_events_by_and_about_a_person(reader, actor) -> None:
    member = actor("member")
    by = happen(Tag.EXPORTED, member, Kind.RECORD)
    of = happen(Tag.SESSIONS_ENDED, actor("administrator"), Kind.PERSON, member.user_id)
    about = happen(
        Tag.POST_EDITED,
        actor("administrator"),
        Kind.POST,
        1,
        after={"holder_id": member.user_id},
        person_id=member.user_id,
    )
    other = happen(Tag.EXPORTED, actor("member2"), Kind.RECORD)
    found = {entry.text.split()[-1] for entry in log(reader, f"person={member.user_id}")}
    assert {str(number) for number in (by, of, about)} <= found
    assert str(other) not in found
    assert chips(reader, f"person={member.user_id}") == [
        "Poista rajaus: Tekijä tai kohde: Matti Malli"
    ]


def test_filters_go_together_and_each_can_be_taken_off(reader, actor) -> None:
    happen(Tag.EXPORTED, actor("secretary"), Kind.RECORD)
    page = reader.get("/record?who=saara&tag=exported&kind=record&lang=fi")
    assert len(read(page)) == 1
    addresses = [
        each.get("href")
        for each in elements(document_of(page).root, "a")
        if each.get("class") == "chip"
    ]
    assert addresses == [
        "/record?kind=record&tag=exported&lang=fi",
        "/record?who=saara&tag=exported&lang=fi",
        "/record?who=saara&kind=record&lang=fi",
    ]


@pytest.mark.parametrize(
    "query",
    [
        "tag=no-such-tag",
        "kind=no-such-kind",
        "id=7",
        "kind=unit&id=x",
        "kind=unit&id=99999999999999999999",
        "person=-1",
        "person=²",
        "from=2.12.2025",
        "from=0001-01-01",
        "from=2026-02-02&to=2026-02-01",
        "page=0",
        "page=x",
    ],
)
def test_nonsense_in_the_address_is_left_out_and_named(reader, query: str) -> None:
    page = reader.get(f"/record?{query}&lang=fi")
    assert "Osoitteessa on valintoja, joita ei ole." in page.text
    assert len(read(page)) > 1


def test_markup_in_the_address_and_in_values_is_text(reader, actor) -> None:
    mark = "<script>alert(1)</script>"
    happen(Tag.EXPORTED, actor("administrator"), Kind.RECORD, after={mark: mark, "from": mark})
    page = reader.get(f"/record?who={mark}&tag={mark}")
    assert mark not in page.text
    assert mark not in reader.get("/record").text


def test_the_form_keeps_what_was_chosen(reader, actor) -> None:
    query = f"person={actor('member').user_id}&who=matti&kind=record&from=2026-01-01"
    response = reader.submit(f"/record?{query}", {"tag": "exported"}, action="/record")
    assert response.request.args.to_dict() == {
        "person": str(actor("member").user_id),
        "who": "matti",
        "kind": "record",
        "id": "",
        "tag": "exported",
        "from": "2026-01-01",
        "to": "",
    }


def test_pages_of_fifty(reader, actor) -> None:
    many(120, Tag.EXPORTED, Kind.RECORD, 1, actor("member").user_id, json.dumps({"count": 1}))
    numbers = [
        int(entry.text.rpartition("nro ")[2].split()[0])
        for page in (1, 2, 3)
        for entry in log(reader, f"tag=exported&page={page}")
    ]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 120
    far = reader.get("/record?tag=exported&page=99")
    assert far.location == "/record?tag=exported&page=3"


def test_a_fragment_has_the_same_address(reader, actor) -> None:
    response = reader.get("/record?tag=no-such-tag&kind=unit", headers=HTMX)
    assert response.headers["HX-Push-Url"] == "/record?kind=unit"
    assert "<!DOCTYPE" not in response.text
    assert 'id="announcer"' in response.text
    assert read(response)


def test_the_head_of_the_record_is_shown(reader) -> None:
    text = text_of(document_of(reader.get("/record?lang=fi")).root)
    assert f"nro {head().number}" in text
    assert head().digest in text
    assert "flask audit verify" in text


SECRET = "Kybertorjunnan tilannehuone"


def test_a_secret_measure_has_no_name_in_the_record(reader, actor) -> None:
    measure_id = saved(
        State.APPROVED, name_fi=SECRET, publicity=Publicity.SECRET, secrecy_basis="JulkL 24 §"
    )
    with writing():
        measures.change(fresh(measure_id), actor("secretary"), description_fi=SECRET)
    happen(
        Tag.MEETING_ARRANGED, actor("secretary"), Kind.MEETING, 1, after={"measure_id": measure_id}
    )
    page = reader.get("/record?lang=fi")
    assert SECRET not in page.text
    for entry in read(page)[:3]:
        assert "sinulla ei ole oikeutta lukea toimenpidettä" in entry.text
        assert entry.changes == {}
    assert f"toimenpide (nro {measure_id})" in page.text
    assert chips(reader, f"kind=measure&id={measure_id}") == [
        f"Poista rajaus: toimenpide: toimenpide (nro {measure_id})"
    ]


def test_what_was_secret_or_a_draft_stays_so_in_the_record(reader, actor) -> None:
    measure_id = saved(description_fi="Luonnoksen salaisuus")
    secretary = actor("secretary")
    with writing():
        measure = fresh(measure_id)
        measures.change(measure, secretary, description_fi="Toinen luonnos")
        measures.move(measure, "submit", actor("proposer"))
        basis = {"publicity": Publicity.SECRET, "secrecy_basis": "JulkL 24 §"}
        measures.change(measure, secretary, **basis)
        measures.change(measure, secretary, description_fi="Salainen teksti")
        measures.change(measure, secretary, description_fi="Julkinen teksti")
        measures.change(measure, secretary, publicity=Publicity.PUBLIC, secrecy_basis="")
        measure.state = State.APPROVED
        measures.change(measure, secretary, impact=Size.L)
    page = reader.get(f"/record?kind=measure&id={measure_id}&lang=fi")
    for secret in ("salaisuus", "Toinen luonnos", "Salainen teksti", "Julkinen teksti", "JulkL"):
        assert secret not in page.text
    newest, opened, *_edits, move, _draft, _added = read(page)
    assert newest.changes["Vaikuttavuus"] == "ennen: M – keskisuuri → nyt: L – suuri"
    assert "salassa pidettävä" in opened.text
    assert move.changes == {"Tila": "ennen: luonnos → nyt: jätetty"}


def test_reviews_are_shown_without_what_they_say(reader, actor) -> None:
    open_round(actor("secretary"))
    measure_id = saved(State.IN_SCORING)
    judge(actor("member"), measure_id, 5, comment="Erittäin hyvä ajatus")
    page = reader.get("/record?tag=review_saved&lang=fi")
    assert "Erittäin hyvä ajatus" not in page.text
    (entry,) = read(page)
    assert "Arvioiden sisältöä ei näytetä täällä." in entry.text


def test_an_administrator_who_scores_is_blind_too(client, actor) -> None:
    open_round(actor("secretary"))
    measure_id = saved(State.IN_SCORING)
    judge(actor("member"), measure_id, 5)
    with writing():
        user = db.session.get_one(User, actor("member2").user_id)
        user.roles.append(RoleGrant(role=Role.ADMINISTRATOR))
    sign_in_as(client, "member2")
    assert log(client, "tag=review_saved") == []
    judge(actor("member2"), measure_id, 1)
    assert len(log(client, "tag=review_saved")) == 2


def test_the_number_of_queries_is_that_of_one_event(reader, actor, query_counter) -> None:
    measure_id = saved(State.APPROVED, publicity=Publicity.PUBLIC)
    after = json.dumps({"unit_id": 1, "lead_post_id": 1, "theme_id": 1, "source_id": 1})
    counts = []
    for count in (1, 2, 997):
        secretary = actor("secretary").user_id
        many(count, Tag.MEASURE_EDITED, Kind.MEASURE, measure_id, secretary, after)
        with query_counter() as statements:
            log(reader, "tag=measure_edited")
        counts.append(len(statements))
    assert len(set(counts)) == 1, counts


def test_reading_the_record_writes_nothing(reader) -> None:
    before = head()
    reader.get("/record?who=x&page=1")
    assert head() == before
    assert db.session.scalars(select(Event.id).order_by(Event.id.desc())).first() == before.number
