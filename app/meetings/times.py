"""When and where a meeting is held, in words."""

from datetime import time

from flask_babel import gettext as _

from app.core.i18n import format_date
from app.meetings.models import Meeting


def time_of(meeting: Meeting) -> str:
    """Write the day of a meeting, with its hours where they are known: 2.12.2026 at 9.00–11.00.

    The form is that of both languages in Finland.
    """
    day = format_date(meeting.held_on)
    if meeting.starts_at is None:
        return day
    hours = "–".join(clock_time(each) for each in (meeting.starts_at, meeting.ends_at) if each)
    return str(_("%(day)s at %(time)s", day=day, time=hours))


def clock_time(value: time) -> str:
    """Write a time of the city's clock as 9.00."""
    return f"{value.hour}.{value.minute:02}"


def place_of(meeting: Meeting) -> str:
    """Write the place of a meeting, and the link by which one takes part from elsewhere."""
    return ", ".join(filter(None, (meeting.place, meeting.link)))
