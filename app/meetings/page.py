"""The page of a meeting, which many routes show: with an answer in one of its forms, or without."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import abort
from flask.typing import ResponseReturnValue

from app.accounts.queries import names_of
from app.core import clock
from app.core.errors import Refused
from app.core.guards import current_actor
from app.core.htmx import render
from app.meetings import agenda, queries
from app.meetings.agenda import Matter
from app.meetings.assembly import Assembly, assembly
from app.meetings.deciding import digest_of
from app.meetings.decision_forms import DecisionForm, UndoForm
from app.meetings.forms import MinutesForm
from app.meetings.models import Decision, Meeting
from app.meetings.operations import unfinished
from app.meetings.states import Outcome, Part


class Row(NamedTuple):
    """A matter as the page shows it.

    Attributes:
        matter: The measure and the decision.
        form: The form that decides it.
        undo_form: The form that undoes the decision.
        refused: Why what the reader has sent could not be done.
        just_done: Whether the reader has decided or prepared it with this request.
    """

    matter: Matter
    form: DecisionForm
    undo_form: UndoForm
    refused: Refused | None = None
    just_done: bool = False


def meeting_of(meeting_id: int) -> Meeting:
    """Return the meeting that an address names; 404 when there is none."""
    return queries.meeting(meeting_id) or abort(404)


def decision_of(meeting_id: int, decision_id: int) -> Decision:
    """Return the matter of a meeting that an address names; 404 when there is none."""
    return queries.decision(meeting_id, decision_id) or abort(404)


def room_of(meeting: Meeting) -> Assembly:
    """Return who is at a meeting, as the reader may know it."""
    return assembly(meeting, current_actor(), clock.today())


def rows_of(meeting: Meeting, room: Assembly) -> list[Row]:
    """Return the matters of a meeting with their forms, as they are before anybody fills them in.

    What was sent for one of them is in its form, as each has fields of its own.
    """
    return [
        Row(
            matter,
            DecisionForm(matter.decision, matter.section),
            UndoForm(matter.decision.id),
        )
        for matter in agenda.matters(meeting, current_actor(), clock.today(), room)
    ]


def matter_answer(
    meeting_id: int, decision_id: int, code: int, **changes: Any
) -> ResponseReturnValue:
    """Answer with the page of a meeting, or one matter of it alone, on which `changes` shows.

    Args:
        meeting_id: The meeting.
        decision_id: The matter.
        code: The status of the answer.
        changes: Parts of `Row`.
    """
    meeting = meeting_of(meeting_id)
    room = room_of(meeting)
    rows = rows_of(meeting, room)
    ids = [row.matter.decision.id for row in rows]
    if decision_id not in ids:
        abort(404)
    place = ids.index(decision_id)
    rows[place] = rows[place]._replace(**changes)
    # What is sent again is sent after its writer has seen what is saved now.
    rows[place].form.seen.data = digest_of(rows[place].matter.decision)
    return _page(meeting, room, rows, code, row=rows[place])


def meeting_answer(
    meeting_id: int, code: int = 200, minutes: MinutesForm | None = None
) -> ResponseReturnValue:
    """Answer with the page of a meeting."""
    meeting = meeting_of(meeting_id)
    room = room_of(meeting)
    return _page(meeting, room, rows_of(meeting, room), code, minutes=minutes)


def _page(
    meeting: Meeting,
    room: Assembly,
    rows: Sequence[Row],
    code: int,
    minutes: MinutesForm | None = None,
    row: Row | None = None,
) -> ResponseReturnValue:
    """Answer with the page of a meeting; to htmx with the matter `row` alone, if one is given."""
    today = clock.today()
    page = "meetings/meeting.html"
    names = names_of(set(room.attendance))
    parts = list(Part)
    return render(
        page,
        "meetings/_matter.html" if row else page,
        code,
        meeting=meeting,
        today=today,
        rows=rows,
        row=row,
        room=room,
        names=names,
        people=sorted(
            room.attendance.values(),
            key=lambda each: (parts.index(each.part), names.get(each.user_id, "")),
        ),
        others=queries.other_matters(meeting.id),
        unfinished=unfinished(meeting, queries.undecided(meeting.id)),
        candidates=agenda.candidates(current_actor(), today),
        outcomes=list(Outcome),
        minutes=minutes or MinutesForm(data={"approved_on": today}),
    )
