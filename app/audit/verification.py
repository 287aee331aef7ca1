"""Whether the record is as it was written."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Row, exists, select, text, type_coerce
from sqlalchemy.exc import DatabaseError

from app.audit.chain import BEGINNING, event_digest, values_digest
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.extensions import db

TRIGGERS = frozenset(
    {
        "audit_event_refuses_delete",
        "audit_event_refuses_insert",
        "audit_event_refuses_update",
        "audit_values_refuses_delete",
        "audit_values_refuses_insert",
        "audit_values_refuses_update",
    }
)
"""The triggers that keep the record append-only."""


class Head(NamedTuple):
    """The last event: kept elsewhere, it shows later that nothing before it was changed or cut."""

    number: int
    digest: str


class Fault(NamedTuple):
    """The first event that is not as it was written, and what is wrong with it."""

    number: int
    reason: str


def _as_kept(model: type[Event | Values]) -> list[sa.ColumnElement[Any]]:
    """Return the columns of a table, to be read as they are: what was changed may not even parse.

    The names of `Values` begin with "values_".
    """
    prefix = "" if model is Event else "values_"
    return [
        type_coerce(column, sa.types.NullType()).label(f"{prefix}{column.name}")
        for column in model.__table__.columns
    ]


_RECORD = (
    select(*_as_kept(Event), *_as_kept(Values))
    .outerjoin_from(Event, Values, Values.event_id == Event.id)
    .order_by(Event.id)
)
_CELLS = slice(0, len(Event.__table__.columns) - 1)
"""Where an event's own cells are in a row of it, without the digest that covers them."""

_ERASING = (Tag.PERSON_ERASED, Tag.KEPT_NO_LONGER)


def head() -> Head:
    """Return the last event; number 0 while there is none."""
    last = db.session.execute(
        select(Event.id, Event.digest).order_by(Event.id.desc()).limit(1)
    ).first()
    return Head(last.id, last.digest) if last else Head(0, BEGINNING)


def first_fault(known: Head | None = None) -> Fault | None:
    """Return the first event that was edited, deleted, inserted or moved; None when none was.

    It reads the record in parts, so that its length does not matter.

    Args:
        known: A head that was noted earlier. Without it a cut tail, or a record that was written
            anew from some event on, cannot be told from a shorter one.
    """
    erasures = _Erasures()
    earlier, number = BEGINNING, 0
    for row in _rows():
        number += 1
        if row is None:
            return Fault(number, "it cannot be read")
        if row.id != number:
            missing = row.id > number
            return Fault(min(row.id, number), "it is missing" if missing else "it was inserted")
        if reason := _reason(row, earlier, erasures):
            return Fault(number, reason)
        earlier = row.digest
        if known and known.number == number and known.digest != earlier:
            return Fault(number, "its digest is not the one that was noted")
    if known and known.number > number:
        return Fault(number + 1, "it is missing: the record ends before the event that was noted")
    stray = select(Values.event_id).where(~exists().where(Event.id == Values.event_id)).limit(1)
    found = db.session.scalar(stray)
    return None if found is None else Fault(found, "there are values of it, and no event")


def _rows() -> Iterator[Row[Any] | None]:
    """Give the events and their values in order, and None for what the database cannot read."""
    # SQLite reads one by one in any case, and so tells which of them it cannot read.
    at_once = 1 if db.engine.dialect.name == "sqlite" else 1000
    try:
        yield from db.session.execute(_RECORD, execution_options={"yield_per": at_once})
    except DatabaseError:
        yield None


def _reason(row: Row[Any], earlier: str, erasures: "_Erasures") -> str | None:
    """Return what is wrong with an event that follows the one with the digest `earlier`."""
    try:
        if event_digest(earlier, row[_CELLS]) != row.digest:
            return "it is not what was written, or not in its place"
        if row.values_event_id is None:
            gone = row.values_digest is not None and not erasures.include(row.id, row.person_id)
            return "its values are missing, and were not erased by the tool" if gone else None
        kept = values_digest(row.values_salt, row.values_before, row.values_after)
    except TypeError:
        return "it holds what the tool never writes"
    return None if kept == row.values_digest else "its values are not what was written"


class _Erasures:
    """What the record itself says of personal values that were erased, as the triggers read it."""

    def __init__(self) -> None:
        self._of_person: dict[int, int] = {}
        self._up_to = 0
        query = select(*_as_kept(Event)).where(Event.tag.in_(_ERASING)).order_by(Event.id)
        for row in db.session.execute(query):
            if row.tag == Tag.PERSON_ERASED:
                self._of_person[row.subject_id] = row.id
            elif row.kind == Kind.RECORD and isinstance(row.subject_id, int):
                self._up_to = max(self._up_to, min(row.subject_id, row.id - 1))

    def include(self, number: int, person_id: int | None) -> bool:
        """Tell whether the values of the event `number` may be gone."""
        if person_id is None:
            return False
        return number <= self._up_to or number < self._of_person.get(person_id, 0)


def missing_triggers() -> list[str]:
    """Return the triggers of the record that the database lacks."""
    if db.engine.dialect.name == "sqlite":
        query = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        query = text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
    return sorted(TRIGGERS - set(db.session.scalars(query)))
