"""Sending what is due through a real mail server: what arrives, and what is tried again."""

from datetime import date, datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import insert, update

from app.accounts.models import User
from app.accounts.states import Mail
from app.config import Settings
from app.core import clock, revision
from app.core.database import writing
from app.extensions import db
from app.mail import queries, sending
from app.mail.models import Message
from app.mail.operations import PAUSES
from app.mail.sending import Result
from app.mail.states import State, Trouble
from tests.conftest import make_settings
from tests.mail.conftest import message, messages, users, want
from tests.mail.smtp_server import SmtpServer, smtp_server, text_of

COLUMNS = [column.name for column in Message.__table__.columns if not column.primary_key]


def let_time_pass() -> None:
    """Let all pauses and claims end."""
    with writing():
        db.session.execute(update(Message).values(next_try_at=clock.now()))


def subjects(server: SmtpServer) -> list[str]:
    return [letter["Subject"] for letter in server.letters]


def receivers(server: SmtpServer) -> list[str]:
    return [letter["X-Envelope-To"] for letter in server.letters]


def test_each_gets_a_letter_at_once(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Päätös", "member", "member2")
    assert sending.run(mail_settings) == Result(sent=2)
    assert receivers(server) == ["member@example.org", "member2@example.org"]
    assert {letter["X-Envelope-From"] for letter in server.letters} == {"digi@city.example"}
    assert server.connections == 1
    assert {row.state for row in messages()} == {State.SENT}
    assert [row.tries for row in messages()] == [1, 1]
    assert sending.run(mail_settings) == Result()
    assert len(server.letters) == 2


def test_nobody_is_asked_when_there_is_nothing_to_send(
    mailing: Flask, mail_settings: Settings, server: SmtpServer
) -> None:
    assert sending.run(mail_settings) == Result()
    assert server.connections == 0


def test_what_is_held_back_waits(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Päätös", "member")
    with writing():
        message("Päätös").not_before = clock.now() + timedelta(minutes=1)
    assert sending.run(mail_settings) == Result(waiting=1)


def digest_settings(settings: Settings) -> Settings:
    """Return settings in which digests were due an hour or two ago."""
    hour = (clock.local(clock.now()).hour - 1) % 24
    return settings.model_copy(update={"digest_hour": hour})


def age(subject: str, days: int) -> None:
    with writing():
        row = message(subject)
        row.written_at -= timedelta(days=days)
        row.not_before -= timedelta(days=days)


def test_a_digest_has_all_that_waited_at_its_hour(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    settings = digest_settings(mail_settings)
    want(Mail.DIGEST, "member")
    tell("Eka", "member", path="/measures/1")
    age("Eka", 2)
    tell("Toka", "member", path="/measures/2")
    age("Toka", 1)
    tell("Kolmas", "member", path="/measures/3")
    assert sending.run(settings) == Result(sent=1, waiting=1)
    (letter,) = server.letters
    assert letter["Subject"] == "Päivän kooste: 2 viestiä"
    text = text_of(letter)
    assert text.index("Toka") < text.index("Eka")
    assert text.count("https://") == 2
    assert "Kolmas" not in text
    assert sending.run(settings) == Result(waiting=1)


def test_changing_the_choice_changes_what_waits(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    settings = digest_settings(mail_settings)
    want(Mail.DIGEST, "member", "member2", "member3")
    tell("Päätös", "member", "member2", "member3")
    assert sending.run(settings) == Result(waiting=3)
    want(Mail.AT_ONCE, "member")
    want(Mail.NEVER, "member2")
    assert sending.run(settings) == Result(sent=1, dropped=1, waiting=1)
    assert receivers(server) == ["member@example.org"]
    assert [row.user_id for row in messages()] == [user.id for user in users("member", "member3")]


def test_who_is_gone_gets_nothing(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Päätös", "member", "member2")
    with writing():
        (member,) = users("member")
        member.disabled_on = date(2026, 1, 2)
        (other,) = users("member2")
        other.email = None
    assert sending.run(mail_settings) == Result(dropped=2)
    assert (server.letters, messages()) == ([], [])


def test_others_write_while_a_letter_is_handed_over(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Päätös", "member", "member2", "member3")
    (second,) = users("member2")
    user_id = second.id

    def disable_the_second(_letter: EmailMessage) -> None:
        with mailing.app_context(), writing():
            db.session.get_one(User, user_id).disabled_on = clock.today()

    server.on_letter = disable_the_second
    assert sending.run(mail_settings) == Result(sent=2, waiting=1)
    assert receivers(server) == ["member@example.org", "member3@example.org"]
    assert sending.run(mail_settings) == Result(dropped=1)


def test_sending_makes_no_page_old(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Päätös", "member")
    before = revision.current()
    assert sending.run(mail_settings).sent == 1
    assert revision.current() == before


@pytest.mark.parametrize(
    ("now", "hour", "moment"),
    [
        ("2026-01-15 05:00", 7, "2026-01-15 05:00"),
        ("2026-01-15 04:59", 7, "2026-01-14 05:00"),
        ("2026-07-15 04:00", 7, "2026-07-15 04:00"),
        ("2026-07-15 22:30", 0, "2026-07-15 21:00"),
        # Clocks are put forward at 3 o'clock, and back at 4.
        ("2026-03-29 05:00", 7, "2026-03-29 04:00"),
        ("2026-03-29 01:00", 3, "2026-03-29 01:00"),
        ("2026-10-25 00:30", 3, "2026-10-25 00:00"),
        ("2026-10-25 05:00", 7, "2026-10-25 05:00"),
    ],
)
def test_when_digests_are_due(now: str, hour: int, moment: str) -> None:
    found = queries.last_digest(datetime.fromisoformat(now), hour)
    assert found == datetime.fromisoformat(moment)


def test_a_temporary_fault_is_tried_again(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    server.refusals["member@example.org"] = ["451 4.7.1 Greylisted, try again"] * 2
    tell("Päätös", "member", "member2")
    before = clock.now()
    assert sending.run(mail_settings) == Result(sent=1, put_off=1, waiting=1)
    assert receivers(server) == ["member2@example.org"]
    row = messages()[0]
    assert row.trouble is Trouble.RECIPIENT
    assert row.fault == "451 4.7.1 Greylisted, try again"
    assert before + PAUSES[0] <= row.next_try_at <= clock.now() + PAUSES[0]
    assert sending.run(mail_settings) == Result(waiting=1)
    let_time_pass()
    assert sending.run(mail_settings) == Result(put_off=1, waiting=1)
    assert messages()[0].next_try_at - clock.now() > PAUSES[1] - timedelta(minutes=1)
    let_time_pass()
    assert sending.run(mail_settings) == Result(sent=1)
    row = messages()[0]
    assert (row.state, row.tries) == (State.SENT, 3)
    assert (row.trouble, row.fault) == (None, "")


def test_after_three_days_it_is_given_up(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    server.refusals["member@example.org"] = ["452 4.2.2 Mailbox full"] * 20
    tell("Päätös", "member")
    for _pause in PAUSES:
        assert sending.run(mail_settings).put_off == 1
        let_time_pass()
    assert sending.run(mail_settings) == Result(given_up=1)
    row = messages()[0]
    assert (row.state, row.tries) == (State.GIVEN_UP, len(PAUSES) + 1)
    assert (row.trouble, row.fault) == (Trouble.RECIPIENT, "452 4.2.2 Mailbox full")
    assert timedelta(days=2, hours=18) < sum(PAUSES, timedelta()) < timedelta(days=3)


def test_a_refusal_for_good_is_not_tried_again(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    server.refusals["member@example.org"] = ["550 5.1.1 No such user here"]
    tell("Päätös", "member", "member2")
    assert sending.run(mail_settings) == Result(sent=1, given_up=1)
    assert receivers(server) == ["member2@example.org"]
    row = messages()[0]
    assert row.state is State.GIVEN_UP
    assert (row.trouble, row.fault) == (Trouble.RECIPIENT, "550 5.1.1 No such user here")
    let_time_pass()
    assert sending.run(mail_settings) == Result()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("554 5.7.1 Looks like spam", Result(given_up=1)),
        ("451 4.3.0 Try later", Result(put_off=1, waiting=1)),
        ("421 4.3.2 Going down", Result(put_off=1, waiting=1)),
    ],
)
def test_a_letter_that_is_refused_at_its_end(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell, answer: str, expected: Result
) -> None:
    server.on_letter = lambda _letter: answer
    tell("Päätös", "member")
    assert sending.run(mail_settings) == expected
    (row,) = messages()
    assert (row.trouble, row.fault) == (Trouble.CONTENT, answer)


def test_a_sender_that_is_refused_may_be_set_right(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    server.sender_answer = "550 5.7.60 Not allowed to send as this sender"
    tell("Päätös", "member")
    assert sending.run(mail_settings) == Result(put_off=1, waiting=1)
    assert messages()[0].trouble is Trouble.SENDER


def test_a_lost_connection_is_made_anew(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    def hang_up(letter) -> str | None:
        return "421 4.7.0 Too many in one connection" if server.connections == 1 else None

    server.on_letter = hang_up
    tell("Päätös", "member", "member2")
    assert sending.run(mail_settings) == Result(sent=1, put_off=1, waiting=1)
    assert server.connections == 2


def test_a_server_that_is_down_is_nobodys_fault(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Päätös", "member", "member2")
    server.stop()
    result = sending.run(mail_settings)
    assert result.fault is not None
    assert (result.fault.trouble, result.fault.answer) == (
        Trouble.UNREACHABLE,
        "Connection refused",
    )
    assert result == Result(waiting=2, fault=result.fault)
    assert [(row.tries, row.fault, row.next_try_at) for row in messages()] == [(0, "", None)] * 2
    noted = queries.last_run()
    assert (noted.trouble, noted.fault) == (Trouble.UNREACHABLE, "Connection refused")
    with smtp_server(mail_settings.smtp_port) as again:
        assert sending.run(mail_settings) == Result(sent=2)
        assert len(again.letters) == 2
    noted = queries.last_run()
    assert (noted.trouble, noted.fault) == (None, "")


def test_without_a_mail_server_all_waits(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Päätös", "member", "member2")
    want(Mail.NEVER, "member2")
    settings = make_settings(mail_settings.instance)
    assert sending.run(settings) == Result(dropped=1, waiting=1)
    assert server.letters == []


def test_a_run_ends_after_so_many_letters_or_so_long(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    tell("Päätös", "member", "member2", "member3")
    assert sending.run(mail_settings, longest=timedelta()) == Result(waiting=3)
    assert sending.run(mail_settings, most=2) == Result(sent=2, waiting=1)
    # Who has waited longest comes first.
    assert receivers(server) == ["member@example.org", "member2@example.org"]
    assert sending.run(mail_settings, most=2) == Result(sent=1)


def test_two_hundred_messages_take_few_statements_each(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell, query_counter
) -> None:
    def statements_of(number: int) -> int:
        tell("Päätös", "member")
        (row,) = (each for each in messages() if each.state is State.WAITING)
        copied = {name: getattr(row, name) for name in COLUMNS}
        with writing():
            db.session.execute(insert(Message), [copied] * (number - 1))
        with query_counter() as statements:
            assert sending.run(mail_settings).sent == number
        return len(statements)

    few = statements_of(2)
    assert statements_of(200) - few <= 198 * 6
    assert len(server.letters) == 202


def test_a_digest_of_many_messages_takes_no_more_statements(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell, query_counter
) -> None:
    settings = digest_settings(mail_settings)
    want(Mail.DIGEST, "member")

    def statements_of(number: int) -> int:
        for each in range(number):
            tell(f"Asia {number}.{each}", "member")
            age(f"Asia {number}.{each}", 2)
        with query_counter() as statements:
            assert sending.run(settings).sent == 1
        return len(statements)

    assert statements_of(5) == statements_of(1)
    assert server.letters[0]["Subject"] == "Päivän kooste: 5 viestiä"


def test_a_connection_that_breaks_costs_one_letter_a_try(
    mailing: Flask, mail_settings: Settings, server: SmtpServer, tell
) -> None:
    server.on_letter = lambda _letter: server.hang_up() if server.connections == 1 else None
    tell("Päätös", "member", "member2", "member3")
    assert sending.run(mail_settings) == Result(sent=2, put_off=1, waiting=1)
    row = messages()[0]
    assert (row.trouble, row.tries) == (Trouble.LOST, 1)
    assert server.connections == 2
