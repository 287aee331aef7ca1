"""Arranging meetings, their agendas, and the approval of the minutes."""

from datetime import timedelta

import pytest

from app.audit.models import Event
from app.audit.tags import Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.extensions import db
from app.measures.states import State
from app.meetings import deciding, operations, queries
from app.meetings.models import Meeting
from app.meetings.states import Outcome
from tests.client import HTMX
from tests.html import document_of, text_of
from tests.measures.proposals import fresh, saved
from tests.meetings.agendas import added, arranged, decided, matter, on_agenda
from tests.scoring.rounds import close_round, judge, open_round

READY = {State.IN_SCORING, State.POSTPONED}


def today(days: int = 0) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def every_meeting() -> list[Meeting]:
    return db.session.query(Meeting).all()


def test_the_secretary_arranges_a_meeting(client, sign_in) -> None:
    sign_in(client, "secretary")
    data = {"held_on": today(7), "number": 3, "place": "Raatihuone"}
    response = client.submit("/meetings/new", data, action="/meetings")
    assert response.status_code == 303
    page = client.get(response.location)
    assert f"3/{today(7)[:4]}" in page.text
    assert "Raatihuone" in page.text
    assert len(every_meeting()) == 1


def test_the_next_number_is_proposed(client, sign_in, actor) -> None:
    arranged(actor("secretary"), 4)
    sign_in(client, "secretary")
    assert 'name="number" type="number" value="5"' in client.get("/meetings/new").text


def test_sections_run_on_from_the_meeting_before(client, sign_in, actor) -> None:
    secretary, proposed = actor("secretary"), 'name="first_section" type="number" value="{}"'
    arranged(secretary, 3)
    meeting_id = arranged(secretary, 4)
    sign_in(client, "secretary")
    assert proposed.format("") in client.get("/meetings/new").text
    with writing():
        db.session.get_one(Meeting, meeting_id).first_section = 12
    assert proposed.format(12) in client.get("/meetings/new").text
    first, _measure_id = on_agenda(secretary, meeting_id)
    second, _measure_id = on_agenda(secretary, meeting_id)
    assert proposed.format(14) in client.get("/meetings/new").text
    # What was typed counts where it is a number.
    with writing():
        matter(first).section, matter(second).section = "12 a", "21"
    assert proposed.format(22) in client.get("/meetings/new").text


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"held_on": "", "number": "1"}, "held_on"),
        ({"held_on": "huomenna", "number": "1"}, "held_on"),
        ({"held_on": today(), "number": ""}, "number"),
        ({"held_on": today(), "number": "0"}, "number"),
        ({"held_on": today(), "number": "9" * 40}, "number"),
    ],
)
def test_what_is_wrong_is_told_in_the_form(client, sign_in, headers, data, wrong) -> None:
    sign_in(client, "secretary")
    response = client.submit("/meetings/new", data, action="/meetings", headers=headers)
    assert response.status_code == 422
    assert f'id="{wrong}-error"' in response.text
    assert every_meeting() == []


def test_a_day_has_a_number_once(client, sign_in, actor) -> None:
    arranged(actor("secretary"))
    sign_in(client, "secretary")
    data = {"held_on": today(), "number": "1"}
    assert client.submit("/meetings/new", data, action="/meetings").status_code == 422
    assert len(every_meeting()) == 1


def test_a_form_that_comes_twice_arranges_one_meeting(client, sign_in) -> None:
    sign_in(client, "secretary")
    data = {"held_on": today(), "number": "1", "record_kind": "memo", "key": "0123456789abcdef"}
    answers = {client.forge("/meetings", data).location for _time in range(2)}
    assert len(answers) == 1
    assert len(every_meeting()) == 1


@pytest.mark.parametrize(
    ("person", "reads"),
    [
        ("member", True),
        ("chair", True),
        ("proposer", False),
        ("viewer", False),
        ("board-secretary", False),
        ("administrator", False),
    ],
)
def test_others_read_at_most(client, sign_in, actor, person: str, reads: bool) -> None:
    meeting_id = arranged(actor("secretary"))
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    sign_in(client, person)
    page = f"/meetings/{meeting_id}"
    assert client.get(page).status_code == (200 if reads else 403)
    assert client.get("/meetings").status_code == (200 if reads else 403)
    for address in (
        "/meetings",
        f"{page}/edit",
        f"{page}/cancel",
        f"{page}/agenda",
        f"{page}/agenda/sort",
        f"{page}/attendance",
        f"{page}/matters/new",
        f"{page}/preview",
        f"{page}/end",
        f"{page}/reopen",
        f"{page}/decisions/{decision_id}/prepare",
        f"{page}/decisions/{decision_id}/clear",
        f"{page}/decisions/{decision_id}/disqualifications",
        f"{page}/decisions/{decision_id}",
        f"{page}/decisions/{decision_id}/undo",
        f"{page}/decisions/{decision_id}/remove",
        f"{page}/minutes",
    ):
        assert client.forge(address).status_code == 403
    with pytest.raises(Refused):
        arranged(actor(person), 2)
    with pytest.raises(Refused):
        decided(actor(person), decision_id)
    assert fresh(measure_id).state is State.IN_SCORING


@pytest.mark.parametrize("state", list(State))
def test_what_may_be_put_on_an_agenda(app, actor, state: State) -> None:
    meeting_id = arranged(actor("secretary"))
    if state in READY:
        on_agenda(actor("secretary"), meeting_id, state)
        return
    with pytest.raises(Refused):
        on_agenda(actor("secretary"), meeting_id, state)


def test_a_measure_waits_on_one_agenda_only(app, actor) -> None:
    first, second = arranged(actor("secretary"), 1), arranged(actor("secretary"), 2)
    decision_id, measure_id = on_agenda(actor("secretary"), first)
    for meeting_id in (first, second):
        with pytest.raises(Refused):
            added(actor("secretary"), meeting_id, measure_id)
    with writing():
        meeting = db.session.get_one(Meeting, first)
        operations.remove_from_agenda(meeting, matter(decision_id), actor("secretary"))
    added(actor("secretary"), second, measure_id)


def test_the_agenda_is_filled_from_the_page(client, sign_in, actor) -> None:
    meeting_id = arranged(actor("secretary"))
    first, second = saved(State.IN_SCORING), saved(State.POSTPONED)
    page = f"/meetings/{meeting_id}"
    sign_in(client, "secretary")
    for measure_id in (second, first):
        response = client.submit(page, button=f"{measure_id}", action=f"{page}/agenda")
        assert (response.status_code, response.location) == (303, f"{page}#ready")
    rows = queries.agenda(meeting_id, actor("secretary"))
    assert [(row.Decision.position, row.Measure.id) for row in rows] == [(1, second), (2, first)]
    client.submit(page, action=f"{page}/decisions/{rows[0].Decision.id}/remove")
    assert [row.Measure.id for row in queries.agenda(meeting_id, actor("secretary"))] == [first]
    again = client.forge(f"{page}/agenda", {"only": first}, follow_redirects=True)
    assert "on jo esityslistalla" in again.text


def test_what_is_ready_stands_by_its_score(client, sign_in, actor) -> None:
    open_round(actor("secretary"))
    names = ("Aakkoset", "Bussit", "Citymaasturi")
    ids = [saved(State.IN_SCORING, name_fi=name) for name in names]
    judge(actor("member"), ids[1], 3)
    judge(actor("member"), ids[2], 5)
    meeting_id = arranged(actor("secretary"))
    sign_in(client, "secretary")
    table = next(document_of(client.get(f"/meetings/{meeting_id}")).root.iter("table"))
    rows = [[text_of(cell) for cell in row] for row in table.iterfind(".//tbody/tr")]
    assert [row[0].split()[0] for row in rows] == ["Citymaasturi", "Bussit", "Aakkoset"]
    assert [row[2] for row in rows[:2]] == ["5,00", "3,00"]


@pytest.fixture
def scored(app, actor) -> list[int]:
    """Return proposals that were scored: first not at all, in agreement, and conflicting."""
    open_round(actor("secretary"))
    names = ("Aakkoset", "Bussit", "Citymaasturi", "Digikoulu", "Energia")
    ids = [saved(State.IN_SCORING, name_fi=name) for name in names]
    given = ((3, 3), (1, 3), (5, 4), (2, 4))
    for measure_id, (first, second) in zip(ids[1:], given, strict=True):
        judge(actor("member"), measure_id, first)
        judge(actor("member2"), measure_id, second)
    return ids


TURNS = ["Energia", "Citymaasturi", "Digikoulu", "Bussit", "Aakkoset"]
ADDED = ["Aakkoset", "Bussit", "Citymaasturi", "Digikoulu", "Energia"]


def agenda_of(client, page: str) -> list[str]:
    root = document_of(client.get(page)).root
    matters = root.iterfind(".//h3/a")
    return [text_of(each) for each in matters]


@pytest.mark.parametrize("is_closed", [False, True])
def test_all_that_is_ready_is_put_on_the_agenda(
    client, sign_in, actor, scored, is_closed: bool
) -> None:
    if is_closed:
        close_round()
    meeting_id = arranged(actor("secretary"))
    page = f"/meetings/{meeting_id}"
    sign_in(client, "secretary")
    table = next(document_of(client.get(page)).root.iter("table"))
    ready = [text_of(row.find("*")).split()[0] for row in table.iterfind(".//tbody/tr")]
    assert ready == TURNS
    answer = client.submit(page, button="all", action=f"{page}/agenda", follow_redirects=True)
    assert "5 toimenpidettä" in answer.text
    # While somebody is blind, the order may not tell what they are blind to.
    expected = TURNS if is_closed else ADDED
    assert agenda_of(client, page) == expected
    sign_in(client, "member3")
    assert agenda_of(client, page) == expected
    sign_in(client, "secretary")
    again = client.forge(f"{page}/agenda", {"all": "yes"}, follow_redirects=True)
    assert "on jo esityslistalla" in again.text
    assert agenda_of(client, page) == expected


def test_the_ticked_are_put_on_the_agenda(client, sign_in, actor, scored) -> None:
    close_round()
    meeting_id = arranged(actor("secretary"))
    page = f"/meetings/{meeting_id}"
    sign_in(client, "secretary")
    nothing = client.forge(f"{page}/agenda", follow_redirects=True)
    assert "Valitse ensin" in nothing.text
    ticked = {"id": [str(scored[0]), str(scored[4])]}
    client.submit(page, ticked, button="Lisää valitut esityslistalle", action=f"{page}/agenda")
    assert agenda_of(client, page) == ["Energia", "Aakkoset"]
    assert client.forge(f"{page}/agenda", ticked).status_code == 303
    mixed = {"id": [str(scored[1]), "999999"]}
    assert client.forge(f"{page}/agenda", mixed).status_code == 409
    assert agenda_of(client, page) == ["Energia", "Aakkoset"]


def test_the_agenda_is_sorted_when_nobody_is_blind(client, sign_in, actor, scored) -> None:
    meeting_id = arranged(actor("secretary"))
    for measure_id in scored:
        added(actor("secretary"), meeting_id, measure_id)
    page = f"/meetings/{meeting_id}"
    sign_in(client, "secretary")
    client.submit(page, action=f"{page}/agenda/sort")
    assert agenda_of(client, page) == ADDED
    close_round()
    for _time in range(2):
        client.submit(page, action=f"{page}/agenda/sort")
        assert agenda_of(client, page) == TURNS
    moved = db.session.query(Event).filter_by(tag=Tag.MATTER_MOVED).count()
    assert moved == len([1 for was, now in zip(ADDED, TURNS, strict=True) if was != now])


def test_a_decided_matter_stays_on_the_agenda(app, actor) -> None:
    meeting_id = arranged(actor("secretary"))
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
    decided(actor("secretary"), decision_id)
    meeting = db.session.get_one(Meeting, meeting_id)
    with pytest.raises(Stale), writing():
        operations.remove_from_agenda(meeting, matter(decision_id), actor("secretary"))


def test_the_approved_minutes_end_the_time_for_undoing(client, sign_in, actor) -> None:
    secretary = actor("secretary")
    meeting_id = arranged(secretary)
    decision_id, measure_id = on_agenda(secretary, meeting_id)
    other = saved(State.IN_SCORING)
    page = f"/meetings/{meeting_id}"
    sign_in(client, "secretary")
    minutes = {"approved_on": today()}
    assert client.submit(page, minutes, action=f"{page}/minutes").status_code == 409
    decided(secretary, decision_id)
    assert client.submit(page, {"approved_on": ""}, action=f"{page}/minutes").status_code == 422
    for day in (today(-1), today(1)):
        response = client.submit(page, {"approved_on": day}, action=f"{page}/minutes")
        assert response.status_code == 409
    assert client.submit(page, minutes, action=f"{page}/minutes").status_code == 303
    assert db.session.get_one(Meeting, meeting_id).minutes_approved_on == clock.today()
    with pytest.raises(Refused), writing():
        deciding.undo(matter(decision_id), "Väärin kirjattu", secretary)
    with pytest.raises(Refused):
        added(secretary, meeting_id, other)
    # A second press is told that it has been done.
    assert client.forge(f"{page}/minutes", minutes).status_code == 303
    other_day = {"approved_on": today(-1)}
    assert client.forge(f"{page}/minutes", other_day).status_code == 409
    assert 'class="btn' not in client.get(page).text.partition("<main")[2].replace("btn-link", "")
    assert fresh(measure_id).state is State.APPROVED


def test_queries_do_not_grow_with_the_matters(client, sign_in, actor, query_counter) -> None:
    open_round(actor("secretary"))
    meeting_id = arranged(actor("secretary"))
    sign_in(client, "secretary")

    def queries_of(page: str) -> int:
        with query_counter() as statements:
            assert client.get(page).status_code == 200
        return len(statements)

    def fill() -> None:
        on_agenda(actor("secretary"), meeting_id)
        decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
        decided(actor("secretary"), decision_id, Outcome.REJECT, "Ei nyt")
        saved(State.IN_SCORING)

    fill()
    few = queries_of(f"/meetings/{meeting_id}"), queries_of("/meetings")
    for number in range(2, 12):
        fill()
        arranged(actor("secretary"), number)
    assert (queries_of(f"/meetings/{meeting_id}"), queries_of("/meetings")) == few
