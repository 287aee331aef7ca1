"""A city whose people have e-mail addresses, and a mail server that its mail goes through."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.states import Mail
from app.config import Settings
from app.core.database import writing
from app.extensions import db
from app.mail.models import Message
from app.mail.operations import Words, write
from app.mail.states import Topic
from tests.conftest import copy_database, make_settings, running
from tests.mail.smtp_server import SmtpServer, smtp_server


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """Return a mail server without encryption and signing in."""
    with smtp_server() as server:
        yield server


@pytest.fixture
def mail_settings(tmp_path: Path, server: SmtpServer) -> Settings:
    """Return the settings of an instance whose mail goes through `server`."""
    return make_settings(
        tmp_path / "instance",
        public_url="https://digi.example.org",
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        smtp_security="none",
        mail_from="digi@city.example",
    )


@pytest.fixture
def mailing(mail_settings: Settings, city_database: Path, compiled: Path) -> Iterator[Flask]:
    """Return an app with the small city, whose people have addresses, in its context."""
    copy_database(city_database, mail_settings)
    with running(mail_settings, compiled) as app:
        give_addresses()
        yield app


def give_addresses() -> None:
    """Give everybody an e-mail address, by their key."""
    with writing():
        for user in db.session.scalars(select(User)):
            user.email = f"{user.key}@example.org"


def users(*keys: str) -> list[User]:
    """Return people by their keys."""
    return list(db.session.scalars(select(User).where(User.key.in_(keys)).order_by(User.id)))


def want(mail: Mail, *keys: str) -> None:
    """Let people choose when they get mail."""
    with writing():
        for user in users(*keys):
            user.mail = mail


@pytest.fixture
def tell(actor) -> Callable[..., None]:
    """Return a function that writes a message of a subject to people, by their keys."""

    def tell(subject: str, *keys: str, text: str = "", path: str = "/measures/7") -> None:
        secretary = actor("secretary")
        words = Words(subject, text or f"{subject} ja sen teksti.")
        with writing():
            assert write(Topic.DECIDED, users(*keys), lambda _lang: words, path, secretary)

    return tell


def message(subject: str) -> Message:
    """Return the one message of a subject."""
    return db.session.scalars(select(Message).where(Message.subject == subject)).one()


def messages() -> list[Message]:
    """Return all messages, as they are in the database now."""
    db.session.rollback()
    return list(db.session.scalars(select(Message).order_by(Message.id)))
