"""Who is signed in: the person of a request, and the cookie that says so."""

from flask import current_app, g, request
from flask import session as cookie
from flask_login import current_user, login_user, logout_user
from sqlalchemy.exc import OperationalError

from app.accounts import queries, sessions
from app.accounts.models import User
from app.accounts.states import Method
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.policy import Actor
from app.extensions import login_manager

_USER = "_user_id"


class SignedIn:
    """The person of a request, with the four things that Flask-Login asks of a user."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, actor: Actor, session_id: int, token: str) -> None:
        self.actor = actor
        self.session_id = session_id
        self._token = token

    def get_id(self) -> str:
        """Return what the cookie keeps of the person."""
        return self._token


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def load(token: str) -> SignedIn | None:
    """Return the person of the session that the cookie's token stands for, as long as it lives.

    Of a session that is over the request keeps whose it was, so that a form sent with it is not
    lost.
    """
    now = clock.now()
    found = sessions.find(token, now)
    if found is None:
        return None
    actor = queries.actor_of(found.user_id, clock.today())
    if found.over or actor is None:
        g.session_over_of = found.user_id
        return None
    if found.due:
        token = _touch(found.id, token)
    return SignedIn(actor, found.id, token)


def _touch(session_id: int, token: str) -> str:
    """Write down that the session is used, and return the token that its cookie has from now on."""
    try:
        with writing(counted=False):
            new = sessions.touch(session_id, clock.now())
    except OperationalError:
        # The database is busy; the next request will do.
        current_app.logger.warning("the use of a session could not be written down")
        return token
    if new:
        cookie[_USER] = new
    return new or token


def sign_in(user: User, method: Method) -> None:
    """Begin a session of `user` in this browser; what it had before is forgotten.

    Raises:
        Refused: The person may not sign in.
    """
    user_id = user.id
    with writing():
        actor = queries.actor_of(user_id, clock.today())
        if actor is None:
            raise Refused
        user = queries.user(user_id)
        session, token = sessions.begin(user, method, request.user_agent.string, actor)
        session_id = session.id
    cookie.clear()
    login_user(SignedIn(actor, session_id, token))


def sign_out() -> None:
    """End the session of this browser."""
    session_id = current_session_id()
    if session_id is not None:
        with writing():
            sessions.end(session_id, current_user.actor)
    logout_user()
    cookie.clear()


def current_session_id() -> int | None:
    """Return the id of the reader's session; None when nobody is signed in."""
    session_id: int | None = getattr(current_user, "session_id", None)
    return session_id
