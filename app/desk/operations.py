"""What can be done to many proposals at once, and undone."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import NamedTuple

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.config import Language
from app.core import clock
from app.core.bilingual import text_of
from app.core.errors import Refused
from app.core.policy import Action, Actor, can
from app.desk import past, plans, undoing
from app.desk.models import BulkAction, BulkChange
from app.desk.past import Changed
from app.desk.plans import Change, Plan
from app.desk.states import Deed
from app.extensions import db
from app.mail import operations as mail
from app.mail.operations import Words
from app.mail.states import Topic
from app.measures.models import Measure, Step
from app.measures.notices import readers
from app.measures.operations import move
from app.measures.states import Publicity
from app.measures.workflow import UNDOING
from app.scoring.operations import open_scoring


def carry_out(plan: Plan, reasons: Mapping[Language, str], actor: Actor, key: str) -> BulkAction:
    """Do what a plan says, to all of its proposals or to none.

    Make the plan in the same transaction, so that it cannot have become old.

    Args:
        plan: What is to be done.
        reasons: Why, in each language that the plan asks for. A proposal keeps the reason in the
            languages of those whom it concerns.
        actor: Who does it.
        key: The key of the form that confirmed it, not used before.

    Raises:
        Refused: The actor may not, there is nothing to be done, a reason is missing, or the
            workflow does not allow it.
    """
    if not can(actor, Action.MANAGE_PROPOSALS):
        raise Refused(_l("Your role does not include this action."))
    if not plan.changes:
        raise Refused(_l("This cannot be done to any of the proposals."))
    if not all(reasons.get(language, "").strip() for language in plan.languages):
        raise Refused(_l("Give a reason."))
    action = BulkAction(
        key=key,
        transition=plan.deed.value,
        reason_fi=reasons.get("fi", "") if "fi" in plan.languages else "",
        reason_sv=reasons.get("sv", "") if "sv" in plan.languages else "",
        actor_id=actor.user_id,
        made_at=clock.now(),
    )
    db.session.add(action)
    db.session.flush()
    for change in plan.changes:
        before = change.measure.state
        step = _step(plan.deed, change, reasons, actor, batch(action.id, change.measure.id))
        db.session.add(
            BulkChange(
                action_id=action.id, measure_id=change.measure.id, before=before, step_id=step.id
            )
        )
    db.session.flush()
    _record(Tag.BULK_ACTION_DONE, actor, action, [change.measure.id for change in plan.changes])
    return action


def _step(
    deed: Deed, change: Change, reasons: Mapping[Language, str], actor: Actor, batch: str
) -> Step:
    if deed is Deed.OPEN_SCORING:
        return open_scoring(change.measure, actor, batch=batch)
    reason = "\n\n".join(reasons[language] for language in sorted(change.languages))
    return move(change.measure, change.row.name, actor, reason, batch=batch)


def batch(action_id: int, measure_id: int) -> str:
    """Return what marks the mail of one proposal of a bulk action."""
    return f"bulk-{action_id}-{measure_id}"


class Undone(NamedTuple):
    """What undoing has done.

    Attributes:
        proposals: How many proposals are in their earlier states again.
        taken_back: How many messages were taken back.
        told: How many messages had been sent.
    """

    proposals: int
    taken_back: int
    told: int


def undo(action: BulkAction, actor: Actor) -> Undone:
    """Undo a bulk action as far as it still can be.

    Mail that waits is taken back. Those who have got theirs are told.

    Raises:
        Refused: The actor may not, or nothing can be undone.
    """
    if not can(actor, Action.MANAGE_PROPOSALS):
        raise Refused(_l("Your role does not include this action."))
    possible = [each.changed for each in undoing.look(action, actor) if each.is_possible]
    if not possible:
        raise Refused(_l("Nothing of this can be undone any more."))
    batches = {each.measure.id: batch(action.id, each.measure.id) for each in possible}
    taken_back = sum(mail.take_back(each) for each in batches.values())
    told = past.told(batches.values())
    for each in possible:
        _bring_back(each, told.get(batches[each.measure.id], frozenset()), actor)
    action.undone_at = clock.now()
    db.session.flush()
    _record(Tag.BULK_ACTION_UNDONE, actor, action, [each.measure.id for each in possible])
    return Undone(len(possible), taken_back, sum(map(len, told.values())))


def _bring_back(changed: Changed, told: Collection[int], actor: Actor) -> None:
    """Bring a proposal back into its earlier state; `told` are who have got mail of the later."""
    change, step, measure, _is_last = changed
    concerned = readers(measure, step.transition)
    languages = plans.languages_of(measure, concerned)
    reason = "\n\n".join(_reason(language) for language in sorted(languages))
    move(measure, UNDOING[change.before], actor, reason)
    change.undone = True
    mail.write(
        Topic.HANDLED,
        [user for user in concerned if user.id in told],
        partial(_words, measure),
        f"/measures/{measure.id}",
        actor,
    )


def _reason(language: Language) -> str:
    with force_locale(language):
        return str(_("What was done to several proposals at once was undone."))


def _words(measure: Measure, language: Language) -> Words:
    """Return what those are told who have already been told of what was undone."""
    state = str(measure.state.label)
    if measure.publicity is Publicity.SECRET:
        # What is secret does not leave the tool (as in app/measures/notices.py).
        return Words(
            _("Undone: a proposal"),
            _(
                "The last step of a proposal was undone. The state is again “%(state)s”.",
                state=state,
            ),
        )
    name = text_of(measure, "name", language).value
    return Words(
        _("Undone: %(name)s", name=name),
        _(
            "The last step of the proposal “%(name)s” was undone. The state is again “%(state)s”.",
            name=name,
            state=state,
        ),
    )


def _record(tag: Tag, actor: Actor, action: BulkAction, measure_ids: Collection[int]) -> None:
    after = {"transition": action.transition, "measure_id": sorted(measure_ids)}
    record(tag, actor, Kind.BULK_ACTION, action.id, after=after)
