"""`flask audit verify` and `flask audit head`."""

import pytest
from click.testing import Result
from flask import Flask

from app.audit import verification
from app.config import Settings
from app.core.database import writing
from app.extensions import db
from tests.audit.tampering import tampering


def run(app: Flask, *arguments: str) -> Result:
    result = app.test_cli_runner().invoke(args=["audit", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_head_is_a_number_and_a_digest(recorded_app: Flask) -> None:
    number, digest = verification.head()
    result = run(recorded_app, "head")
    assert (result.exit_code, result.output) == (0, f"{number}:{digest}\n")


def test_a_whole_record(recorded_app: Flask) -> None:
    head = run(recorded_app, "head").output
    result = run(recorded_app, "verify", "--head", head)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"The record is whole. Events: 10. Head: {head}"
    result = run(recorded_app, "verify")
    assert result.exit_code == 0
    assert "--head" in result.stdout


def test_the_first_bad_event_is_named(recorded_app: Flask, settings: Settings) -> None:
    with tampering(settings.instance) as connection:
        connection.execute("UPDATE audit_event SET subject_id = 1 WHERE id IN (5, 8)")
    result = run(recorded_app, "verify")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Event 5 is not right: it is not what was written, or not in its place.\n"
    )


def test_a_cut_tail_shows_with_the_head(recorded_app: Flask, settings: Settings) -> None:
    head = run(recorded_app, "head").output
    with tampering(settings.instance) as connection:
        connection.execute("DELETE FROM audit_values WHERE event_id > 8")
        connection.execute("DELETE FROM audit_event WHERE id > 8")
    assert run(recorded_app, "verify").exit_code == 0
    result = run(recorded_app, "verify", "--head", head)
    assert result.exit_code == 1
    assert result.stderr.startswith("Event 9 is not right: it is missing")


def test_a_missing_trigger_fails(recorded_app: Flask) -> None:
    with writing():
        db.session.connection().exec_driver_sql("DROP TRIGGER audit_event_refuses_delete")
    result = run(recorded_app, "verify")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "The database lacks what keeps the record from changes: audit_event_refuses_delete.\n"
    )


@pytest.mark.parametrize("head", ["", "10", "10:", "x:" + "0" * 64, "10:" + "0" * 63, "-1:0"])
def test_a_head_that_is_none(recorded_app: Flask, head: str) -> None:
    result = run(recorded_app, "verify", "--head", head)
    assert result.exit_code == 2
    assert "flask audit head" in result.stderr
