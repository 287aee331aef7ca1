"""Meetings of the steering group: their list, their agendas, their decisions."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other, wants_fragment
from app.core.idempotency import earlier_result, keep_result
from app.core.policy import Action
from app.measures.reading import readable
from app.meetings import agenda, operations, queries
from app.meetings.agenda import Matter
from app.meetings.forms import DecisionForm, MeetingForm, MinutesForm, UndoForm
from app.meetings.models import Decision, Meeting

blueprint = Blueprint("meetings", __name__)


@blueprint.get("/meetings")
@requires(Action.READ_MEETINGS)
def meetings() -> ResponseReturnValue:
    """List the meetings; the secretary arranges a new one here."""
    form = MeetingForm(data={"number": queries.next_number(clock.today().year)})
    return _list_page(form)


@blueprint.post("/meetings")
@requires(Action.MANAGE_MEETINGS)
def arrange() -> ResponseReturnValue:
    """Arrange a meeting."""
    actor = current_actor()
    form = MeetingForm()
    if not form.validate():
        return _list_page(form, 422)
    key = form.key.data or ""
    try:
        with writing():
            meeting_id = earlier_result(actor, key)
            if meeting_id is None:
                meeting = operations.arrange(**form.fields(), actor=actor)
                meeting_id = str(meeting.id)
                keep_result(actor, key, meeting_id)
    except Refused as refused:
        form.take(refused)
        return _list_page(form, 422)
    return see_other("meetings.meeting", meeting_id=meeting_id)


def _list_page(form: MeetingForm, code: int = 200) -> ResponseReturnValue:
    return render(
        "meetings/meetings.html",
        "meetings/_meeting_form.html",
        code,
        meetings=queries.meetings(),
        form=form,
    )


@blueprint.get("/meetings/<int:meeting_id>")
@requires(Action.READ_MEETINGS)
def meeting(meeting_id: int) -> ResponseReturnValue:
    """Show a meeting: its agenda, its decisions, and what could be added."""
    return _meeting_page(meeting_id, _rows(meeting_id))


class Row(NamedTuple):
    """A matter as the page shows it.

    Attributes:
        matter: The measure and the decision.
        form: The form that decides it.
        undo_form: The form that undoes the decision.
        refused: Why what the reader has sent could not be done.
        just_decided: Whether the reader has decided it with this request.
    """

    matter: Matter
    form: DecisionForm
    undo_form: UndoForm
    refused: Refused | None = None
    just_decided: bool = False


@blueprint.post("/meetings/<int:meeting_id>/agenda/<int:measure_id>")
@requires(Action.MANAGE_MEETINGS)
def add_to_agenda(meeting_id: int, measure_id: int) -> ResponseReturnValue:
    """Put a measure on the agenda."""
    actor = current_actor()
    with writing():
        measure = readable(measure_id)
        operations.add_to_agenda(_meeting(meeting_id), measure, actor)
    flash(_("Added to the agenda."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


@blueprint.post("/meetings/<int:meeting_id>/decisions/<int:decision_id>/remove")
@requires(Action.MANAGE_MEETINGS)
def remove_from_agenda(meeting_id: int, decision_id: int) -> ResponseReturnValue:
    """Take a matter that is not decided off the agenda."""
    with writing():
        decision = _decision(meeting_id, decision_id)
        operations.remove_from_agenda(_meeting(meeting_id), decision, current_actor())
    flash(_("Taken off the agenda."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


@blueprint.post("/meetings/<int:meeting_id>/decisions/<int:decision_id>")
@requires(Action.DECIDE)
def decide(meeting_id: int, decision_id: int) -> ResponseReturnValue:
    """Record what the meeting decided on a measure."""
    actor = current_actor()
    form = DecisionForm(decision_id)
    if not form.accepts():
        return _matter_answer(meeting_id, decision_id, 422, form=form)
    key = form.key.data or ""
    try:
        with writing():
            if earlier_result(actor, key) is None:
                decision = _decision(meeting_id, decision_id)
                operations.decide(decision, **form.fields(), actor=actor)
                keep_result(actor, key, "decided")
    except Refused as refused:
        return _matter_answer(meeting_id, decision_id, 409, form=form, refused=refused)
    if wants_fragment():
        return _matter_answer(meeting_id, decision_id, 200, just_decided=True)
    flash(_("The decision was recorded."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


@blueprint.post("/meetings/<int:meeting_id>/decisions/<int:decision_id>/undo")
@requires(Action.DECIDE)
def undo(meeting_id: int, decision_id: int) -> ResponseReturnValue:
    """Undo a decision."""
    form = UndoForm(decision_id)
    if not form.accepts():
        return _matter_answer(meeting_id, decision_id, 422, undo_form=form)
    try:
        with writing():
            decision = _decision(meeting_id, decision_id)
            operations.undo(decision, form.reason.data or "", current_actor())
    except Refused as refused:
        return _matter_answer(meeting_id, decision_id, 409, undo_form=form, refused=refused)
    flash(_("The decision was undone. The measure is in scoring again."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


@blueprint.post("/meetings/<int:meeting_id>/minutes")
@requires(Action.MANAGE_MEETINGS)
def approve_minutes(meeting_id: int) -> ResponseReturnValue:
    """Record that the minutes are approved."""
    form = MinutesForm()
    if not form.validate():
        return _meeting_page(meeting_id, _rows(meeting_id), 422, form)
    with writing():
        day = form.approved_on.data or abort(422)
        operations.approve_minutes(_meeting(meeting_id), day, current_actor())
    flash(_("The minutes are approved."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


def _meeting(meeting_id: int) -> Meeting:
    return queries.meeting(meeting_id) or abort(404)


def _decision(meeting_id: int, decision_id: int) -> Decision:
    return queries.decision(meeting_id, decision_id) or abort(404)


def _rows(meeting_id: int) -> list[Row]:
    return [
        Row(matter, DecisionForm(matter.decision.id), UndoForm(matter.decision.id))
        for matter in agenda.matters(meeting_id, current_actor(), clock.today())
    ]


def _matter_answer(
    meeting_id: int, decision_id: int, code: int, **changes: Any
) -> ResponseReturnValue:
    """Answer with the page of a meeting, or one matter of it alone, on which `changes` shows."""
    rows = _rows(meeting_id)
    ids = [row.matter.decision.id for row in rows]
    if decision_id not in ids:
        abort(404)
    place = ids.index(decision_id)
    rows[place] = rows[place]._replace(**changes)
    return _meeting_page(meeting_id, rows, code, row=rows[place])


def _meeting_page(
    meeting_id: int,
    rows: Sequence[Row],
    code: int = 200,
    minutes: MinutesForm | None = None,
    row: Row | None = None,
) -> ResponseReturnValue:
    """Answer with the page of a meeting; to htmx with the matter `row` alone, if one is given."""
    today = clock.today()
    page = "meetings/meeting.html"
    return render(
        page,
        "meetings/_matter.html" if row else page,
        code,
        meeting=_meeting(meeting_id),
        today=today,
        rows=rows,
        row=row,
        candidates=agenda.candidates(current_actor(), today),
        minutes=minutes or MinutesForm(data={"approved_on": today}),
    )
