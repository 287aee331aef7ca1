"""Proposals: the list, the form, and sending them on."""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import clock, idempotency
from app.core.database import writing
from app.core.errors import Refused
from app.core.guards import check, current_actor, requires
from app.core.htmx import render, see_other
from app.core.i18n import language
from app.core.pagination import Page, page_count
from app.core.policy import NO_UNIT, Action, can
from app.core.transitions import Transition
from app.measures import operations, queries, workflow
from app.measures.models import Measure
from app.measures.reading import readable
from app.measures.states import State
from app.proposing.forms import ProposalForm, ReasonForm, explanations

blueprint = Blueprint("proposing", __name__)

PAGE_SIZE = 50


@blueprint.get("/proposals")
@requires(Action.READ_PROPOSALS)
def proposals() -> ResponseReturnValue:
    """List the proposals that the reader may see, all or those of one state."""
    actor = current_actor()
    state = State.parse(request.args.get("state"))
    counts = queries.count_proposals(actor)
    total = counts.get(state, 0) if state else sum(counts.values())
    number = request.args.get("page", 1, type=int)
    if number not in range(1, page_count(total, PAGE_SIZE) + 1):
        return redirect(_list_url(state, 1))
    rows = queries.proposals(actor, state, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    return render_template(
        "proposing/proposals.html",
        page=Page(rows, number, PAGE_SIZE, total, lambda to: _list_url(state, to)),
        counts=counts,
        chosen=state,
        list_url=_list_url,
        local=clock.local,
    )


def _list_url(state: State | None, page: int = 1) -> str:
    return url_for("proposing.proposals", state=state, page=page if page > 1 else None)


@blueprint.route("/proposals/new", methods=["GET", "POST"])
@requires(Action.PROPOSE)
def new() -> ResponseReturnValue:
    """Write a proposal."""
    actor = current_actor()
    today = clock.today()
    form = ProposalForm(queries.options_for(actor, today), language(), today)
    if not form.is_submitted():
        return _form_page(form, None)
    if not form.accepts(complete=_submits()):
        return _form_page(form, None, 422)
    key = form.key.data or ""
    try:
        with writing():
            measure = operations.create_proposal(actor, form.fields(), key)
            _submit_if_asked(measure)
            measure_id = measure.id
    except Refused as refused:
        known = idempotency.earlier_result(actor, key)
        if known is None:
            raise
        return _conflict_page(form, readable(int(known)), refused)
    return _saved(measure_id)


@blueprint.route("/proposals/<int:measure_id>/edit", methods=["GET", "POST"])
@requires(Action.EDIT_PROPOSAL)
def edit(measure_id: int) -> ResponseReturnValue:
    """Change a proposal."""
    actor = current_actor()
    today = clock.today()
    measure = readable(measure_id)
    check(Action.EDIT_PROPOSAL, measure.unit_id or NO_UNIT)
    form = ProposalForm(queries.options_for(actor, today, measure), language(), today, measure)
    if not form.is_submitted():
        if not workflow.may_edit(measure, actor):
            raise Refused(workflow.reason_not_to_edit(measure))
        return _form_page(form, measure)
    must_be_complete = _submits() or measure.state not in workflow.IN_THE_UNIT
    if not form.accepts(complete=must_be_complete):
        return _form_page(form, measure, 422)
    try:
        with writing():
            measure = readable(measure_id)
            operations.edit_proposal(
                measure,
                form.version_seen,
                form.fields(),
                actor,
                still_matches=form.says_still_matches,
            )
            _submit_if_asked(measure)
    except Refused as refused:
        return _conflict_page(form, readable(measure_id), refused)
    return _saved(measure_id)


@blueprint.route("/proposals/<int:measure_id>/<transition>", methods=["GET", "POST"])
@requires(Action.READ_PROPOSALS)
def move(measure_id: int, transition: str) -> ResponseReturnValue:
    """Send a proposal on or back; the page asks for the reason where there must be one."""
    row = _row(transition)
    measure = readable(measure_id)
    check(row.action, measure.unit_id or NO_UNIT)
    form = ReasonForm()
    if row.needs_reason and not form.validate_on_submit():
        code = 422 if form.is_submitted() else 200
        return render(
            "proposing/move.html", "proposing/_move.html", code, form=form, measure=measure, row=row
        )
    if request.method == "GET":
        abort(404)
    with writing():
        measure = readable(measure_id)
        # A button that is pressed twice has done its work the first time.
        if measure.state is not row.target:
            operations.move(measure, row.name, current_actor(), form.reason.data or "")
        state = measure.state
    flash(_("Done. The proposal is now: %(state)s.", state=state.label), "success")
    return see_other("status_page.measure", measure_id=measure_id)


def _row(name: str) -> Transition[State]:
    """Return the row of the workflow that an address names; 404 unless it is made here."""
    for row in workflow.WORKFLOW.transitions:
        if row.name == name and workflow.is_made_alone(row):
            return row
    abort(404)


def _submits() -> bool:
    """Tell whether the button "Submit" was pressed."""
    return request.form.get("then") == "submit"


def _submit_if_asked(measure: Measure) -> None:
    """Submit the proposal when that button was pressed, once however often."""
    if _submits() and measure.state is not State.SUBMITTED:
        operations.move(measure, "submit", current_actor())


def _saved(measure_id: int) -> ResponseReturnValue:
    """Answer after a save: a draft goes on being written, the rest is looked at."""
    if _submits():
        flash(_("The proposal has been submitted."), "success")
        return see_other("status_page.measure", measure_id=measure_id)
    flash(_("The proposal has been saved."), "success")
    return see_other("proposing.edit", measure_id=measure_id)


def _form_page(
    form: ProposalForm, measure: Measure | None, code: int = 200, **context: object
) -> Response:
    """Answer with the form of `measure`, or of a new proposal."""
    actor = current_actor()
    unit_id = measure.unit_id if measure else None
    in_the_unit = measure is None or measure.state in workflow.IN_THE_UNIT
    step = queries.last_step(measure.id) if measure else None
    return render(
        "proposing/form.html",
        "proposing/_form.html",
        code,
        form=form,
        measure=measure,
        explanations=explanations(current_app.config["SETTINGS"]),
        can_save=measure is None or workflow.may_edit(measure, actor),
        can_submit=in_the_unit and can(actor, Action.SUBMIT_PROPOSAL, unit_id),
        outdated=workflow.OUTDATED[measure.stale] if measure and measure.stale else None,
        returned=step if step and step.target is State.RETURNED else None,
        **context,
    )


def _conflict_page(form: ProposalForm, measure: Measure, refused: Refused) -> Response:
    """Answer with what is saved and what was typed, so that neither is lost.

    Saving once more from here puts the typed text in place of the saved one.
    """
    form.version.data = str(measure.version)
    differences = form.differences(measure)
    return _form_page(form, measure, 409, refused=refused, differences=differences)
