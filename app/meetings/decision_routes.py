"""Decisions of a meeting: one by one or many at once, prepared, applied at the end, and undone.

These views stand on the blueprint of `routes.py`.
"""

from flask import abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other, wants_fragment
from app.core.idempotency import earlier_result, keep_result, key_with
from app.core.policy import Action, Actor
from app.measures.reading import readable
from app.meetings import deciding, ending, queries
from app.meetings.decision_forms import BulkForm, DecisionForm, EndForm, ReopeningForm, UndoForm
from app.meetings.ending import Plan
from app.meetings.models import Decision, Meeting
from app.meetings.page import decision_of, matter_answer, meeting_of, room_of
from app.meetings.routes import ID, blueprint
from app.meetings.sections import sections_of
from app.meetings.states import Outcome, Stage

__all__ = ["blueprint"]


@blueprint.post("/meetings/<int:meeting_id>/decisions/<int:decision_id>")
@requires(Action.DECIDE)
def decide(meeting_id: int, decision_id: int) -> ResponseReturnValue:
    """Record what the meeting decided on a measure, or prepare it, as the button says."""
    actor = current_actor()
    is_final = request.form.get("do") != "prepare"
    form = _form(meeting_id, decision_id)
    if not form.accepts():
        return matter_answer(meeting_id, decision_id, 422, form=form)
    key = form.key.data or ""
    done = key_with(key, "decided")
    try:
        with writing():
            if earlier_result(actor, done) is None:
                decision = decision_of(meeting_id, decision_id)
                words = form.words(final=is_final)
                _check_seen(decision, form, actor)
                if is_final:
                    outcome = words.outcome or abort(422)
                    deciding.decide(decision, outcome, words.reason, words.section, actor)
                    keep_result(actor, done, "decided")
                else:
                    deciding.prepare(decision, words, actor)
                    _keep_own(decision, key, actor)
    except Refused as refused:
        return matter_answer(meeting_id, decision_id, 409, form=form, refused=refused)
    if wants_fragment():
        return matter_answer(meeting_id, decision_id, 200, just_done=True)
    flash(
        _("The decision was recorded.") if is_final else _("The decision is prepared."), "success"
    )
    return see_other("meetings.meeting", meeting_id=meeting_id)


@blueprint.post("/meetings/<int:meeting_id>/decisions/<int:decision_id>/prepare")
@requires(Action.DECIDE)
def prepare(meeting_id: int, decision_id: int) -> ResponseReturnValue:
    """Keep what is being typed of a decision, whole or not; the room sees it at once."""
    actor = current_actor()
    form = _form(meeting_id, decision_id)
    if not form.validate():
        return _kept(meeting_id, decision_id, 422, form)
    try:
        with writing():
            decision = decision_of(meeting_id, decision_id)
            _check_seen(decision, form, actor)
            deciding.prepare(decision, form.words(final=False), actor)
            _keep_own(decision, form.key.data or "", actor)
    except Refused as refused:
        return _kept(meeting_id, decision_id, 409, form, refused)
    return _kept(meeting_id, decision_id, 200, form)


def _form(meeting_id: int, decision_id: int) -> DecisionForm:
    """Return the form of a matter, filled in with what was sent."""
    decision, meeting = decision_of(meeting_id, decision_id), meeting_of(meeting_id)
    rows = queries.agenda(meeting_id, current_actor())
    sections = sections_of(meeting, [(row.Decision, row.Measure) for row in rows])
    return DecisionForm(decision, sections.get(decision_id, decision.section))


def _check_seen(decision: Decision, form: DecisionForm, actor: Actor) -> None:
    """Raise Stale when a matter says something that the form has neither shown nor written."""
    saved = deciding.digest_of(decision)
    if saved != form.seen.data and not earlier_result(actor, key_with(form.key.data or "", saved)):
        raise Stale


def _keep_own(decision: Decision, key: str, actor: Actor) -> None:
    """Note that a form has written what a matter says now, so that it does not conflict with it."""
    own = key_with(key, deciding.digest_of(decision))
    if earlier_result(actor, own) is None:
        keep_result(actor, own, "prepared")


def _kept(
    meeting_id: int,
    decision_id: int,
    code: int,
    form: DecisionForm,
    refused: Refused | None = None,
) -> ResponseReturnValue:
    """Answer with the line below the form that says what is kept; without htmx with the page."""
    if not wants_fragment():
        return matter_answer(meeting_id, decision_id, code, form=form, refused=refused)
    decision = decision_of(meeting_id, decision_id)
    return render(
        "meetings/_kept.html",
        "meetings/_kept.html",
        code,
        decision=decision,
        measure=readable(decision.measure_id),
        at=clock.local(clock.now()),
        refused=refused,
        errors=[error for field in form for error in field.errors],
    )


@blueprint.post("/meetings/<int:meeting_id>/decisions/<int:decision_id>/clear")
@requires(Action.DECIDE)
def clear(meeting_id: int, decision_id: int) -> ResponseReturnValue:
    """Take a prepared decision back."""
    with writing():
        decision = decision_of(meeting_id, decision_id)
        done = decision.stage is Stage.ON_AGENDA
        if not done:
            deciding.clear(decision, current_actor())
    if done:
        flash(_("Nothing is prepared."), "info")
    else:
        flash(_("The prepared decision was taken back."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id, _anchor=f"matter-{decision_id}")


@blueprint.post("/meetings/<int:meeting_id>/decisions/<int:decision_id>/undo")
@requires(Action.DECIDE)
def undo(meeting_id: int, decision_id: int) -> ResponseReturnValue:
    """Undo a decision."""
    form = UndoForm(decision_id)
    if not form.accepts():
        return matter_answer(meeting_id, decision_id, 422, undo_form=form)
    done = False
    try:
        with writing():
            decision = decision_of(meeting_id, decision_id)
            done = decision.undone_at is not None
            if not done:
                deciding.undo(decision, form.reason.data or "", current_actor())
    except Refused as refused:
        return matter_answer(meeting_id, decision_id, 409, undo_form=form, refused=refused)
    if done:
        flash(_("The decision has been undone already."), "info")
    else:
        flash(_("The decision was undone. The measure is on the agenda again."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


@blueprint.get("/meetings/<int:meeting_id>/preview")
@requires(Action.DECIDE)
def preview(meeting_id: int) -> ResponseReturnValue:
    """Show exactly what deciding the same on the ticked matters would do."""
    meeting = meeting_of(meeting_id)
    ids = _ids(request.args)
    outcome = Outcome.parse(request.args.get("outcome"))
    if not ids or outcome is None:
        flash(_("Tick the matters first, and choose the decision."), "error")
        return see_other("meetings.meeting", meeting_id=meeting_id, _anchor="several")
    plan = ending.plan_bulk(meeting, ids, outcome, current_actor(), room_of(meeting))
    return _preview_page(meeting, plan, outcome, BulkForm(formdata=None))


@blueprint.post("/meetings/<int:meeting_id>/preview")
@requires(Action.DECIDE)
def confirm(meeting_id: int) -> ResponseReturnValue:
    """Do what the preview showed, once however often it is sent, unless things have changed."""
    actor = current_actor()
    meeting = meeting_of(meeting_id)
    ids, outcome = _ids(request.form), Outcome.parse(request.form.get("outcome")) or abort(404)
    form = BulkForm()
    key, at_once = form.key.data or "", request.form.get("do") == "decide"
    plan = ending.plan_bulk(meeting, ids, outcome, actor, room_of(meeting))
    done = earlier_result(actor, key)
    if done is None and plan.fingerprint != form.seen.data:
        form.take(Stale())
        return _preview_page(meeting, plan, outcome, form, 409)
    if done is None and not form.accepts(needs_reason=plan.needs_reason):
        return _preview_page(meeting, plan, outcome, form, 422)
    try:
        with writing():
            done = earlier_result(actor, key)
            if done is None:
                meeting = meeting_of(meeting_id)
                plan = ending.plan_bulk(meeting, ids, outcome, actor, room_of(meeting))
                if plan.fingerprint != form.seen.data:
                    raise Stale
                reason = form.reason.data or ""
                done = str(ending.carry_out(meeting, plan, reason, actor, at_once=at_once))
                keep_result(actor, key, done)
    except Refused as refused:
        form.take(refused)
        meeting = meeting_of(meeting_id)
        plan = ending.plan_bulk(meeting, ids, outcome, actor, room_of(meeting))
        return _preview_page(meeting, plan, outcome, form, 409)
    flash(
        ngettext(
            "%(num)s matter: the decision was recorded.",
            "%(num)s matters: the decisions were recorded.",
            int(done),
        )
        if at_once
        else ngettext(
            "%(num)s matter: the decision is prepared.",
            "%(num)s matters: the decisions are prepared.",
            int(done),
        ),
        "success",
    )
    return see_other("meetings.meeting", meeting_id=meeting_id)


def _ids(args: MultiDict[str, str]) -> set[int]:
    """Return the ticked matters; 400 for more than a page offers."""
    ids = {int(text) for text in args.getlist("id") if ID.fullmatch(text)}
    if len(ids) > ending.MOST:
        abort(400)
    return ids


def _preview_page(
    meeting: Meeting, plan: Plan, outcome: Outcome, form: BulkForm, code: int = 200
) -> ResponseReturnValue:
    if not plan.changes:
        abort(404)
    form.seen.data = plan.fingerprint
    body = render_template(
        "meetings/preview.html",
        meeting=meeting,
        today=clock.today(),
        plan=plan,
        outcome=outcome,
        form=form,
        changed=code == 409,
    )
    return body, code


@blueprint.route("/meetings/<int:meeting_id>/end", methods=["GET", "POST"])
@requires(Action.DECIDE)
def end(meeting_id: int) -> ResponseReturnValue:
    """Show what the end of the meeting does, and end it: what is prepared is decided."""
    actor = current_actor()
    form = EndForm()
    if not form.is_submitted():
        return _end_page(meeting_id, form)
    key = form.key.data or ""
    if not form.validate():
        return _end_page(meeting_id, form, 422)
    try:
        with writing():
            done = earlier_result(actor, key)
            if done is None:
                number = ending.end(meeting_of(meeting_id), form.seen.data or "", actor)
                done = str(number)
                keep_result(actor, key, done)
    except Refused as refused:
        form.take(refused)
        return _end_page(meeting_id, form, 409)
    flash(
        ngettext(
            "The meeting has ended. %(num)s decision was recorded.",
            "The meeting has ended. %(num)s decisions were recorded.",
            int(done),
        ),
        "success",
    )
    return see_other("meetings.meeting", meeting_id=meeting_id)


def _end_page(meeting_id: int, form: EndForm, code: int = 200) -> ResponseReturnValue:
    meeting = meeting_of(meeting_id)
    plan = ending.plan_end(meeting, current_actor(), room_of(meeting))
    form.seen.data = plan.fingerprint
    body = render_template(
        "meetings/end.html",
        meeting=meeting,
        today=clock.today(),
        plan=plan,
        form=form,
        changed=code == 409,
    )
    return body, code


@blueprint.route("/meetings/<int:meeting_id>/reopen", methods=["GET", "POST"])
@requires(Action.DECIDE)
def reopen(meeting_id: int) -> ResponseReturnValue:
    """Show what undoing the end of the meeting does, and undo it."""
    actor = current_actor()
    form = ReopeningForm()
    if not form.is_submitted():
        return _reopening_page(meeting_id, form)
    key = form.key.data or ""
    if not form.accepts(needs_reason=True):
        return _reopening_page(meeting_id, form, 422)
    try:
        with writing():
            if earlier_result(actor, key) is None:
                reason = form.reason.data or ""
                ending.reopen(meeting_of(meeting_id), form.seen.data or "", reason, actor)
                keep_result(actor, key, "reopened")
    except Refused as refused:
        form.take(refused)
        return _reopening_page(meeting_id, form, 409)
    flash(_("The meeting is open again. What was decided at its end is prepared."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


def _reopening_page(meeting_id: int, form: ReopeningForm, code: int = 200) -> ResponseReturnValue:
    meeting = meeting_of(meeting_id)
    plan = ending.plan_reopening(meeting, current_actor())
    form.seen.data = plan.fingerprint
    body = render_template(
        "meetings/reopen.html", meeting=meeting, plan=plan, form=form, changed=code == 409
    )
    return body, code
