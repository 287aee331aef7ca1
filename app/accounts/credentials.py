"""What a person signs in with here: one-time links, the password's hash, the second factor.

Habits follow the OWASP ASVS 5.0, chapter 6: nobody ever chooses or learns another person's
password, and a link that lets a person set one is random, short-lived and used once.
"""

import secrets
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, or_, select, update

from app.accounts import sessions
from app.accounts.models import Credential, Invitation, User
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused
from app.core.policy import Action, Actor, can
from app.extensions import db

INVITED_FOR = timedelta(hours=24)
"""How long a one-time link works."""

_NOT_YOURS = _l("Your role does not include this action.")


def invite(user: User, actor: Actor) -> str:
    """Make a one-time link for a person to set a password with, and return its token.

    The person's earlier links stop working. The token is shown once; only its hash is kept.

    Raises:
        Refused: The actor may not, or the person cannot sign in.
    """
    if not can(actor, Action.MANAGE_PEOPLE):
        raise Refused(_NOT_YOURS)
    if user.disabled_on is not None:
        raise Refused(_l("This person cannot sign in. Let them sign in first."))
    _use_up_invitations(user.id)
    token = secrets.token_urlsafe(32)
    expires_at = clock.now() + INVITED_FOR
    db.session.add(
        Invitation(token_hash=sessions.hash_of(token), user_id=user.id, expires_at=expires_at)
    )
    db.session.flush()
    record(Tag.INVITED, actor, Kind.PERSON, user.id, after={"expires_at": expires_at})
    return token


def invitation_of(token: str, now: datetime) -> Invitation | None:
    """Return the invitation that a token stands for; None if it is unknown, used up or expired.

    That of a person who may no longer sign in isn't found either.
    """
    query = (
        select(Invitation)
        .join(User, User.id == Invitation.user_id)
        .where(
            Invitation.token_hash == sessions.hash_of(token),
            Invitation.expires_at > now,
            User.disabled_on.is_(None),
        )
    )
    return db.session.scalar(query)


def credential_of(user_id: int) -> Credential | None:
    """Return what a person signs in with here; None for somebody who never set a password."""
    return db.session.get(Credential, user_id)


def kept_for(key: str) -> tuple[int, str | None] | None:
    """Return the id of the person with the sign-in name `key`, and the hash of their password.

    It is one query whatever the answer. None when nobody who may sign in has the name.
    """
    query = (
        select(User.id, Credential.password_hash)
        .outerjoin(Credential, Credential.user_id == User.id)
        .where(User.key == key, User.disabled_on.is_(None))
    )
    row = db.session.execute(query).first()
    return (row.id, row.password_hash) if row else None


def renew_hash(user_id: int, old: str, new: str) -> None:
    """Keep a hash of the same password made with today's parameters, unless it has changed."""
    db.session.execute(
        update(Credential)
        .where(Credential.user_id == user_id, Credential.password_hash == old)
        .values(password_hash=new)
    )


def use_step(user_id: int, step: int) -> bool:
    """Use up a one-time code by its step of time, and tell whether nobody had used it before."""
    used = (
        update(Credential)
        .where(
            Credential.user_id == user_id,
            or_(Credential.totp_step.is_(None), Credential.totp_step < step),
        )
        .values(totp_step=step)
    )
    return db.session.execute(used.returning(Credential.user_id)).first() is not None


def set_password(
    user: User, password_hash: str, actor: Actor, *, session_id: int | None = None
) -> None:
    """Set the password of a person, by its hash.

    It uses up the person's one-time links and ends their sessions, as whoever is in one may be
    the reason for the change.

    Args:
        user: Whose password it is.
        password_hash: The hash of it, in argon2's own form.
        actor: The same person.
        session_id: The session in which they change it; that one goes on.

    Raises:
        Refused: The actor is somebody else.
    """
    _must_be(user, actor)
    credential = _credential(user.id)
    credential.password_hash = password_hash
    credential.password_set_at = clock.now()
    _use_up_invitations(user.id)
    db.session.flush()
    record(Tag.PASSWORD_SET, actor, Kind.PERSON, user.id)
    sessions.end_all(user.id, actor, but=session_id)


def set_second_factor(
    user: User, secret: str, step: int, actor: Actor, *, session_id: int | None = None
) -> None:
    """Keep the secret of a person's one-time codes, in place of the one before it.

    It ends the person's sessions, as whoever is in one may have had the password alone.

    Args:
        user: Whose it is.
        secret: The secret in base32.
        step: The step of time whose code confirmed it; that code is not taken again.
        actor: The same person.
        session_id: The session in which they set it up; that one goes on.

    Raises:
        Refused: The actor is somebody else.
    """
    _must_be(user, actor)
    credential = _credential(user.id)
    credential.totp_secret = secret
    credential.totp_step = step
    db.session.flush()
    record(Tag.SECOND_FACTOR_SET, actor, Kind.PERSON, user.id)
    sessions.end_all(user.id, actor, but=session_id)


def reset_second_factor(user: User, actor: Actor) -> None:
    """Take off the second factor of a person with their password, and end their sessions.

    By the password alone whoever knows it could set up a second factor of their own, so the person
    begins again with a one-time link. Somebody without a second factor is left as they are.

    Raises:
        Refused: The actor may not manage people.
    """
    if not can(actor, Action.MANAGE_PEOPLE):
        raise Refused(_NOT_YOURS)
    credential = credential_of(user.id)
    if credential is None or credential.totp_secret is None:
        return
    credential.totp_secret = credential.totp_step = None
    credential.password_hash = credential.password_set_at = None
    db.session.flush()
    record(Tag.SECOND_FACTOR_RESET, actor, Kind.PERSON, user.id)
    sessions.end_all(user.id, actor)


def _must_be(user: User, actor: Actor) -> None:
    if actor.user_id != user.id:
        raise Refused(_NOT_YOURS)


def _credential(user_id: int) -> Credential:
    credential = credential_of(user_id)
    if credential is None:
        credential = Credential(user_id=user_id)
        db.session.add(credential)
    return credential


def _use_up_invitations(user_id: int) -> None:
    db.session.execute(delete(Invitation).where(Invitation.user_id == user_id))
