"""What stands on a roadmap as its page lists it, and what that is estimated to cost."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from flask import url_for

from app.core.bilingual import Text, text_of
from app.core.i18n import language
from app.core.pagination import Page, page_count
from app.core.policy import Actor
from app.measures.models import Measure
from app.measures.states import Size
from app.programmes.models import Roadmap
from app.programmes.queries import roadmap_of
from app.roadmaps import board_queries, order, queries
from app.roadmaps.models import Item
from app.roadmaps.queries import Content
from app.roadmaps.states import Membership
from app.roadmaps.workflow import ASSEMBLING

PAGE_SIZE = 50


class Sum(NamedTuple):
    """Euros of several measures, and of how many of them no amount is given."""

    euros: int
    given: int
    not_given: int


class Cost(NamedTuple):
    """What measures are estimated to cost.

    Attributes:
        label: Which measures; None for those of which it is not given.
        measures: How many they are.
        once: What they cost once.
        yearly: What they cost every year.
    """

    label: Text | None
    measures: int
    once: Sum
    yearly: Sum


class Costs(NamedTuple):
    """The estimated costs of a roadmap: by cost class, by theme, and of all."""

    by_class: Sequence[Cost]
    by_theme: Sequence[Cost]
    total: Cost


def listing(roadmap: Roadmap, actor: Actor, number: int) -> dict[str, Any]:
    """Return what the list of a roadmap's measures shows, by the names that its template knows.

    Args:
        roadmap: The year's roadmap.
        actor: The reader.
        number: The page; the first one where there is no such page.
    """
    every = queries.contents(roadmap, actor)
    rows = [row for row in every if row.Item.membership is not Membership.REMOVED]
    if number not in range(1, page_count(len(rows), PAGE_SIZE) + 1):
        number = 1
    first = (number - 1) * PAGE_SIZE
    shown = rows[first : first + PAGE_SIZE]
    before = roadmap_of(roadmap.year - 1)
    return {
        "roadmap": roadmap,
        "page": Page(shown, number, PAGE_SIZE, len(rows), lambda to: page_url(roadmap.year, to)),
        "removed": [row for row in every if row.Item.membership is Membership.REMOVED],
        "ends": (rows[0].Item.id, rows[-1].Item.id) if rows else (0, 0),
        "posts": queries.other_posts({row.Measure.id for row in shown}),
        "costs": costs_of(rows),
        "assembling": roadmap.phase in ASSEMBLING,
        "is_by_code": order.is_by_code(rows),
        "carried_over": board_queries.carried_over_from(roadmap),
        "year_before": before.year if before else None,
    }


def page_url(year: int, number: int) -> str:
    """Return the address of a page of a roadmap."""
    return url_for("roadmaps.roadmap", year=year, page=number if number > 1 else None)


def page_of(roadmap: Roadmap, item: Item) -> int:
    """Return the page on which an item that stands on a roadmap is listed."""
    ids = [row.Item.id for row in queries.standing(roadmap)]
    return ids.index(item.id) // PAGE_SIZE + 1 if item.id in ids else 1


def costs_of(rows: Sequence[Content]) -> Costs:
    """Return the estimated costs of what stands on a roadmap.

    A measure without an amount is counted beside the sum: nothing known is not nothing.
    """
    lang = language()
    measures = [row.Measure for row in rows]
    sizes: list[Size | None] = [*Size, None]
    themes = {row.Theme.id: row.Theme for row in rows if row.Theme}
    by_class = [
        _cost(
            Text(f"{size} – {size.label}", lang, is_other=False) if size else None,
            [measure for measure in measures if measure.cost_class is size],
        )
        for size in sizes
    ]
    by_theme = [
        _cost(
            _named(text_of(theme, "name", lang), theme.code) if theme else None,
            [row.Measure for row in rows if row.Theme is theme],
        )
        for theme in (*sorted(themes.values(), key=lambda theme: theme.position), None)
    ]
    return Costs(
        [cost for cost in by_class if cost.measures],
        [cost for cost in by_theme if cost.measures],
        _cost(None, measures),
    )


def _named(text: Text, code: str) -> Text:
    return text._replace(value=f"{code} {text.value}")


def _cost(label: Text | None, measures: Sequence[Measure]) -> Cost:
    return Cost(
        label,
        len(measures),
        _sum(measure.cost_once for measure in measures),
        _sum(measure.cost_yearly for measure in measures),
    )


def _sum(amounts: Iterable[int | None]) -> Sum:
    every = list(amounts)
    given = [amount for amount in every if amount is not None]
    return Sum(sum(given), len(given), len(every) - len(given))
