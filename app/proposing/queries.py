"""Reads of the list of proposals: three queries, however many proposals there are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import joinedload

from app.accounts import queries as accounts
from app.config import Language
from app.core.bilingual import text_of
from app.core.policy import Actor
from app.extensions import db
from app.measures import search
from app.measures.models import Entry, Measure
from app.measures.queries import visible_to
from app.measures.states import State
from app.proposing.filters import Filters


class Summary(NamedTuple):
    """What there is to choose from in the list.

    Attributes:
        states: How many proposals of the chosen unit and year there are in each state that has any.
        units: The ids and names of the units that have proposals.
        years: The first years that proposals have.
    """

    states: Mapping[State, int]
    units: Sequence[tuple[int, str]]
    years: Sequence[int]


def summary(actor: Actor, filters: Filters, lang: Language) -> Summary:
    """Return what `actor` may choose from, and how many proposals there are of it."""
    columns = (Measure.state, Measure.unit_id, Measure.first_year)
    query = select(*columns, func.count().label("n")).where(_listed(actor, filters))
    rows = db.session.execute(query.group_by(*columns)).all()
    counts: Counter[State] = Counter()
    for row in rows:
        if filters.unit_id in {None, row.unit_id} and filters.year in {None, row.first_year}:
            counts[row.state] += row.n
    unit_ids = {row.unit_id for row in rows} | {filters.unit_id}
    years = {row.first_year for row in rows} | {filters.year}
    return Summary(
        {state: counts[state] for state in State if counts[state]},
        [
            (unit.id, text_of(unit, "name", lang).value)
            for unit in accounts.units()
            if unit.id in unit_ids
        ],
        sorted(year for year in years if year),
    )


def proposals(actor: Actor, filters: Filters, size: int) -> Sequence[Measure]:
    """Return a page of the list, the latest changed first, with unit and theme."""
    chosen = {
        Measure.state: filters.state,
        Measure.unit_id: filters.unit_id,
        Measure.first_year: filters.year,
    }
    query = (
        select(Measure)
        .where(_listed(actor, filters))
        .where(*(column == value for column, value in chosen.items() if value is not None))
        .options(joinedload(Measure.unit), joinedload(Measure.theme))
        .order_by(Measure.changed_at.desc(), Measure.id.desc())
    )
    return db.session.scalars(query.offset((filters.page - 1) * size).limit(size)).all()


def _listed(actor: Actor, filters: Filters) -> ColumnElement[bool]:
    """Return the condition on `Measure` for all but state, unit and year.

    What stands on a roadmap is no proposal any more.
    """
    has_entry = exists().where(Entry.measure_id == Measure.id)
    is_own = or_(Measure.created_by_id == actor.user_id, Measure.contact_id == actor.user_id)
    return and_(
        or_(Measure.state != State.APPROVED, ~has_entry),
        visible_to(actor),
        is_own if filters.own else true(),
        search.matches(filters.q),
    )
