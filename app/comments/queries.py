"""Reads of comments; those within the steering group are filtered here.

Whoever asks has found the measure first, and so may read it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, false, func, select, true

from app.accounts.models import Unit, User
from app.comments.models import Comment
from app.comments.states import Audience
from app.core.policy import Action, Actor, can
from app.extensions import db


class Remark(NamedTuple):
    """A comment with its author.

    Attributes:
        comment: The comment.
        author: The author's name; empty for somebody who was erased.
        unit: The author's unit.
    """

    comment: Comment
    author: str
    unit: Unit | None


def audible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Comment` that `actor`, who may read its measure, may read it."""
    if not can(actor, Action.COMMENT):
        return false()
    if can(actor, Action.READ_GROUP_COMMENTS):
        return true()
    return Comment.audience == Audience.SIGNED_IN


def count(measure_id: int, actor: Actor) -> int:
    """Return how many comments on a measure `actor` may read, the removed ones too."""
    query = select(func.count()).select_from(Comment)
    query = query.where(Comment.measure_id == measure_id, audible_to(actor))
    return db.session.scalars(query).one()


def remarks(measure_id: int, actor: Actor, first: int, limit: int) -> Sequence[Remark]:
    """Return comments on a measure that `actor` may read, the newest first.

    Args:
        measure_id: The measure.
        actor: The reader.
        first: How many to skip.
        limit: How many to return.
    """
    query = (
        select(Comment, User.name, Unit)
        .join(User, User.id == Comment.author_id)
        .outerjoin(Unit, Unit.id == User.unit_id)
        .where(Comment.measure_id == measure_id, audible_to(actor))
        .order_by(Comment.id.desc())
    )
    return [Remark(*row) for row in db.session.execute(query.offset(first).limit(limit))]


def comment_for(actor: Actor, measure_id: int, comment_id: int) -> Comment | None:
    """Return a comment on a measure if `actor` may read it; None otherwise."""
    query = select(Comment).where(
        Comment.id == comment_id, Comment.measure_id == measure_id, audible_to(actor)
    )
    return db.session.scalar(query)


def is_on(measure_id: int, comment_id: int) -> bool:
    """Tell whether there is such a comment on a measure, whoever may read it."""
    query = select(Comment.id).where(Comment.id == comment_id, Comment.measure_id == measure_id)
    return db.session.scalar(query) is not None


def commenters(measure_id: int, audience: Audience) -> set[int]:
    """Return the ids of those who have said something to an audience, and not taken it back."""
    query = select(Comment.author_id).where(
        Comment.measure_id == measure_id,
        Comment.audience == audience,
        Comment.removed_at.is_(None),
    )
    return set(db.session.scalars(query))
