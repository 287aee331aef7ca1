"""Who is signed in: the person of a request, and the cookie that says so."""

from datetime import timedelta
from typing import NamedTuple

from flask import current_app, g, request
from flask import session as cookie
from flask_login import current_user, login_user, logout_user
from sqlalchemy.exc import OperationalError

from app.accounts import credentials, queries, sessions
from app.accounts.models import User
from app.accounts.sessions import Found
from app.accounts.states import Method
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.policy import Actor
from app.extensions import db, login_manager
from app.sign_in import second_factor

_USER = "_user_id"
_FORGERY = "csrf_token"


class SignedIn:
    """The person of a request, with the four things that Flask-Login asks of a user."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, actor: Actor, found: Found) -> None:
        self.actor = actor
        self.found = found

    def get_id(self) -> str:
        """Return what the cookie keeps of the person."""
        return self.found.token


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def load(token: object) -> SignedIn | None:
    """Return the person of the session that the cookie's token stands for, as long as it lives.

    One without the second factor that the person's roles require is over too. Of a session that is
    over the request keeps whose it was, so that a form sent with it is not
    lost; of somebody who may not sign in any more it keeps nothing.
    """
    if not isinstance(token, str) or not token.isascii():
        return None
    found = sessions.find(token, clock.now())
    actor = queries.actor_of(found.user_id, clock.today()) if found else None
    if found and actor and found.due:
        found = _touched(found)
    if found is None or actor is None:
        return None
    if found.over or _lacks_second_factor(found, actor):
        g.session_over_of = found.user_id
        return None
    if found.token != token:
        cookie[_USER] = found.token
    return SignedIn(actor, found)


def _lacks_second_factor(found: Found, actor: Actor) -> bool:
    """Tell whether a password alone began a session in which it is no longer enough.

    Somebody may get a role that requires codes, or a role may begin, while they are signed in.
    """
    of_all = current_app.config["SETTINGS"].second_factor_for_all
    if found.method is not Method.PASSWORD or not second_factor.is_required(actor, of_all=of_all):
        return False
    return not second_factor.is_set(credentials.credential_of(found.user_id))


def _touched(found: Found) -> Found | None:
    """Write down that the session is used, and return it as it is from now on."""
    try:
        with writing(counted=False):
            return sessions.touch(found.id, found.token, clock.now())
    except OperationalError:
        # The database is busy, or can only be read; the next request will do.
        db.session.rollback()
        current_app.logger.warning("the use of a session could not be written down")
        return found


def sign_in(user: User, method: Method) -> None:
    """Begin a session of `user` in this browser; the one that it had before ends.

    What the browser's cookie held is forgotten. Only when the same person signs in again, forms
    that they have open stay good: the secret of their tokens was theirs before.

    Raises:
        Refused: The person may not sign in.
    """
    user_id, earlier = user.id, _found()
    is_again = user_id in {g.get("session_over_of"), earlier and earlier.user_id}
    with writing():
        actor = queries.actor_of(user_id, clock.today())
        if actor is None:
            raise Refused
        if earlier:
            sessions.end(earlier.id, current_user.actor)
        device = request.user_agent.string
        found = sessions.begin(queries.user(user_id), method, device, actor)
    kept = {_FORGERY: cookie[_FORGERY]} if is_again and _FORGERY in cookie else {}
    cookie.clear()
    cookie.update(kept)
    login_user(SignedIn(actor, found))


def sign_out() -> None:
    """End the session of this browser."""
    if found := _found():
        with writing():
            sessions.end(found.id, current_user.actor)
    logout_user()
    cookie.clear()


class Left(NamedTuple):
    """How long a session lives from now on, in seconds.

    Attributes:
        unused: At least so long, if it is not used before.
        at_most: No longer than that, however much it is used.
    """

    unused: int
    at_most: int


def time_left() -> Left | None:
    """Return how long the reader's session lives; None when nobody is signed in.

    As its use is written down every few minutes only, what is left without use may be a little
    more than it says.
    """
    found = _found()
    if found is None:
        return None
    at_most = max(found.ends_at - clock.now(), timedelta())
    unused = min(sessions.IDLE - sessions.TOUCHED_EVERY, at_most)
    return Left(int(unused.total_seconds()), int(at_most.total_seconds()))


def current_session_id() -> int | None:
    """Return the id of the reader's session; None when nobody is signed in."""
    found = _found()
    return found.id if found else None


def _found() -> Found | None:
    found: Found | None = getattr(current_user, "found", None)
    return found
