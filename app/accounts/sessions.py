"""The browsers in which people are signed in: rows that a cookie's token points to.

Limits and habits follow the OWASP ASVS 5.0, chapter 7: a session ends after an hour without use
and after half a day in any case, its token changes at sign-in and when roles change, and the
database holds only the token's hash.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select, update

from app.accounts.models import Session, User
from app.accounts.states import Method
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.policy import Actor
from app.extensions import db

IDLE = timedelta(minutes=60)
"""How long a session lives without use."""

LONGEST = timedelta(hours=12)
"""How long a session lives at most."""

TOUCHED_EVERY = timedelta(minutes=5)
"""How often the use of a session is written down at most."""

OVERLAP = timedelta(minutes=1)
"""How long the token before the last is taken, for requests that were under way with it."""

_LONGEST_DEVICE = 200


class Found(NamedTuple):
    """A session as a token finds it.

    Attributes:
        id: The session's id.
        user_id: Whose it is.
        method: How it was begun.
        over: Whether it has ended, by its age or by somebody.
        due: Whether its use must be written down, and with that a new token given if asked for.
    """

    id: int
    user_id: int
    method: Method
    over: bool
    due: bool


# Every request of somebody signed in asks this, so it is put together once.
_BY_TOKEN = select(
    Session.id,
    Session.user_id,
    Session.method,
    Session.token_hash,
    Session.rotate,
    Session.rotated_at,
    Session.begun_at,
    Session.seen_at,
    Session.ended_at,
).where(or_(Session.token_hash == bindparam("hash"), Session.earlier_hash == bindparam("hash")))


def begin(user: User, method: Method, device: str, actor: Actor) -> tuple[Session, str]:
    """Begin a session, and return it with the token for its cookie.

    Args:
        user: Who signs in.
        method: How they did.
        device: What the browser says of itself, for its owner to tell sessions apart.
        actor: The same person.
    """
    now = clock.now()
    token = _new_token()
    session = Session(
        token_hash=hash_of(token),
        user_id=user.id,
        method=method,
        device=device[:_LONGEST_DEVICE],
        begun_at=now,
        seen_at=now,
    )
    user.last_seen_at = now
    db.session.add(session)
    db.session.flush()
    record(Tag.SIGNED_IN, actor, Kind.PERSON, user.id, after={"method": method})
    return session, token


def find(token: str, now: datetime) -> Found | None:
    """Return the session that a token stands for, over or not; None when there is none.

    The query also takes the token before the last; of that one a minute's use is enough.
    """
    row = db.session.execute(_BY_TOKEN, {"hash": hash_of(token)}).first()
    if row is None:
        return None
    over = row.ended_at is not None or not now - row.seen_at < IDLE
    over = over or not now - row.begun_at < LONGEST
    current = row.token_hash == hash_of(token)
    if not current and (row.rotated_at is None or not now - row.rotated_at < OVERLAP):
        over = True
    due = current and not over and (row.rotate or now - row.seen_at >= TOUCHED_EVERY)
    return Found(row.id, row.user_id, row.method, over, due)


def touch(session_id: int, now: datetime) -> str | None:
    """Write down that a session is used, and return its new token where it must have one."""
    session = db.session.get_one(Session, session_id)
    session.seen_at = now
    db.session.execute(update(User).where(User.id == session.user_id).values(last_seen_at=now))
    token = None
    if session.rotate:
        token = _new_token()
        session.earlier_hash, session.token_hash = session.token_hash, hash_of(token)
        session.rotated_at, session.rotate = now, False
    db.session.flush()
    return token


def end(session_id: int, actor: Actor) -> None:
    """End one session, as signing out does."""
    session = db.session.get_one(Session, session_id)
    if session.ended_at is None:
        session.ended_at = clock.now()
        db.session.flush()
        record(Tag.SIGNED_OUT, actor, Kind.PERSON, session.user_id)


def end_all(user_id: int, actor: Actor, *, but: int | None = None) -> int:
    """End all sessions of a person, except the one with the id `but`, and return how many."""
    now = clock.now()
    ended = 0
    for session in living(user_id, now):
        if session.id != but:
            session.ended_at = now
            ended += 1
    db.session.flush()
    if ended:
        record(Tag.SESSIONS_ENDED, actor, Kind.PERSON, user_id, after={"count": ended})
    return ended


def ask_for_new_tokens(user_id: int) -> None:
    """Let every session of a person get a new token at its next request, as when roles change."""
    for session in living(user_id, clock.now()):
        session.rotate = True
    db.session.flush()


def living(user_id: int, now: datetime) -> list[Session]:
    """Return the sessions in which a person is signed in, the last used first."""
    query = select(Session).where(
        Session.user_id == user_id,
        Session.ended_at.is_(None),
        Session.seen_at > now - IDLE,
        Session.begun_at > now - LONGEST,
    )
    return list(db.session.scalars(query.order_by(Session.seen_at.desc(), Session.id.desc())))


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Return what the database keeps of a token. It is long and random, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
