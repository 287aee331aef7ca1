"""Signing in with what is kept here: password, one-time code, one-time link.

These views stand on the blueprint of `routes.py`; import it from here to have them all.
"""

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.accounts import credentials, queries
from app.accounts.models import User
from app.accounts.states import Method
from app.core import clock
from app.core.errors import render_error
from app.core.guards import current_actor, requires
from app.core.i18n import language
from app.core.policy import Action
from app.sign_in import half_way, local, second_factor, signed_in, throttle
from app.sign_in.forms import CodeForm, NewCodeForm, NewPasswordForm, SignInForm
from app.sign_in.half_way import HalfWay
from app.sign_in.local import Known
from app.sign_in.routes import blueprint, go_on, path_onward, ways_to_sign_in

__all__ = ["blueprint"]


@blueprint.post("/sign-in/password")
@requires(Action.SEE_OPEN_PAGES)
def with_password() -> ResponseReturnValue:
    """Take a sign-in name and a password, and go on to the code where one is needed."""
    _must_be_in_use()
    form = SignInForm()
    if form.validate():
        known = local.check_password(form.key.data or "", form.password.data or "", _address())
        if known:
            return _after_password(known)
        form.form_errors.append(_("The sign-in name or the password is wrong. Type both again."))
    return ways_to_sign_in(form), 422


def _after_password(known: Known) -> ResponseReturnValue:
    """Sign somebody in whose password is known, or ask for the second factor first."""
    actor = queries.actor_of(known.user_id, clock.today())
    of_all = current_app.config["SETTINGS"].second_factor_for_all
    if second_factor.is_set(credentials.credential_of(known.user_id)):
        endpoint = "sign_in.code"
    elif actor and second_factor.is_required(actor, of_all=of_all):
        endpoint = "sign_in.new_code"
    else:
        return _finish(queries.user(known.user_id))
    half_way.begin(known.user_id, known.password_hash)
    return redirect(url_for(endpoint, next=path_onward() or None), 303)


def _finish(user: User) -> ResponseReturnValue:
    local.forget_failures(user)
    return go_on(user, Method.PASSWORD, path_onward())


@blueprint.get("/sign-in/code")
@requires(Action.SEE_OPEN_PAGES)
def code() -> ResponseReturnValue:
    """Ask for the one-time code, after the password."""
    half = half_way.find()
    if half is None or not second_factor.is_set(half.credential):
        return _from_the_beginning()
    return render_template("sign_in/code.html", form=CodeForm(), onward=path_onward())


@blueprint.post("/sign-in/code")
@requires(Action.SEE_OPEN_PAGES)
def check_code() -> ResponseReturnValue:
    """Take the one-time code, and sign in."""
    half = half_way.find()
    if half is None or not second_factor.is_set(half.credential):
        return _from_the_beginning()
    form = CodeForm()
    if form.validate():
        if local.check_code(half.user, form.code.data or "", _address()):
            return _finish(half.user)
        form.refuse_code()
    return render_template("sign_in/code.html", form=form, onward=path_onward()), 422


@blueprint.get("/sign-in/code/new")
@requires(Action.SEE_OPEN_PAGES)
def new_code() -> ResponseReturnValue:
    """Show the secret of one-time codes to set up.

    After the password to those who need one and have none, and to whoever is signed in and has a
    password.
    """
    half = _who_sets_up()
    return _new_code_page(half, _new_code_form(half)) if half else _from_the_beginning()


@blueprint.post("/sign-in/code/new")
@requires(Action.SEE_OPEN_PAGES)
def set_new_code() -> ResponseReturnValue:
    """Keep a new secret, once a code shows that the reader's app has it.

    Those who are signed in also prove anew who they are (ASVS 5.0, 7.5.1).
    """
    half = _who_sets_up()
    if half is None:
        return _from_the_beginning()
    form = _new_code_form(half)
    if form.validate():
        earlier = half.credential.totp_secret
        secret = half_way.secret_for(half.user.id)
        step = second_factor.step_of(secret, form.code.data or "", clock.now())
        known = _proven(half, form) if step is not None else None
        if step is None:
            form.refuse_code()
        elif known:
            session_id = signed_in.current_session_id()
            local.set_second_factor(known, secret, step, earlier=earlier, session_id=session_id)
            half_way.end()
            if not current_actor().is_signed_in:
                return _finish(queries.user(known.user_id))
            flash(
                _("You will be asked for codes from now on. Your other sessions have ended."),
                "success",
            )
            return redirect(url_for("own_page.page"), 303)
    return _new_code_page(half, form), 422


def _who_sets_up() -> HalfWay | None:
    """Return who may set up codes: who is signed in, else who has given their password."""
    actor = current_actor()
    if actor.user_id is None:
        half = half_way.find()
        return None if half is None or second_factor.is_set(half.credential) else half
    credential = credentials.credential_of(actor.user_id)
    if credential is None or credential.password_hash is None:
        return None
    return HalfWay(queries.user(actor.user_id), credential)


def _new_code_form(half: HalfWay) -> NewCodeForm:
    is_signed_in = current_actor().is_signed_in
    return NewCodeForm(
        asks_password=is_signed_in,
        asks_earlier_code=is_signed_in and second_factor.is_set(half.credential),
    )


def _proven(half: HalfWay, form: NewCodeForm) -> Known | None:
    """Return the person, once they have given what the form asks of them beside the new code."""
    user, password_hash = half.user, half.credential.password_hash or ""
    if not current_actor().is_signed_in:
        return Known(user.id, password_hash)
    asks_earlier_code = second_factor.is_set(half.credential)
    known = local.check_password(user.key, form.password.data or "", _address())
    if known is None:
        form.password.errors = [_("The password is wrong. Type it again.")]
    elif asks_earlier_code and not local.check_code(user, form.earlier_code.data or "", _address()):
        form.earlier_code.errors = [_("The code is wrong or was used already.")]
        return None
    return known


def _new_code_page(half: HalfWay, form: NewCodeForm) -> str:
    settings = current_app.config["SETTINGS"]
    secret = half_way.secret_for(half.user.id)
    name, city = (settings.in_language(each, language()) for each in ("tool_name", "city_name"))
    address = second_factor.address_of(secret, half.user.key, f"{name} {city}")
    return render_template(
        "sign_in/new_code.html",
        form=form,
        onward=path_onward(),
        picture=second_factor.picture_of(address),
        groups=[secret[start : start + 4] for start in range(0, len(secret), 4)],
    )


@blueprint.get("/invitation/<token>")
@requires(Action.SEE_OPEN_PAGES)
def invitation(token: str) -> ResponseReturnValue:
    """Ask who has a one-time link for a password."""
    user = _invited(token)
    if user is None:
        return _dead_link()
    form = NewPasswordForm(local.words_of(user), has_password=False)
    return render_template("sign_in/invitation.html", form=form, user=user)


@blueprint.post("/invitation/<token>")
@requires(Action.SEE_OPEN_PAGES)
def use_invitation(token: str) -> ResponseReturnValue:
    """Set the password by a one-time link, and sign in."""
    user = _invited(token)
    if user is None:
        local.count_bad_link(token, _address())
        return _dead_link()
    form = NewPasswordForm(local.words_of(user), has_password=False)
    if not form.validate():
        return render_template("sign_in/invitation.html", form=form, user=user), 422
    known = local.set_password_by_link(token, form.password.data or "")
    return _after_password(known) if known else _dead_link()


def _invited(token: str) -> User | None:
    _must_be_in_use()
    found = credentials.invitation_of(token, clock.now())
    return queries.user(found.user_id) if found else None


def _dead_link() -> ResponseReturnValue:
    body = render_error(
        404,
        _l("The link does not work"),
        [_l("The link has been used, it is older than a day, or there is a newer one.")],
        _l("Ask the administrator of the tool for a new link."),
    )
    return body, 404


@blueprint.get("/my/password")
@requires(Action.USE_OWN_PAGE)
def password() -> ResponseReturnValue:
    """Ask for a new password."""
    user = _with_password()
    form = NewPasswordForm(local.words_of(user), has_password=True)
    return render_template("sign_in/password.html", form=form, user=user)


@blueprint.post("/my/password")
@requires(Action.USE_OWN_PAGE)
def change_password() -> ResponseReturnValue:
    """Change the reader's password; their other sessions end."""
    user = _with_password()
    form = NewPasswordForm(local.words_of(user), has_password=True)
    if form.validate():
        known = local.check_password(user.key, form.current.data or "", _address())
        if known:
            session_id = signed_in.current_session_id()
            local.change_password(known, form.password.data or "", current_actor(), session_id)
            flash(_("The password has been changed. Your other sessions have ended."), "success")
            return redirect(url_for("own_page.page"), 303)
        form.current.errors = [_("The password is wrong. Type it again.")]
    return render_template("sign_in/password.html", form=form, user=queries.user(user.id)), 422


def _with_password() -> User:
    """Return the reader; 404 for those who sign in in another way."""
    _must_be_in_use()
    user_id = current_actor().user_id
    credential = credentials.credential_of(user_id) if user_id else None
    if credential is None or credential.password_hash is None:
        abort(404)
    return queries.user(credential.user_id)


def _must_be_in_use() -> None:
    if not current_app.config["SETTINGS"].local_sign_in:
        abort(404)


def _from_the_beginning() -> ResponseReturnValue:
    """Lead those who have given no password, or too long ago, to the sign-in page."""
    if current_actor().is_signed_in:
        return redirect("/", 303)
    return redirect(url_for("sign_in.page", next=path_onward() or None), 303)


def _address() -> str:
    return request.remote_addr or ""


@blueprint.errorhandler(throttle.TooMany)
def _too_many(error: throttle.TooMany) -> ResponseReturnValue:
    """Say when to try again."""
    seconds = max(1, -int(-error.wait.total_seconds() // 1))
    minutes = -(-seconds // 60)
    current_app.logger.warning("too many failed sign-ins")
    text = ngettext(
        "You can try again in a minute.", "You can try again in %(num)s minutes.", minutes
    )
    body = render_error(
        429,
        _l("Too many failed sign-ins"),
        [_l("There were many failed sign-ins, so the next one has to wait."), text],
        _l("If you have forgotten your password, ask the administrator of the tool for a link."),
    )
    return body, 429, {"Retry-After": str(seconds)}
