"""The count of changes, by which what was worked out is known to be old."""

import pytest
from flask import Flask
from sqlalchemy import text

from app.accounts.operations import INSTALLER
from app.core import revision
from app.core.database import writing
from app.extensions import db
from app.organisation.operations import add_unit


def test_every_transaction_that_writes_counts_once(app: Flask) -> None:
    before = revision.current()
    with writing():
        add_unit("one", "Yksi", "Ett", INSTALLER)
        add_unit("two", "Kaksi", "Två", INSTALLER)
    assert revision.current() == before + 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE unit SET name_fi = 'x' WHERE key = 'library'",
        "delete from role_grant",
        (
            "  INSERT INTO unit (key, name_fi, name_sv, retired, version)"
            " VALUES ('x', 'x', 'x', FALSE, 1)"
        ),
    ],
)
def test_writing_past_the_models_counts_too(app: Flask, statement: str) -> None:
    before = revision.current()
    with writing():
        db.session.execute(text(statement))
    assert revision.current() == before + 1


def test_reading_does_not_count(app: Flask, client) -> None:
    before = revision.current()
    with writing():
        db.session.execute(text("SELECT * FROM unit"))
    client.get("/")
    assert revision.current() == before


def test_what_is_rolled_back_does_not_count(app: Flask) -> None:
    before = revision.current()

    def fail() -> None:
        with writing():
            add_unit("one", "Yksi", "Ett", INSTALLER)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with writing():
        db.session.execute(text("SELECT 1"))
    assert revision.current() == before


def test_housekeeping_is_not_counted(app: Flask) -> None:
    before = revision.current()
    with writing(counted=False):
        add_unit("one", "Yksi", "Ett", INSTALLER)
    assert revision.current() == before
    with writing():
        add_unit("two", "Kaksi", "Två", INSTALLER)
    assert revision.current() == before + 1
