"""Reads of the classifications."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import db
from app.vocabulary.models import ClassificationValue
from app.vocabulary.states import Kind


def values() -> Sequence[ClassificationValue]:
    """Return all values of all kinds, retired ones too, each kind in its order."""
    query = select(ClassificationValue).order_by(
        ClassificationValue.kind, ClassificationValue.position
    )
    return db.session.scalars(query).all()


def by_kind() -> dict[Kind, list[ClassificationValue]]:
    """Return the values of every kind, retired ones too, in their order."""
    found: dict[Kind, list[ClassificationValue]] = {kind: [] for kind in Kind}
    for value in values():
        found[value.kind].append(value)
    return found
