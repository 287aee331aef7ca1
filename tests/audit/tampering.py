"""What somebody with the file of the database in their hands may do to the record."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.audit.chain import event_digest
from app.extensions import db

COLUMNS = (
    "id",
    "happened_at",
    "actor_id",
    "command",
    "tag",
    "kind",
    "subject_id",
    "person_id",
    "values_digest",
)
"""What an event's digest covers, in its order."""


@contextmanager
def tampering(instance: Path) -> Iterator[sqlite3.Connection]:
    """Give the database without the triggers of the record, and put them back afterwards."""
    db.session.rollback()
    connection = sqlite3.connect(instance / "roadmap.sqlite", isolation_level=None)
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'"
    triggers = connection.execute(query).fetchall()
    assert triggers
    try:
        for name, _sql in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _name, sql in triggers:
            connection.execute(sql)
    finally:
        connection.close()


def move_up(connection: sqlite3.Connection, first: int, by: int) -> None:
    """Give the events from `first` on, and their values, numbers that are `by` higher."""
    for table, column in (("audit_event", "id"), ("audit_values", "event_id")):
        # No number may be there twice, not even between two rows.
        connection.execute(f"UPDATE {table} SET {column} = -{column} WHERE {column} >= {first}")
        connection.execute(f"UPDATE {table} SET {column} = {by} - {column} WHERE {column} < 0")


def digest_of(connection: sqlite3.Connection, number: int) -> str:
    """Return the digest that an event would have, given the one before it."""
    query = "SELECT digest FROM audit_event WHERE id = ?"
    (earlier,) = connection.execute(query, (number - 1,)).fetchone()
    cells = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM audit_event WHERE id = ?", (number,)
    ).fetchone()
    return event_digest(earlier, cells)


def insert_copy(connection: sqlite3.Connection, source: int, number: int) -> None:
    """Insert an event like `source`, without values, with another number."""
    others = ", ".join(each for each in COLUMNS if each not in {"id", "values_digest"})
    connection.execute(
        f"INSERT INTO audit_event (id, {others}, digest) "
        f"SELECT ?, {others}, digest FROM audit_event WHERE id = ?",
        (number, source),
    )


def chain_anew(connection: sqlite3.Connection, first: int) -> None:
    """Compute all digests from the event `first` on, as the tool itself would have."""
    query = "SELECT id FROM audit_event WHERE id >= ? ORDER BY id"
    for (number,) in connection.execute(query, (first,)).fetchall():
        digest = digest_of(connection, number)
        connection.execute("UPDATE audit_event SET digest = ? WHERE id = ?", (digest, number))
