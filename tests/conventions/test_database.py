"""The migrations make exactly what the models say, and what the models can't say."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Inspector

from app.audit import verification
from app.core.database import writing
from app.extensions import db

TRIGGERS = {"snapshot_refuses_UPDATE", "snapshot_refuses_DELETE"} | verification.TRIGGERS


def indexes_of(inspector: Inspector, table: str) -> list[str]:
    """Return the statements that make the indexes of a table, conditions included."""
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table")
    with inspector.engine.connect() as connection:
        return list(connection.scalars(query.bindparams(table=table)))


REFLECTED: dict[str, Callable[[Inspector, str], object]] = {
    "columns": Inspector.get_columns,
    "primary key": Inspector.get_pk_constraint,
    "foreign keys": Inspector.get_foreign_keys,
    "unique constraints": Inspector.get_unique_constraints,
    "checks": Inspector.get_check_constraints,
    "indexes": indexes_of,
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
