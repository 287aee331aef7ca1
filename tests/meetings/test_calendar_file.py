"""A meeting as a calendar file, read back as a calendar reads it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from tests.meetings.agendas import arranged
from tests.meetings.test_documents import change

HELSINKI = ZoneInfo("Europe/Helsinki")


def event_of(client, meeting_id: int, lang: str = "fi"):
    """Return the one event of the file of a meeting."""
    response = client.get(f"/meetings/{meeting_id}/meeting.ics?lang={lang}")
    assert (response.status_code, response.mimetype) == (200, "text/calendar")
    calendar = Calendar.from_ical(response.data)
    assert calendar["method"] == "PUBLISH"
    (event,) = calendar.walk("VEVENT")
    return event


@pytest.fixture
def meeting_id(app, actor) -> int:
    """Return a meeting."""
    return arranged(actor("secretary"))


def test_without_hours_it_takes_the_whole_day(client, sign_in, meeting_id) -> None:
    sign_in(client, "member")
    event = event_of(client, meeting_id)
    today = event.decoded("dtstart")
    assert type(today) is date
    assert event.decoded("dtend") == today + timedelta(days=1)
    assert event["location"] == "Raatihuone"


@pytest.mark.parametrize("day", [date(2026, 1, 20), date(2026, 6, 16)])
def test_its_hours_are_those_of_finland(client, sign_in, meeting_id, day) -> None:
    change(meeting_id, held_on=day, starts_at=time(9), ends_at=time(11, 30))
    sign_in(client, "member")
    event = event_of(client, meeting_id)
    for name, hour in (("dtstart", time(9)), ("dtend", time(11, 30))):
        found = event.decoded(name)
        assert found == datetime.combine(day, hour, HELSINKI)
        assert event[name].params["TZID"] == "Europe/Helsinki"
    change(meeting_id, ends_at=None)
    assert "dtend" not in event_of(client, meeting_id)


def test_a_change_takes_the_place_of_what_was_before(client, sign_in, meeting_id) -> None:
    sign_in(client, "member")
    before = event_of(client, meeting_id)
    change(meeting_id, place="Kirjasto, sali 2; 3. kerros", link="https://video.example.org/1")
    after = event_of(client, meeting_id)
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["location"] == "Kirjasto, sali 2; 3. kerros, https://video.example.org/1"


def test_it_speaks_the_language_of_its_reader(client, sign_in, meeting_id) -> None:
    sign_in(client, "member")
    assert event_of(client, meeting_id)["summary"] == "Porvoo: johtoryhmän kokous"
    event = event_of(client, meeting_id, "sv")
    assert event["summary"] == "Borgå: ledningsgruppens möte"
    assert event["url"].endswith(f"/meetings/{meeting_id}")
    assert event["url"] in event["description"]


def test_two_meetings_are_two_events(client, sign_in, actor, meeting_id) -> None:
    other = arranged(actor("secretary"), 2)
    sign_in(client, "member")
    assert event_of(client, meeting_id)["uid"] != event_of(client, other)["uid"]


def test_without_the_package_it_says_so(client, sign_in, meeting_id, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "icalendar", None)
    sign_in(client, "member")
    assert client.get(f"/meetings/{meeting_id}/meeting.ics").status_code == 409
