"""The annual clock: what runs when, what is next for whom, and what to beware of."""

import re
from datetime import date, timedelta

import pytest

from app.accounts.operations import INSTALLER
from app.audit.operations import recorded
from app.audit.tags import Kind, Tag
from app.core import clock as core_clock
from app.core.database import writing
from app.core.policy import Actor, Role
from app.programmes.models import Roadmap
from app.programmes.operations import add_roadmap
from app.programmes.queries import programme_of, roadmap_of
from app.programmes.states import DECIDED, Phase
from app.roadmaps.clock import LEFT, WIDTH, cautions, clock_of
from app.roadmaps.dates import settable
from app.roadmaps.duties import Who, next_for_all, whose
from tests.client import sign_in_as
from tests.html import document_of, text_of
from tests.meetings.agendas import arranged
from tests.scoring.rounds import open_round

PAGE = "/annual-clock"
TODAY = date(2026, 6, 15)


def have(year: int, phase: Phase, **days: date | None) -> Roadmap:
    """Let the roadmap of a year be in a phase and have these days, and no others."""
    names = ("collect_from", "submit_by", "score_by", "draft_by", "board_by", "budget_on")
    with writing():
        found = roadmap_of(year) or add_roadmap(programme_of(2026), year, phase, INSTALLER)
    with writing(), recorded(Tag.DATES_SET, INSTALLER, Kind.ROADMAP, found):
        found.phase, found.once_approved = phase, phase in DECIDED
        for name in (*names, "midyear_report_by", "year_report_by"):
            setattr(found, name, days.get(name))
    return found


@pytest.fixture
def two(app) -> None:
    """Let a roadmap be followed up while proposals are collected for the next one."""
    have(2026, Phase.APPROVED, midyear_report_by=date(2026, 8, 14))
    have(
        2027,
        Phase.COLLECTING,
        collect_from=date(2026, 3, 2),
        submit_by=date(2026, 6, 30),
        score_by=date(2026, 9, 1),
        draft_by=date(2026, 10, 1),
        board_by=date(2026, 11, 2),
        budget_on=date(2026, 11, 16),
        midyear_report_by=date(2027, 8, 13),
        year_report_by=date(2027, 12, 10),
    )


def rows_of(year: int) -> dict[str, list[tuple[date, date, str]]]:
    found = clock_of(year, TODAY)
    return {
        f"{number} {row.label}": [(bar.first, bar.last, bar.state) for bar in row.bars]
        for number, row in enumerate(found.rows)
    }


def test_roadmaps_overlap_in_a_year(two) -> None:
    rows = rows_of(2026)
    states = [state for bars in rows.values() for _first, _last, state in bars]
    assert [len(bars) for bars in rows.values()] == [0, 1, 0, 1, 1, 1, 1, 1]
    assert states == ["now", "now", "coming", "coming", "coming", "coming"]
    bars = [bar for bars in rows.values() for bar in bars]
    assert bars[0][:2] == (date(2026, 1, 1), date(2026, 12, 31))
    assert bars[1][:2] == (date(2026, 3, 2), date(2026, 6, 30))
    assert bars[2][:2] == (date(2026, 7, 1), date(2026, 9, 1))
    # In the year itself it is followed up.
    assert len(rows_of(2027)) == 2


def test_the_picture_keeps_within_its_frame(two) -> None:
    for year in (2026, 2027):
        found = clock_of(year, TODAY)
        for row in found.rows:
            assert row.y < found.height
            for bar in row.bars:
                assert bar.x >= LEFT
                assert bar.x + bar.width <= LEFT + WIDTH + 6
        assert len(found.months) == 12
    assert clock_of(2027, TODAY).today_x is None
    assert clock_of(2026, date(2026, 1, 1)).today_x == LEFT


def test_a_stage_whose_day_has_passed_is_late(two) -> None:
    found = clock_of(2026, date(2026, 7, 1))
    states = [bar.state for row in found.rows for bar in row.bars]
    assert states[1] == "late"
    late = [each for each in found.happenings if each.is_late]
    assert [each.day for each in late] == [date(2026, 6, 30)]


@pytest.mark.parametrize("phase", [Phase.BEFORE_BOARD, Phase.RETURNED_BY_BOARD])
def test_an_amendment_is_not_late_by_the_days_of_the_first_approval(two, phase: Phase) -> None:
    roadmap = roadmap_of(2027)
    roadmap.phase, roadmap.once_approved = phase, True
    later = date(2026, 11, 20)
    assert [str(each.text) for each in cautions([roadmap], later)] == []
    assert not any(each.is_late for each in clock_of(2026, later).happenings)
    tasks = [task for each in next_for_all([roadmap], Actor(1), later) for task in each.tasks]
    assert [task.day for task in tasks] == [date(2027, 8, 13)], "the units report"
    assert set(settable(roadmap)) == {"midyear_report_by", "year_report_by"}


def test_nobody_reports_before_the_board_has_approved(two) -> None:
    tasks = next_for_all([roadmap_of(2027)], Actor(1), TODAY)
    assert [each.tasks for each in tasks if each.who is Who.LEADS] == [[]]


def test_what_the_board_returned_is_drafted_again(two) -> None:
    roadmap_of(2027).phase = Phase.RETURNED_BY_BOARD
    states = [state for bars in rows_of(2026).values() for _first, _last, state in bars]
    assert states == ["now", "over", "over", "now", "coming", "coming"]


def test_days_stand_in_their_order_with_meetings_and_rounds(two, actor) -> None:
    meeting_id = arranged(actor("secretary"))
    have(2026, Phase.COLLECTING)
    open_round(actor("secretary"))
    year = core_clock.today().year
    found = clock_of(year, core_clock.today())
    days = [each.day for each in found.happenings]
    assert days == sorted(days)
    assert all(day.year == year for day in days)
    assert [each.meeting_id for each in found.happenings if each.meeting_id] == [meeting_id]


def test_everyone_signed_in_sees_it_and_the_group_gets_to_the_meeting(
    two, app, client, actor
) -> None:
    assert client.get(PAGE).status_code == 302
    meeting_id = arranged(actor("secretary"))
    viewer = sign_in_as(client, "viewer")
    member = sign_in_as(app.test_client(), "member")
    link = f'href="/meetings/{meeting_id}"'
    assert link not in viewer.get(PAGE).text
    assert link in member.get(PAGE).text
    for year in ("2025", "2027", "x", "1", "99999999999999999999", "-1", "\0"):
        assert viewer.get(PAGE, query_string={"year": year}).status_code == 200
    assert 'aria-current="page"' in viewer.get(f"{PAGE}?year=2027").text
    have(2027, Phase.APPROVED, year_report_by=date(2028, 1, 14))
    shown = viewer.get(f"{PAGE}?year=2028&lang=fi").text
    assert "Vuosikello 2028" in shown, "it has days, and no roadmap"


def test_the_menu_marks_the_clock_alone(two, client) -> None:
    sign_in_as(client, "viewer")
    menu = re.search(r'<nav class="main-menu.*?</nav>', client.get(PAGE).text, re.S)[0]
    (current,) = re.findall(r'<a[^>]*href="([^"]*)"[^>]*aria-current', menu)
    assert current == PAGE


def test_what_is_next_for_whom(two) -> None:
    roadmaps = [roadmap_of(2026), roadmap_of(2027)]
    found = {each.who: each.tasks for each in next_for_all(roadmaps, Actor(1), TODAY)}
    days = {who: [task.day for task in tasks] for who, tasks in found.items()}
    assert days == {
        Who.PROPOSERS: [date(2026, 6, 30)],
        Who.SCORERS: [date(2026, 9, 1)],
        Who.SECRETARY: [date(2026, 6, 30)],
        Who.CHAIR: [date(2026, 11, 2)],
        Who.BOARD_SECRETARY: [date(2026, 11, 2)],
        Who.LEADS: [date(2026, 8, 14)],
    }
    later = next_for_all(roadmaps, Actor(1), date(2026, 7, 2))
    (secretary,) = [each for each in later if each.who is Who.SECRETARY]
    assert [task.days_left for task in secretary.tasks] == [-2, 61], "what is late stays"
    (proposers,) = [each for each in later if each.who is Who.PROPOSERS]
    assert proposers.tasks == [], "nothing can be submitted any more"


def test_what_was_brought_before_the_board_is_the_boards(two) -> None:
    roadmap_of(2027).phase = Phase.BEFORE_BOARD
    found = {each.who: each.tasks for each in next_for_all([roadmap_of(2027)], Actor(1), TODAY)}
    assert [task.day for task in found[Who.BOARD_SECRETARY]] == [date(2026, 11, 2)]
    assert found[Who.CHAIR] == []
    assert [task.day for task in found[Who.SECRETARY]] == [date(2026, 11, 16)], "the budget"


@pytest.mark.parametrize(
    ("roles", "posts", "own"),
    [
        ([], [], set()),
        ([Role.PROPOSER], [], {Who.PROPOSERS}),
        ([Role.MEMBER], [], {Who.SCORERS}),
        ([Role.CHAIR], [], {Who.CHAIR, Who.SCORERS}),
        ([Role.SECRETARY], [4], {Who.SECRETARY, Who.LEADS}),
        ([Role.BOARD_SECRETARY], [], {Who.BOARD_SECRETARY}),
        ([Role.VIEWER, Role.ADMINISTRATOR], [], set()),
    ],
)
def test_the_readers_own_comes_first(two, roles, posts, own) -> None:
    person = Actor(1, "", frozenset(roles), post_ids=frozenset(posts))
    assert whose(person) == own
    order = [each.is_own for each in next_for_all([roadmap_of(2027)], person, TODAY)]
    assert order == sorted(order, reverse=True)
    assert order.count(True) == len(own)


def test_what_to_beware_of(two) -> None:
    assert cautions([roadmap_of(2027)], TODAY) == []
    assert len(cautions([roadmap_of(2027)], date(2026, 7, 2))) == 1, "it is late"
    late = have(2027, Phase.COLLECTING, board_by=date(2027, 1, 18), budget_on=date(2026, 11, 16))
    assert len(cautions([late], TODAY)) == 2, "after the budget, and days are missing"
    (empty,) = cautions([have(2027, Phase.PLANNED)], TODAY)
    assert len(str(empty.text)) < 40, "not all days are named"
    (reports,) = cautions([have(2027, Phase.APPROVED)], TODAY)
    assert str(reports.text).count(",") == 2, "no others are set any more"
    closed = have(2027, Phase.CLOSED)
    assert cautions([closed], TODAY) == []


def test_the_page_says_it(two, client) -> None:
    today = core_clock.today()
    have(
        today.year,
        Phase.COLLECTING,
        submit_by=today - timedelta(days=1),
        board_by=today,
        budget_on=today - timedelta(days=2),
    )
    sign_in_as(client, "secretary")
    text = text_of(document_of(client.get(f"{PAGE}?lang=fi")).root)
    assert "vasta talousarvion jälkeen" in text
    assert "myöhässä" in text
    assert "sinun vuorosi" in text


def test_a_year_without_days(client) -> None:
    with writing(), recorded(Tag.DATES_SET, INSTALLER, Kind.ROADMAP, roadmap_of(2026)):
        roadmap_of(2026).submit_by = None
    sign_in_as(client, "viewer")
    assert 'class="empty' in client.get(f"{PAGE}?year=2025").text


def test_the_number_of_queries_does_not_grow(client, query_counter) -> None:
    sign_in_as(client, "viewer")
    client.get(PAGE)
    counted = []
    for year in (2027, 2028, 2029):
        have(year, Phase.PLANNED, submit_by=core_clock.today(), score_by=core_clock.today())
        with query_counter() as statements:
            assert client.get(PAGE).status_code == 200
        counted.append(len(statements))
    assert len(set(counted)) == 1
