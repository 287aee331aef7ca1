"""The migrations make exactly what the models say, and what the models can't say."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Inspector

from app.accounts.operations import INSTALLER
from app.audit import verification
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.core.database import writing
from app.extensions import db
from app.measures import operations
from app.measures.states import State
from tests.conftest import make_settings, running
from tests.conventions import earlier

DELETED_FROM = {
    "attachment",
    "attendance",
    "board_change",
    "carry_over",
    "comment",
    "criterion",
    "decision",
    "disqualification",
    "identity",
    "lineage",
    "measure",
    "meeting",
    "message",
    "other_matter",
    "role_grant",
    "scenario",
    "scorer",
    "session",
    "sign_in_failure",
    "theme",
    "working_copy",
}
"""Tables whose rows may be deleted, and whose ids SQLite would then give again."""

NEVER_DELETED_FROM = {
    "board_decision",
    "board_proposal",
    "bulk_action",
    "classification_value",
    "entry",
    "item",
    "measure_step",
    "phase_step",
    "post",
    "programme",
    "review",
    "roadmap",
    "scoring_round",
    "snapshot",
    "status_report",
    "unit",
    "user_account",
}
"""The other tables that give ids."""

TRIGGERS = {
    f"{table}_refuses_{event}"
    for table in ("board_proposal", "snapshot")
    for event in ("insert", "update", "delete")
} | verification.TRIGGERS


def indexes_of(inspector: Inspector, table: str) -> list[str]:
    """Return the statements that make the indexes of a table, conditions included."""
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table")
    with inspector.engine.connect() as connection:
        return list(connection.scalars(query.bindparams(table=table)))


def gives_ids_once(inspector: Inspector, table: str) -> bool:
    """Tell whether a table gives no id a second time."""
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    with inspector.engine.connect() as connection:
        made = connection.scalars(query.bindparams(table=table)).one()
    return "AUTOINCREMENT" in made


REFLECTED: dict[str, Callable[[Inspector, str], object]] = {
    "columns": Inspector.get_columns,
    "primary key": Inspector.get_pk_constraint,
    "foreign keys": Inspector.get_foreign_keys,
    "unique constraints": Inspector.get_unique_constraints,
    "checks": Inspector.get_check_constraints,
    "indexes": indexes_of,
    "ids given once": gives_ids_once,
}


@pytest.fixture
def migrated(app: Flask) -> Inspector:
    """Return what there is after all migrations."""
    return sa.inspect(db.engine)


@pytest.fixture
def modelled():
    """Return what there is when the models themselves make the tables."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    db.metadata.create_all(engine)
    yield sa.inspect(engine)
    engine.dispose()


def described(rows: object) -> list[str]:
    """Return what was reflected in an order of its own."""
    return sorted(map(str, rows)) if isinstance(rows, list) else [str(rows)]


def test_tables_are_the_models(migrated: Inspector) -> None:
    assert set(migrated.get_table_names()) == {*db.metadata.tables, "alembic_version"}


@pytest.mark.parametrize("what", REFLECTED)
def test_migrations_make_what_the_models_say(
    migrated: Inspector, modelled: Inspector, what: str
) -> None:
    reflect = REFLECTED[what]
    for table in db.metadata.tables:
        made, said = (described(reflect(side, table)) for side in (migrated, modelled))
        assert made == said, f"{what} of {table}"


def test_alembic_finds_nothing_to_do(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, db.metadata) == []


def test_every_constraint_has_a_name() -> None:
    unnamed = [
        f"{table.name}: {constraint}"
        for table in db.metadata.tables.values()
        for constraint in table.constraints
        if not constraint.name
    ]
    assert unnamed == []


def test_an_id_of_a_deleted_row_is_not_given_again() -> None:
    """A new table belongs to one of the two: can its rows be deleted?"""
    given = {
        table.name: table.kwargs["sqlite_autoincrement"]
        for table in db.metadata.sorted_tables
        if table.autoincrement_column is not None
    }
    assert given == dict.fromkeys(DELETED_FROM, True) | dict.fromkeys(NEVER_DELETED_FROM, False)


def test_triggers_stand_after_the_upgrade(app: Flask) -> None:
    query = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    assert set(db.session.scalars(query)) == TRIGGERS


@pytest.mark.parametrize(
    "statement", ["UPDATE snapshot SET content = '{}'", "DELETE FROM snapshot"]
)
def test_a_snapshot_never_changes(demo_app: Flask, statement: str) -> None:
    def change() -> None:
        with writing():
            db.session.execute(sa.text(statement))

    with pytest.raises(sa.exc.IntegrityError, match="an approved snapshot never changes"):
        change()


def test_the_demo_breaks_no_foreign_key(demo_app: Flask) -> None:
    assert db.session.execute(sa.text("PRAGMA foreign_key_check")).all() == []
    assert db.session.scalar(sa.text("PRAGMA integrity_check")) == "ok"


@pytest.fixture
def empty_app(tmp_path: Path, compiled: Path) -> Iterator[Flask]:
    """Return an app whose database has no table yet."""
    (tmp_path / "earlier").mkdir()
    with running(make_settings(tmp_path / "earlier"), compiled) as app:
        yield app


def test_an_upgrade_keeps_what_was_there(empty_app: Flask, demo_database: Path) -> None:
    tables, rows = earlier.filled(f"sqlite:///{demo_database}")
    assert all(rows[table] for table in ("measure", "decision", "role_grant", "snapshot"))
    with writing():
        # One that was deleted lives on in the record.
        record(Tag.KEPT_NO_LONGER, INSTALLER, Kind.MEASURE, 9999)
    kept = {**rows, "audit_event": earlier.rows_of(tables)["audit_event"]}
    upgrade()
    assert earlier.rows_of(tables) == kept
    assert db.session.execute(sa.text("PRAGMA foreign_key_check")).all() == []
    assert (verification.first_fault(), verification.missing_triggers()) == (None, [])
    with writing():
        assert operations.add_measure(INSTALLER, state=State.DRAFT).id == 10_000
