"""Reads of the proposals that are not decided."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, load_only

from app.accounts.models import Unit
from app.comments.models import Comment
from app.comments.states import Audience
from app.config import Language
from app.core import clock
from app.core.bilingual import other, text_of
from app.core.policy import Action, Actor, can
from app.desk.filters import Filters
from app.desk.states import QUEUE, UNDECIDED, Order, Problem
from app.extensions import db
from app.measures import likeness
from app.measures.models import Measure, Step
from app.measures.queries import CAME_INTO_STATE, visible_to
from app.measures.states import State
from app.measures.workflow import LAW, NETWORK, REQUIRED, TWIN_TEXTS
from app.vocabulary.models import ClassificationValue

Condition = ColumnElement[bool]


def _empty(text: str, lang: Language) -> Condition:
    condition: Condition = getattr(Measure, f"{text}_{lang}") == ""
    return condition


def _lacks(lang: Language) -> Condition:
    """Return the condition on `Measure` that a text is in the other language alone."""
    return or_(*(and_(_empty(text, lang), ~_empty(text, other(lang))) for text in TWIN_TEXTS))


def _not_given(name: str) -> Condition:
    if name in TWIN_TEXTS:
        return and_(_empty(name, "fi"), _empty(name, "sv"))
    condition: Condition = getattr(Measure, name).is_(None)
    return condition


def _asked_by(value_id: InstrumentedAttribute[int | None], key: str, text: str) -> Condition:
    """Return the condition that a text is missing which the value of a classification asks for."""
    chosen = exists().where(ClassificationValue.id == value_id, ClassificationValue.key == key)
    return and_(getattr(Measure, text) == "", chosen)


PROBLEMS: Mapping[Problem, Condition] = MappingProxyType(
    {
        Problem.MISSING: or_(
            *(_not_given(name) for name in REQUIRED),
            _asked_by(Measure.source_id, LAW, "legal_act"),
            _asked_by(Measure.development_model_id, NETWORK, "partners"),
        ),
        Problem.NO_FINNISH: _lacks("fi"),
        Problem.NO_SWEDISH: _lacks("sv"),
        Problem.STALE: Measure.stale.is_not(None),
    }
)
"""The conditions on `Measure` for what `missing` and `waiting` find in one, in the workflows.

That it has look-alikes is no condition of the database: see `_alike`.
"""

_SINCE = func.coalesce(CAME_INTO_STATE, Measure.created_at)
"""When a measure came into its state."""


def _waiting(days: int, today: date) -> Condition:
    """Return the condition that a measure has been in its state for so many days."""
    return clock.beginning_of(today - timedelta(days=days - 1)) > _SINCE


class Counts(NamedTuple):
    """What is on the desk, in numbers.

    Attributes:
        states: How many proposals are in each state.
        problems: How many of the queue have each problem.
        waiting: How many of the queue have been in their state for long.
    """

    states: Mapping[State, int]
    problems: Mapping[Problem, int]
    waiting: int


def counts(actor: Actor, long: int, today: date) -> Counts:
    """Return the numbers of all undecided proposals that `actor` may read.

    Args:
        actor: The reader.
        long: How many days in one state are long.
        today: The day.
    """
    counted = [*PROBLEMS.values(), _waiting(long, today)]
    query = (
        select(
            Measure.state,
            func.count(),
            *(func.sum(case((condition, 1), else_=0)) for condition in counted),
        )
        .where(Measure.state.in_(UNDECIDED), visible_to(actor))
        .group_by(Measure.state)
    )
    rows = db.session.execute(query).all()
    in_queue = [row[2:] for row in rows if row.state in QUEUE]
    *sums, waiting = (
        (sum(numbers) for numbers in zip(*in_queue, strict=True))
        if in_queue
        else [0] * len(counted)
    )
    return Counts(
        {row.state: row[1] for row in rows},
        dict(zip(PROBLEMS, sums, strict=True)),
        waiting,
    )


def asked_for(filters: Filters, actor: Actor, today: date) -> Condition:
    """Return the condition on `Measure` that it is on the desk and the reader asks for it."""
    wanted = [Measure.state.in_([filters.state] if filters.state else QUEUE), visible_to(actor)]
    if filters.unit_id:
        wanted.append(Measure.unit_id == filters.unit_id)
    if filters.year:
        wanted.append(Measure.first_year == filters.year)
    if filters.days:
        wanted.append(_waiting(filters.days, today))
    if filters.problem is Problem.ALIKE:
        wanted.append(_alike(and_(*wanted), actor))
    elif filters.problem:
        wanted.append(PROBLEMS[filters.problem])
    return and_(*wanted)


def look_alikes(measures: Collection[Measure], actor: Actor) -> Mapping[int, int]:
    """Return how many measures look like each that waits to be opened for scoring, by id."""
    submitted = [measure for measure in measures if measure.state is State.SUBMITTED]
    return likeness.counts_for(submitted, actor)


def _alike(condition: Condition, actor: Actor) -> Condition:
    """Return the condition that something looks like a measure that meets another condition."""
    query = select(Measure).where(condition).options(load_only(Measure.state))
    found = look_alikes(db.session.scalars(query).all(), actor)
    return Measure.id.in_(sorted(key for key, number in found.items() if number))


def count(condition: Condition) -> int:
    """Return how many proposals meet a condition."""
    return db.session.scalars(select(func.count()).select_from(Measure).where(condition)).one()


_PLACES = {state.value: place for place, state in enumerate(UNDECIDED)}


class Waiting(NamedTuple):
    """A proposal, and since when it has been in its state."""

    measure: Measure
    since: datetime


def proposals(
    condition: Condition, filters: Filters, limit: int, lang: Language
) -> Sequence[Waiting]:
    """Return a page of the proposals that meet a condition, in the order that is asked for."""
    name = func.lower(
        func.coalesce(
            func.nullif(getattr(Measure, f"name_{lang}"), ""),
            getattr(Measure, f"name_{other(lang)}"),
        )
    )
    keys: Mapping[Order, ColumnElement[Any]] = {
        Order.STATE: case(_PLACES, value=Measure.state),
        Order.NAME: name,
        Order.UNIT: func.lower(getattr(Unit, f"name_{lang}")),
        Order.WAITING: _SINCE,
    }
    key = keys[filters.order]
    query = (
        select(Measure, _SINCE.label("since"))
        .outerjoin(Unit, Unit.id == Measure.unit_id)
        .where(condition)
        .options(
            joinedload(Measure.unit),
            joinedload(Measure.source),
            joinedload(Measure.development_model),
        )
        .order_by(key.desc() if filters.descending else key, _SINCE, Measure.id)
        .offset((filters.page - 1) * limit)
        .limit(limit)
    )
    return [Waiting(*row) for row in db.session.execute(query)]


class Choices(NamedTuple):
    """What the queue may be narrowed to: ids and names of units, first years of the undecided."""

    units: Sequence[tuple[int, str]]
    years: Sequence[int | None]


def choices(actor: Actor, lang: Language) -> Choices:
    """Return the units that have undecided proposals, by name, and the years of these."""
    undecided = and_(Measure.state.in_(UNDECIDED), visible_to(actor))
    units = (
        select(Unit)
        .where(Unit.id.in_(select(Measure.unit_id).where(undecided)))
        .order_by(func.lower(getattr(Unit, f"name_{lang}")), Unit.id)
    )
    years = select(Measure.first_year).where(undecided, Measure.first_year.is_not(None))
    return Choices(
        [(unit.id, text_of(unit, "name", lang).value) for unit in db.session.scalars(units)],
        db.session.scalars(years.distinct().order_by(Measure.first_year)).all(),
    )


def resubmitted(measure_ids: Collection[int]) -> frozenset[int]:
    """Return which of the measures have been submitted again after they were returned."""
    returned = func.min(case((Step.transition == "return", Step.id)))
    submitted = func.max(case((Step.transition == "submit", Step.id)))
    query = (
        select(Step.measure_id)
        .where(Step.measure_id.in_(sorted(measure_ids)))
        .group_by(Step.measure_id)
        .having(submitted > returned)
    )
    return frozenset(db.session.scalars(query))


class Comments(NamedTuple):
    """How many comments a measure has, and when the newest was written."""

    number: int
    newest: datetime


def comments(measure_ids: Collection[int], actor: Actor) -> Mapping[int, Comments]:
    """Return the comments that `actor` may read on measures that have any, in numbers."""
    audiences = [Audience.SIGNED_IN]
    if can(actor, Action.READ_GROUP_COMMENTS):
        audiences.append(Audience.STEERING_GROUP)
    query = (
        select(Comment.measure_id, func.count(), func.max(Comment.made_at))
        .where(
            Comment.measure_id.in_(sorted(measure_ids)),
            Comment.removed_at.is_(None),
            Comment.audience.in_(audiences),
        )
        .group_by(Comment.measure_id)
    )
    return {row[0]: Comments(row[1], row[2]) for row in db.session.execute(query)}


def chosen(measure_ids: Collection[int], actor: Actor) -> Sequence[Measure]:
    """Return those of the measures that `actor` may read, in the order of the desk."""
    query = (
        select(Measure)
        .where(Measure.id.in_(sorted(measure_ids)), visible_to(actor))
        .options(
            joinedload(Measure.unit),
            joinedload(Measure.source),
            joinedload(Measure.development_model),
        )
        .order_by(_SINCE, Measure.id)
    )
    return db.session.scalars(query).all()
