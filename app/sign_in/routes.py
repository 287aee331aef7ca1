"""Signing in, out, and back to where one was."""

from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import queries
from app.accounts.models import User
from app.accounts.states import Method
from app.config import Settings
from app.core.database import writing
from app.core.guards import requires
from app.core.htmx import wants_fragment
from app.core.i18n import language, set_language_cookie
from app.core.policy import Action
from app.extensions import login_manager
from app.sign_in import city_account, kept, oidc, signed_in
from app.sign_in.failures import BEGIN_AGAIN, Failed
from app.sign_in.forms import SignInForm
from app.sign_in.onward import safe_path

blueprint = Blueprint("sign_in", __name__)

_PENDING = "city_account"
_LONGEST_ONWARD = 1000
"""Characters of the way back that a cookie carries to the city's sign-in service and back."""


@blueprint.record
def _know_the_city_account(state: BlueprintSetupState) -> None:
    oidc.init_app(state.app)


@blueprint.get("/sign-in")
@requires(Action.SEE_OPEN_PAGES)
def page() -> ResponseReturnValue:
    """Show the ways to sign in."""
    return ways_to_sign_in()


def ways_to_sign_in(form: SignInForm | None = None) -> str:
    """Return the page with the ways to sign in; with a form that was sent and could not be used."""
    settings: Settings = current_app.config["SETTINGS"]
    people = [user for user in queries.active_users() if user.invented] if settings.demo else []
    return render_template(
        "sign_in/sign_in.html",
        form=(form or SignInForm()) if settings.local_sign_in else None,
        people=people,
        onward=path_onward(),
        city_account=settings.oidc_issuer and settings.in_language("oidc_name", language()),
        city_account_works=oidc.provider() is not None,
    )


@blueprint.post("/sign-in")
@requires(Action.SEE_OPEN_PAGES)
def as_invented() -> ResponseReturnValue:
    """Sign in as an invented person; an instance that is no demo knows nobody to sign in as."""
    user = queries.user_by_key(request.form.get("person", ""))
    if user is None or not user.invented or not current_app.config["SETTINGS"].demo:
        abort(404)
    return go_on(user, Method.DEMO, path_onward())


@blueprint.get("/sign-in/city-account")
@requires(Action.SEE_OPEN_PAGES)
def with_city_account() -> ResponseReturnValue:
    """Send the reader to the city's sign-in service.

    A link leads here, as the policy lets no form of ours end on another host.
    """
    provider = oidc.provider() or abort(404)
    onward = path_onward()
    try:
        begun = provider.begin(_return_address(), language())
    except Failed as failed:
        return _say_why_not(failed, onward)
    kept = onward if len(onward) <= _LONGEST_ONWARD else ""
    cookie[_PENDING] = {**begun.pending, "next": kept}
    return redirect(begun.address, 302)


@blueprint.get("/sign-in/returned")
@requires(Action.SEE_OPEN_PAGES)
def returned() -> ResponseReturnValue:
    """Sign in whoever comes back from the city's sign-in service.

    What was kept of the beginning is used up by the first answer that carries its state. It stays
    when any other comes, so that nobody can end another's sign-in by a link.
    """
    provider = oidc.provider() or abort(404)
    settings = current_app.config["SETTINGS"]
    pending = cookie.get(_PENDING)
    if pending is None or request.args.get("state") != pending["state"]:
        return _say_why_not(Failed(BEGIN_AGAIN, "the state is missing or another's"), "")
    del cookie[_PENDING]
    onward = pending["next"]
    try:
        claims = provider.finish(request.args, pending, _return_address())
        with writing():
            arrival = city_account.receive(claims, settings, language())
            user, alone = arrival.user, arrival.last_administrator
    except Failed as failed:
        return _say_why_not(failed, onward)
    response = go_on(user, Method.OIDC, onward)
    if alone:
        current_app.logger.warning("the last administrator is none to the sign-in service any more")
        flash(
            _(
                "The city's sign-in service no longer says that you are an administrator. You "
                "still are one here, as the tool would have none. Make somebody else one."
            ),
            "warning",
        )
    return response


def _return_address() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.address + url_for("sign_in.returned")


def _say_why_not(failed: Failed, onward: str) -> ResponseReturnValue:
    """Answer with the page of a failure, and tell the log more than the reader."""
    current_app.logger.warning("no sign-in with the city's account: %s", failed.detail)
    page = render_template("sign_in/failed.html", failure=failed.failure, onward=onward)
    return page, failed.failure.status


def go_on(user: User, method: Method, onward: str) -> ResponseReturnValue:
    """Sign a person in, in their own language, and send them where they were going."""
    user_id, speaks = user.id, user.language
    signed_in.sign_in(user, method)
    if kept.find(user_id):
        onward = url_for("sign_in.kept_form")
    response = make_response(redirect(onward or "/", 303))
    set_language_cookie(response, speaks)
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

    A form that they sent after their session had ended waits for them; one with files is sent anew
    from its page. A fragment of a page can't be replaced by the sign-in page, so htmx is told to go
    there. A script that asks for itself, such as the one that keeps what is typed, is only told: it
    must not take its reader away.
    """
    if request.accept_mimetypes.best == "application/json":
        return Response(status=401, mimetype="application/json")
    is_kept = kept.keep()
    if is_kept is None and request.files:
        flash(
            _("You had been signed out, and files are not kept. Sign in and add them again."),
            "warning",
        )
    elif is_kept:
        flash(
            _("You had been signed out. Sign in again to send what you wrote: it is kept."), "info"
        )
    elif is_kept is False:
        flash(
            _(
                "You had been signed out, and what you sent could not be kept. Go back in your "
                "browser and copy your text before you sign in."
            ),
            "warning",
        )
    is_page = request.method == "GET" or request.files
    here = request.full_path.rstrip("?") if is_page else "/"
    page = f"/sign-in?{urlencode({'next': here})}"
    if wants_fragment():
        return Response(status=401, headers={"HX-Redirect": page})
    return redirect(page, 302)


def path_onward() -> str:
    """Return the path to go to afterwards; only one of this host."""
    return safe_path(request.values.get("next", ""))
