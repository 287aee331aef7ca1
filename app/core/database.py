"""How the database is spoken to: SQLite's settings, write transactions, the count of queries."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, g, has_request_context
from sqlalchemy import Connection, Engine, event, func, select

from app.core import revision
from app.extensions import db

_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    # Without it REPLACE deletes rows past the triggers that refuse it.
    "PRAGMA recursive_triggers = ON",
    # What is erased is overwritten; some builds of SQLite leave it in the file.
    "PRAGMA secure_delete = ON",
)

_WRITER = 0x77726974
"""The number of PostgreSQL's lock under which one transaction at a time changes what is shown."""


def init_app(app: Flask) -> None:
    """Prepare the engine of `app`."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    revision.count_changes(engine)
    if app.config["SETTINGS"].query_count_header:
        event.listen(engine, "before_cursor_execute", _count_query)
        app.after_request(_add_query_count)


def _prepare_sqlite(engine: Engine) -> None:
    """Make SQLite's transactions real ones.

    Python's sqlite3 begins a transaction only at the first write, so that two processes that read
    and then write overwrite each other. SQLAlchemy is therefore the one to say BEGIN.
    """

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def writing(*, counted: bool = True) -> Iterator[None]:
    """Run one operation in one write transaction: commit at the end, roll back on any error.

    The transaction takes a lock at its beginning (BEGIN IMMEDIATE on SQLite), so that nothing read
    inside can change before it is written, and no two wait for each other. What was read earlier
    in the request is forgotten and read anew, so begin it after parsing and slow work.

    Args:
        counted: Whether the change makes what was worked out from the database old. Housekeeping
            that no page shows, such as when a session was last used, does not. On PostgreSQL it
            does not wait for other writers either; it locks the rows that it needs.
    """
    db.session.rollback()
    connection = db.session.connection(execution_options={"immediate": True, "counted": counted})
    try:
        if counted and connection.dialect.name == "postgresql":
            db.session.execute(select(func.pg_advisory_xact_lock(_WRITER)))
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def has_one_writer() -> bool:
    """Tell whether write transactions come one after the other anyway, as in SQLite.

    Elsewhere those that must not overtake each other lock what they have in common.
    """
    return db.engine.dialect.name == "sqlite"


def _count_query(*_args: Any) -> None:
    if has_request_context():
        g.query_count = g.get("query_count", 0) + 1


def _add_query_count(response: Response) -> Response:
    response.headers["X-Query-Count"] = str(g.get("query_count", 0))
    return response
