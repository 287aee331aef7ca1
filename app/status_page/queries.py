"""Reads of the status page: a fixed number of queries, however many measures there are."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    String,
    and_,
    case,
    false,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.models import Post, Unit
from app.config import Language
from app.core.bilingual import other
from app.core.enums import Labelled
from app.core.policy import Actor
from app.extensions import db
from app.followup.models import StatusReport
from app.followup.states import UNDER_WAY, Status
from app.measures import search
from app.measures.models import Entry, Measure
from app.measures.queries import visible_to
from app.measures.states import Size
from app.programmes.models import Programme, Roadmap, Theme
from app.programmes.queries import is_published
from app.roadmaps.models import Item
from app.roadmaps.states import BOARD_APPROVED, FOLLOWED, Membership
from app.status_page.filters import NOT_GIVEN, Filters, Order, View
from app.vocabulary.models import ClassificationValue

MEMBERSHIPS = {View.NOW: FOLLOWED, View.APPROVED: BOARD_APPROVED}

STATUS = func.coalesce(StatusReport.status, Status.NO_INFO)

_NEWEST = and_(StatusReport.measure_id == Measure.id, StatusReport.newest)


class Scope(NamedTuple):
    """What a reader asks for, ready for queries.

    Attributes:
        actor: The reader.
        filters: What they chose.
        roadmaps: The roadmaps of the chosen years.
        themes: The themes of these roadmaps' programmes by their names in the address.
        values: The classification values by filter and key.
        updated_before: Reports as of earlier days count as old.
        changed: The measures that have changed since the city board approved them, by id.
    """

    actor: Actor
    filters: Filters
    roadmaps: Sequence[Roadmap]
    themes: Mapping[str, Theme]
    values: Mapping[str, Mapping[str, ClassificationValue]]
    updated_before: date
    changed: Collection[int] = frozenset()


def cube(
    scope: Scope,
) -> Sequence[Row[str, int | None, str | None, str | None, bool, int]]:
    """Return how many measures there are of each status, theme, impact, cost and age.

    Every figure and chart of the page is a sum over these rows, so that all agree with the list.
    There may be hundreds, so statuses and sizes come as the plain texts that equal the enums'.
    """
    columns = (
        type_coerce(STATUS, String).label("status"),
        Entry.theme_id,
        type_coerce(Measure.impact, String).label("impact"),
        type_coerce(Measure.cost_class, String).label("cost_class"),
        _not_updated(scope).label("not_updated"),
    )
    query = _listed(select(*columns, func.count().label("n")), scope).group_by(*columns)
    return db.session.execute(query).all()


def rows(scope: Scope, size: int, lang: Language) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the rows of one page of the list, `size` at most, for a reader of `lang`.

    The page is found first by narrow columns alone, as sorting all measures with their texts
    would be slow.
    """
    filters = scope.filters
    order = _order(filters.order, lang, descending=filters.descending)
    page = (
        _with_order(_listed(select(Entry.id), scope), filters.order)
        .order_by(*order)
        .limit(size)
        .offset((filters.page - 1) * size)
        .subquery()
    )
    query = (
        select(
            Measure.id,
            Measure.name_fi,
            Measure.name_sv,
            Measure.impact,
            Measure.cost_class,
            Measure.invented,
            Entry.id.label("entry_id"),
            Entry.code,
            Entry.theme_id,
            STATUS.label("status"),
            StatusReport.as_of,
            StatusReport.precision,
            StatusReport.note_fi,
            StatusReport.note_sv,
            Post.title_fi,
            Post.title_sv,
            Unit.name_fi.label("unit_fi"),
            Unit.name_sv.label("unit_sv"),
        )
        .select_from(Entry)
        .join(Measure, Measure.id == Entry.measure_id)
        .outerjoin(StatusReport, _NEWEST)
        .outerjoin(Theme, Theme.id == Entry.theme_id)
        .outerjoin(Post, Post.id == Measure.lead_post_id)
        .outerjoin(Unit, Unit.id == Measure.unit_id)
    )
    return db.session.execute(query.where(Entry.id.in_(select(page))).order_by(*order)).all()


def _with_order(query: Select[*tuple[Any, ...]], order: Order) -> Select[*tuple[Any, ...]]:
    """Add to `query` the tables that the list is sorted by, and no other."""
    query = query.outerjoin(Theme, Theme.id == Entry.theme_id)
    if order is not Order.RESPONSIBLE:
        return query
    return query.outerjoin(Post, Post.id == Measure.lead_post_id).outerjoin(
        Unit, Unit.id == Measure.unit_id
    )


def standings(
    entry_ids: Sequence[int],
) -> Mapping[int, list[Row[int, int, int | None, Membership]]]:
    """Return on which published roadmaps these entries stand, by entry, the oldest year first."""
    query = (
        select(Item.entry_id, Roadmap.year, Item.number, Item.membership)
        .join(Roadmap, Roadmap.id == Item.roadmap_id)
        .where(
            Item.entry_id.in_(entry_ids),
            Item.membership != Membership.REMOVED,
            is_published(),
            or_(Item.membership != Membership.PROPOSED, ~Roadmap.once_approved),
        )
        .order_by(Roadmap.year)
    )
    found: dict[int, list[Row[int, int, int | None, Membership]]] = defaultdict(list)
    for row in db.session.execute(query):
        found[row.entry_id].append(row)
    return found


def count_not_followed(scope: Scope) -> int:
    """Return how many measures the board approved that nobody follows up, in the chosen years."""
    query = (
        select(func.count(Entry.measure_id.distinct()))
        .join(Measure, Measure.id == Entry.measure_id)
        .join(Item, Item.entry_id == Entry.id)
        .where(
            Item.roadmap_id.in_([roadmap.id for roadmap in scope.roadmaps]),
            Item.membership == Membership.NOT_FOLLOWED,
            visible_to(scope.actor),
        )
    )
    return db.session.scalars(query).one()


def count_changed(scope: Scope) -> int:
    """Return how many of the listed measures have changed since the city board approved them."""
    query = _listed(select(func.count()), scope).where(Measure.id.in_(sorted(scope.changed)))
    found: int = db.session.scalars(query).one()
    return found


def themes(programme_ids: Collection[int]) -> dict[str, Theme]:
    """Return the themes of these programmes by their names in the address, in their order.

    The name is the code; where two programmes use one code, with the programme's first year
    behind it ("A:2020").
    """
    query = (
        select(Theme, Programme.first_year)
        .join(Programme, Programme.id == Theme.programme_id)
        .where(Theme.programme_id.in_(sorted(programme_ids)))
        .order_by(Programme.first_year, Theme.position)
    )
    found = db.session.execute(query).all()
    uses = Counter(theme.code for theme, _first_year in found)
    return {
        theme.code if uses[theme.code] == 1 else f"{theme.code}:{first_year}": theme
        for theme, first_year in found
    }


def _listed(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    """Add to `query` the tables and conditions of what is listed: each measure once."""
    filters = scope.filters
    return (
        query.select_from(Entry)
        .join(Measure, Measure.id == Entry.measure_id)
        .outerjoin(StatusReport, _NEWEST)
        .where(
            Entry.id.in_(_entries(scope)),
            visible_to(scope.actor),
            *(_chosen(scope, name, values) for name, values in filters.chosen.items()),
            *([_not_updated(scope)] if filters.not_updated else []),
            *([Measure.id.in_(sorted(scope.changed))] if filters.changed else []),
            *([search.matches(filters.q)] if filters.q else []),
        )
    )


def _entries(scope: Scope) -> Select[int]:
    """Return the query of the entries on the chosen roadmaps, one for each measure.

    What an amendment proposes is not on a roadmap until the city board has approved it. Where the
    roadmaps are of several programmes a measure may have an entry in each; the newest
    year's counts.
    """
    on_roadmaps = and_(
        Item.roadmap_id.in_([roadmap.id for roadmap in scope.roadmaps]),
        Item.membership.in_(sorted(MEMBERSHIPS[scope.filters.view])),
    )
    if amended := [roadmap.id for roadmap in scope.roadmaps if roadmap.once_approved]:
        not_yet = and_(Item.roadmap_id.in_(amended), Item.membership == Membership.PROPOSED)
        on_roadmaps = and_(on_roadmaps, ~not_yet)
    if len({roadmap.programme_id for roadmap in scope.roadmaps}) < 2:
        return select(Item.entry_id).where(on_roadmaps)
    newest_first = func.row_number().over(
        partition_by=Entry.measure_id, order_by=(Roadmap.year.desc(), Item.id.desc())
    )
    ranked = (
        select(Item.entry_id, newest_first.label("rank"))
        .join(Entry, Entry.id == Item.entry_id)
        .join(Roadmap, Roadmap.id == Item.roadmap_id)
        .where(on_roadmaps)
        .subquery()
    )
    return select(ranked.c.entry_id).where(ranked.c.rank == 1)


def _not_updated(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a measure under way has only an old report.

    One that is done or abandoned needs no new report, and one without any report is counted as
    without information.
    """
    under_way = StatusReport.status.in_(sorted(UNDER_WAY))
    return func.coalesce(under_way & (StatusReport.as_of < scope.updated_before), false())


def _chosen(scope: Scope, name: str, values: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that the filter `name` is one of `values`."""
    if name == "status":
        return STATUS.in_(values)
    columns: dict[str, InstrumentedAttribute[Any]] = {
        "theme": Entry.theme_id,
        "impact": Measure.impact,
        "cost": Measure.cost_class,
    }
    column = columns.get(name) or getattr(Measure, f"{name}_id")
    given = [value for value in values if value != NOT_GIVEN]
    if name == "theme":
        wanted: Sequence[Any] = [scope.themes[value].id for value in given]
    elif name in scope.values:
        wanted = [scope.values[name][value].id for value in given]
    else:
        wanted = given
    found = column.in_(wanted)
    return or_(found, column.is_(None)) if NOT_GIVEN in values else found


def _rank(column: SQLColumnExpression[Any], members: type[Labelled]) -> ColumnElement[int]:
    """Return an expression that sorts the values of an enum in its order."""
    return case({member.value: rank for rank, member in enumerate(members)}, value=column)


def _order(order: Order, lang: Language, *, descending: bool) -> list[SQLColumnExpression[Any]]:
    """Return the ORDER BY of the list; what is not given comes last in both directions."""
    second = other(lang)

    def reader(fi_sv: type[Any], name: str) -> ColumnElement[str]:
        first = func.nullif(getattr(fi_sv, f"{name}_{lang}"), "")
        return func.lower(func.coalesce(first, getattr(fi_sv, f"{name}_{second}")))

    by_code: list[SQLColumnExpression[Any]] = [
        Theme.position.is_(None),
        Theme.position,
        Entry.code_order,
    ]
    keys: dict[Order, SQLColumnExpression[Any]] = {
        Order.NAME: reader(Measure, "name"),
        Order.THEME: Theme.code,
        Order.STATUS: _rank(STATUS, Status),
        Order.UPDATED: StatusReport.as_of,
        Order.RESPONSIBLE: func.coalesce(reader(Post, "title"), reader(Unit, "name")),
        Order.IMPACT: _rank(Measure.impact, Size),
        Order.COST: _rank(Measure.cost_class, Size),
    }
    if order is Order.CODE:
        turned = [key.desc() for key in by_code[1:]] if descending else by_code[1:]
        return [by_code[0], *turned, Entry.id.desc() if descending else Entry.id]
    key = keys[order]
    return [key.is_(None), key.desc() if descending else key, *by_code, Entry.id]
