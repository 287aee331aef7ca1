"""What becomes of the unfinished of the year before, and closing a roadmap."""

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
from app.roadmaps.forms import TransitionForm
from app.roadmaps.operations import check_version
from app.roadmaps.workflow import ASSEMBLING, CLOSE, WORKFLOW

blueprint = Blueprint("followup", __name__)

_ID = re.compile("[0-9]{1,9}")


@blueprint.get("/roadmaps/<int:year>/carry-over")
@requires(Action.MANAGE_ROADMAP)
def carry_over(year: int) -> ResponseReturnValue:
    """List what the year before left unfinished, and what has been decided on it."""
    roadmap, before = _years(year)
    every = queries.left_by(before, current_actor())
    is_new = roadmap.programme_id != before.programme_id
    return render_template(
        "followup/carry_over.html",
        roadmap=roadmap,
        before=before,
        waiting=[left for left in every if left.is_open],
        decided=[left for left in every if left.decision],
        standing=[left for left in every if left.stands and not left.decision],
        themes=queries.themes_of(roadmap.programme_id) if is_new else (),
        assembling=roadmap.phase in ASSEMBLING,
        choices=Choice,
        all_ticked="ticked" in request.args,
        today=clock.today(),
    )


@blueprint.get("/roadmaps/<int:year>/carry-over/preview")
@requires(Action.MANAGE_ROADMAP)
def preview(year: int) -> ResponseReturnValue:
    """Show exactly what a decision on the ticked measures would do."""
    roadmap, before = _years(year)
    choice, ids = _asked(request.args)
    if not ids:
        flash(_("Tick the measures first."), "error")
        return redirect(url_for("followup.carry_over", year=year))
    plan = _plan(roadmap, before, choice, ids)
    return _preview_page(roadmap, plan, DecisionForm(plan, clock.today()))


@blueprint.post("/roadmaps/<int:year>/carry-over/preview")
@requires(Action.MANAGE_ROADMAP)
def confirm(year: int) -> ResponseReturnValue:
    """Decide as the preview showed, once however often it is sent, unless things have changed."""
    actor, today = current_actor(), clock.today()
    choice, ids = _asked(request.form)
    roadmap, before = _years(year)
    plan = _plan(roadmap, before, choice, ids)
    form = DecisionForm(plan, today)
    key = form.key.data or ""
    if earlier_result(actor, key) is None:
        if plan.fingerprint != form.seen.data:
            return _preview_page(roadmap, plan, form, 409)
        if not form.accepts():
            return _preview_page(roadmap, plan, form, 422)
    done = False
    with writing():
        roadmap, before = _years(year)
        if earlier_result(actor, key) is None:
            plan = plans.make(roadmap, before, choice, ids, actor, today)
            if plan.changes and plan.fingerprint == form.seen.data:
                _decide(roadmap, plan, form)
                keep_result(actor, key, "decided")
                done = True
        else:
            done = True
    if not done:
        roadmap, before = _years(year)
        return _preview_page(roadmap, _plan(roadmap, before, choice, ids), form, 409)
    flash(_decided(len(ids)), "success")
    return redirect(url_for("followup.carry_over", year=year), 303)


def _decided(count: int) -> str:
    text = ngettext("%(num)s measure decided on", "%(num)s measures decided on", count)
    return str(text)


def _decide(roadmap: Roadmap, plan: Plan, form: DecisionForm) -> None:
    """Decide on all measures of a plan, or on none."""
    for left in plan.changes:
        operations.decide(
            roadmap,
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
        roadmap, left = _left(year, item_id)
        done = operations.undo(roadmap, left.item, current_actor())
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
        roadmap, left = _left(year, item_id)
        theme = _theme(queries.themes_of(roadmap.programme_id), "theme")
        done = theme is not None and operations.choose_theme(roadmap, left, theme, current_actor())
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
    roadmap = roadmap_of(year) or abort(404)
    form = TransitionForm(CLOSE, roadmap)
    if not form.is_submitted():
        return _closing_page(roadmap, form)
    try:
        with writing():
            roadmap = roadmap_of(year) or abort(404)
            check_version(roadmap, form.version.data)
            closing.close(roadmap, current_actor())
    except Refused as refused:
        roadmap = roadmap_of(year) or abort(404)
        return _closing_page(roadmap, TransitionForm(CLOSE, roadmap), 409, refused)
    flash(_("The roadmap is closed."), "success")
    return redirect(url_for("roadmaps.roadmap", year=year), 303)


def _closing_page(
    roadmap: Roadmap, form: TransitionForm, code: int = 200, refused: Refused | None = None
) -> ResponseReturnValue:
    following = roadmap_of(roadmap.year + 1)
    body = render_template(
        "followup/closing.html",
        roadmap=roadmap,
        form=form,
        refused=refused,
        waiting=queries.open_items(roadmap),
        is_decided_in=following.year if following else None,
        may_close=roadmap.phase in WORKFLOW.named(CLOSE).sources,
    )
    return body, code


def _years(year: int) -> tuple[Roadmap, Roadmap]:
    """Return the roadmaps of a year and of the year before; 404 where there are not both."""
    return roadmap_of(year) or abort(404), roadmap_of(year - 1) or abort(404)


def _left(year: int, item_id: int) -> tuple[Roadmap, Left]:
    """Return the roadmap of a year and what the year before left unfinished; 404 if it is none."""
    roadmap, before = _years(year)
    found = queries.left_by(before, current_actor(), item_id)
    return roadmap, found[0] if found else abort(404)


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


def _plan(roadmap: Roadmap, before: Roadmap, choice: Choice, ids: list[int]) -> Plan:
    """Return the plan; 404 when none of the items is left unfinished."""
    plan = plans.make(roadmap, before, choice, ids, current_actor(), clock.today())
    if not (plan.changes or plan.left_out):
        abort(404)
    return plan


def _preview_page(
    roadmap: Roadmap, plan: Plan, form: DecisionForm, code: int = 200
) -> ResponseReturnValue:
    form.seen.data = plan.fingerprint
    body = render_template(
        "followup/preview.html",
        roadmap=roadmap,
        plan=plan,
        form=form,
        changed=code == 409,
        chosen=request.form,
        assembling=roadmap.phase in ASSEMBLING,
    )
    return body, code
