"""Sending a proposal on or back.

This view stands on the blueprint of `routes.py`; import it from here to have them all.
"""

from flask import Response, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import queries as accounts
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.guards import check, current_actor, requires
from app.core.htmx import render, see_other
from app.core.i18n import person_name
from app.core.policy import NO_UNIT, Action
from app.core.transitions import Transition
from app.mail.operations import recipients
from app.measures import notices, operations, queries, workflow
from app.measures.models import Measure
from app.measures.reading import readable
from app.measures.states import State
from app.proposing.moving import CONSEQUENCES, MoveForm, is_repeated, language_wanted
from app.proposing.routes import blueprint

__all__ = ["blueprint"]


@blueprint.route("/proposals/<int:measure_id>/<transition>", methods=["GET", "POST"])
@requires(Action.READ_PROPOSALS)
def move(measure_id: int, transition: str) -> ResponseReturnValue:
    """Send a proposal on or back; a page may ask for the reason first, or whether one is sure."""
    row = _row(transition)
    measure = readable(measure_id)
    check(row.action, measure.unit_id or NO_UNIT)
    form = MoveForm(row, queries.last_transition(measure_id))
    if request.method == "GET":
        if not row.asks:
            abort(404)
        row.check_source(measure.state)
        return _page(form, measure, row)
    if not form.accepts():
        return _page(form, measure, row, 422)
    try:
        with writing():
            measure = readable(measure_id)
            _move(measure, row, form)
            state = measure.state
    except Refused as refused:
        if not row.asks:
            raise
        return _page(form, readable(measure_id), row, 409, refused=refused)
    flash(_("Done. The proposal is now: %(state)s.", state=state.label), "success")
    return see_other("status_page.measure", measure_id=measure_id)


def _row(name: str) -> Transition[State]:
    """Return the row of the workflow that an address names; 404 unless it is made here."""
    for row in workflow.WORKFLOW.transitions:
        if row.name == name and workflow.is_made_alone(row):
            return row
    abort(404)


def _move(measure: Measure, row: Transition[State], form: MoveForm) -> None:
    """Make the transition; a button that is pressed twice has done its work the first time."""
    actor = current_actor()
    last = queries.last_transition(measure.id)
    if is_repeated(row, last, form, actor):
        return
    if form.is_stale(last):
        row.check_source(measure.state)
        raise Stale
    reason, concerned = form.reason.data or "", form.fields_concerned
    operations.move(measure, row.name, actor, reason, concerned=concerned)


def _page(
    form: MoveForm, measure: Measure, row: Transition[State], code: int = 200, **context: object
) -> Response:
    """Answer with what the transition will do, and who will hear of it."""
    proposer_id = queries.last_submitter(measure.id) or measure.created_by_id
    proposer = accounts.person(proposer_id) if proposer_id else None
    last = queries.last_transition(measure.id)
    if code == 409:
        # From here on the reader knows what has happened.
        form.seen.data = str(last.id if last else 0)
    return render(
        "proposing/move.html",
        "proposing/_move.html",
        code,
        form=form,
        measure=measure,
        row=row,
        consequence=CONSEQUENCES.get(row.name),
        hearers=recipients(notices.readers(measure, row.name), current_actor()),
        language_wanted=language_wanted(row, proposer),
        reason_lang=proposer.language if proposer else None,
        last=last,
        last_by=_name_of(last.actor_id) if last else "",
        can_still=measure.state in row.sources,
        **context,
    )


def _name_of(user_id: int | None) -> str:
    """Return the name of the person who made a transition; empty where nobody is known."""
    return person_name(accounts.names_of([user_id])[user_id]) if user_id else ""
