"""The address of the list of proposals: what the reader chose, read from it and written into it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.core.fields import printable, tidy_line
from app.measures.states import State

LONGEST_SEARCH = 200

_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@dataclass(frozen=True)
class Filters:
    """What the reader chose; None or nothing for what they did not.

    Attributes:
        state: The state of the proposals.
        unit_id: Their unit.
        year: Their first year.
        own: Whether only those are shown that the reader wrote or is the contact of.
        q: The searched words.
        page: The page of the list, from 1.
    """

    state: State | None = None
    unit_id: int | None = None
    year: int | None = None
    own: bool = False
    q: str = ""
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether anything but the state, which has links of its own, narrows the list."""
        return bool(self.unit_id or self.year or self.own or self.q)

    def url(self, **changes: Any) -> str:
        """Return the address of the list with `changes` to these attributes.

        Whatever is changed, the list begins from its first page unless `page` is given.
        """
        to = replace(self, **{"page": 1, **changes})
        args: dict[str, Any] = {
            "state": to.state,
            "unit": to.unit_id,
            "year": to.year,
            "own": 1 if to.own else None,
            "q": to.q or None,
            "page": to.page if to.page > 1 else None,
        }
        return url_for("proposing.proposals", **args)


def chips(filters: Filters, units: Mapping[int, str]) -> list[tuple[str, str]]:
    """Return each choice that narrows the list, in words, and the address without it.

    The state is left out, as it has links of its own. `units` are the names of the units that may
    be chosen.
    """
    found = []
    if filters.q:
        found.append((_("Search: %(words)s", words=filters.q), filters.url(q="")))
    if filters.unit_id:
        text = _("Unit: %(name)s", name=units.get(filters.unit_id, _("unknown")))
        found.append((text, filters.url(unit_id=None)))
    if filters.year:
        found.append((_("First year: %(year)s", year=filters.year), filters.url(year=None)))
    if filters.own:
        found.append((_("Only my own"), filters.url(own=False)))
    return found


def parse(args: Mapping[str, str]) -> Filters:
    """Return what an address asks for; what means nothing in it is left out."""
    return Filters(
        State.parse(args.get("state")),
        _number(args.get("unit")),
        _number(args.get("year")),
        args.get("own") == "1",
        printable(tidy_line(args.get("q")))[:LONGEST_SEARCH],
        _number(args.get("page")) or 1,
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and _NUMBER.fullmatch(text) else None
