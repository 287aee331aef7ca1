"""The sections (§) by which the matters of an agenda are numbered."""

import re
from collections.abc import Iterable, Mapping

from app.core.policy import Actor
from app.measures.models import Measure
from app.meetings import queries
from app.meetings.models import Decision, Meeting
from app.meetings.states import Stage

_NUMBER = re.compile("[0-9]{1,5}")
"""A section that others can follow, unlike one such as "12 a"."""


def sections_of(meeting: Meeting, rows: Iterable[tuple[Decision, Measure]]) -> Mapping[int, str]:
    """Return the section of each matter that is or can be decided, by its id; empty without one.

    A section that was typed or recorded stays. The others follow from the meeting's first one, by
    the order of the agenda, which is the same for every reader.

    Args:
        meeting: The meeting.
        rows: Its matters in their order, with the measures.
    """
    standing = [
        decision
        for decision, measure in rows
        if decision.undone_at is None
        and (decision.stage is Stage.DECIDED or measure.state in queries.READY)
    ]
    first = meeting.first_section
    return {
        decision.id: decision.section or (str(first + place) if first else "")
        for place, decision in enumerate(standing)
    }


def next_section(year: int, actor: Actor) -> int | None:
    """Return the section that comes after those of the meetings of a year.

    It is None when the latest of them has no sections.

    Args:
        year: The year, in which sections run on from meeting to meeting.
        actor: Who arranges the next meeting.
    """
    meeting = queries.latest_of_year(year)
    if meeting is None:
        return None
    rows = [(row.Decision, row.Measure) for row in queries.agenda(meeting.id, actor)]
    given = [each for each in sections_of(meeting, rows).values() if _NUMBER.fullmatch(each)]
    return max((int(each) + 1 for each in given), default=meeting.first_section)
