"""`flask jobs run` as processes of their own: two at once, and one that dies."""

import signal
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import update

from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.mail.models import Message
from app.mail.operations import CLAIMED_FOR
from app.mail.states import State
from tests.mail.conftest import give_addresses, messages
from tests.mail.jobs import PATIENCE, end_job, run_two, start_job
from tests.mail.smtp_server import SmtpServer


def test_two_runs_at_once_send_each_message_once(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    for number in range(15):
        tell(f"Asia {number}", "member", "member2")
    ids = run_two(mail_settings, server)
    assert len(ids) == 30
    assert set(ids.values()) == {1}
    assert {(row.state, row.tries) for row in messages()} == {(State.SENT, 1)}


def test_a_run_that_dies_after_sending_is_made_good(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Asia", "member")
    run = start_job(mail_settings)

    taken: list[EmailMessage] = []

    def kill(letter: EmailMessage) -> None:
        taken.append(letter)
        run.send_signal(signal.SIGKILL)
        run.wait(PATIENCE)

    server.on_letter = kill
    code, _output, _errors = end_job(run)
    assert code == -signal.SIGKILL
    (row,) = messages()
    assert row.state is State.WAITING
    assert row.next_try_at is not None
    assert clock.now() < row.next_try_at <= clock.now() + CLAIMED_FOR
    server.on_letter = lambda _letter: None
    # It might be under way still, so nobody takes it before the claim ends.
    result = mailing.test_cli_runner().invoke(args=["jobs", "run"])
    assert "Sent: 0." in result.output
    with writing():
        db.session.execute(update(Message).values(next_try_at=clock.now()))
    result = mailing.test_cli_runner().invoke(args=["jobs", "run"])
    assert "Sent: 1." in result.output
    (first,), (second,) = taken, server.letters
    assert first["Message-ID"] == second["Message-ID"]


def test_the_command_says_what_it_did(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Asia", "member", "member2", "member3")
    server.refusals = {
        "member@example.org": ["550 No such user"],
        "member2@example.org": ["451 Later"],
    }
    result = mailing.test_cli_runner().invoke(args=["jobs", "run"])
    assert result.exit_code == 0
    assert result.output == "Sent: 1. To be tried again: 1. Given up: 1. Dropped: 0. Waiting: 1.\n"


def test_the_exit_code_tells_that_the_server_is_down(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Asia", "member")
    server.stop()
    result = mailing.test_cli_runner().invoke(args=["jobs", "run"])
    assert result.exit_code == 1
    assert "Connection refused" in result.stderr
    assert "Waiting: 1." in result.stdout


@pytest.mark.parametrize("waiting", [0, 2])
def test_without_a_mail_server_the_command_says_how_many_wait(
    app: Flask, tell, waiting: int
) -> None:
    give_addresses()
    for number in range(waiting):
        tell(f"Asia {number}", "member")
    result = app.test_cli_runner().invoke(args=["jobs", "run"])
    assert result.exit_code == 0
    assert f"Waiting: {waiting}." in result.output
    assert "SMTP_HOST is not set" in result.output
