"""The address of the desk: what the reader chose, read from it and written into it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.desk.states import UNDECIDED, Order, Problem
from app.measures.states import State

LARGEST = 100_000
"""The largest number that an address may hold."""


@dataclass(frozen=True)
class Filters:
    """What the reader chose; what is not chosen is None.

    Attributes:
        state: The state of the proposals; all but drafts when none is chosen.
        unit_id: The unit that owns them.
        year: Their first year.
        problem: What is wrong with them.
        days: For how many days at least they have been in their state.
        order: What the queue is sorted by.
        descending: Whether the order is turned round.
        page: The page of the queue, from 1.
    """

    state: State | None = None
    unit_id: int | None = None
    year: int | None = None
    problem: Problem | None = None
    days: int | None = None
    order: Order = Order.STATE
    descending: bool = False
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the queue."""
        return replace(self, order=Order.STATE, descending=False, page=1) != Filters()

    def args(self) -> dict[str, Any]:
        """Return the names and values of the address, without what is so anyway."""
        sort = f"{'-' if self.descending else ''}{self.order.value}"
        every = {
            "state": self.state,
            "unit": self.unit_id,
            "year": self.year,
            "problem": self.problem,
            "days": self.days,
            "sort": sort if sort != Order.STATE else None,
            "page": self.page if self.page > 1 else None,
        }
        return {name: value for name, value in every.items() if value is not None}

    def url(self, **changes: Any) -> str:
        """Return the address of the desk with `changes` to these attributes.

        The queue begins from its first page unless `page` is given.
        """
        return url_for("desk.queue", **replace(self, **{"page": 1, **changes}).args())

    def sorted_by(self, order: Order) -> str:
        """Return the address sorted by `order`; the other way round if it already is."""
        return self.url(order=order, descending=self.order is order and not self.descending)


def chips(filters: Filters, units: Mapping[int, str]) -> list[tuple[str, str]]:
    """Return each choice that narrows the queue, in words, and the address without it.

    `units` are the names of the units that may be chosen.
    """
    found = []
    if filters.state:
        text = _("State: %(state)s", state=filters.state.label)
        found.append((text, filters.url(state=None)))
    if filters.problem:
        found.append((str(filters.problem.label), filters.url(problem=None)))
    if filters.unit_id:
        text = _("Unit: %(name)s", name=units.get(filters.unit_id, _("unknown")))
        found.append((text, filters.url(unit_id=None)))
    if filters.year:
        found.append((_("First year: %(year)s", year=filters.year), filters.url(year=None)))
    if filters.days:
        text = ngettext(
            "Waiting for at least %(num)s day", "Waiting for at least %(num)s days", filters.days
        )
        found.append((text, filters.url(days=None)))
    return found


def parse(args: Mapping[str, str]) -> Filters:
    """Read the reader's choice from an address; what means nothing is left out."""
    state = State.parse(args.get("state"))
    sort = args.get("sort", "")
    order = Order.parse(sort.removeprefix("-"))
    return Filters(
        state=state if state in UNDECIDED else None,
        unit_id=_number(args.get("unit")),
        year=_number(args.get("year")),
        problem=Problem.parse(args.get("problem")),
        days=_number(args.get("days")),
        order=order or Order.STATE,
        descending=order is not None and sort.startswith("-"),
        page=_number(args.get("page")) or 1,
    )


def _number(text: str | None) -> int | None:
    """Return the positive number that `text` is; None when it is none."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return min(int(text), LARGEST) or None
