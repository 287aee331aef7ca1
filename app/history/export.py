"""The record as a file for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any

from app.accounts.queries import names_of
from app.audit.chain import canonical
from app.core.i18n import person_name
from app.core.policy import Actor
from app.history.disclosure import Disclosure, Happening
from app.history.queries import Rows

COLUMNS = (
    "id",
    "time",
    "actor_id",
    "actor",
    "tag",
    "kind",
    "subject",
    "before",
    "after",
    "digest",
)

_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Tells spreadsheets that the file is in UTF-8."""

_FORMULA_SIGNS = tuple("=+-@\t\r\n＝＋－＠")


def lines(chunks: Iterable[Rows], actor: Actor) -> Iterator[str]:
    """Return the lines of the file, some at a time: semicolons between cells, as Excel here wants.

    Args:
        chunks: The events, some at a time.
        actor: The reader; what is closed to them says so in its cells.
    """
    yield _BYTE_ORDER_MARK + _written([COLUMNS])
    disclosure = Disclosure(actor)
    for rows in chunks:
        happenings = disclosure.disclosed(rows)
        names = names_of({each.event.actor_id for each in happenings if each.event.actor_id})
        yield _written(_cells(each, names) for each in happenings)


def _cells(happening: Happening, names: Mapping[int, str]) -> list[object]:
    event, closed = happening.event, happening.closed
    who = event.command or ""
    if event.actor_id:
        who = person_name(names.get(event.actor_id, ""))
    return [
        event.id,
        event.happened_at.replace(tzinfo=UTC).isoformat(),
        event.actor_id,
        harmless(who),
        event.tag.value,
        event.kind.value,
        event.subject_id,
        f"({closed.label})" if closed else _values(happening.before),
        f"({closed.label})" if closed else _values(happening.after),
        event.digest,
    ]


def _values(values: Mapping[str, Any] | None) -> str:
    return "" if values is None else canonical(values)


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (OWASP, "CSV Injection")."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def _written(rows: Iterable[Iterable[object]]) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows(rows)
    return file.getvalue()
