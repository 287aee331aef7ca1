"""A meeting as a calendar file (package `icalendar`, extra `documents`; RFC 5545).

The package is imported when it is needed, so that the tool runs without it.
"""

from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.core import clock
from app.meetings.models import Meeting
from app.meetings.times import place_of

CONTENT_TYPE = "text/calendar"

_HELSINKI = ZoneInfo("Europe/Helsinki")


def is_installed() -> bool:
    """Tell whether calendar files can be written here."""
    return find_spec("icalendar") is not None


def calendar_file(meeting: Meeting, city: str, address: str, path: str) -> bytes:
    """Return a meeting as a calendar file, in the language that gettext speaks now.

    A later file of the same meeting takes the place of an earlier one in a calendar: its UID is
    the same, and its SEQUENCE counts the changes. A meeting whose hours are not known takes the
    whole day; one without an end takes no time in the calendar, as nobody knows how long it lasts.

    Args:
        meeting: The meeting.
        city: What the city is called.
        address: What readers reach the tool by, without a slash at the end.
        path: Where the meeting's page is, from the slash after the host on.
    """
    from icalendar import Calendar, Event  # noqa: PLC0415  # The tool runs without it.

    url = f"{address}{path}"
    event = Event()
    event.add("uid", f"meeting-{meeting.id}@{urlsplit(address).hostname}")
    event.add("dtstamp", clock.now().replace(tzinfo=UTC))
    event.add("sequence", meeting.version - 1)
    event.add("summary", _("%(city)s: meeting of the steering group", city=city))
    event.add("description", _("Agenda and papers: %(url)s", url=url))
    event.add("url", url)
    if place := place_of(meeting):
        event.add("location", place)
    if meeting.starts_at is None:
        event.add("dtstart", meeting.held_on)
        event.add("dtend", meeting.held_on + timedelta(days=1))
    else:
        event.add("dtstart", datetime.combine(meeting.held_on, meeting.starts_at, _HELSINKI))
        if meeting.ends_at and meeting.ends_at > meeting.starts_at:
            event.add("dtend", datetime.combine(meeting.held_on, meeting.ends_at, _HELSINKI))
    calendar = Calendar()
    calendar.add("prodid", "-//Digital roadmap//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content
