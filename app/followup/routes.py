"""What becomes of what a roadmap left unfinished, and closing it."""

import re
from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.guards import current_actor, requires
from app.core.i18n import language
from app.core.idempotency import earlier_result, keep_result
from app.core.policy import Action
from app.followup import carry_over as operations
from app.followup import carry_over_plans as plans
from app.followup import carry_over_queries as queries
from app.followup import closing
from app.followup.carry_over_plans import Plan
from app.followup.carry_over_queries import Left
from app.followup.forms import DecisionForm
from app.followup.states import Choice
from app.programmes.models import Roadmap, Theme
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase
from app.roadmaps.forms import TransitionForm
from app.roadmaps.operations import check_version, has_just_made
from app.roadmaps.workflow import CLOSE, WORKFLOW

blueprint = Blueprint("followup", __name__)

_ID = re.compile("[0-9]{1,9}")


@blueprint.get("/roadmaps/<int:year>/carry-over")
@requires(Action.MANAGE_ROADMAP)
def carry_over(year: int) -> ResponseReturnValue:
    """List what a roadmap left unfinished, and what has been decided on it."""
    before = _roadmap(year)
    every, taking = queries.left_by(before, current_actor()), queries.taking(before)
    is_new = taking is not None and taking.programme_id != before.programme_id
    hindrances = {choice: operations.hindrance(before, taking, choice) for choice in Choice}
    return render_template(
        "followup/carry_over.html",
        before=before,
        taking=taking,
        waiting=[left for left in every if left.is_open],
        decided=[left for left in every if left.decision],
        standing=[left for left in every if left.stands and not left.decision],
        themes=queries.themes_of(taking.programme_id) if taking and is_new else (),
        choices=[choice for choice, why_not in hindrances.items() if not why_not],
        why_not=list(dict.fromkeys(filter(None, hindrances.values()))),
        is_closed=before.phase is Phase.CLOSED,
        all_ticked="ticked" in request.args,
        today=clock.today(),
    )


@blueprint.get("/roadmaps/<int:year>/carry-over/preview")
@requires(Action.MANAGE_ROADMAP)
def preview(year: int) -> ResponseReturnValue:
    """Show exactly what a decision on the ticked measures would do."""
    before = _roadmap(year)
    choice, ids = _asked(request.args)
    if not ids:
        flash(_("Tick the measures first."), "error")
        return redirect(url_for("followup.carry_over", year=year))
    plan = _plan(before, choice, ids)
    return _preview_page(before, plan, DecisionForm(plan, clock.today()))


@blueprint.post("/roadmaps/<int:year>/carry-over/preview")
@requires(Action.MANAGE_ROADMAP)
def confirm(year: int) -> ResponseReturnValue:
    """Decide as the preview showed, once however often it is sent, unless things have changed."""
    actor, today = current_actor(), clock.today()
    choice, ids = _asked(request.form)
    before = _roadmap(year)
    plan = _plan(before, choice, ids)
    form = DecisionForm(plan, today)
    key = form.key.data or ""
    # What has changed may be what this very form, sent twice at once, has just done.
    if earlier_result(actor, key) is None:
        if plan.fingerprint != form.seen.data:
            return _preview_page(before, plan, form, 409)
        if not form.accepts():
            return _preview_page(before, plan, form, 422)
    done = False
    with writing():
        before = _roadmap(year)
        if earlier_result(actor, key) is None:
            plan = plans.make(before, choice, ids, actor, today)
            if plan.changes and plan.fingerprint == form.seen.data:
                _decide(plan, form)
                keep_result(actor, key, "decided")
                done = True
        else:
            done = True
    if not done:
        before = _roadmap(year)
        return _preview_page(before, _plan(before, choice, ids), form, 409)
    flash(_decided(len(ids)), "success")
    return redirect(url_for("followup.carry_over", year=year), 303)


def _decided(count: int) -> str:
    text = ngettext("%(num)s measure decided on", "%(num)s measures decided on", count)
    return str(text)


def _decide(plan: Plan, form: DecisionForm) -> None:
    """Decide on all measures of a plan, or on none."""
    for left in plan.changes:
        operations.decide(
            plan.taking,
            left,
            plan.choice,
            current_actor(),
            as_of=form.as_of.data if "as_of" in form else None,
            reason=(form.reason.data or "") if "reason" in form else "",
            lang=language(),
            theme=_theme(plan.themes, f"theme-{left.item.id}") if plan.needs_theme(left) else None,
        )


@blueprint.post("/roadmaps/<int:year>/carry-over/<int:item_id>/undo")
@requires(Action.MANAGE_ROADMAP)
def undo(year: int, item_id: int) -> ResponseReturnValue:
    """Take a decision back."""
    with writing():
        done = operations.undo(_left(year, item_id).item, current_actor())
    if done:
        flash(_("The decision was taken back."), "success")
    else:
        flash(_("The decision had been taken back already."), "info")
    return redirect(url_for("followup.carry_over", year=year, _anchor=f"item-{item_id}"), 303)


@blueprint.post("/roadmaps/<int:year>/carry-over/<int:item_id>/theme")
@requires(Action.MANAGE_ROADMAP)
def choose_theme(year: int, item_id: int) -> ResponseReturnValue:
    """Choose under which theme of a new programme a measure goes on."""
    with writing():
        left = _left(year, item_id)
        themes = queries.themes_of(left.next_roadmap.programme_id) if left.next_roadmap else ()
        theme = _theme(themes, "theme")
        done = theme is not None and operations.choose_theme(left, theme, current_actor())
    if theme is None:
        flash(_("Choose the theme."), "error")
    elif done:
        flash(_("The measure has its theme and its code."), "success")
    else:
        flash(_("The measure had its code already."), "info")
    return redirect(url_for("followup.carry_over", year=year, _anchor=f"item-{item_id}"), 303)


@blueprint.route("/roadmaps/<int:year>/closing", methods=["GET", "POST"])
@requires(Action.MANAGE_ROADMAP)
def close(year: int) -> ResponseReturnValue:
    """Close a roadmap, or show what holds it back."""
    roadmap = _roadmap(year)
    form = TransitionForm(CLOSE, roadmap)
    if not form.is_submitted():
        return _closing_page(roadmap, form)
    try:
        with writing():
            roadmap, actor = _roadmap(year), current_actor()
            if not has_just_made(roadmap, CLOSE, form.version.data, actor):
                check_version(roadmap, form.version.data)
                closing.close(roadmap, actor)
    except Refused as refused:
        roadmap = _roadmap(year)
        return _closing_page(roadmap, TransitionForm(CLOSE, roadmap), 409, refused)
    flash(_("The roadmap is closed."), "success")
    return redirect(url_for("roadmaps.roadmap", year=year), 303)


def _closing_page(
    roadmap: Roadmap, form: TransitionForm, code: int = 200, refused: Refused | None = None
) -> ResponseReturnValue:
    body = render_template(
        "followup/closing.html",
        roadmap=roadmap,
        form=form,
        refused=refused,
        waiting=queries.open_items(roadmap),
        may_close=roadmap.phase in WORKFLOW.named(CLOSE).sources,
    )
    return body, code


def _roadmap(year: int) -> Roadmap:
    """Return the roadmap of a year, or answer 404."""
    return roadmap_of(year) or abort(404)


def _left(year: int, item_id: int) -> Left:
    """Return what the roadmap of a year left unfinished; 404 if it is not that."""
    found = queries.left_by(_roadmap(year), current_actor(), item_id)
    return found[0] if found else abort(404)


def _asked(args: MultiDict[str, str]) -> tuple[Choice, list[int]]:
    """Return what is to be decided on which items; 404 for a decision that nobody offers."""
    choice = Choice.parse(args.get("choice")) or abort(404)
    return choice, sorted({int(text) for text in args.getlist("id") if _ID.fullmatch(text)})


def _theme(themes: Sequence[Theme], name: str) -> Theme | None:
    """Return the theme that a field chooses; 400 for one that it does not offer."""
    text = request.form.get(name, "")
    if not text:
        return None
    return next((theme for theme in themes if str(theme.id) == text), None) or abort(400)


def _plan(before: Roadmap, choice: Choice, ids: list[int]) -> Plan:
    """Return the plan; 404 when none of the items is left unfinished."""
    plan = plans.make(before, choice, ids, current_actor(), clock.today())
    if not (plan.changes or plan.left_out):
        abort(404)
    return plan


def _preview_page(
    before: Roadmap, plan: Plan, form: DecisionForm, code: int = 200
) -> ResponseReturnValue:
    form.seen.data = plan.fingerprint
    body = render_template(
        "followup/preview.html",
        before=before,
        plan=plan,
        form=form,
        changed=code == 409,
        chosen=request.form,
    )
    return body, code
