"""All that the tool holds of one person, for that person to read and to take along.

The General Data Protection Regulation gives a right of access (article 15) and a right to get the
data in a common form that machines read (article 20). What is here is found in the tables
themselves, so that nothing is forgotten; others' personal data is not in it (article 15(4)).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Column, DateTime, RowMapping, String, Table, select

from app.accounts.models import User
from app.accounts.references import Own, references
from app.config import Language
from app.core import clock
from app.extensions import db

_NAMES = ("name", "title")
"""What the twin columns are called that say what a row is."""

_JSON = frozenset(
    {"audit_values.before", "audit_values.after", "kept_form.fields", "working_copy.fields"}
)
"""Columns whose text is JSON."""


def collect(user: User, lang: Language) -> dict[str, Any]:
    """Return all that the tool holds of a person, in the types of JSON.

    Args:
        user: Whose data it is; the same person must have asked.
        lang: The language of the words beside the data.
    """
    own = User.__table__.c.id == user.id
    parts = [
        {
            "what": str(each.words.label),
            "place": each.name,
            "rows": _rows(each.column.table, each.is_to(user), each.words.own, lang),
        }
        for each in references()
    ]
    return {
        "about": _(
            "All that the tool holds of you. Each part says what it is and where it lies. Other "
            "people are given as numbers. Times are in UTC. Passwords and other secrets, and the "
            "texts of proposals that several people write, are left out."
        ),
        "made_at": clock.now().isoformat(timespec="seconds"),
        "language": lang,
        "person": _rows(_table(User), own, Own.ROW, lang)[0],
        "parts": parts,
    }


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


def _rows(table: Table, condition: Any, own: Own, lang: Language) -> list[dict[str, Any]]:
    """Return the rows of a table for which a condition holds, in the order of their making."""
    columns = [column for column in table.columns if _is_given(column, own)]
    query = select(*columns).where(condition).order_by(*table.primary_key.columns)
    found = db.session.execute(query).mappings().all()
    names = {column.name: _names(column, found, lang) for column in columns}
    rows = [
        {name: value for column in columns for name, value in _cells(column, row, names)}
        for row in found
    ]
    for part in _parts_of(table) if own is Own.WHOLE else ():
        (key,) = table.primary_key.columns
        of_rows = part.in_(select(key).where(condition))
        by_id = {row[key.name]: row.setdefault(part.table.name, []) for row in rows}
        for each in _rows(part.table, of_rows, Own.ROW, lang):
            by_id[each.pop(part.name)].append(each)
    return rows


def _is_given(column: Column[Any], own: Own) -> bool:
    """Tell whether a column is given; of what is not recorded only times and counts are."""
    secret = bool(column.info.get("unrecorded")) and isinstance(column.type, String)
    if own is Own.MENTION:
        return column.primary_key or isinstance(column.type, DateTime)
    return not secret


def _cells(
    column: Column[Any], row: RowMapping, names: Mapping[str, Mapping[Any, str]]
) -> Iterator[tuple[str, Any]]:
    """Yield the value of a column in the types of JSON, and what it refers to in words."""
    value = row[column.name]
    yield column.name, _plain(column, value)
    if value in names[column.name]:
        yield column.name.removesuffix("_id"), names[column.name][value]


def _plain(column: Column[Any], value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and str(column) in _JSON:
        return json.loads(value)
    return value


def _names(column: Column[Any], rows: Iterable[RowMapping], lang: Language) -> dict[Any, str]:
    """Return what the rows are called that a column refers to, by their ids.

    People are left as numbers, and so is what has readers of its own.
    """
    keys = {row[column.name] for row in rows} - {None}
    for key in column.foreign_keys if keys else ():
        table = key.column.table
        named = [f"{name}_{lang}" for name in _NAMES if f"{name}_{lang}" in table.columns]
        if named and "publicity" not in table.columns:
            query = select(key.column, table.columns[named[0]]).where(key.column.in_(sorted(keys)))
            return {row[0]: row[1] for row in db.session.execute(query)}
    return {}


def _parts_of(table: Table) -> list[Column[Any]]:
    """Return the columns by which rows of other tables are a part of a row of this one."""
    return [
        column
        for other in db.metadata.sorted_tables
        for column in other.primary_key.columns
        if any(key.column.table is table for key in column.foreign_keys)
    ]


def as_text(data: Mapping[str, Any]) -> str:
    """Return the data as text that people can read too."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
