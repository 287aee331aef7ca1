"""Reads of what was done to many proposals at once, and of what has become of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import joinedload

from app.core.policy import Actor
from app.desk.models import BulkAction, BulkChange
from app.extensions import db
from app.mail.models import Message
from app.measures.models import Measure, Step
from app.measures.queries import visible_to
from app.meetings.models import Decision
from app.meetings.states import Stage
from app.scoring.models import Review

RECENT = 5
"""How many bulk actions the desk shows."""


def action(action_id: int) -> BulkAction | None:
    """Return a bulk action; None when there is none."""
    return db.session.get(BulkAction, action_id)


def action_with(key: str) -> BulkAction | None:
    """Return the bulk action that the form with a key has made; None when it has made none."""
    return db.session.scalar(select(BulkAction).where(BulkAction.key == key))


class Changed(NamedTuple):
    """One of the proposals of a bulk action.

    Attributes:
        change: What was done to it.
        step: The step that this made.
        measure: The proposal as it is now.
        is_last: Whether no step has followed.
    """

    change: BulkChange
    step: Step
    measure: Measure
    is_last: bool


def _last_step() -> ColumnElement[int]:
    return (
        select(func.max(Step.id))
        .where(Step.measure_id == BulkChange.measure_id)
        .correlate(BulkChange)
        .scalar_subquery()
    )


def changes(action_id: int, actor: Actor) -> Sequence[Changed]:
    """Return the proposals of a bulk action that `actor` may read, by their ids."""
    query = (
        select(BulkChange, Step, Measure, (_last_step() == BulkChange.step_id).label("is_last"))
        .join(Step, Step.id == BulkChange.step_id)
        .join(Measure, Measure.id == BulkChange.measure_id)
        .where(BulkChange.action_id == action_id, visible_to(actor))
        .options(
            joinedload(Measure.unit),
            joinedload(Measure.source),
            joinedload(Measure.development_model),
        )
        .order_by(BulkChange.measure_id)
    )
    return [Changed(*row) for row in db.session.execute(query)]


class Recent(NamedTuple):
    """A bulk action as the desk lists it: how many proposals, and how many nothing has followed."""

    action: BulkAction
    number: int
    untouched: int


def recent_actions() -> Sequence[Recent]:
    """Return the latest bulk actions."""
    untouched = and_(~BulkChange.undone, _last_step() == BulkChange.step_id)
    query = (
        select(BulkAction, func.count(), func.sum(case((untouched, 1), else_=0)))
        .join(BulkChange, BulkChange.action_id == BulkAction.id)
        .group_by(BulkAction.id)
        .order_by(BulkAction.id.desc())
        .limit(RECENT)
    )
    return [Recent(row[0], row[1], row[2]) for row in db.session.execute(query)]


def undoing_steps(action_ids: Collection[int]) -> Mapping[int, Sequence[Step]]:
    """Return the steps that undid bulk actions, by the ids of these, the latest first."""
    next_step = (
        select(func.min(Step.id))
        .where(Step.measure_id == BulkChange.measure_id, Step.id > BulkChange.step_id)
        .correlate(BulkChange)
        .scalar_subquery()
    )
    query = (
        select(BulkChange.action_id, Step)
        .join(Step, Step.id == next_step)
        .where(BulkChange.action_id.in_(sorted(action_ids)), BulkChange.undone)
        .order_by(Step.id.desc())
    )
    found: dict[int, list[Step]] = {}
    for action_id, step in db.session.execute(query):
        found.setdefault(action_id, []).append(step)
    return found


def reviewed_since(action: BulkAction) -> frozenset[int]:
    """Return of which proposals of a bulk action a member has written a review since."""
    query = (
        select(Review.measure_id)
        .join(BulkChange, BulkChange.measure_id == Review.measure_id)
        .where(BulkChange.action_id == action.id, Review.saved_at > action.made_at)
    )
    return frozenset(db.session.scalars(query))


def on_agenda(measure_ids: Collection[int]) -> frozenset[int]:
    """Return which of the measures are on the agenda of a meeting, to be decided."""
    query = select(Decision.measure_id).where(
        Decision.measure_id.in_(sorted(measure_ids)),
        Decision.stage != Stage.DECIDED,
        Decision.undone_at.is_(None),
    )
    return frozenset(db.session.scalars(query))


def told(batches: Collection[str]) -> Mapping[str, frozenset[int]]:
    """Return who has been sent the messages of parts of bulk actions."""
    query = select(Message.batch, Message.user_id).where(
        Message.batch.in_(sorted(batches)), Message.sent_at.is_not(None)
    )
    found: dict[str, set[int]] = {}
    for batch, user_id in db.session.execute(query):
        found.setdefault(batch or "", set()).add(user_id)
    return {batch: frozenset(ids) for batch, ids in found.items()}


class MailOfAction(NamedTuple):
    """What has become of the mail of a bulk action.

    Attributes:
        waiting: How many messages are still to be sent.
        not_before: When the first of them is sent at the earliest; None without any.
        told: Who has been sent one.
    """

    waiting: int
    not_before: datetime | None
    told: frozenset[int]


def mail_of(batches: Collection[str]) -> MailOfAction:
    """Return what has become of the messages of parts of a bulk action."""
    is_waiting = and_(Message.sent_at.is_(None), Message.given_up_at.is_(None))
    query = select(func.count(), func.min(Message.not_before))
    query = query.where(Message.batch.in_(sorted(batches)), is_waiting)
    waiting, not_before = db.session.execute(query).one()
    return MailOfAction(waiting, not_before, frozenset().union(*told(batches).values()))
