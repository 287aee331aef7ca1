"""Reads of the record, and of the measures that it speaks of."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from app.accounts.models import User
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.policy import Actor
from app.extensions import db
from app.history.filters import Filters
from app.measures.models import Entry, Measure
from app.measures.queries import visible_to
from app.measures.states import Publicity, State

Condition = ColumnElement[bool]

Rows = Sequence[Row[Event, Values | None]]
"""Events with their values; without, where there never were any or they have been erased."""

AT_ONCE = 1000

_MOVING = (Tag.MEASURE_ADDED, Tag.MEASURE_EDITED, Tag.MEASURE_MOVED, Tag.PUBLISHED)
"""What sets the state or the publicity of a measure; a review has a state too."""


def asked_for(filters: Filters) -> Condition:
    """Return the condition on `Event` that the reader's filters ask for it."""
    wanted: list[Condition] = [Event.id > 0]
    if filters.who:
        people = Event.actor_id.in_(_people_called(filters.who))
        wanted.append(or_(people, Event.command.icontains(filters.who, autoescape=True)))
    if filters.person_id:
        wanted.append(_by_or_about(filters.person_id))
    if filters.kind:
        wanted.append(Event.kind == filters.kind)
    if filters.subject_id:
        wanted.append(Event.subject_id == filters.subject_id)
    if filters.tag:
        wanted.append(Event.tag == filters.tag)
    if filters.first_day:
        wanted.append(Event.happened_at >= clock.beginning_of(filters.first_day))
    if filters.last_day:
        day_after = filters.last_day + timedelta(days=1)
        wanted.append(Event.happened_at < clock.beginning_of(day_after))
    return and_(*wanted)


def _people_called(words: str) -> list[int]:
    """Return the people in whose name or sign-in name all `words` occur, in capitals or not.

    SQLite folds the letters a-z alone, so this is not left to the database.
    """
    wanted = words.casefold().split()
    rows = db.session.execute(select(User.id, User.name, User.key))
    return [
        row.id for row in rows if all(each in f"{row.name} {row.key}".casefold() for each in wanted)
    ]


def _by_or_about(person_id: int) -> Condition:
    return or_(
        Event.actor_id == person_id,
        Event.person_id == person_id,
        and_(Event.kind == Kind.PERSON, Event.subject_id == person_id),
    )


def count(condition: Condition) -> int:
    """Return how many events meet a condition."""
    return db.session.scalars(select(func.count()).select_from(Event).where(condition)).one()


def events(condition: Condition, first: int, limit: int) -> Rows:
    """Return events with their values, the newest first.

    Args:
        condition: Which events.
        first: How many to skip.
        limit: How many to return.
    """
    # The ids are found by an index alone, before any row is read.
    ids = select(Event.id).where(condition).order_by(Event.id.desc()).offset(first).limit(limit)
    query = _with_values().where(Event.id.in_(ids.scalar_subquery()))
    return db.session.execute(query.order_by(Event.id.desc())).all()


def chunks(condition: Condition, last_id: int) -> Iterator[Rows]:
    """Return all events up to `last_id` with their values, the newest first, some at a time.

    Each chunk is a transaction of its own, so that a slow reader holds nothing up.
    """
    while last_id:
        query = _with_values().where(condition, Event.id <= last_id)
        rows = db.session.execute(query.order_by(Event.id.desc()).limit(AT_ONCE)).all()
        yield rows
        last_id = rows[-1].Event.id - 1 if len(rows) == AT_ONCE else 0
        db.session.expunge_all()
        db.session.rollback()


def _with_values() -> Select[Event, Values | None]:
    return select(Event, Values).outerjoin(Values, Values.event_id == Event.id)


def moves(measure_ids: Collection[int]) -> Rows:
    """Return the events that changed the state or the publicity of measures, oldest first."""
    # In canonical JSON a quote within a text has a backslash before it, so only a key looks so.
    changing = [
        column.contains(f'"{name}":')
        for column in (Values.before, Values.after)
        for name in ("state", "publicity")
    ]
    query = (
        select(Event, Values)
        .join(Values, Values.event_id == Event.id)
        .where(
            Event.kind == Kind.MEASURE,
            Event.subject_id.in_(sorted(measure_ids)),
            Event.tag.in_(_MOVING),
            or_(*changing),
        )
        .order_by(Event.id)
    )
    return db.session.execute(query).all()


class Measured(NamedTuple):
    """What decides who may read what of a measure, as it is now."""

    unit_id: int | None
    state: State
    publicity: Publicity


def readable_measures(measure_ids: Collection[int], actor: Actor) -> dict[int, Measured]:
    """Return those of the measures that `actor` may read."""
    if not measure_ids:
        return {}
    query = select(Measure.id, Measure.unit_id, Measure.state, Measure.publicity)
    query = query.where(Measure.id.in_(sorted(measure_ids)), visible_to(actor))
    return {row.id: Measured(*row[1:]) for row in db.session.execute(query)}


def measures_of_entries(entry_ids: Collection[int]) -> dict[int, int]:
    """Return the measures of entries in programmes, by the ids of the entries."""
    if not entry_ids:
        return {}
    query = select(Entry.id, Entry.measure_id).where(Entry.id.in_(sorted(entry_ids)))
    return dict(db.session.execute(query).all())
