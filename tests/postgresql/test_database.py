"""What must hold on PostgreSQL as it does on SQLite: tables, triggers, the chain, every page."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.exc import DBAPIError

from app.accounts import queries as people
from app.accounts.operations import INSTALLER
from app.audit import verification
from app.audit.operations import erase_values, let_values_go, record
from app.audit.tags import Kind, Tag
from app.config import Settings
from app.core import revision
from app.core.database import writing
from app.extensions import db
from app.organisation.operations import add_unit
from tests.client import LintingClient
from tests.conftest import running
from tests.conventions import earlier
from tests.conventions.addresses import addresses
from tests.postgresql.conftest import database

REFUSED = [
    "UPDATE audit_event SET actor_id = 1",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event CASCADE",
    "UPDATE audit_values SET after = '{}'",
    "DELETE FROM audit_values",
    "TRUNCATE audit_values",
    "UPDATE snapshot SET content = '{}'",
    "DELETE FROM snapshot",
    "TRUNCATE snapshot",
]


def test_alembic_finds_nothing_to_do(demo_app: Flask) -> None:
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_an_upgrade_keeps_what_was_there(
    settings: Settings, server: str, tmp_path: Path, compiled: Path
) -> None:
    with running(database("earlier", server, tmp_path / "earlier"), compiled):
        tables, rows = earlier.filled(settings.database_url)
        assert len(rows["measure"]) > 50
        upgrade()
        assert earlier.rows_of(tables) == rows
        assert verification.first_fault() is None
        assert verification.missing_triggers() == []


def test_the_record_of_the_demo_is_whole(demo_app: Flask) -> None:
    assert verification.head().number > 0
    assert verification.first_fault() is None
    assert verification.missing_triggers() == []


@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_never_changed(demo_app: Flask, statement: str) -> None:
    def change() -> None:
        with writing():
            db.session.execute(sa.text(statement))

    with pytest.raises(DBAPIError, match="never change"):
        change()


def test_a_trigger_that_is_switched_off_is_missing(demo_app: Flask) -> None:
    with writing():
        db.session.execute(sa.text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
    assert verification.missing_triggers() == [
        "audit_event_refuses_delete",
        "audit_event_refuses_insert",
        "audit_event_refuses_update",
    ]


def test_personal_values_go_once_the_record_says_so(demo_app: Flask) -> None:
    viewer = people.user_by_key("viewer")

    def erase() -> int:
        with writing():
            return erase_values(viewer.id)

    with pytest.raises(DBAPIError, match="never change"):
        erase()
    with writing():
        record(Tag.PERSON_ERASED, INSTALLER, Kind.PERSON, viewer.id)
    assert erase() > 0
    assert verification.first_fault() is None


def test_personal_values_go_when_their_time_is_over(demo_app: Flask) -> None:
    with writing():
        last = verification.head().number
        record(Tag.KEPT_NO_LONGER, INSTALLER, Kind.RECORD, last)
        assert let_values_go(last) > 0
    assert verification.first_fault() is None


def test_those_who_write_at_once_make_one_chain(demo_app: Flask) -> None:
    before, changes = verification.head().number, revision.current()
    db.session.rollback()

    def write(number: int) -> None:
        with demo_app.app_context(), writing():
            add_unit(f"unit-{number}", "Yksikkö", "Enhet", INSTALLER)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert verification.head().number == before + 40
    assert verification.first_fault() is None
    assert revision.current() == changes + 40


@pytest.mark.parametrize("person", ["administrator", "secretary", "proposer", "member"])
def test_every_page_opens(
    demo_app: Flask, sign_in, person: str, demo_client: LintingClient
) -> None:
    urls = [address.url for address in addresses(demo_app, "GET")]
    sign_in(demo_client, person)
    assert len({demo_client.get(url).status_code for url in urls}) > 1
