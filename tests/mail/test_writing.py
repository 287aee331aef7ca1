"""Writing messages: to whom, in which language, in whose transaction."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.accounts.models import User
from app.accounts.states import Mail
from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.mail.models import Message
from app.mail.operations import Words, recipients, take_back, write
from app.mail.states import State, Topic


@pytest.fixture
def people(app: Flask) -> None:
    """Give everybody an e-mail address."""
    with writing():
        for user in db.session.scalars(select(User)):
            user.email = f"{user.key}@example.org"


def everybody() -> list[User]:
    return list(db.session.scalars(select(User).order_by(User.id)))


def compose(language: str) -> Words:
    return Words(f"{language}: {_('People')}", _("Units"))


def messages() -> dict[str, Message]:
    query = select(User.key, Message).join(Message, Message.user_id == User.id)
    return dict(db.session.execute(query).all())


def test_each_reads_it_in_their_own_language(people: None, actor) -> None:
    with writing():
        count = write(Topic.DECIDED, everybody(), compose, "/measures/7", actor("secretary"))
    found = messages()
    assert count == len(found) == len(everybody()) - 1
    assert (found["member"].subject, found["member"].text) == ("fi: Henkilöt", "Yksiköt")
    assert (found["member2"].subject, found["member2"].text) == ("sv: Personer", "Enheter")
    assert found["member"].path == "/measures/7"
    assert found["member"].state is State.WAITING


def test_in_a_request_too_and_the_page_keeps_its_own(app: Flask, people: None, actor) -> None:
    secretary = actor("secretary")
    with app.test_request_context("/?lang=sv"):
        assert _("People") == "Personer"
        with writing():
            write(Topic.DECIDED, everybody(), compose, "/measures/7", secretary)
        assert _("People") == "Personer"
        assert messages()["member"].subject == "fi: Henkilöt"


def test_it_stands_and_falls_with_the_change(people: None, actor) -> None:
    secretary = actor("secretary")

    def change() -> None:
        with writing():
            assert write(Topic.DECIDED, everybody(), compose, "/measures/7", secretary)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert messages() == {}


def test_who_gets_none(people: None, actor) -> None:
    with writing():
        by_key = {user.key: user for user in everybody()}
        by_key["member"].mail = Mail.NEVER
        by_key["member2"].disabled_on = date(2026, 1, 2)
        by_key["member3"].email = None
        by_key["viewer"].email = ""
        by_key["chair"].mail = Mail.DIGEST
    left = recipients([*everybody(), *everybody()], actor("secretary"))
    assert [user.key for user in left] == [
        "proposer",
        "proposer2",
        "chair",
        "board-secretary",
        "administrator",
    ]


def test_nobody_to_write_to(app: Flask, actor) -> None:
    def never(_language: str) -> Words:
        raise AssertionError

    with writing():
        assert write(Topic.DECIDED, everybody(), never, "/", actor("secretary")) == 0
        assert write(Topic.DECIDED, [], never, "/", actor("secretary")) == 0


def test_a_subject_is_one_line_and_not_too_long(people: None, actor) -> None:
    def odd(_language: str) -> Words:
        subject = "Uusi:\r\nBcc: all@example.org\u2028\0 \ud800" + "ä" * 400
        return Words(subject, "yksi\r\n\r\nkaksi\0 \ud800")

    with writing():
        write(Topic.COMMENTED, everybody(), odd, "/", actor("secretary"))
    message = messages()["member"]
    assert message.subject.startswith("Uusi: Bcc: all@example.org äää")
    assert message.subject.endswith("ä…")
    assert len(message.subject) == 300
    assert message.text == "yksi\n\nkaksi"


@pytest.mark.parametrize("path", ["", "measures/7", "https://evil.example/", "//evil.example/"])
def test_a_link_leads_into_the_tool(people: None, actor, path: str) -> None:
    with pytest.raises(ValueError, match="no path"):
        write(Topic.COMMENTED, everybody(), compose, path, actor("secretary"))


def test_a_bulk_action_is_held_and_taken_back(people: None, actor) -> None:
    secretary, hold = actor("secretary"), timedelta(minutes=10)
    before = clock.now()
    with writing():
        for batch in ("one", "two"):
            write(Topic.RETURNED, everybody(), compose, "/", secretary, batch=batch, hold=hold)
    rows = db.session.scalars(select(Message).where(Message.batch == "one")).all()
    assert all(row.not_before == row.written_at + hold >= before + hold for row in rows)
    with writing():
        first, second, *_rest = db.session.scalars(
            select(Message).where(Message.batch == "one")
        ).all()
        first.sent_at = second.given_up_at = clock.now()
    with writing():
        assert take_back("one") == len(rows) - 2
        assert take_back("three") == 0
    left = select(Message.batch, func.count()).group_by(Message.batch)
    assert dict(db.session.execute(left).all()) == {"one": 2, "two": len(rows)}


@pytest.mark.parametrize("number", [1, 3])
def test_writing_takes_the_same_number_of_statements(
    people: None, actor, query_counter, number: int
) -> None:
    secretary = actor("secretary")
    with writing():
        few = everybody()[:number]
        with query_counter() as statements:
            write(Topic.DECIDED, few, compose, "/", secretary)
    assert len(statements) == 1, statements
