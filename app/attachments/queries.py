"""Reads of files; what a reader may not see is filtered here."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, func, or_, select

from app.attachments.models import Attachment, Content
from app.core.policy import NO_UNIT, Action, Actor, can
from app.extensions import db
from app.measures.models import Measure
from app.measures.queries import visible_to
from app.measures.states import Publicity


def readable_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Attachment`, joined to `Measure`, that `actor` may read a file.

    Nobody reads a file who may not read its measure. Its own publicity cuts further: without
    signing in one reads what is public, and what is secret is read by the unit and the steering
    group alone (Act on the Openness of Government Activities 621/1999, 6, 7 and 22-24 §).
    """
    measure = visible_to(actor)
    if not actor.is_signed_in:
        return measure & (Attachment.publicity == Publicity.PUBLIC)
    if can(actor, Action.READ_SECRETS, NO_UNIT):
        return measure
    is_open = Attachment.publicity != Publicity.SECRET
    if can(actor, Action.READ_SECRETS):
        is_open = or_(is_open, Measure.unit_id.in_(sorted(actor.unit_ids)))
    return measure & is_open


def _of_measures(actor: Actor) -> Select[Attachment]:
    return (
        select(Attachment)
        .join(Measure, Measure.id == Attachment.measure_id)
        .where(readable_by(actor))
    )


def files(measure_id: int, actor: Actor) -> Sequence[Attachment]:
    """Return the files of a measure that `actor` may read, in the order of their adding."""
    query = _of_measures(actor).where(
        Attachment.measure_id == measure_id, Attachment.removed_at.is_(None)
    )
    return db.session.scalars(query.order_by(Attachment.id)).all()


def file_for(
    actor: Actor, measure_id: int, file_id: int, *, removed: bool = False
) -> Attachment | None:
    """Return a file of a measure if it is there and `actor` may read it; None otherwise.

    Args:
        actor: The reader.
        measure_id: The measure.
        file_id: The file.
        removed: Whether one that has been removed is wanted too.
    """
    query = _of_measures(actor).where(Attachment.id == file_id, Attachment.measure_id == measure_id)
    return db.session.scalar(query if removed else query.where(Attachment.removed_at.is_(None)))


def is_of(measure_id: int, file_id: int) -> bool:
    """Tell whether a measure has such a file, whoever may read it."""
    query = select(Attachment.id).where(
        Attachment.id == file_id,
        Attachment.measure_id == measure_id,
        Attachment.removed_at.is_(None),
    )
    return db.session.scalar(query) is not None


def content_of(file: Attachment) -> bytes:
    """Return the bytes of a file that is not removed."""
    query = select(Content.data).where(Content.attachment_id == file.id)
    return db.session.scalars(query).one()


def count(measure_id: int) -> int:
    """Return how many files a measure has, whoever may read them."""
    query = select(func.count()).select_from(Attachment)
    query = query.where(Attachment.measure_id == measure_id, Attachment.removed_at.is_(None))
    return db.session.scalars(query).one()


def same_as(measure_id: int, digest: str, actor: Actor) -> Attachment | None:
    """Return a file of a measure that has the same content, if `actor` may read it."""
    query = _of_measures(actor).where(
        Attachment.measure_id == measure_id,
        Attachment.digest == digest,
        Attachment.removed_at.is_(None),
    )
    return db.session.scalar(query.limit(1))


def readable_ids(file_ids: Collection[int], actor: Actor) -> set[int]:
    """Return those of the files, removed ones too, that `actor` may read or might have read."""
    if not file_ids:
        return set()
    query = select(Attachment.id).join(Measure, Measure.id == Attachment.measure_id)
    query = query.where(Attachment.id.in_(sorted(file_ids)), readable_by(actor))
    return set(db.session.scalars(query))
