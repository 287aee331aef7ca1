"""What the tests of signing in with the city's account share."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Identity, RoleGrant, Session, User
from app.audit.models import Event
from app.extensions import db
from tests.sign_in.provider import Provider, providing


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Return a sign-in service of this test's own."""
    with providing() as provider:
        yield provider


@pytest.fixture
def nothing_written(app: Flask) -> Iterator[None]:
    """Fail a test that leaves anything in the database."""
    before = _counts()
    yield
    db.session.rollback()
    assert _counts() == before


def _counts() -> list[int | None]:
    models = (User, Identity, RoleGrant, Session, Event)
    return [db.session.scalar(select(func.count()).select_from(model)) for model in models]
