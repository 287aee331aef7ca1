"""What stands beside the form: by when to submit, and what is still missing."""

from datetime import date, timedelta

import pytest

from app.core import clock
from app.core.database import writing
from app.measures.states import State
from app.measures.workflow import REQUIRED
from app.meetings import operations as meetings
from app.programmes.queries import collecting_roadmap
from app.programmes.states import Phase
from app.proposing.calendar import deadlines
from tests.client import sign_in_as
from tests.html import document_of, first, text_of
from tests.measures.proposals import saved

NEW = "/proposals/new"
TODAY = date(2026, 8, 20)
MEETING = date(2026, 9, 17)


def beside(client, page: str = NEW):
    return first(document_of(client.get(page)).root, ".//aside")


def hold(actor, *days: date) -> None:
    with writing():
        for number, day in enumerate(days, start=1):
            meetings.arrange(day, number, "", actor("secretary"))


def collect_until(day: date | None, phase: Phase = Phase.COLLECTING) -> None:
    with writing():
        roadmap = collecting_roadmap()
        assert roadmap
        roadmap.submit_by, roadmap.phase = day, phase


@pytest.mark.parametrize(
    ("today", "submit_by", "meeting_on"),
    [
        (date(2026, 9, 2), date(2026, 9, 3), MEETING),
        (date(2026, 9, 3), date(2026, 9, 3), MEETING),
        (date(2026, 9, 4), date(2026, 10, 15), date(2026, 10, 29)),
        (date(2026, 10, 16), None, None),
    ],
)
def test_the_next_meeting_that_can_still_be_made(app, actor, today, submit_by, meeting_on) -> None:
    hold(actor, date(2026, 10, 29), MEETING, date(2026, 3, 1))
    found = deadlines(today, 14)
    assert (found.submit_by, found.meeting_on) == (submit_by, meeting_on)


def test_days_are_written_short_and_those_left_in_words(app) -> None:
    found = deadlines(TODAY, 14)
    assert found.short(date(2026, 9, 3)) == "3.9."
    assert found.short(date(2027, 1, 4)) == "4.1.2027"
    with app.test_request_context(headers={"Accept-Language": "fi"}):
        assert found.left(TODAY) == "Tänään on viimeinen päivä."
        assert found.left(TODAY + timedelta(1)) == "1 päivä jäljellä."
        assert found.left(TODAY + timedelta(14)) == "14 päivää jäljellä."


def test_the_roadmap_that_collects(app) -> None:
    assert deadlines(TODAY, 14)[3:] == (2026, date(2026, 9, 30))
    assert not deadlines(date(2026, 9, 30), 14).collecting_is_over
    assert deadlines(date(2026, 10, 1), 14).collecting_is_over
    collect_until(None, Phase.SCORING)
    assert deadlines(TODAY, 14)[3:] == (None, None)


def test_what_the_page_says_of_it(client, actor) -> None:
    ella, today = sign_in_as(client, "proposer"), clock.today()
    assert "Seuraavaa kokousta, johon ehdotus vielä ehtisi, ei ole päätetty." in text_of(
        beside(ella)
    )
    hold(actor, today + timedelta(days=24))
    collect_until(today - timedelta(days=1))
    said = text_of(beside(ella))
    short = deadlines(today, 14).short
    assert f"viimeistään {short(today + timedelta(days=10))}" in said
    assert f"kokoukseen {short(today + timedelta(days=24))}" in said
    assert "10 päivää jäljellä." in said
    assert f"kerättiin {short(today - timedelta(days=1))}" in said
    for until, text in (
        (today, "Tänään on viimeinen päivä."),
        (None, "Viimeistä päivää ei ole päätetty."),
    ):
        collect_until(until)
        assert text in text_of(beside(ella))
    collect_until(None, Phase.SCORING)
    assert "Ehdotuksia ei juuri nyt kerätä millekään vuodelle." in text_of(beside(ella))


def test_what_is_missing_leads_to_its_field(client) -> None:
    ella = sign_in_as(client, "proposer")
    blank = {name: None for name in REQUIRED if name.endswith("_id") and name != "unit_id"}
    measure_id = saved(**blank, problem_fi="", problem_sv="")
    links = [each.get("href") for each in beside(ella, f"/proposals/{measure_id}/edit").iter("a")]
    assert links == ["#problem_fi", *(f"#{name}" for name in blank)]
    assert [*beside(ella).iter("a")] == []
    assert [*beside(ella, f"/proposals/{saved()}/edit").iter("a")] == []


def test_it_is_for_those_who_submit(client) -> None:
    measure_id = saved(source_id=None)
    saara = sign_in_as(client, "secretary")
    assert [*beside(saara, f"/proposals/{measure_id}/edit").iter("a")] == []
    submitted = saved(State.SUBMITTED)
    assert [*beside(saara, f"/proposals/{submitted}/edit").iter("a")] == []
