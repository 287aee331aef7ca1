"""The database itself refuses to change the record, after every migration and past the app."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade

from app.accounts.operations import INSTALLER
from app.audit import verification
from app.audit.operations import erase_values, let_values_go, record
from app.audit.tags import Kind, Tag
from app.config import Settings
from app.core.database import writing
from app.extensions import db
from tests.conftest import running

REFUSED = [
    "UPDATE audit_event SET actor_id = 2, command = NULL WHERE id = 5",
    "UPDATE audit_event SET id = id WHERE id = 5",
    "DELETE FROM audit_event WHERE id = 4",
    "DELETE FROM audit_event",
    "UPDATE audit_values SET after = '{}' WHERE event_id = 5",
    "DELETE FROM audit_values WHERE event_id = 5",
    "DELETE FROM audit_values WHERE event_id = 7",
    "DELETE FROM audit_values",
    "REPLACE INTO audit_event SELECT * FROM audit_event WHERE id = 5",
    "REPLACE INTO audit_event SELECT * FROM audit_event WHERE id = 10",
    "INSERT OR IGNORE INTO audit_event SELECT * FROM audit_event WHERE id = 5",
    "REPLACE INTO audit_values SELECT * FROM audit_values WHERE event_id = 5",
    "INSERT OR REPLACE INTO audit_values SELECT 5, '{}', '{}', salt FROM audit_values LIMIT 1",
    "UPDATE OR REPLACE audit_event SET id = 5 WHERE id = 6",
    "INSERT INTO audit_event (id, happened_at, tag, kind, digest) VALUES (12, '', '', '', '')",
    "INSERT INTO audit_event (id, happened_at, tag, kind, digest) VALUES (0, '', '', '', '')",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_app_cannot_change_the_record(recorded_app: Flask, statement: str) -> None:
    def change() -> None:
        with writing():
            db.session.execute(sa.text(statement))

    with pytest.raises(sa.exc.IntegrityError):
        change()
    assert verification.head().number == 10
    assert verification.first_fault() is None


@pytest.mark.parametrize("statement", REFUSED)
def test_nor_does_another_program_that_has_no_settings(
    recorded_app: Flask, settings: Settings, statement: str
) -> None:
    connection = sqlite3.connect(settings.instance / "roadmap.sqlite", isolation_level=None)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()
    assert verification.first_fault() is None


def erase() -> int:
    with writing():
        return erase_values(1)


def let_go(last: int) -> int:
    with writing():
        return let_values_go(last)


def write(tag: Tag, kind: Kind, subject_id: int) -> None:
    with writing():
        record(tag, INSTALLER, kind, subject_id)


def test_personal_values_go_only_after_their_person_was_erased(recorded_app: Flask) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="never changed"):
        erase()
    write(Tag.PERSON_ERASED, Kind.PERSON, 2)
    with pytest.raises(sa.exc.IntegrityError, match="never changed"):
        erase()
    write(Tag.PERSON_ERASED, Kind.PERSON, 1)
    assert erase() == 1
    assert erase() == 0


def test_personal_values_go_only_after_their_time_is_over(recorded_app: Flask) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="never changed"):
        let_go(10)
    write(Tag.KEPT_NO_LONGER, Kind.RECORD, 6)
    with pytest.raises(sa.exc.IntegrityError, match="never changed"):
        let_go(10)
    write(Tag.KEPT_NO_LONGER, Kind.RECORD, 7)
    assert let_go(10) == 1


def test_what_came_after_an_erasure_stays(recorded_app: Flask) -> None:
    write(Tag.PERSON_ERASED, Kind.PERSON, 1)
    with writing():
        record(Tag.PERSON_EDITED, INSTALLER, Kind.PERSON, 1, after={"name": "X"}, person_id=1)
    with pytest.raises(sa.exc.IntegrityError, match="never changed"):
        erase()


@pytest.fixture
def empty_app(settings: Settings, compiled: Path) -> Iterator[Flask]:
    """Return an app whose database has no table yet."""
    settings.instance.mkdir()
    with running(settings, compiled) as app:
        yield app


def kept() -> dict[str, str]:
    """Return how the tables of the record and all that guards them were made, by name."""
    query = sa.text("SELECT name, sql FROM sqlite_master WHERE tbl_name LIKE 'audit%' AND sql > ''")
    return dict(db.session.execute(query).all())


def test_every_migration_leaves_the_record_and_its_triggers(empty_app: Flask) -> None:
    config = empty_app.extensions["migrate"].migrate.get_config()
    revisions = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    first, second, *later = reversed(revisions)
    upgrade(revision=first)
    with writing():
        db.session.execute(
            sa.text("INSERT INTO unit (id, key, name_fi, name_sv) VALUES (1, 'a', 'A', 'A')")
        )
        db.session.execute(
            sa.text(
                "INSERT INTO user_account (id, key, name, language, unit_id, invented, active)"
                " VALUES (1, 'a', 'A', 'fi', 1, 0, 0)"
            )
        )
    upgrade(revision=second)
    assert verification.missing_triggers() == []
    made = kept()
    with writing():
        record(Tag.UNIT_EDITED, INSTALLER, Kind.UNIT, 1, after={"name_fi": "A"}, person_id=1)
    for revision in later:
        upgrade(revision=revision)
        # What was read before is as it was then.
        db.session.rollback()
        assert kept() == made, f"{revision} alters the record"
    assert (verification.head().number, verification.first_fault()) == (1, None)
    assert verification.missing_triggers() == []
    for statement in ("DELETE FROM audit_values", "UPDATE audit_event SET subject_id = 2"):
        with pytest.raises(sa.exc.IntegrityError, match="never changed"):
            db.session.execute(sa.text(statement))
        db.session.rollback()
    rows = db.session.execute(sa.text("SELECT id, name_fi FROM unit")).all()
    assert rows == [(1, "A")]
    assert db.session.scalar(sa.text("SELECT disabled_on FROM user_account")) is not None
