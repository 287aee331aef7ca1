"""The page of a measure: what became of it, where it stands, what has changed, for each reader."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.operations import INSTALLER
from app.core import clock
from app.core.database import writing
from app.core.i18n import format_date
from app.extensions import db
from app.followup.operations import report_status
from app.followup.states import Precision, Status
from app.measures import operations
from app.measures.models import Measure, Step
from app.measures.states import Publicity, State
from app.meetings.deciding import undo
from app.meetings.models import Decision
from app.meetings.states import Outcome
from app.programmes.models import Roadmap, Theme
from app.programmes.states import Phase
from app.vocabulary.states import Kind
from tests.client import LintingClient, sign_in_as
from tests.html import classes_of, document_of, elements, text_of
from tests.measures.proposals import fresh, saved, value_id
from tests.meetings.agendas import added, arranged, decided, matter
from tests.roadmaps import drafts
from tests.scoring.rounds import open_round

REASON = "Paljonko se maksaa?"


@pytest.fixture
def as_person(app):
    """Return what gives a client of a person; nobody is signed in on that of an empty key."""

    def sign_in(key: str) -> LintingClient:
        client = app.test_client()
        return sign_in_as(client, key) if key else client

    return sign_in


@pytest.fixture
def move(actor):
    """Return what makes a transition in a transaction of its own."""

    def make(measure_id: int, name: str, key: str = "secretary", reason: str = "", **given) -> None:
        with writing():
            operations.move(fresh(measure_id), name, actor(key), reason, **given)

    return make


@pytest.fixture
def edit(actor):
    """Return what edits a proposal as the secretary or somebody else."""

    def change(measure_id: int, key: str = "secretary", **fields) -> None:
        with writing():
            measure = fresh(measure_id)
            operations.edit_proposal(measure, measure.version, fields, actor(key))

    return change


def happenings(client, measure_id: int) -> list[str]:
    """Return the lines of the timeline, the newest first."""
    root = document_of(client.get(f"/measures/{measure_id}?lang=fi")).root
    return [
        text_of(line)
        for each in elements(root, "ol")
        if "timeline" in classes_of(each)
        for line in each
    ]


def tags(client, measure_id: int) -> list[str]:
    """Return what happened, in the words of its tags, the newest first."""
    root = document_of(client.get(f"/measures/{measure_id}?lang=fi")).root
    return [
        text_of(tag)
        for each in elements(root, "ol")
        if "timeline" in classes_of(each)
        for tag in elements(each, "span")
        if "tag" in classes_of(tag)
    ]


def standing(client, measure_id: int) -> str:
    """Return what the page says of where the proposal stands; empty when it says nothing."""
    root = document_of(client.get(f"/measures/{measure_id}?lang=fi")).root
    found = [each for each in elements(root, "div") if "standing" in classes_of(each)]
    return " ".join(
        text_of(each)
        for box in found
        for each in elements(box, "div")
        if "notice" in classes_of(each)
    )


def set_dates(year: int = 2026, **days: date | None) -> None:
    with writing():
        db.session.execute(update(Roadmap).where(Roadmap.year == year).values(**days))


def theme_id(code: str) -> int:
    return db.session.scalars(select(Theme.id).where(Theme.code == code)).one()


def a_long_way(actor, move, edit) -> int:
    """Return a proposal that was returned, completed, edited, decided on, undone and decided on."""
    measure_id = saved()
    move(measure_id, "submit", "proposer")
    move(measure_id, "return", reason=REASON, concerned=["cost_once"])
    edit(measure_id, "proposer", cost_once=500)
    move(measure_id, "submit", "proposer")
    edit(measure_id, level_id=value_id(Kind.LEVEL, "unit"))
    move(measure_id, "open_scoring")
    saara = actor("secretary")
    meeting_id = arranged(saara)
    decision_id = added(saara, meeting_id, measure_id)
    decided(saara, decision_id, Outcome.POSTPONE, "Ensi vuonna")
    with writing():
        undo(matter(decision_id), "Kirjattiin väärin", saara)
    # What is undone stands on the same agenda again.
    again = select(Decision.id).where(
        Decision.measure_id == measure_id, Decision.undone_at.is_(None)
    )
    decided(saara, db.session.scalars(again).one(), Outcome.REJECT, "Ei rahaa")
    return measure_id


def test_what_became_of_a_proposal_newest_first(as_person, actor, move, edit) -> None:
    measure_id = a_long_way(actor, move, edit)
    ella = as_person("proposer")
    assert tags(ella, measure_id) == [
        "hylätty",
        "päätös kumottu",
        "siirretty myöhemmäksi",
        "otettu pisteytettäväksi",
        "muokattu",
        "jätetty uudelleen",
        "palautettu täydennettäväksi",
        "jätetty",
    ]
    lines = happenings(ella, measure_id)
    assert "Ei rahaa" in lines[0]
    assert "12 §" in lines[0]
    assert "Kirjattiin väärin" in lines[1]
    assert "kumottu" in lines[2]
    assert "Saara Sepite" in lines[4]
    assert lines[4].endswith("Taso")
    assert REASON in lines[6]
    assert "Arvioitu kertakustannus" in lines[6]


def test_who_reads_what_of_it(as_person, actor, move, edit) -> None:
    measure_id = a_long_way(actor, move, edit)
    whole = tags(as_person("proposer"), measure_id)
    assert [tags(as_person(key), measure_id) for key in ("member", "secretary")] == [whole] * 2
    with writing():
        measure = fresh(measure_id)
        measure.state = State.APPROVED
        measure.publicity = Publicity.PUBLIC
    # What all may know: the decision that stands, and no handling.
    for key in ("", "viewer", "proposer2", "administrator"):
        client = as_person(key)
        assert tags(client, measure_id) == ["hylätty"]
        assert standing(client, measure_id) == ""
        text = client.get(f"/measures/{measure_id}").text
        for hidden in (REASON, "Kirjattiin väärin", "Ensi vuonna", "Saara", "Ella"):
            assert hidden not in text


def test_reports_and_decisions_of_the_board_are_for_all(as_person, actor) -> None:
    (measure_id,) = drafts.drafted(actor("secretary"))
    with writing():
        report_status(measure_id, Status.STARTED, date(2020, 5, 31), Precision.MONTH, INSTALLER)
        report_status(measure_id, Status.DONE, date(2021, 6, 15), Precision.DAY, INSTALLER)
    drafts.move("propose_to_board", actor("chair"))
    drafts.board_decides(actor("board-secretary"))
    public = ["hyväksytty", "tehty", "aloitettu"]
    assert tags(as_person(""), measure_id) == public
    assert happenings(as_person(""), measure_id)[2].startswith("5/2020")
    # The board decided yesterday, by its minutes; what led to it was recorded today.
    handling = ["esitetty kaupunginhallitukselle", "otettu tiekartalle"]
    assert tags(as_person("secretary"), measure_id) == handling + public


def test_the_one_who_began_it_stands_at_the_beginning(as_person) -> None:
    ella = as_person("proposer")
    ella.submit("/proposals/new", {"name_fi": "Alku"}, button="save")
    measure_id = db.session.scalars(select(Measure.id)).one()
    (line,) = happenings(ella, measure_id)
    assert "luonnos aloitettu" in line
    assert "Ella Esimerkki" in line


def test_of_somebody_who_was_erased_no_name_is_left(as_person, actor, move) -> None:
    measure_id = saved()
    move(measure_id, "submit", "proposer")
    with writing():
        db.session.execute(update(Step).values(actor_id=None))
    (line,) = happenings(as_person("secretary"), measure_id)
    assert line.endswith("jätetty")


STANDING = {
    State.DRAFT: "Tämä on luonnos",
    State.SUBMITTED: "Seuraavaksi sihteeri tarkistaa",
    State.RETURNED: "palauttanut ehdotuksen täydennettäväksi",
    State.IN_SCORING: "Johtoryhmä pisteyttää",
    State.APPROVED: "Johtoryhmä on hyväksynyt",
    State.POSTPONED: "siirtänyt ehdotuksen myöhemmäksi",
    State.REJECTED: "Johtoryhmä on hylännyt",
    State.WITHDRAWN: "peruuttanut ehdotuksen",
    State.MERGED: "yhdistetty",
}


@pytest.mark.parametrize("state", State)
def test_where_it_stands_in_every_state(as_person, state: State) -> None:
    assert STANDING[state] in standing(as_person("proposer"), saved(state))


def test_when_it_is_scored_and_decided(as_person, actor, move) -> None:
    saara, ella = actor("secretary"), as_person("proposer")
    today = clock.today()
    open_round(saara, last=5)
    measure_id = saved(State.IN_SCORING)
    last = format_date(today + timedelta(days=5))
    assert f"pisteyttää ehdotusta {last} asti" in standing(ella, measure_id)
    # A meeting before the end of the scoring is not the one that decides.
    arranged(saara, number=1, days=3)
    assert "seuraava kokous" not in standing(ella, measure_id)
    meeting_id = arranged(saara, number=2, days=9)
    day = format_date(today + timedelta(days=9))
    assert f"seuraava kokous on {day}" in standing(ella, measure_id)
    added(saara, meeting_id, measure_id)
    assert f"kokouksen {day} esityslistalla" in standing(ella, measure_id)


@pytest.mark.parametrize("state", [State.DRAFT, State.RETURNED, State.SUBMITTED])
def test_until_when_proposals_are_collected(as_person, state: State) -> None:
    ella, measure_id, today = as_person("proposer"), saved(state), clock.today()
    for days, says in ((0, "kerätään"), (-1, "viimeinen ehdotuspäivä oli")):
        day = today + timedelta(days=days)
        set_dates(submit_by=day)
        assert says in standing(ella, measure_id)
        assert format_date(day) in standing(ella, measure_id)
    set_dates(submit_by=None)
    assert "2026" not in standing(ella, measure_id)


def test_a_rejection_tells_the_next_chance(as_person, actor, move, edit) -> None:
    measure_id = a_long_way(actor, move, edit)
    ella = as_person("proposer")
    day = clock.today() + timedelta(days=30)
    set_dates(submit_by=day)
    text = standing(ella, measure_id)
    assert "Ei rahaa" in text
    assert f"vuoden 2026 tiekarttaan: ehdotuksia kerätään {format_date(day)} asti" in text
    assert "Sihteeri voi myös avata" in text
    # The collecting is over, and none is planned; then one is, without its last day.
    set_dates(submit_by=clock.today() - timedelta(days=1))
    assert "Ei ole vielä päätetty" in standing(ella, measure_id)
    set_dates(phase=Phase.PLANNED, submit_by=None)
    assert "Viimeistä ehdotuspäivää ei ole" in standing(ella, measure_id)


def test_what_changed_since_it_was_returned(as_person, actor, move, edit) -> None:
    measure_id = saved(description_fi="Aika varataan verkossa ja se vahvistetaan heti viestillä.")
    move(measure_id, "submit", "proposer")
    move(measure_id, "return", reason=REASON)
    # What was changed in an earlier round is no change of this one.
    edit(measure_id, "proposer", cost_yearly=100)
    move(measure_id, "submit", "proposer")
    assert "täydennetty" in text_of(
        document_of(as_person("member").get(f"/measures/{measure_id}")).root
    )
    move(measure_id, "return", reason=REASON)
    edit(
        measure_id,
        "proposer",
        cost_once=500,
        theme_id=theme_id("B"),
        description_fi="Aika varataan verkossa tai puhelimella, ja se vahvistetaan heti viestillä.",
    )
    move(measure_id, "submit", "proposer")
    edit(measure_id, level_id=value_id(Kind.LEVEL, "unit"), cost_class=None)
    for key in ("proposer", "member", "secretary"):
        root = document_of(as_person(key).get(f"/measures/{measure_id}?lang=fi")).root
        (table,) = [each for each in elements(root, "dl") if "changes" in classes_of(each)]
        assert [text_of(each) for each in elements(table, "dt")] == [
            "Kuvaus (suomeksi)",
            "Arvioitu kertakustannus",
            "Teema",
        ]
        words = [text_of(each) for each in elements(table, "ins", "del")]
        assert any("puhelimella" in each for each in words)
        assert not any("vahvistetaan" in each for each in words)
        marked = [text_of(each) for each in elements(root, "dt", "h2") if _is_marked(each)]
        assert marked == [
            "Kuvaus täydennetty",
            "Kustannusluokka muokattu",
            "Arvioitu kertakustannus täydennetty",
            "Taso muokattu",
            "Teema täydennetty",
        ]


def _is_marked(element) -> bool:
    return any("badge" in classes_of(each) for each in elements(element, "span"))


def test_nothing_is_marked_where_nothing_was_returned(as_person, move, edit) -> None:
    measure_id = saved()
    move(measure_id, "submit", "proposer")
    page = as_person("secretary").get(f"/measures/{measure_id}")
    assert "täydennetty" not in page.text
    assert 'class="changes"' not in page.text


def test_edits_of_one_day_are_one_step(as_person, actor, move, edit) -> None:
    measure_id = saved()
    move(measure_id, "submit", "proposer")
    edit(measure_id, cost_class=None)
    edit(measure_id, name_sv="Nytt namn")
    saara = as_person("secretary")
    assert tags(saara, measure_id)[0] == "muokattu"
    assert tags(saara, measure_id).count("muokattu") == 1
    assert happenings(saara, measure_id)[0].endswith("Kustannusluokka")
    # Those of another day, or of another person, are their own.
    with writing():
        db.session.execute(
            update(Step)
            .where(Step.transition == "edited")
            .values(made_at=clock.now() - timedelta(days=2))
        )
    edit(measure_id, name_sv="Taas")
    assert tags(saara, measure_id).count("muokattu") == 2


def test_a_draft_is_edited_without_a_step(app, edit) -> None:
    measure_id = saved()
    edit(measure_id, "proposer", name_fi="Toinen")
    assert db.session.scalars(select(Step)).all() == []


def test_the_page_asks_as_much_however_much_has_happened(
    as_person, actor, move, edit, query_counter
) -> None:
    """The number of queries is the same after one round and after three."""
    measure_id = a_long_way(actor, move, edit)
    saara = as_person("secretary")
    with writing():
        fresh(measure_id).created_by_id = actor("proposer").user_id
    counts = []
    for year in (2020, 2021, 2022):
        with writing():
            report_status(measure_id, Status.STARTED, date(year, 1, 1), Precision.DAY, INSTALLER)
        move(measure_id, "reopen", reason="Uudelleen")
        move(measure_id, "submit", "proposer")
        move(measure_id, "return", reason=REASON)
        edit(measure_id, "proposer", cost_once=year)
        move(measure_id, "submit", "proposer")
        edit(measure_id, first_year=year)
        # What is kept in memory is read the first time after a change.
        saara.get(f"/measures/{measure_id}")
        with query_counter() as queries:
            assert saara.get(f"/measures/{measure_id}").status_code == 200
        counts.append(len(queries))
        move(measure_id, "withdraw", "proposer")
    assert len(set(counts)) == 1, counts


def test_the_facts_are_read_before_the_conversation(as_person) -> None:
    page = document_of(as_person("secretary").get(f"/measures/{saved()}?lang=fi")).root
    headings = [text_of(each) for each in elements(page, "h2")]
    order = ["Ongelma, jonka toimenpide ratkaisee", "Tiedot", "Tiekartalla", "Mitä on tapahtunut"]
    assert [each for each in headings if each in order] == order
    assert headings[-1] == "Kommentit"
