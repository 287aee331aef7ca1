"""The browsers in which people are signed in: rows that a cookie's token points to.

Limits and habits follow the OWASP ASVS 5.0, chapter 7: a session ends after an hour without use
and after half a day in any case, its token changes at sign-in and when roles change, and the
database holds only the token's hash.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, or_, select, update

from app.accounts.models import Session, User
from app.accounts.states import Method
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused
from app.core.policy import Action, Actor, can
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
        token: What its cookie must carry from now on.
        ends_at: When it ends at the latest, however much it is used.
        over: Whether it has ended, by its age or by somebody.
        due: Whether its use must be written down, and with that a new token given if asked for.
    """

    id: int
    user_id: int
    method: Method
    token: str
    ends_at: datetime
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


def begin(user: User, method: Method, device: str, actor: Actor) -> Found:
    """Begin a session, and return it with the token for its cookie.

    Args:
        user: Who signs in.
        method: How they did.
        device: What the browser says of itself, for its owner to tell sessions apart.
        actor: The same person.
    """
    now = clock.now()
    token = secrets.token_urlsafe(32)
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
    return Found(session.id, user.id, method, token, now + LONGEST, over=False, due=False)


def find(token: str, now: datetime) -> Found | None:
    """Return the session that a token stands for, over or not; None when there is none.

    The token before the last stands for it a moment longer.
    """
    digest = hash_of(token)
    row = db.session.execute(_BY_TOKEN, {"hash": digest}).first()
    if row is None:
        return None
    ends_at = row.begun_at + LONGEST
    over = row.ended_at is not None or now >= row.seen_at + IDLE or now >= ends_at
    if row.token_hash != digest:
        over = over or now >= row.rotated_at + OVERLAP
        return Found(row.id, row.user_id, row.method, _token_after(token), ends_at, over, due=False)
    due = not over and (row.rotate or now >= row.seen_at + TOUCHED_EVERY)
    return Found(row.id, row.user_id, row.method, token, ends_at, over, due)


def touch(session_id: int, token: str, now: datetime) -> Found | None:
    """Write down that a session is used, and give it a new token if it needs one.

    Call it inside the write transaction. Of several requests at once the first does the work, and
    the others find what it did, or that the session has ended meanwhile.

    Args:
        session_id: Its id.
        token: The token that its cookie carries.
        now: The time in UTC.
    """
    session = db.session.get(Session, session_id, with_for_update=True)
    found = find(token, now)
    if session is None or found is None or not found.due:
        return found
    session.seen_at = now
    db.session.execute(update(User).where(User.id == found.user_id).values(last_seen_at=now))
    if session.rotate:
        found = found._replace(token=_token_after(token))
        session.earlier_hash, session.token_hash = session.token_hash, hash_of(found.token)
        session.rotated_at, session.rotate = now, False
    db.session.flush()
    return found


def end(session_id: int, actor: Actor) -> None:
    """End one session, as signing out does; one that has ended, or is gone, is left alone.

    Raises:
        Refused: It is somebody else's, and the actor does not manage people.
    """
    session = db.session.get(Session, session_id)
    if session is None:
        return
    _must_be_allowed(session.user_id, actor)
    if session.ended_at is None:
        session.ended_at = clock.now()
        db.session.flush()
        record(Tag.SIGNED_OUT, actor, Kind.PERSON, session.user_id)


def end_all(user_id: int, actor: Actor, *, but: int | None = None) -> int:
    """End all sessions of a person, except the one with the id `but`, and return how many.

    Raises:
        Refused: They are somebody else's, and the actor does not manage people.
    """
    _must_be_allowed(user_id, actor)
    now = clock.now()
    ending = [session for session in living(user_id, now) if session.id != but]
    for session in ending:
        session.ended_at = now
    db.session.flush()
    if ending:
        record(Tag.SESSIONS_ENDED, actor, Kind.PERSON, user_id, after={"count": len(ending)})
    return len(ending)


def _must_be_allowed(user_id: int, actor: Actor) -> None:
    if actor.user_id != user_id and not can(actor, Action.MANAGE_PEOPLE):
        raise Refused(_l("Your role does not include this action."))


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


def hash_of(token: str) -> str:
    """Return what the database keeps of a token. It is long and random, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _token_after(token: str) -> str:
    """Return the token that follows `token`.

    It is the same for all who ask, so that requests that were under way at once end up with one
    cookie; and nobody can tell it who does not have the instance's secret key.
    """
    key: str = current_app.config["SECRET_KEY"]
    digest = hmac.digest(key.encode(), f"session token after {token}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
