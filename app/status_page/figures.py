"""Figures and charts of the status page: sums over the rows of one query, nothing counted twice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _

from app.config import Language
from app.core.bilingual import text_of
from app.followup.states import UNDER_WAY, Status
from app.measures.states import Size
from app.programmes.models import Theme
from app.status_page.filters import NOT_GIVEN, SIZES, Filters

COLOURS = {
    Status.PLANNED: 1,
    Status.STARTED: 4,
    Status.DONE: 3,
    Status.ABANDONED: 6,
    Status.NO_INFO: 0,
}
"""The palette's colour of each status; 0 is grey."""


class Figure(NamedTuple):
    """A number, what it counts, and where its rows are."""

    number: int
    label: str
    url: str


class Cell(NamedTuple):
    """Rows of the cube that have these values, and how many measures they are."""

    status: Status
    theme_id: int | None
    impact: Size | None
    cost_class: Size | None
    not_updated: bool
    n: int


def cells(rows: Iterable[Any]) -> list[Cell]:
    """Return the rows of `queries.cube` with names."""
    return [Cell(*row) for row in rows]


def total(cube: Sequence[Cell]) -> int:
    """Return the number of measures."""
    return sum(cell.n for cell in cube)


def key_figures(cube: Sequence[Cell], filters: Filters) -> list[Figure]:
    """Return the key figures in their order."""
    by_status = Counter[Status]()
    for cell in cube:
        by_status[cell.status] += cell.n
    under_way = [status.value for status in Status if status in UNDER_WAY]
    return [
        Figure(total(cube), _("measures"), filters.url()),
        Figure(
            sum(by_status[status] for status in UNDER_WAY),
            _("under way"),
            filters.narrow("status", under_way),
        ),
        Figure(by_status[Status.DONE], _("done"), filters.narrow("status", [Status.DONE])),
        Figure(
            by_status[Status.NO_INFO],
            _("without information"),
            filters.narrow("status", [Status.NO_INFO]),
        ),
        Figure(
            sum(cell.n for cell in cube if cell.not_updated),
            _("not updated for long"),
            filters.url(not_updated=True),
        ),
    ]


def charts(
    cube: Sequence[Cell], filters: Filters, themes: Mapping[str, Theme], lang: Language
) -> dict[str, Any]:
    """Return the data of the charts and of their tables, in the shape that charts.js reads."""
    return {
        "lang": lang,
        "donuts": [
            _by_status(cube, filters),
            _by_theme(cube, filters, themes, lang),
        ],
        "matrix": _matrix(cube, filters),
    }


def _donut(name: str, slices: Sequence[tuple[str, int, int, str]]) -> dict[str, Any]:
    """Return a donut of (label, number, colour, address)."""
    labels, numbers, colours, hrefs = zip(*slices, strict=True)
    return {
        "id": name,
        "centre": _("measures"),
        "labels": labels,
        "data": numbers,
        "colours": colours,
        "hrefs": hrefs,
    }


def _by_status(cube: Sequence[Cell], filters: Filters) -> dict[str, Any]:
    numbers = Counter[Status]()
    for cell in cube:
        numbers[cell.status] += cell.n
    return _donut(
        "donut-status",
        [
            (str(status.label), numbers[status], colour, filters.narrow("status", [status]))
            for status, colour in COLOURS.items()
        ],
    )


def _by_theme(
    cube: Sequence[Cell], filters: Filters, themes: Mapping[str, Theme], lang: Language
) -> dict[str, Any]:
    numbers = Counter[int | None]()
    for cell in cube:
        numbers[cell.theme_id] += cell.n
    slices = [
        (
            f"{theme.code} {text_of(theme, 'name', lang)}",
            numbers[theme.id],
            theme.colour,
            filters.narrow("theme", [name]),
        )
        for name, theme in themes.items()
    ]
    if numbers[None] or not slices:
        slices.append((_("not given"), numbers[None], 0, filters.narrow("theme", [NOT_GIVEN])))
    return _donut("donut-theme", slices)


def _matrix(cube: Sequence[Cell], filters: Filters) -> dict[str, Any]:
    """Return impact against cost; `missing` counts the measures that lack one of them."""
    numbers = Counter[tuple[Size, Size]]()
    for cell in cube:
        if cell.impact and cell.cost_class:
            numbers[cell.impact, cell.cost_class] += cell.n
    found = sum(numbers.values())
    return {
        "id": "matrix",
        "x": _("Cost class"),
        "y": _("Impact"),
        "unit": _("measures"),
        "sizes": [size.value for size in SIZES],
        "cells": [
            {
                "x": x,
                "y": y,
                "n": numbers[impact, cost],
                "href": filters.url(impact=[impact], cost=[cost]),
            }
            for y, impact in enumerate(SIZES)
            for x, cost in enumerate(SIZES)
        ],
        "count": found,
        "missing": total(cube) - found,
    }
