"""Signing in, out, and back to where one was."""

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
from flask.typing import ResponseReturnValue

from app.accounts import queries
from app.accounts.models import User
from app.accounts.states import Method
from app.core.guards import requires
from app.core.htmx import wants_fragment
from app.core.i18n import set_language_cookie
from app.core.policy import Action
from app.extensions import login_manager
from app.sign_in import signed_in

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
@requires(Action.SEE_OPEN_PAGES)
def page() -> ResponseReturnValue:
    """Show the people that the demo can be tried as."""
    demo = current_app.config["SETTINGS"].demo
    people = [user for user in queries.active_users() if user.invented] if demo else []
    return render_template("sign_in/sign_in.html", people=people, onward=_onward())


@blueprint.post("/sign-in")
@requires(Action.SEE_OPEN_PAGES)
def as_invented() -> ResponseReturnValue:
    """Sign in as an invented person; an instance that is no demo knows nobody to sign in as."""
    user = queries.user_by_key(request.form.get("person", ""))
    if user is None or not user.invented or not current_app.config["SETTINGS"].demo:
        abort(404)
    return _go_on(user, Method.DEMO)


def _go_on(user: User, method: Method) -> ResponseReturnValue:
    """Sign a person in, in their own language, and send them where they were going."""
    language = user.language
    signed_in.sign_in(user, method)
    response = make_response(redirect(_onward() or "/", 303))
    set_language_cookie(response, language)
    return response


@blueprint.post("/sign-out")
@requires(Action.SIGN_OUT)
def sign_out() -> ResponseReturnValue:
    """Sign out."""
    signed_in.sign_out()
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
