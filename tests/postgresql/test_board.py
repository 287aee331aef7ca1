"""What the city board approved on PostgreSQL: every change is refused, or found afterwards."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from app.core.database import writing
from app.extensions import db

REFUSED = [
    "UPDATE board_proposal SET content = '{}'",
    "DELETE FROM board_proposal",
    "TRUNCATE board_proposal CASCADE",
    "UPDATE snapshot SET made_at = now()",
]


def verify(app: Flask) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["roadmap", "verify"])
    return result.exit_code, result.output


def execute(*statements: str) -> None:
    with writing():
        for statement in statements:
            db.session.execute(sa.text(statement))


@pytest.mark.parametrize("statement", REFUSED)
def test_what_was_kept_never_changes(demo_app: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match="never change"):
        execute(statement)


def test_the_demo_verifies(demo_app: Flask) -> None:
    code, said = verify(demo_app)
    assert code == 0, said
    assert "Roadmap 2024, approval 1: city board 2024-01-22, section unknown" in said


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE snapshot SET content = replace(content, 'A1', 'A9')",
        "UPDATE snapshot SET made_at = made_at - interval '1 day'",
        "UPDATE snapshot SET number = number + 1",
        "DELETE FROM snapshot",
        "UPDATE board_decision SET section = '1'",
    ],
)
def test_tampering_is_found(demo_app: Flask, statement: str) -> None:
    execute(
        "ALTER TABLE snapshot DISABLE TRIGGER USER",
        statement,
        "ALTER TABLE snapshot ENABLE TRIGGER USER",
    )
    code, said = verify(demo_app)
    assert code == 1
    assert "Roadmap 202" in said


def test_a_trigger_that_is_switched_off_is_named(demo_app: Flask) -> None:
    execute("ALTER TABLE snapshot DISABLE TRIGGER snapshot_refuses_update")
    code, said = verify(demo_app)
    assert code == 1
    assert "snapshot_refuses_update" in said
