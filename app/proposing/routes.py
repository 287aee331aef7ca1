"""Proposals: the list, the form, and sending them on."""

from collections.abc import Mapping
from functools import partial

from flask import (
    Blueprint,
    Response,
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
from app.core.fields import version_in
from app.core.guards import check, current_actor, refuse, requires
from app.core.htmx import render, see_other
from app.core.i18n import language
from app.core.pagination import Page, page_count
from app.core.policy import NO_UNIT, Action, can
from app.measures import editing, operations, queries, workflow
from app.measures.likeness import COMPARED, Texts
from app.measures.models import Measure
from app.measures.reading import readable
from app.measures.states import Publicity, State
from app.proposing import conflict, lookalikes, working_copies
from app.proposing import queries as listing
from app.proposing.calendar import deadlines
from app.proposing.explanations import explanations
from app.proposing.filters import chips, parse
from app.proposing.forms import ProposalForm
from app.proposing.models import WorkingCopy
from app.proposing.working_copies import Mark
from app.roadmaps.since_approval import why_not_saved

blueprint = Blueprint("proposing", __name__)

PAGE_SIZE = 50

_FIELDS = frozenset(Measure.__table__.columns.keys()) - {"version"} | editing.PROPOSED
"""All that is kept of a measure, whether anybody may set it or nobody."""


@blueprint.get("/proposals")
@requires(Action.READ_PROPOSALS)
def proposals() -> ResponseReturnValue:
    """List the proposals that the reader may see and asks for."""
    actor = current_actor()
    filters = parse(request.args)
    summary = listing.summary(actor, filters, language())
    counts = summary.states
    total = counts.get(filters.state, 0) if filters.state else sum(counts.values())
    if filters.page > page_count(total, PAGE_SIZE):
        return redirect(filters.url())
    rows = listing.proposals(actor, filters, PAGE_SIZE)
    return render_template(
        "proposing/proposals.html",
        page=Page(rows, filters.page, PAGE_SIZE, total, lambda to: filters.url(page=to)),
        filters=filters,
        chips=chips(filters, dict(summary.units)),
        summary=summary,
        local=clock.local,
    )


@blueprint.route("/proposals/new", methods=["GET", "POST"])
@requires(Action.PROPOSE)
def new() -> ResponseReturnValue:
    """Write a proposal."""
    actor = current_actor()
    today = clock.today()
    if _is_forged(None, editing.PROPOSED):
        refuse(Action.PROPOSE)
    asked = "" if request.method == "POST" else request.args.get("copy", "")
    if saved_as := working_copies.saved_as(actor, asked):
        return redirect(url_for("proposing.edit", measure_id=saved_as))
    copy = working_copies.find(actor, asked)
    options = partial(queries.options_for, actor, today)
    form = ProposalForm(options, actor, language(), today, copy=copy)
    if not form.is_submitted():
        conflict.begin(form, copy)
        unfinished = working_copies.of_person(actor, new=True)
        return _form_page(form, None, copy=copy, unfinished=unfinished)
    if not form.accepts(complete=_submits()):
        return _form_page(form, None, 422)
    key = form.key.data or ""
    try:
        with writing():
            working_copies.take_turn(actor)
            measure = operations.create_proposal(actor, form.fields(), key)
            _submit_if_asked(measure)
            working_copies.settle(actor, key, mark_of(request.form), measure)
            measure_id = measure.id
    except Refused as refused:
        known = working_copies.saved_as(actor, key)
        if known is None:
            raise
        return _conflict_page(form, readable(known), refused)
    return _saved(measure_id)


@blueprint.route("/proposals/<int:measure_id>/edit", methods=["GET", "POST"])
@requires(Action.EDIT_PROPOSAL)
def edit(measure_id: int) -> ResponseReturnValue:
    """Change a proposal."""
    measure = readable(measure_id)
    check(Action.EDIT_PROPOSAL, measure.unit_id or NO_UNIT)
    return _edit(measure, Action.EDIT_PROPOSAL)


@blueprint.route("/measures/<int:measure_id>/facts", methods=["GET", "POST"])
@requires(Action.EDIT_FACTS)
def edit_facts(measure_id: int) -> ResponseReturnValue:
    """Change the facts of an approved measure."""
    measure = readable(measure_id)
    check(Action.EDIT_FACTS, measure.unit_id or NO_UNIT, measure.lead_post_id)
    return _edit(measure, Action.EDIT_FACTS)


def _edit(measure: Measure, action: Action) -> ResponseReturnValue:
    """Answer with the form of a measure, or save what was sent by one who may do `action`."""
    actor, today, measure_id = current_actor(), clock.today(), measure.id
    # Where nothing can be edited any more, what was typed is shown, and so are all its fields.
    editable = editing.editable(measure, actor)
    settable = editable or editing.PROPOSED
    if _is_forged(measure, settable):
        refuse(action)
    options = partial(queries.options_for, actor, today, measure)
    copy = None
    if request.method != "POST":
        copy = working_copies.of_measure(actor, measure, request.args.get("copy", ""))
    form = ProposalForm(options, actor, language(), today, measure, settable, copy)
    if not form.is_submitted():
        return _opened(form, measure, copy)
    if request.form.get("then") == "theirs":
        return _give_way(form, measure)
    conflict.take_chosen(form, measure, request.form)
    must_be_complete = _submits() or measure.state not in workflow.IN_THE_UNIT
    if not form.accepts(complete=must_be_complete):
        return _form_page(form, measure, 422)
    changes = form.changes()
    try:
        with writing():
            working_copies.take_turn(actor)
            measure = readable(measure_id)
            operations.edit_proposal(
                measure,
                form.version_seen,
                changes,
                actor,
                still_matches=form.says_still_matches,
            )
            _submit_if_asked(measure)
            working_copies.settle(actor, form.key.data or "", mark_of(request.form), measure)
            is_approved = measure.state is State.APPROVED
    except Refused as refused:
        return _conflict_page(form, readable(measure_id), refused)
    return _saved(measure_id, is_approved=is_approved)


def mark_of(sent: Mapping[str, str]) -> Mark:
    """Return which working copy a form that was sent had been filled in from."""
    return Mark(sent.get("copy", ""), sent.get("copy_version", ""))


def _opened(form: ProposalForm, measure: Measure, copy: WorkingCopy | None) -> Response:
    """Answer with the form as it is opened: with what its reader has not saved, if there is any."""
    conflict.begin(form, copy)
    found = conflict.compare(form, measure, {}) if copy else None
    has_unsaved = found is not None and bool(found.choices or found.yours or form.is_half_typed)
    may_edit = editing.may_edit(measure, current_actor())
    if not may_edit and not has_unsaved:
        raise Refused(editing.reason_not_to_edit(measure))
    is_behind = copy is not None and (copy.version != measure.version or not may_edit)
    return _form_page(
        form,
        measure,
        copy=copy if has_unsaved else None,
        conflict=found if has_unsaved and is_behind else None,
        refused=None if may_edit else editing.reason_not_to_edit(measure),
        others=working_copies.who_else_writes(measure, current_actor()),
    )


def _give_way(form: ProposalForm, measure: Measure) -> ResponseReturnValue:
    """Throw away what its writer typed, as they chose what somebody else has saved."""
    with writing(counted=False):
        actor, key = current_actor(), form.key.data or ""
        working_copies.take_turn(actor)
        working_copies.settle(actor, key, mark_of(request.form), measure)
    flash(_("What you had not saved was thrown away."), "info")
    facts = editing.edits_facts(measure, actor)
    return see_other("proposing.edit_facts" if facts else "proposing.edit", measure_id=measure.id)


def _is_forged(measure: Measure | None, settable: frozenset[str]) -> bool:
    """Tell whether this request sets what its sender may not, which no form of ours offers them.

    Args:
        measure: The proposal; None for one that does not exist yet.
        settable: The fields that they may set.
    """
    sets_more = request.form.keys() & _FIELDS - settable
    was_public = measure is not None and measure.publicity is Publicity.PUBLIC
    makes_public = request.form.get("publicity") == Publicity.PUBLIC and not was_public
    newest = measure.version if measure else 0
    versions = (request.form.get(name, "") for name in ("version", "conflict_version"))
    is_of_the_future = any(version_in(version) > newest for version in versions)
    return bool(sets_more or makes_public or is_of_the_future)


def _submits() -> bool:
    """Tell whether the button "Submit" was pressed."""
    return request.form.get("then") == "submit"


def _submit_if_asked(measure: Measure) -> None:
    """Submit the proposal when that button was pressed, once however often."""
    if _submits() and measure.state is not State.SUBMITTED:
        operations.move(measure, "submit", current_actor())


def _saved(measure_id: int, *, is_approved: bool = False) -> ResponseReturnValue:
    """Answer after a save: a draft goes on being written, the rest is looked at."""
    if _submits():
        flash(_("The proposal has been submitted."), "success")
        return see_other("status_page.measure", measure_id=measure_id)
    if is_approved:
        flash(_("The facts of the measure have been saved."), "success")
        return see_other("status_page.measure", measure_id=measure_id)
    flash(_("The proposal has been saved."), "success")
    return see_other("proposing.edit", measure_id=measure_id)


def _form_page(
    form: ProposalForm, measure: Measure | None, code: int = 200, **context: object
) -> Response:
    """Answer with the form of `measure`, or of a new proposal."""
    actor = current_actor()
    settings = current_app.config["SETTINGS"]
    unit_id = measure.unit_id if measure else None
    in_the_unit = measure is None or measure.state in workflow.IN_THE_UNIT
    is_returned = measure is not None and measure.state is State.RETURNED
    lacking = workflow.missing(measure) if measure and in_the_unit else {}
    typed = Texts(*(form[name].data or "" for name in COMPARED))
    return render(
        "proposing/form.html",
        "proposing/_form.html",
        code,
        form=form,
        measure=measure,
        facts=measure is not None and editing.edits_facts(measure, actor),
        explanations=explanations(settings),
        can_save=measure is None or editing.may_edit(measure, actor),
        can_submit=in_the_unit and can(actor, Action.SUBMIT_PROPOSAL, unit_id),
        deadlines=deadlines(clock.today(), settings.meeting_deadline_days),
        lacking={form.place(name): text for name, text in lacking.items()},
        returned=queries.last_return(measure.id) if measure and is_returned else None,
        look_alikes=lookalikes.like(actor, typed, measure.id if measure else None),
        mark_of=lookalikes.mark_of,
        **context,
    )


def _conflict_page(form: ProposalForm, measure: Measure, refused: Refused) -> Response:
    """Answer with what is saved and what was typed, so that neither is lost.

    Saving once more from here saves what its writer chose, field by field.
    """
    found = conflict.compare(form, measure, request.form)
    if working_copies.saved_as(current_actor(), form.key.data or ""):
        # This form has done its work once; what is typed from here on is another's.
        form.key.data = idempotency.new_key()
    reasons = [*refused.reasons, why_not_saved(measure)]
    reason = " ".join(str(reason) for reason in reasons if reason)
    return _form_page(form, measure, 409, conflict=found, refused=reason)
