"""What the city board decides on: the roadmap of a year, and a programme, in the same way."""

from typing import Any

from sqlalchemy import ColumnElement

from app.audit.tags import Kind
from app.programmes.models import Programme, Roadmap
from app.roadmaps.models import BoardDecision, BoardProposal, PhaseStep, Snapshot

Subject = Roadmap | Programme

Row = BoardDecision | BoardProposal | PhaseStep | Snapshot
"""What is of the one or of the other."""


def kind_of(subject: Subject) -> Kind:
    """Return what the record calls it."""
    return Kind.ROADMAP if isinstance(subject, Roadmap) else Kind.PROGRAMME


def column_of(subject: Subject) -> str:
    """Return the column by which rows are of it."""
    return "roadmap_id" if isinstance(subject, Roadmap) else "programme_id"


def owner(subject: Subject) -> dict[str, int]:
    """Return the column that makes a new row one of it, and its value."""
    return {column_of(subject): subject.id}


def is_of(model: type[Row], subject: Subject) -> ColumnElement[bool]:
    """Return the condition on a model that its rows are of it."""
    found: ColumnElement[bool] = _column(model, subject) == subject.id
    return found


def _column(model: type[Row], subject: Subject) -> Any:
    return getattr(model, column_of(subject))
