"""By when a proposal must be submitted: for the next meeting, and for the roadmap of a year."""

from datetime import date, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from app.meetings import queries as meetings
from app.programmes import queries as programmes


class Deadlines(NamedTuple):
    """The days that matter to the writer of a proposal; None for what is not set.

    Attributes:
        today: The day on which they are counted.
        submit_by: The last day to submit for the next meeting that can still be made.
        meeting_on: The day of that meeting.
        year: The roadmap that proposals are collected for.
        collected_until: The last day of the collecting; it may be over.
    """

    today: date
    submit_by: date | None = None
    meeting_on: date | None = None
    year: int | None = None
    collected_until: date | None = None

    @property
    def collecting_is_over(self) -> bool:
        """Whether the last day of the collecting has passed."""
        return self.collected_until is not None and self.collected_until < self.today

    def short(self, day: date) -> str:
        """Write a day as 3.9., with its year where that is not the present one."""
        return f"{day.day}.{day.month}.{'' if day.year == self.today.year else day.year}"

    def left(self, day: date) -> str:
        """Return how many days are left until the end of `day`, in words."""
        days = (day - self.today).days
        if days == 0:
            return str(_("Today is the last day."))
        return str(ngettext("%(num)s day left.", "%(num)s days left.", days))


def deadlines(today: date, days_before: int) -> Deadlines:
    """Return the days that matter on `today`.

    Args:
        today: The day.
        days_before: How many days before a meeting a proposal must have been submitted.
    """
    before = timedelta(days=days_before)
    meeting = meetings.first_from(today + before)
    roadmap = programmes.collecting_roadmap()
    return Deadlines(
        today,
        meeting.held_on - before if meeting else None,
        meeting.held_on if meeting else None,
        roadmap.year if roadmap else None,
        roadmap.submit_by if roadmap else None,
    )
