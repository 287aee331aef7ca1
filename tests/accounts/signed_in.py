"""People who are signed in, and the times of their sessions moved as tests want them."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from app.accounts import sessions
from app.accounts.models import Session, User
from app.accounts.states import Method
from app.core import clock
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db


def begun(actor: Actor, device: str = "a browser") -> tuple[int, str]:
    """Sign a person in, and return the session's id and its token."""
    with writing():
        user = db.session.get_one(User, actor.user_id)
        found = sessions.begin(user, Method.DEMO, device, actor)
    return found.id, found.token


def rows() -> Sequence[Session]:
    """Return all sessions in the order in which they were begun."""
    return db.session.scalars(select(Session).order_by(Session.id)).all()


def pass_time(**columns: timedelta) -> None:
    """Let time pass for all sessions: each named column of theirs becomes so much older."""
    with writing():
        for session in rows():
            for name, time in columns.items():
                setattr(session, name, getattr(session, name) - time)


def pass_use(time: timedelta) -> None:
    """Let all sessions be used last at a time in the past."""
    with writing():
        for session in rows():
            session.seen_at = clock.now() - time
