"""Between password and code: what the browser's cookie holds, and what it is worth.

It is no session and grants nothing: it only says whose code is asked for, for ten minutes, and
only as long as the password is the one that was given.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from flask import session as cookie

from app.accounts import credentials, queries
from app.accounts.models import Credential, User
from app.core import clock
from app.sign_in import second_factor

VALID = timedelta(minutes=10)
"""How long after the password the code may come."""

_WHO = "half_way"
_SECRET = "new_secret"  # noqa: S105  # the name of an entry, no secret


class HalfWay(NamedTuple):
    """Somebody who has given their password, and what they sign in with."""

    user: User
    credential: Credential


def begin(user_id: int, password_hash: str) -> None:
    """Note in the browser's cookie that a person has given the password of a hash."""
    until = _seconds(clock.now() + VALID)
    cookie[_WHO] = {"user": user_id, "mark": _mark(password_hash), "until": until}
    cookie.pop(_SECRET, None)


def find() -> HalfWay | None:
    """Return who has given their password in this browser; None when nobody has, or too long ago.

    It is also None when the password has been changed, or the person may not sign in any more.
    """
    noted = cookie.get(_WHO)
    if not isinstance(noted, Mapping) or noted["until"] <= _seconds(clock.now()):
        return None
    if queries.actor_of(noted["user"], clock.today()) is None:
        return None
    credential = credentials.credential_of(noted["user"])
    if credential is None or credential.password_hash is None:
        return None
    if _mark(credential.password_hash) != noted["mark"]:
        return None
    return HalfWay(queries.user(noted["user"]), credential)


def secret_for(user_id: int) -> str:
    """Return the secret that a person is setting up, the same until they have or begin anew.

    The cookie carries it, as the page shows it to the same reader anyway.
    """
    kept = cookie.get(_SECRET)
    if not isinstance(kept, Mapping) or kept["user"] != user_id:
        kept = cookie[_SECRET] = {"user": user_id, "secret": second_factor.new_secret()}
    return str(kept["secret"])


def end() -> None:
    """Forget what the browser's cookie holds of this."""
    cookie.pop(_WHO, None)
    cookie.pop(_SECRET, None)


def _mark(password_hash: str) -> str:
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())
