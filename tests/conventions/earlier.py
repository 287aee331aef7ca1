"""A database as an earlier version of the tool left it, and what becomes of it in an upgrade."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask_migrate import upgrade
from sqlalchemy import Connection, MetaData

from app.extensions import db

OLDEST = "0002"
"""The oldest migration that a city may have stopped at."""

_THEIR_OWN = frozenset({"alembic_version", "revision"})
"""Tables that say which migrations were run and how often something was written."""

_SINCE_GONE: Mapping[str, Mapping[str, object]] = {
    "programme": dict.fromkeys(("board_date", "board_section", "board_case")),
    "scoring_round": {"blind": True},
}
"""Columns that a later migration takes away, by their tables, with what stands in them."""

_SINCE_RENAMED: Mapping[str, str] = {"roadmap_step": "phase_step"}
"""What a later migration calls a table."""

Rows = dict[str, list[tuple[object, ...]]]
"""The rows of each table in the order of their keys."""


def filled(source: str) -> tuple[MetaData, Rows]:
    """Bring the database of the app to `OLDEST`, with the rows of another one as they then were.

    Args:
        source: The address of a database that has all migrations.

    Returns:
        The tables that there then are, and their rows.
    """
    upgrade(revision=OLDEST)
    tables, engine = MetaData(), sa.create_engine(source)
    with engine.connect() as old, db.engine.begin() as new:
        tables.reflect(new)
        for table in tables.sorted_tables:
            # What a migration has put there itself is there already.
            is_empty = not new.scalar(sa.select(sa.func.count()).select_from(table))
            if is_empty and (rows := _read(old, table)):
                gone = _SINCE_GONE.get(table.name, {})
                new.execute(table.insert(), [{**row._asdict(), **gone} for row in rows])
    engine.dispose()
    return tables, rows_of(tables)


def rows_of(tables: MetaData) -> Rows:
    """Return what the database of the app now holds of the columns of `tables` that stay."""
    with db.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in _read(connection, table)]
            for table in tables.sorted_tables
            if table.name not in _THEIR_OWN
        }


def _read(connection: Connection, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    gone = _SINCE_GONE.get(table.name, {})
    columns = [sa.column(each.name, each.type) for each in table.columns if each.name not in gone]
    source = sa.table(_name_now(connection, table), *columns)
    keys = [each.name for each in table.primary_key.columns]
    return list(connection.execute(sa.select(source).order_by(*keys)))


def _name_now(connection: Connection, table: sa.Table) -> str:
    """Return the name that a table has in a database of an earlier or of the present version."""
    later = _SINCE_RENAMED.get(table.name, table.name)
    return later if sa.inspect(connection).has_table(later) else table.name
