"""Recording: one event for each change, in the same transaction."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import delete, func, inspect, select

from app.audit.chain import BEGINNING, canonical, event_digest, values_digest
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.policy import Actor
from app.extensions import Model, db

_LOCK = 0x61756469
"""The number of PostgreSQL's lock under which one transaction at a time adds to the chain."""

_LAST = select(Event.id, Event.digest).order_by(Event.id.desc()).limit(1)


def record(
    tag: Tag,
    actor: Actor,
    kind: Kind,
    subject_id: int | None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    person_id: int | None = None,
) -> Event:
    """Add an event to the record; call it inside the transaction that makes the change.

    Args:
        tag: What happened.
        actor: Who did it; one without an id is a command, called by its name.
        kind: What it happened to.
        subject_id: Which one; None when it is no single one.
        before: Names and values of what changed, as they were.
        after: The same, as they are now.
        person_id: Whose personal data the values are. Only these can be erased later.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        # SQLite has one writer at a time; here others wait until this transaction has ended.
        db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = db.session.execute(_LAST).first()
    number, earlier = (last.id + 1, last.digest) if last else (1, BEGINNING)
    values = _values(number, before, after)
    now = clock.now()
    command = None if actor.is_signed_in else actor.name or None
    digest = values_digest(values.salt, values.before, values.after) if values else None
    columns = (number, now, actor.user_id, command, tag.value, kind.value, subject_id, person_id)
    event = Event(
        id=number,
        happened_at=now,
        actor_id=actor.user_id,
        command=command,
        tag=tag,
        kind=kind,
        subject_id=subject_id,
        person_id=person_id,
        values_digest=digest,
        digest=event_digest(earlier, [*columns, digest]),
    )
    db.session.add(event)
    db.session.flush()
    if values:
        db.session.add(values)
        db.session.flush()
    return event


def _values(
    number: int, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Values | None:
    if before is None and after is None:
        return None
    return Values(
        event_id=number,
        before=None if before is None else canonical(_plain(before)),
        after=None if after is None else canonical(_plain(after)),
        salt=secrets.token_hex(16),
    )


def _plain(value: Any) -> Any:
    """Return `value` in the types of JSON."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def record_added(
    tag: Tag, actor: Actor, kind: Kind, row: Model, *, person_id: int | None = None
) -> Event:
    """Record a row that was added, with what it holds; it must have been flushed."""
    given = {name: value for name, value in values_of(row).items() if value not in {None, ""}}
    return record(tag, actor, kind, _id_of(row), after=given, person_id=person_id)


@contextmanager
def recorded(
    tag: Tag, actor: Actor, kind: Kind, row: Model, *, person_id: int | None = None
) -> Iterator[None]:
    """Record what the block changes of `row`; a block that changes nothing is not recorded."""
    before = values_of(row)
    yield
    db.session.flush()
    after = values_of(row)
    changed = sorted(name for name in after if after[name] != before[name])
    if changed:
        record(
            tag,
            actor,
            kind,
            _id_of(row),
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            person_id=person_id,
        )


def values_of(row: Model) -> dict[str, Any]:
    """Return the columns of a row and their values, without what is not recorded."""
    return {
        attribute.key: getattr(row, attribute.key)
        for attribute in inspect(row).mapper.column_attrs
        if not attribute.columns[0].info.get("unrecorded") and not attribute.columns[0].primary_key
    }


def _id_of(row: Model) -> int:
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
