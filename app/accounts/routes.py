"""Signing in as a person of the demo, and out."""

from urllib.parse import urlencode, urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
)
from flask import session as cookie_session
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user

from app.accounts import queries
from app.accounts.sessions import SignedIn
from app.core import clock
from app.core.guards import requires
from app.core.htmx import wants_fragment
from app.core.i18n import set_language_cookie
from app.core.policy import Action
from app.extensions import login_manager

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/sign-in")
@requires(Action.SEE_OPEN_PAGES)
def sign_in() -> ResponseReturnValue:
    """Show the people that the demo can be tried as."""
    demo = current_app.config["SETTINGS"].demo
    people = [user for user in queries.active_users() if user.invented] if demo else []
    return render_template("accounts/sign_in.html", people=people, onward=_onward())


@blueprint.post("/sign-in")
@requires(Action.SEE_OPEN_PAGES)
def sign_in_as() -> ResponseReturnValue:
    """Sign in as an invented person; an instance that is no demo knows nobody to sign in as."""
    user = queries.user_by_key(request.form.get("person", ""))
    if user is None or not user.invented or not current_app.config["SETTINGS"].demo:
        abort(404)
    actor = queries.actor_of(user.id, clock.today())
    if actor is None:
        abort(404)
    cookie_session.clear()
    login_user(SignedIn(actor))
    response = make_response(redirect(_onward() or "/", 303))
    set_language_cookie(response, user.language)
    return response


@blueprint.post("/sign-out")
@requires(Action.SIGN_OUT)
def sign_out() -> ResponseReturnValue:
    """Sign out."""
    logout_user()
    cookie_session.clear()
    return redirect("/", 303)


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def ask_to_sign_in() -> ResponseReturnValue:
    """Send somebody who must sign in to the page for it, and back afterwards.

    A fragment of a page can't be replaced by the sign-in page, so htmx is told to go there.
    """
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    page = f"/sign-in?{urlencode({'next': here})}"
    if wants_fragment():
        return Response(status=401, headers={"HX-Redirect": page})
    return redirect(page, 302)


def _onward() -> str:
    """Return the path to go to afterwards; only one of this host."""
    target = request.values.get("next", "")
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.startswith("/"):
        return ""
    return "" if target.startswith("//") or "\\" in target else target
