"""The address of the status page: what the reader chose, read from it and written into it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from werkzeug.datastructures import MultiDict

from app.core.enums import Labelled
from app.followup.states import Status
from app.measures import search
from app.measures.states import Size

NOT_GIVEN = "none"
"""What an address calls an empty value."""

LONGEST_SEARCH = 200
LAST_PAGE = 100_000


class View(Labelled):
    """Which measures of a roadmap are shown."""

    NOW = "now", _l("as it is now")
    APPROVED = "approved", _l("as the city board approved it")


class Order(Labelled):
    """What the list is sorted by."""

    CODE = "code", _l("code")
    NAME = "name", _l("name")
    THEME = "theme", _l("theme")
    STATUS = "status", _l("status")
    UPDATED = "updated", _lp("status report", "updated")
    RESPONSIBLE = "responsible", _l("responsible")
    IMPACT = "impact", _l("impact")
    COST = "cost", _l("cost class")


SIZES = tuple(Size)

CHOICES: Mapping[str, Sequence[str] | None] = {
    "status": tuple(Status),
    "theme": None,
    "source": None,
    "long_term_benefit": None,
    "beneficiary": None,
    "level": None,
    "development_model": None,
    "impact": (*SIZES, NOT_GIVEN),
    "cost": (*SIZES, NOT_GIVEN),
}
"""The filters by their names in the address; None where the values are rows of the database."""


@dataclass(frozen=True)
class Filters:
    """What the reader chose.

    Attributes:
        years: The roadmaps' years.
        view: Which of their measures.
        chosen: The values chosen of each filter in `CHOICES`; none chosen means all.
        not_updated: Whether only measures not updated for long are shown.
        changed: Whether only measures that have changed since their approval are shown.
        q: The searched words.
        order: What the list is sorted by.
        descending: Whether the order is turned round.
        page: The page of the list, from 1.
        lang: The language, where the address names it.
        unknown: Parts of the address that mean nothing and were left out.
    """

    years: tuple[int, ...] = ()
    view: View = View.NOW
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_updated: bool = False
    changed: bool = False
    q: str = ""
    order: Order = Order.CODE
    descending: bool = False
    page: int = 1
    lang: str = ""
    unknown: tuple[str, ...] = ()

    @property
    def narrowed(self) -> bool:
        """Whether anything but years and view narrows the list."""
        return bool(self.chosen or self.not_updated or self.changed or self.q)

    def url(self, **changes: Any) -> str:
        """Return the address of the same page with `changes` to these attributes.

        A filter's own name changes what is chosen of it: `url(status=("done",))`. Whatever is
        changed, the list begins from its first page unless `page` is given.
        """
        chosen = dict(changes.pop("chosen", self.chosen))
        for name in CHOICES.keys() & changes.keys():
            chosen[name] = tuple(changes.pop(name))
        changes.setdefault("page", 1)
        return "/?" + urlencode([*replace(self, chosen=chosen, **changes).pairs()])

    def pairs(self) -> Iterable[tuple[str, object]]:
        """Return the names and values of the address, in a fixed order."""
        yield from (("year", year) for year in self.years)
        if self.view is not View.NOW:
            yield "view", self.view.value
        for name in CHOICES:
            yield from ((name, value) for value in self.chosen.get(name, ()))
        if self.not_updated:
            yield "not_updated", 1
        if self.changed:
            yield "changed", 1
        if self.q:
            yield "q", self.q
        if self.order is not Order.CODE or self.descending:
            yield "sort", f"{'-' if self.descending else ''}{self.order.value}"
        if self.page > 1:
            yield "page", self.page
        if self.lang:
            yield "lang", self.lang

    def narrow(self, name: str, values: Sequence[str]) -> str:
        """Return the address in which the filter `name` also has to be one of `values`."""
        already = self.chosen.get(name, ())
        both = [value for value in values if value in already] if already else values
        return self.url(**{name: both})

    def without(self, name: str, value: str) -> str:
        """Return the address in which `value` of the filter `name` is not chosen."""
        return self.url(**{name: [v for v in self.chosen.get(name, ()) if v != value]})


def parse_years(
    args: MultiDict[str, str], published: Sequence[int]
) -> tuple[tuple[int, ...], list[str]]:
    """Return the years that an address chooses among the `published`, and what it gets wrong."""
    years, unknown = set(), []
    for text in _values(args, "year"):
        if text.isascii() and text.isdigit() and len(text) < 10 and int(text) in published:
            years.add(int(text))
        else:
            unknown.append(f"year={text}")
    return tuple(sorted(years)), unknown


def parse(
    args: MultiDict[str, str],
    years: Sequence[int],
    known: Mapping[str, Iterable[str]],
    unknown: Sequence[str] = (),
) -> Filters:
    """Read the reader's choice from an address; what means nothing is left out and named.

    Args:
        args: The query of the address. A value may be several, separated by commas.
        years: The years that are shown.
        known: The values of the filters that are rows of the database.
        unknown: What the address has already got wrong.
    """
    unknown = list(unknown)
    chosen: dict[str, tuple[str, ...]] = {}
    for name, fixed in CHOICES.items():
        allowed = fixed if fixed is not None else (*known[name], NOT_GIVEN)
        given = _values(args, name)
        unknown += [f"{name}={value}" for value in given if value not in allowed]
        if found := tuple(str(value) for value in allowed if value in given):
            chosen[name] = found
    view = View.parse(args.get("view") or View.NOW.value)
    sort = args.get("sort") or Order.CODE.value
    order = Order.parse(sort.removeprefix("-"))
    if view is None:
        unknown.append(f"view={args['view']}")
    if order is None:
        unknown.append(f"sort={sort}")
    return Filters(
        years=tuple(years),
        view=view or View.NOW,
        chosen=chosen,
        not_updated=args.get("not_updated") == "1",
        changed=args.get("changed") == "1",
        q=_search(args.get("q", "")),
        order=order or Order.CODE,
        descending=order is not None and sort.startswith("-"),
        page=_page(args.get("page", "")),
        lang=args.get("lang", "") if args.get("lang") in {"fi", "sv"} else "",
        unknown=tuple(unknown[:5]),
    )


def _values(args: MultiDict[str, str], name: str) -> list[str]:
    return [part for text in args.getlist(name) for part in text.split(",") if part]


def _search(text: str) -> str:
    """Return the searched words as they are shown; empty when there is no word among them."""
    shown = " ".join(text.replace("\0", " ").split())[:LONGEST_SEARCH]
    return shown if search.words(shown) else ""


def _page(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
    return min(max(number, 1), LAST_PAGE)
