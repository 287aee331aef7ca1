"""People of the small city who sign in with a password, and how they do it."""

from datetime import UTC, datetime
from functools import cache

import pyotp
from werkzeug.test import TestResponse

from app.accounts import credentials, queries
from app.accounts.models import Credential, User
from app.core import clock
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.sign_in import passwords
from tests.client import LintingClient
from tests.html import document_of, text_of

PASSWORD = "neljä sinistä hevosta"

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@cache
def password_hash() -> str:
    """Return a hash of `PASSWORD`, made once, as making one is slow on purpose."""
    return passwords.hash_of(PASSWORD)


def person(key: str) -> User:
    user = queries.user_by_key(key)
    assert user is not None
    return user


def actor_of(user: User) -> Actor:
    actor = queries.actor_of(user.id, clock.today())
    assert actor is not None
    return actor


def give_password(key: str, secret: str | None = None) -> None:
    """Let a person have `PASSWORD`, and codes of `secret`."""
    with writing():
        user = person(key)
        credentials.set_password(user, password_hash(), actor_of(user))
        if secret:
            credentials.set_second_factor(user, secret, 0, actor_of(user))


def credential_of(key: str) -> Credential:
    """Return what is kept of a person, as the database has it now."""
    db.session.rollback()
    credential = credentials.credential_of(person(key).id)
    assert credential is not None
    return credential


def code_of(secret: str = SECRET, moment: datetime | None = None) -> str:
    """Return the code that an app shows now, or at another moment in UTC."""
    return pyotp.TOTP(secret).at((moment or clock.now()).replace(tzinfo=UTC))


def give(
    client: LintingClient, key: str, password: str = PASSWORD, way: str = "/sign-in"
) -> TestResponse:
    """Give a sign-in name and a password on the sign-in page."""
    return client.submit(way, {"key": key, "password": password}, action="/sign-in/password")


def signed_in_name(client: LintingClient) -> str | None:
    """Return the name beside the button that signs out."""
    form = document_of(client.get("/accessibility")).root.find(".//form[@class='person']")
    if form is None:
        return None
    return text_of(form).removesuffix("Kirjaudu ulos").removesuffix("Logga ut").strip()
