"""The secretary's desk: what is not decided, and doing the same thing to many proposals."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.accounts import queries as accounts
from app.config import Language
from app.core import clock
from app.core.database import writing
from app.core.guards import current_actor, requires
from app.core.i18n import language
from app.core.pagination import Page, page_count
from app.core.policy import Action
from app.desk import figures, filters, lines, operations, past, plans, queries, undoing, wording
from app.desk.filters import Filters
from app.desk.forms import BulkForm
from app.desk.models import BulkAction
from app.desk.plans import Plan
from app.desk.states import UNDECIDED, Deed, Order, Problem
from app.measures.models import Step
from app.measures.notices import HELD
from app.proposing.calendar import deadlines
from app.proposing.working_copies import take_turn

blueprint = Blueprint("desk", __name__)

PAGE_SIZE = 50

_KEY = re.compile("[0-9a-f]{32}")
_ID = re.compile("[0-9]{1,9}")


@blueprint.get("/desk")
@requires(Action.MANAGE_PROPOSALS)
def queue() -> ResponseReturnValue:
    """List the proposals that are not decided, with what is wrong and what to do next."""
    actor, today = current_actor(), clock.today()
    chosen = filters.parse(request.args)
    condition = queries.asked_for(chosen, actor, today)
    total = queries.count(condition)
    pages = page_count(total, PAGE_SIZE)
    if chosen.page > pages:
        return redirect(chosen.url(page=pages))
    rows = queries.proposals(condition, chosen, PAGE_SIZE, language())
    choices = queries.choices(actor, language())
    recent = past.recent_actions()
    undone = past.undoing_steps([each.action.id for each in recent])
    done = request.args.get("done")
    return render_template(
        "desk/queue.html",
        filters=chosen,
        deadlines=deadlines(today, current_app.config["SETTINGS"].meeting_deadline_days),
        figures=figures.figures(queries.counts(actor, figures.LONG, today)),
        choices=choices,
        chips=filters.chips(chosen, dict(choices.units)),
        page=Page(
            lines.lines(rows, actor, today),
            chosen.page,
            PAGE_SIZE,
            total,
            lambda number: chosen.url(page=number),
        ),
        all_ticked="ticked" in request.args,
        back=urlencode(chosen.args()),
        recent=recent,
        done=next((each for each in recent if str(each.action.id) == done), None),
        undone=undone,
        names=accounts.names_of(
            {each.action.actor_id for each in recent} | _people_in(*undone.values())
        ),
        said=wording.done,
        said_of_undoing=wording.undoings,
        states=UNDECIDED,
        problems=Problem,
        deeds=Deed,
        orders=Order,
    )


@blueprint.get("/desk/preview")
@requires(Action.MANAGE_PROPOSALS)
def preview() -> ResponseReturnValue:
    """Show exactly what doing one thing to the ticked proposals would do."""
    deed, ids = _asked(request.args)
    if not ids:
        flash(_("Tick the proposals first."), "error")
        return redirect(_desk(request.args).url())
    plan = _plan(deed, ids)
    form = BulkForm(formdata=None)
    form.narrow(plan)
    return _preview_page(plan, form, request.args)


@blueprint.post("/desk/preview")
@requires(Action.MANAGE_PROPOSALS)
def confirm() -> ResponseReturnValue:
    """Do what the preview showed, once however often it is sent, unless things have changed."""
    actor = current_actor()
    deed, ids = _asked(request.form)
    form = BulkForm()
    key = request.form.get("key", "")
    if not _KEY.fullmatch(key):
        abort(400)
    if not _earlier(key):
        plan = _plan(deed, ids)
        left_over = form.narrow(plan)
        # What has changed in between may be what this very form, sent twice, has just done.
        if not _earlier(key):
            if plan.fingerprint != form.seen.data:
                return _preview_page(plan, form, request.form, 409, left_over)
            if not form.accepts():
                return _preview_page(plan, form, request.form, 422)
    with writing():
        take_turn(actor)
        action = _earlier(key)
        if action is None:
            plan = plans.make(deed, ids, actor)
            changed = plan.fingerprint != form.seen.data
            if not changed:
                action = operations.carry_out(plan, form.reasons(), actor, key)
        action_id = action.id if action else None
    if action_id is None:
        plan = _plan(deed, ids)
        return _preview_page(plan, form, request.form, 409, form.narrow(plan))
    address = _desk(request.form).url()
    return redirect(f"{address}{'&' if '?' in address else '?'}done={action_id}", 303)


def _asked(args: MultiDict[str, str]) -> tuple[Deed, list[int]]:
    """Return what is to be done and to which measures; 404 and 400 for what no page sends."""
    deed = Deed.parse(args.get("deed")) or abort(404)
    ids = {int(text) for text in args.getlist("id") if _ID.fullmatch(text)}
    if len(ids) > plans.MOST:
        abort(400)
    return deed, sorted(ids)


def _plan(deed: Deed, ids: list[int]) -> Plan:
    """Return the plan; 404 when the reader may see none of the proposals."""
    plan = plans.make(deed, ids, current_actor())
    if not (plan.changes or plan.left_out):
        abort(404)
    return plan


def _earlier(key: str) -> BulkAction | None:
    """Return what the form with a key has already done; 400 when it was somebody else's."""
    action = past.action_with(key)
    if action and action.actor_id != current_actor().user_id:
        abort(400)
    return action


def _desk(args: MultiDict[str, str]) -> Filters:
    """Return the reader's choice on the desk, to which a form leads back."""
    return filters.parse(dict(parse_qsl(args.get("back", ""))))


def _preview_page(
    plan: Plan,
    form: BulkForm,
    args: MultiDict[str, str],
    code: int = 200,
    left_over: Sequence[tuple[Language, str]] = (),
) -> ResponseReturnValue:
    """Answer with a preview; `left_over` is what was typed and is not asked for any more."""
    form.seen.data = plan.fingerprint
    chosen = _desk(args)
    body = render_template(
        "desk/preview.html",
        plan=plan,
        form=form,
        back=urlencode(chosen.args()),
        desk_url=chosen.url(),
        changed=code == 409,
        left_over=left_over,
        held=int(HELD.total_seconds()) // 60,
    )
    return body, code


@blueprint.get("/desk/actions/<int:action_id>")
@requires(Action.MANAGE_PROPOSALS)
def action(action_id: int) -> ResponseReturnValue:
    """Show what was done to several proposals at once, and what of it can be undone."""
    found = past.action(action_id) or abort(404)
    proposals = undoing.look(found, current_actor())
    undone = past.undoing_steps([action_id]).get(action_id, ())
    mail = past.mail_of(
        [operations.batch(action_id, each.changed.measure.id) for each in proposals]
    )
    return render_template(
        "desk/action.html",
        action=found,
        deed=Deed.parse(found.transition),
        proposals=proposals,
        possible=sum(each.is_possible for each in proposals),
        mail=mail,
        undone=undone,
        names=accounts.names_of({found.actor_id, *mail.told} | _people_in(undone)),
        said=wording.done,
        said_of_undoing=wording.undoings,
    )


def _people_in(*steps: Sequence[Step]) -> set[int]:
    """Return the ids of those who made steps."""
    return {step.actor_id for each in steps for step in each if step.actor_id}


@blueprint.post("/desk/actions/<int:action_id>/undo")
@requires(Action.MANAGE_PROPOSALS)
def undo(action_id: int) -> ResponseReturnValue:
    """Undo what was done to several proposals at once, as far as it still can be."""
    actor = current_actor()
    undone = None
    with writing():
        found = past.action(action_id) or abort(404)
        # A second press of the button finds it undone.
        if not found.undone_at or any(each.is_possible for each in undoing.look(found, actor)):
            undone = operations.undo(found, actor)
    if undone:
        flash(wording.undone(undone), "success")
    return redirect(url_for("desk.action", action_id=action_id), 303)
