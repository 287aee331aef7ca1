"""The address of the record: what the reader asks for, read from it and written into it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from app.audit.tags import Kind, Tag
from app.core.enums import Labelled
from app.core.numbers import LARGEST

L = TypeVar("L", bound=Labelled)
T = TypeVar("T")

LONGEST_SEARCH = 100
LAST_PAGE = 1_000_000
_YEARS = range(2000, 2101)


@dataclass(frozen=True)
class Filters:
    """Which events the reader asks for.

    Attributes:
        who: Words of the name or the sign-in name of who did it, or of the command.
        person_id: Whom an event is by or about.
        kind: What it happened to.
        subject_id: Which one of that kind.
        tag: What happened.
        first_day: The first day, in Finland.
        last_day: The last one.
        page: The page of the list, from 1.
        lang: The language, where the address names it.
        unknown: Parts of the address that mean nothing and were left out.
    """

    who: str = ""
    person_id: int | None = None
    kind: Kind | None = None
    subject_id: int | None = None
    tag: Tag | None = None
    first_day: date | None = None
    last_day: date | None = None
    page: int = 1
    lang: str = ""
    unknown: tuple[str, ...] = ()

    @property
    def given(self) -> dict[str, str]:
        """The names and values of what narrows the list, as the address writes them."""
        every: dict[str, object] = {
            "who": self.who,
            "person": self.person_id,
            "kind": self.kind,
            "id": self.subject_id,
            "tag": self.tag,
            "from": self.first_day,
            "to": self.last_day,
        }
        return {name: str(value) for name, value in every.items() if value}

    def url(self, path: str = "/record", **changes: Any) -> str:
        """Return the address of the same list with `changes` to these attributes.

        Whatever is changed, the list begins from its first page unless `page` is given.
        """
        changed = replace(self, **{"page": 1, **changes})
        pairs = changed.given
        if changed.page > 1:
            pairs["page"] = str(changed.page)
        if changed.lang:
            pairs["lang"] = changed.lang
        return f"{path}?{urlencode(pairs)}" if pairs else path


def parse(args: MultiDict[str, str]) -> Filters:
    """Read what the reader asks for from an address; what means nothing is left out and named."""
    reader = _Reader(args)
    first, last = reader.day("from"), reader.day("to")
    if first and last and last < first:
        reader.refuse("to")
        last = None
    kind = reader.member("kind", Kind)
    subject_id = reader.number("id")
    if subject_id and kind is None:
        reader.refuse("id")
        subject_id = None
    return Filters(
        who=" ".join(args.get("who", "").replace("\0", " ").split())[:LONGEST_SEARCH],
        person_id=reader.number("person"),
        kind=kind,
        subject_id=subject_id,
        tag=reader.member("tag", Tag),
        first_day=first,
        last_day=last,
        page=min(reader.number("page") or 1, LAST_PAGE),
        lang=args.get("lang", "") if args.get("lang") in {"fi", "sv"} else "",
        unknown=tuple(reader.unknown[:5]),
    )


class _Reader:
    """Reads the values of an address, and keeps those that mean nothing."""

    def __init__(self, args: MultiDict[str, str]) -> None:
        self._args = args
        self.unknown: list[str] = []

    def refuse(self, name: str) -> None:
        """Keep a value as one that means nothing."""
        self.unknown.append(f"{name}={self._args[name]}"[:LONGEST_SEARCH])

    def member(self, name: str, enum: type[L]) -> L | None:
        """Return the member of `enum` that a value names."""
        return self._known(name, enum.parse(self._text(name)))

    def number(self, name: str) -> int | None:
        """Return a value that may be an id or the number of a page."""
        text = self._text(name)
        is_number = text.isascii() and text.isdigit() and len(text) < 11
        return self._known(name, int(text) if is_number and 0 < int(text) <= LARGEST else None)

    def day(self, name: str) -> date | None:
        """Return a value that is a day, written as 2026-03-12."""
        try:
            found = date.fromisoformat(self._text(name))
        except ValueError:
            found = None
        return self._known(name, found if found and found.year in _YEARS else None)

    def _text(self, name: str) -> str:
        return self._args.get(name, "").strip()

    def _known(self, name: str, found: T | None) -> T | None:
        """Return what was read, and refuse a value of which nothing was."""
        if found is None and self._text(name):
            self.refuse(name)
        return found
