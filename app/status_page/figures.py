"""Figures and charts of the status page: sums over the rows of one query, nothing counted twice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext, npgettext

from app.config import Language
from app.core.bilingual import text_of
from app.followup.states import UNDER_WAY, Status
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

    status: str
    theme_id: int | None
    impact: str | None
    cost_class: str | None
    not_updated: bool
    n: int


def cells(rows: Iterable[Any]) -> list[Cell]:
    """Return the rows of `queries.cube` with names."""
    return [Cell(*row) for row in rows]


def _rows(url: str) -> str:
    """Return the address of the list on the page at `url`."""
    return f"{url}#list"


def _measures(number: int) -> str:
    """Return what a number of measures counts, without the number."""
    return str(ngettext("measure", "measures", number))


def total(cube: Sequence[Cell]) -> int:
    """Return the number of measures."""
    return sum(cell.n for cell in cube)


def key_figures(cube: Sequence[Cell], filters: Filters) -> list[Figure]:
    """Return the key figures in their order."""
    by_status = Counter[str]()
    for cell in cube:
        by_status[cell.status] += cell.n
    under_way = [status.value for status in Status if status in UNDER_WAY]
    measures, done = total(cube), by_status[Status.DONE]
    return [
        Figure(measures, _measures(measures), _rows(filters.url())),
        Figure(
            sum(by_status[status] for status in UNDER_WAY),
            _("under way"),
            _rows(filters.narrow("status", under_way)),
        ),
        Figure(
            done,
            npgettext("figure", "done", "done", done),
            _rows(filters.narrow("status", [Status.DONE])),
        ),
        Figure(
            by_status[Status.NO_INFO],
            _("without information"),
            _rows(filters.narrow("status", [Status.NO_INFO])),
        ),
        Figure(
            sum(cell.n for cell in cube if cell.not_updated),
            _("not updated for long"),
            _rows(filters.url(not_updated=True)),
        ),
    ]


def donuts(
    cube: Sequence[Cell], filters: Filters, themes: Mapping[str, Theme], lang: Language
) -> list[dict[str, Any]]:
    """Return the donuts by status and by theme, in the shape that charts.js reads."""
    return [_by_status(cube, filters), _by_theme(cube, filters, themes, lang)]


def _donut(name: str, slices: Sequence[tuple[str, int, int, str]]) -> dict[str, Any]:
    """Return a donut of (label, number, colour, address)."""
    labels, numbers, colours, hrefs = zip(*slices, strict=True)
    return {
        "id": name,
        "centre": _measures(sum(numbers)),
        "labels": labels,
        "data": numbers,
        "colours": colours,
        "hrefs": hrefs,
    }


def _by_status(cube: Sequence[Cell], filters: Filters) -> dict[str, Any]:
    numbers = Counter[str]()
    for cell in cube:
        numbers[cell.status] += cell.n
    return _donut(
        "donut-status",
        [
            (str(status.label), numbers[status], colour, _rows(filters.narrow("status", [status])))
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
            _rows(filters.narrow("theme", [name])),
        )
        for name, theme in themes.items()
    ]
    if numbers[None] or not slices:
        slices.append(
            (_("not given"), numbers[None], 0, _rows(filters.narrow("theme", [NOT_GIVEN])))
        )
    return _donut("donut-theme", slices)


class Matrix(NamedTuple):
    """Impact against cost: the table, and what charts.js draws of it.

    Attributes:
        columns: The cost classes, with "not given" where a measure lacks it.
        rows: The impacts from large to small, "not given" last, each with the number of measures
            of every column and their address.
        drawn: The bubbles, in the shape that charts.js reads.
    """

    columns: list[str]
    rows: list[tuple[str, list[tuple[int, str]]]]
    drawn: dict[str, Any]


def matrix(cube: Sequence[Cell], filters: Filters) -> Matrix:
    """Return how many measures have each impact and cost class; all of them are counted."""
    numbers = Counter[tuple[str, str]]()
    for cell in cube:
        numbers[cell.impact or NOT_GIVEN, cell.cost_class or NOT_GIVEN] += cell.n
    sizes = [size.value for size in SIZES]
    costs = sizes + [NOT_GIVEN] * any(cost == NOT_GIVEN for _impact, cost in numbers)
    impacts = sizes[::-1] + [NOT_GIVEN] * any(impact == NOT_GIVEN for impact, _cost in numbers)
    names = {NOT_GIVEN: _("not given")}

    urls = {
        (impact, cost): _rows(filters.url(impact=[impact], cost=[cost]))
        for impact in impacts
        for cost in costs
    }
    rows = [
        (
            names.get(impact, impact),
            [(numbers[impact, cost], urls[impact, cost]) for cost in costs],
        )
        for impact in impacts
    ]
    drawn = {
        "id": "matrix",
        "x": _("Cost class"),
        "y": _("Impact"),
        "unit": _("Measures"),
        "sizes": sizes,
        "cells": [
            {"x": x, "y": y, "n": numbers[impact, cost], "href": urls[impact, cost]}
            for y, impact in enumerate(sizes)
            for x, cost in enumerate(sizes)
        ],
    }
    return Matrix([names.get(cost, cost) for cost in costs], rows, drawn)
