"""Every way of tampering with the record is found, and the first bad event is named."""

import sqlite3
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, assume, given, reject
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import text

from app.accounts.operations import INSTALLER
from app.audit import verification
from app.audit.chain import BEGINNING
from app.audit.operations import erase_values, let_values_go, record
from app.audit.tags import Kind, Tag
from app.audit.verification import Fault, Head
from app.config import Settings
from app.core.database import writing
from app.extensions import db
from tests.audit.tampering import COLUMNS, chain_anew, digest_of, insert_copy, move_up, tampering

Tampering = Callable[[sqlite3.Connection], object]

EDITED = "it is not what was written, or not in its place"
MISSING = "it is missing"
CUT = "it is missing: the record ends before the event that was noted"
LOST = "its values are missing, and were not erased by the tool"


def run(*statements: str) -> Tampering:
    return lambda connection: [connection.execute(statement) for statement in statements]


def insert_and_renumber(connection: sqlite3.Connection) -> None:
    move_up(connection, 5, 1)
    insert_copy(connection, 4, 5)


def insert_with_its_digest(connection: sqlite3.Connection) -> None:
    insert_and_renumber(connection)
    digest = digest_of(connection, 5)
    connection.execute("UPDATE audit_event SET digest = ? WHERE id = 5", (digest,))


def insert_at_the_end(connection: sqlite3.Connection) -> None:
    insert_copy(connection, 4, 11)


def delete_and_renumber(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM audit_values WHERE event_id = 5")
    connection.execute("DELETE FROM audit_event WHERE id = 5")
    move_up(connection, 6, -1)


def swap(connection: sqlite3.Connection) -> None:
    for table, column in (("audit_event", "id"), ("audit_values", "event_id")):
        for old, new in ((5, -1), (6, 5), (-1, 6)):
            connection.execute(f"UPDATE {table} SET {column} = {new} WHERE {column} = {old}")


TAMPERINGS: dict[str, tuple[Tampering, int, str]] = {
    "another tag": (run("UPDATE audit_event SET tag = 'published' WHERE id = 5"), 5, EDITED),
    "no tag": (run("UPDATE audit_event SET tag = 'nonsense' WHERE id = 5"), 5, EDITED),
    "another actor": (
        run("UPDATE audit_event SET actor_id = 2, command = NULL WHERE id = 5"),
        5,
        EDITED,
    ),
    "no actor": (run("UPDATE audit_event SET command = NULL WHERE id = 5"), 5, EDITED),
    "another time": (
        run("UPDATE audit_event SET happened_at = '2020-01-01 00:00:00.000000' WHERE id = 5"),
        5,
        EDITED,
    ),
    "no time": (run("UPDATE audit_event SET happened_at = 'yesterday' WHERE id = 5"), 5, EDITED),
    "another subject": (run("UPDATE audit_event SET subject_id = 99 WHERE id = 5"), 5, EDITED),
    "no text": (
        run("UPDATE audit_event SET tag = x'00' WHERE id = 5"),
        5,
        "it holds what the tool never writes",
    ),
    "broken text": (
        run("UPDATE audit_event SET tag = CAST(x'ff' AS TEXT) WHERE id = 5"),
        5,
        "it cannot be read",
    ),
    "edited values": (
        run("UPDATE audit_values SET after = replace(after, '5', '6') WHERE event_id = 5"),
        5,
        "its values are not what was written",
    ),
    "values without an event": (
        run("INSERT INTO audit_values SELECT 99, before, after, salt FROM audit_values LIMIT 1"),
        99,
        "there are values of it, and no event",
    ),
    "values of an event that had none": (
        run("INSERT INTO audit_values SELECT 4, before, after, salt FROM audit_values LIMIT 1"),
        4,
        "its values are not what was written",
    ),
    "deleted": (
        run("DELETE FROM audit_values WHERE event_id = 5", "DELETE FROM audit_event WHERE id = 5"),
        5,
        MISSING,
    ),
    "deleted alone": (run("DELETE FROM audit_event WHERE id = 5"), 5, MISSING),
    "deleted and renumbered": (delete_and_renumber, 5, EDITED),
    "inserted before all": (lambda each: insert_copy(each, 4, 0), 0, "it was inserted"),
    "inserted and renumbered": (insert_and_renumber, 5, EDITED),
    "inserted with its digest": (insert_with_its_digest, 6, EDITED),
    "inserted at the end": (insert_at_the_end, 11, EDITED),
    "inserted after a gap": (lambda each: insert_copy(each, 4, 20), 11, MISSING),
    "two swapped": (swap, 5, EDITED),
    "values erased": (run("DELETE FROM audit_values WHERE event_id = 5"), 5, LOST),
    "personal values erased": (run("DELETE FROM audit_values WHERE event_id = 7"), 7, LOST),
}


def faults(settings: Settings, tamper: Tampering, known: Head | None = None) -> Fault | None:
    """Return what is wrong with the record after `tamper`, if anything."""
    assert verification.first_fault(known) is None
    with tampering(settings.instance) as connection:
        tamper(connection)
    assert verification.missing_triggers() == []
    return verification.first_fault(known)


@pytest.mark.parametrize(("tamper", "number", "reason"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_tampering_is_found(
    recorded_app: Flask, settings: Settings, tamper: Tampering, number: int, reason: str
) -> None:
    assert faults(settings, tamper) == (number, reason)


def test_a_cut_tail_is_found_by_the_head_that_was_noted(
    recorded_app: Flask, settings: Settings
) -> None:
    known = verification.head()
    cut = run("DELETE FROM audit_values WHERE event_id > 8", "DELETE FROM audit_event WHERE id > 8")
    assert faults(settings, cut, known) == (9, CUT)
    assert verification.first_fault() is None


def test_a_record_written_anew_is_found_by_the_head_that_was_noted(
    recorded_app: Flask, settings: Settings
) -> None:
    known = verification.head()

    def tamper(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE audit_event SET actor_id = 2, command = NULL WHERE id = 5")
        chain_anew(connection, 5)

    assert faults(settings, tamper, known) == (10, "its digest is not the one that was noted")
    assert verification.first_fault() is None


def test_a_head_stays_right_while_the_record_grows(recorded_app: Flask) -> None:
    known = verification.head()
    with writing():
        record(Tag.EXPORTED, INSTALLER, Kind.RECORD, None)
    assert verification.first_fault(known) is None
    assert verification.head().number == 11


def test_values_erased_by_the_tool_are_not_missing(recorded_app: Flask) -> None:
    with writing():
        record(Tag.PERSON_ERASED, INSTALLER, Kind.PERSON, 1)
        assert erase_values(1) == 1
    assert verification.first_fault() is None


def test_values_whose_time_is_over_are_not_missing(recorded_app: Flask) -> None:
    with writing():
        record(Tag.KEPT_NO_LONGER, INSTALLER, Kind.RECORD, 7)
        assert let_values_go(7) == 1
    assert verification.first_fault() is None


@pytest.mark.parametrize(
    ("tag", "kind", "subject_id"),
    [
        (Tag.PERSON_ERASED, Kind.PERSON, 2),
        (Tag.KEPT_NO_LONGER, Kind.RECORD, 6),
        (Tag.KEPT_NO_LONGER, Kind.PERSON, 10),
        (Tag.PERSON_DISABLED, Kind.PERSON, 1),
    ],
)
def test_the_end_of_other_values_allows_nothing(
    recorded_app: Flask, settings: Settings, tag: Tag, kind: Kind, subject_id: int
) -> None:
    with writing():
        record(tag, INSTALLER, kind, subject_id)
    assert faults(settings, run("DELETE FROM audit_values WHERE event_id = 7")) == (7, LOST)


@pytest.mark.parametrize("number", [5, 12])
def test_an_erased_person_allows_neither_other_values_nor_later_ones(
    recorded_app: Flask, settings: Settings, number: int
) -> None:
    with writing():
        record(Tag.PERSON_ERASED, INSTALLER, Kind.PERSON, 1)
        record(Tag.PERSON_EDITED, INSTALLER, Kind.PERSON, 1, after={"name": "X"}, person_id=1)
    delete = run(f"DELETE FROM audit_values WHERE event_id = {number}")
    assert faults(settings, delete) == (number, LOST)


def test_missing_triggers_are_named(recorded_app: Flask) -> None:
    with writing():
        db.session.execute(text("DROP TRIGGER audit_event_refuses_update"))
        db.session.execute(text("DROP TRIGGER audit_values_refuses_delete"))
    assert verification.missing_triggers() == [
        "audit_event_refuses_update",
        "audit_values_refuses_delete",
    ]


def test_an_empty_record_is_whole(recorded_app: Flask, settings: Settings) -> None:
    known = verification.head()
    with tampering(settings.instance) as connection:
        connection.execute("DELETE FROM audit_values")
        connection.execute("DELETE FROM audit_event")
    assert verification.head() == (0, BEGINNING)
    assert verification.first_fault() is None
    assert verification.first_fault(known) == (1, CUT)


CELLS = [
    *(("audit_event", "id", column) for column in (*COLUMNS, "digest")),
    *(("audit_values", "event_id", column) for column in ("event_id", "before", "after", "salt")),
]
WORTH = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-1, 12),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.binary(max_size=4),
    st.sampled_from(["", "0", "null", "{}", "measure", "2026-01-01", *map(str, Tag)]),
)


@pytest.fixture
def every_cell(recorded_app: Flask, settings: Settings) -> Iterator[sqlite3.Connection]:
    """Give the database for tampering, with values that were erased and a person that was."""
    with writing():
        record(Tag.PERSON_ERASED, INSTALLER, Kind.PERSON, 1)
        erase_values(1)
        record(Tag.KEPT_NO_LONGER, INSTALLER, Kind.RECORD, 9)
    with tampering(settings.instance) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        yield connection


@given(st.sampled_from(CELLS), st.integers(1, 12), WORTH)
@examples(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_other_cell_is_found(
    every_cell: sqlite3.Connection, cell: tuple[str, str, str], number: int, worth: object
) -> None:
    table, key, column = cell
    read = f"SELECT rowid, typeof({column}), {column} FROM {table} WHERE {key} = ?"
    before = every_cell.execute(read, (number,)).fetchone()
    assume(before is not None)
    write = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
    try:
        every_cell.execute(write, (worth, before[0]))
    except sqlite3.IntegrityError:
        reject()
    new_id = worth if column == key else before[0]
    try:
        read = f"SELECT rowid, typeof({column}), {column} FROM {table} WHERE rowid = ?"
        changed = every_cell.execute(read, (new_id,)).fetchone() != before
        db.session.rollback()
        assert (verification.first_fault() is not None) is changed
    finally:
        every_cell.execute(write, (before[2], new_id))
        db.session.rollback()
