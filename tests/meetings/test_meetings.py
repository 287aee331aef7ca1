"""Arranging meetings, their agendas, and the approval of the minutes."""

import re
from datetime import timedelta

import pytest

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.extensions import db
from app.measures.states import State
from app.meetings import operations, queries
from app.meetings.models import Meeting
from app.meetings.states import Outcome
from tests.client import HTMX
from tests.html import document_of, text_of
from tests.measures.proposals import fresh, saved
from tests.meetings.agendas import added, arranged, decided, matter, on_agenda
from tests.scoring.rounds import judge, open_round

READY = {State.IN_SCORING, State.POSTPONED}


def today(days: int = 0) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def test_the_secretary_arranges_a_meeting(client, sign_in) -> None:
    sign_in(client, "secretary")
    data = {"held_on": today(7), "number": 3, "place": "Raatihuone"}
    response = client.submit("/meetings", data, action="/meetings")
    assert response.status_code == 303
    page = client.get(response.location)
    assert f"3/{today(7)[:4]}" in page.text
    assert "Raatihuone" in page.text
    assert len(queries.meetings()) == 1


def test_the_next_number_is_proposed(client, sign_in, actor) -> None:
    arranged(actor("secretary"), 4)
    sign_in(client, "secretary")
    assert 'name="number" type="number" value="5"' in client.get("/meetings").text


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
    response = client.submit("/meetings", data, action="/meetings", headers=headers)
    assert response.status_code == 422
    assert f'id="{wrong}-error"' in response.text
    assert queries.meetings() == []


def test_a_day_has_a_number_once(client, sign_in, actor) -> None:
    arranged(actor("secretary"))
    sign_in(client, "secretary")
    data = {"held_on": today(), "number": "1"}
    assert client.submit("/meetings", data, action="/meetings").status_code == 422
    assert len(queries.meetings()) == 1


def test_a_form_that_comes_twice_arranges_one_meeting(client, sign_in) -> None:
    sign_in(client, "secretary")
    data = {"held_on": today(), "number": "1", "key": "0123456789abcdef"}
    answers = {client.forge("/meetings", data).location for _time in range(2)}
    assert len(answers) == 1
    assert len(queries.meetings()) == 1


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
        f"{page}/agenda/{measure_id}",
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
        response = client.submit(page, action=f"{page}/agenda/{measure_id}")
        assert (response.status_code, response.location) == (303, page)
    rows = queries.agenda(meeting_id, actor("secretary"))
    assert [(row.Decision.position, row.Measure.id) for row in rows] == [(1, second), (2, first)]
    client.submit(page, action=f"{page}/decisions/{rows[0].Decision.id}/remove")
    assert [row.Measure.id for row in queries.agenda(meeting_id, actor("secretary"))] == [first]
    assert client.forge(f"{page}/agenda/{first}").status_code == 409


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


def test_what_is_conflicting_heads_the_agenda(client, sign_in, actor) -> None:
    open_round(actor("secretary"))
    meeting_id = arranged(actor("secretary"))
    names = ("Aakkoset", "Bussit", "Citymaasturi", "Digikoulu", "Energia")
    ids = [saved(State.IN_SCORING, name_fi=name) for name in names]
    given = ((3, 3), (1, 3), (5, 4), (2, 4))
    for measure_id, (first, second) in zip(ids[1:], given, strict=True):
        judge(actor("member"), measure_id, first)
        judge(actor("member2"), measure_id, second)
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    table = next(document_of(client.get(page)).root.iter("table"))
    ready = [text_of(row.find("*")).split()[0] for row in table.iterfind(".//tbody/tr")]
    expected = ["Energia", "Citymaasturi", "Digikoulu", "Bussit", "Aakkoset"]
    assert ready == expected
    for measure_id in ids:
        added(actor("secretary"), meeting_id, measure_id)

    def agenda() -> list[str]:
        return re.findall(r'/measures/\d+"\s*>(\w+)</a>', client.get(page).text)

    assert agenda() == expected
    assert client.get(page).text.count("ristiriitainen") == 2
    # From whom a score is hidden sees the agenda as it was filled.
    sign_in(client, "member")
    assert agenda() == list(names)
    assert client.get(page).text.count("ristiriitainen") == 2
    judge(actor("member"), ids[0], 4)
    assert agenda() == ["Energia", "Citymaasturi", "Digikoulu", "Aakkoset", "Bussit"]


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
        operations.undo(matter(decision_id), "Väärin kirjattu", secretary)
    with pytest.raises(Refused):
        added(secretary, meeting_id, other)
    assert client.forge(f"{page}/minutes", minutes).status_code == 409
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
