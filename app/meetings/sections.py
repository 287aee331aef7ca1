"""The sections (§) by which the matters of an agenda are numbered."""

from collections.abc import Iterable, Mapping

from app.measures.models import Measure
from app.meetings import queries
from app.meetings.models import Decision, Meeting
from app.meetings.states import Stage


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
