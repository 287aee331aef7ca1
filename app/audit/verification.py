"""Whether the record is as it was written."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, text

from app.audit.chain import BEGINNING, event_digest, values_digest
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.extensions import db

TRIGGERS = frozenset(
    {
        "audit_event_refuses_update",
        "audit_event_refuses_delete",
        "audit_values_refuses_update",
        "audit_values_refuses_delete",
    }
)
"""The triggers that keep the record append-only."""

_AT_ONCE = 1000


class Head(NamedTuple):
    """The last event: kept elsewhere, it shows later that nothing before it was changed or cut."""

    number: int
    digest: str


class Fault(NamedTuple):
    """The first event that is not as it was written, and what is wrong with it."""

    number: int
    reason: str


def head() -> Head:
    """Return the last event; number 0 while there is none."""
    last = db.session.execute(
        select(Event.id, Event.digest).order_by(Event.id.desc()).limit(1)
    ).first()
    return Head(last.id, last.digest) if last else Head(0, BEGINNING)


def first_fault(known: Head | None = None) -> Fault | None:
    """Return the first event that was edited, deleted, inserted or moved; None when none was.

    Args:
        known: A head that was noted earlier. Without it a cut tail, or a record that was written
            anew from some event on, cannot be told from a shorter one.
    """
    allowed = _Erasures()
    earlier, number = BEGINNING, 0
    query = select(Event, Values).outerjoin(Values, Values.event_id == Event.id)
    query = query.order_by(Event.id).execution_options(yield_per=_AT_ONCE)
    for event, values in db.session.execute(query):
        number += 1
        if event.id != number:
            return Fault(number, "the event is missing")
        if fault := _fault_of(event, values, earlier, allowed):
            return fault
        earlier = event.digest
        if known and known.number == number and known.digest != earlier:
            return Fault(number, "the digest is not the one that was noted")
        db.session.expunge(event)
    if known and known.number > number:
        return Fault(number + 1, "the record ends before the event that was noted")
    return None


def _fault_of(
    event: Event, values: Values | None, earlier: str, allowed: "_Erasures"
) -> Fault | None:
    columns: list[str | int | datetime | None] = [
        event.id,
        event.happened_at,
        event.actor_id,
        event.command,
        event.tag.value,
        event.kind.value,
        event.subject_id,
        event.person_id,
        event.values_digest,
    ]
    if event_digest(earlier, columns) != event.digest:
        return Fault(event.id, "the event is not what was written, or not in its place")
    if values is None:
        if event.values_digest and not allowed.include(event):
            return Fault(event.id, "its values are missing, and were not erased by the tool")
    elif values_digest(values.salt, values.before, values.after) != event.values_digest:
        return Fault(event.id, "its values are not what was written")
    return None


class _Erasures:
    """What the record itself says of personal values that were erased."""

    def __init__(self) -> None:
        erased = select(Event.subject_id, Event.id).where(Event.tag == Tag.PERSON_ERASED)
        self._people = {row.subject_id: row.id for row in db.session.execute(erased)}
        over = select(Event.subject_id).where(
            Event.tag == Tag.KEPT_NO_LONGER, Event.kind == Kind.RECORD
        )
        self._up_to = max((each or 0 for each in db.session.scalars(over)), default=0)

    def include(self, event: Event) -> bool:
        """Tell whether the values of `event` may be gone."""
        if event.person_id is None:
            return False
        return event.id <= self._up_to or event.person_id in self._people


def missing_triggers() -> list[str]:
    """Return the triggers of the record that the database lacks."""
    if db.engine.dialect.name == "sqlite":
        query = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        query = text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
    return sorted(TRIGGERS - set(db.session.scalars(query)))
