"""Signing in with what is kept here: password, one-time code, one-time link.

Hashing comes before the transaction that it is for, as it is slow and others wait for the lock.
A try is counted before its password is looked at, so that many at once count one by one.
"""

from typing import NamedTuple

from flask import current_app

from app.accounts import credentials, queries
from app.accounts.models import Credential, User
from app.core import clock
from app.core.database import writing
from app.core.errors import Stale
from app.core.policy import Actor
from app.sign_in import passwords, second_factor, throttle

_LONGEST_NAME = 64


class Known(NamedTuple):
    """Somebody whose password was right, and its hash."""

    user_id: int
    password_hash: str


def check_password(key: str, password: str, address: str) -> Known | None:
    """Return whose name and password these are; None when they are nobody's.

    A name that nobody has, somebody disabled, somebody without a password and a wrong password
    are the same in answer, queries and work.

    Args:
        key: The sign-in name as it was typed.
        password: The password as it was typed.
        address: The reader's network address.

    Raises:
        throttle.TooMany: There were too many failures before.
    """
    # Capitals count as small letters.
    key = key[: _LONGEST_NAME + 1].lower()
    with writing(counted=False):
        failure_id = throttle.attempt(key, address, clock.now())
        kept = credentials.kept_for(key)
    user_id, password_hash = kept or (None, None)
    if not passwords.matches(password, password_hash) or user_id is None or password_hash is None:
        current_app.logger.info("a sign-in with a password failed")
        return None
    renewed = passwords.hash_of(password) if passwords.is_outdated(password_hash) else None
    with writing(counted=False):
        throttle.take_back(failure_id)
        if renewed:
            credentials.renew_hash(user_id, password_hash, renewed)
    return Known(user_id, renewed or password_hash)


def check_code(user: User, code: str, address: str) -> bool:
    """Tell whether a code is the person's of now and was not used before, and use it up.

    Raises:
        throttle.TooMany: There were too many failures before.
    """
    user_id, key, now = user.id, user.key, clock.now()
    with writing(counted=False):
        failure_id = throttle.attempt(key, address, now)
        credential = credentials.credential_of(user_id)
        if credential is None or credential.totp_secret is None:
            return False
        step = second_factor.step_of(credential.totp_secret, code, now)
        if step is not None and credentials.use_step(user_id, step):
            throttle.take_back(failure_id)
            return True
    current_app.logger.info("a sign-in with a code failed")
    return False


def forget_failures(user: User) -> None:
    """Forget the failures of a person's name, as they have signed in."""
    key = user.key
    with writing(counted=False):
        throttle.forget(key)


def words_of(user: User) -> list[str]:
    """Return what an attacker would try first in the password of a person here."""
    settings = current_app.config["SETTINGS"]
    city = (settings.city_name_fi, settings.city_name_sv)
    return [user.key, user.name, *city, settings.tool_name_fi, settings.tool_name_sv]


def set_password_by_link(token: str, password: str) -> Known | None:
    """Set a password by a one-time link; None when the link doesn't work any more."""
    password_hash = passwords.hash_of(password)
    with writing():
        invitation = credentials.invitation_of(token, clock.now())
        if invitation is None:
            return None
        user = queries.user(invitation.user_id)
        credentials.set_password(user, password_hash, _actor_of(user))
        throttle.forget(user.key)
        return Known(user.id, password_hash)


def count_bad_link(token: str, address: str) -> None:
    """Count a link that doesn't work as a failure of the address that it came from.

    Raises:
        throttle.TooMany: There were too many failures before.
    """
    with writing(counted=False):
        throttle.attempt(token, address, clock.now())


def change_password(known: Known, password: str, actor: Actor, session_id: int | None) -> None:
    """Change the password of somebody who has given the one before.

    Raises:
        Stale: It has been changed since they gave it.
    """
    password_hash = passwords.hash_of(password)
    with writing():
        credential = _unchanged(known)
        user = queries.user(credential.user_id)
        credentials.set_password(user, password_hash, actor, session_id=session_id)


def set_second_factor(
    known: Known, secret: str, step: int, *, earlier: str | None, session_id: int | None
) -> None:
    """Keep the secret of the one-time codes of somebody who has given their password.

    Args:
        known: Who it is.
        secret: The new secret in base32.
        step: The step of time whose code confirmed it.
        earlier: The secret before it, of which they gave a code too; None if they had none.
        session_id: The session in which they set it up; None when they are signing in.

    Raises:
        Stale: Password or secret have been changed since they gave them.
    """
    with writing():
        credential = _unchanged(known)
        if credential.totp_secret != earlier:
            raise Stale
        user = queries.user(credential.user_id)
        actor = _actor_of(user)
        credentials.set_second_factor(user, secret, step, actor, session_id=session_id)


def _unchanged(known: Known) -> Credential:
    credential = credentials.credential_of(known.user_id)
    if credential is None or credential.password_hash != known.password_hash:
        raise Stale
    return credential


def _actor_of(user: User) -> Actor:
    actor = queries.actor_of(user.id, clock.today())
    if actor is None:
        raise Stale
    return actor
