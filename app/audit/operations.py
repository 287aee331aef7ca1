"""Recording: one event for each change, in the same transaction."""

import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, time
from enum import Enum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import delete, func, insert, inspect, select

from app.audit.chain import BEGINNING, canonical, event_digest, values_digest
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import has_one_writer
from app.core.policy import Actor
from app.extensions import Model, db

_LOCK = 0x61756469
"""The number of PostgreSQL's lock under which one transaction at a time adds to the chain."""

# Every change runs these, so they are put together once and go past the ORM.
_EVENTS = Event.metadata.tables[Event.__tablename__]
_LAST = select(_EVENTS.c.id, _EVENTS.c.digest).order_by(_EVENTS.c.id.desc()).limit(1)
_ADD_EVENT = insert(_EVENTS)
_ADD_VALUES = insert(Values.metadata.tables[Values.__tablename__])


def record(
    tag: Tag,
    actor: Actor,
    kind: Kind,
    subject_id: int | None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    person_id: int | None = None,
) -> int:
    """Add an event to the record, and return its number.

    Call it inside the transaction that makes the change.

    Args:
        tag: What happened.
        actor: Who did it; one without an id is a command, called by its name.
        kind: What it happened to.
        subject_id: Which one; None when it is no single one.
        before: Names and values of what changed, as they were.
        after: The same, as they are now.
        person_id: Whose personal data the values are. Only these can be erased later.
    """
    if not has_one_writer():
        # Others wait until this transaction has ended.
        db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = db.session.execute(_LAST).first()
    number, earlier = (last.id + 1, last.digest) if last else (1, BEGINNING)
    values = None if before is None and after is None else _values(before, after)
    # The order is that of the columns, which the digest covers.
    event: dict[str, Any] = {
        "id": number,
        "happened_at": clock.now(),
        "actor_id": actor.user_id,
        "command": None if actor.is_signed_in else actor.name or None,
        "tag": tag,
        "kind": kind,
        "subject_id": subject_id,
        "person_id": person_id,
        "values_digest": values_digest(**values) if values else None,
    }
    digest = event_digest(earlier, event.values())
    db.session.execute(_ADD_EVENT, {**event, "digest": digest})
    if values:
        db.session.execute(_ADD_VALUES, {**values, "event_id": number})
    return number


def _values(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "salt": secrets.token_hex(16),
        "before": None if before is None else canonical(_plain(before)),
        "after": None if after is None else canonical(_plain(after)),
    }


def _plain(value: Any) -> Any:
    """Return `value` in the types of JSON."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | time) else value


def record_added(
    tag: Tag,
    actor: Actor,
    kind: Kind,
    row: Model,
    *,
    subject_id: int | None = None,
    person_id: int | None = None,
) -> int:
    """Record a row that was added, with what it holds; it must have been flushed.

    Args:
        tag: What happened.
        actor: Who did it.
        kind: What it happened to.
        row: The row.
        subject_id: What the row belongs to, where it is no subject itself: an item of a measure.
        person_id: Whose personal data the row holds.
    """
    subject_id = subject_id or id_of(row)
    return record(tag, actor, kind, subject_id, after=given(values_of(row)), person_id=person_id)


@contextmanager
def recorded(
    tag: Tag,
    actor: Actor,
    kind: Kind,
    row: Model,
    *,
    subject_id: int | None = None,
    person_id: int | None = None,
    naming: Collection[str] = (),
) -> Iterator[None]:
    """Record what the block changes of `row`, and flush; what changes nothing is not recorded.

    Args:
        tag: What happens.
        actor: Who does it.
        kind: What it happens to.
        row: The row.
        subject_id: What the row belongs to, where it is no subject itself: an item of a measure.
        person_id: Whose personal data the row holds.
        naming: Columns that say which of several rows of the subject it is, such as the year.
            They are recorded with every change.
    """
    before = values_of(row)
    yield
    db.session.flush()
    record_difference(
        tag,
        actor,
        kind,
        subject_id or id_of(row),
        before,
        values_of(row),
        person_id=person_id,
        naming=naming,
    )


def record_difference(
    tag: Tag,
    actor: Actor,
    kind: Kind,
    subject_id: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    person_id: int | None = None,
    naming: Collection[str] = (),
) -> None:
    """Record what differs between `before` and `after`, which have the same names; or nothing.

    The arguments are those of `record` and `recorded`.
    """
    if before == after:
        return
    names = [name for name in after if after[name] != before[name] or name in naming]
    record(
        tag,
        actor,
        kind,
        subject_id,
        before={name: before[name] for name in names},
        after={name: after[name] for name in names},
        person_id=person_id,
    )


def values_of(row: Model) -> dict[str, Any]:
    """Return the columns of a row and their values, without what is not recorded."""
    return {name: getattr(row, name) for name in _recorded_columns(type(row))}


@cache
def _recorded_columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(
        attribute.key
        for attribute in inspect(model).column_attrs
        if not attribute.columns[0].info.get("unrecorded") and not attribute.columns[0].primary_key
    )


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are given, neither missing nor empty; no and zero are given."""
    return {name: value for name, value in values.items() if value is not None and value != ""}


def id_of(row: Model) -> int:
    """Return the id of a row that has been flushed."""
    number: int = inspect(row).mapper.primary_key_from_instance(row)[0]
    return number


def erase_values(person_id: int) -> int:
    """Erase the personal values of a person from the record, and return how many events had any.

    The triggers allow it only after `Tag.PERSON_ERASED` has been recorded of that person.
    """
    return _delete(Event.person_id == person_id)


def let_values_go(last_id: int) -> int:
    """Erase all personal values of the events up to `last_id`, and return how many had any.

    The triggers allow it only after `Tag.KEPT_NO_LONGER` has been recorded of that event.
    """
    return _delete(Event.person_id.is_not(None) & (Event.id <= last_id))


def _delete(condition: sa.ColumnElement[bool]) -> int:
    events = select(Event.id).where(condition)
    gone = delete(Values).where(Values.event_id.in_(events)).returning(Values.event_id)
    return len(db.session.scalars(gone).all())
