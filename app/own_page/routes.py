"""My page: what waits for the reader, and their own settings, sessions and data."""

from typing import cast

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from app.accounts import credentials, queries, sessions
from app.accounts.devices import in_words
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Stale
from app.core.guards import current_actor, requires
from app.core.i18n import language, set_language_cookie
from app.core.policy import Action
from app.own_page import operations, personal_data, waiting
from app.own_page.forms import SettingsForm
from app.sign_in import kept, signed_in

blueprint = Blueprint("own_page", __name__)

_EVERYWHERE = "all"


@blueprint.get("/my")
@requires(Action.USE_OWN_PAGE)
def page() -> ResponseReturnValue:
    """Show readers what waits for them."""
    actor, today = current_actor(), clock.today()
    return render_template(
        "own_page/page.html",
        waiting=waiting.gather(actor, today),
        kept_form=kept.find(actor.user_id),
        today=today,
        local=clock.local,
    )


@blueprint.get("/my/settings")
@requires(Action.USE_OWN_PAGE)
def settings() -> ResponseReturnValue:
    """Show readers their settings, who they are here, and where they are signed in."""
    return _settings_page(SettingsForm(obj=queries.user(_reader_id())))


@blueprint.post("/my")
@requires(Action.USE_OWN_PAGE)
def save() -> ResponseReturnValue:
    """Save the reader's settings; the browser speaks their language at once."""
    form = SettingsForm()
    if not form.validate():
        return _settings_page(form, 422)
    given = form.fields()
    try:
        with writing():
            user = queries.user(_reader_id())
            operations.save_settings(user, form.version_seen, current_actor(), **given)
    except Stale as stale:
        user = queries.user(_reader_id())
        form.version.data = str(user.version)
        return _settings_page(form, 409, stale=stale, differences=form.differences(user))
    with force_locale(given["language"]):
        flash(_("Your settings have been saved."), "success")
    response = make_response(redirect(url_for("own_page.settings"), 303))
    set_language_cookie(response, given["language"])
    return response


def _settings_page(form: SettingsForm, code: int = 200, **given: object) -> ResponseReturnValue:
    """Answer with the reader's settings; `given` is what came of a form that could not be saved."""
    user = queries.user(_reader_id())
    today, now = clock.today(), clock.now()
    deputies = queries.deputies_of(user.id, today)
    others = {grant.deputy_for_id for grant in user.roles} | {grant.user_id for grant in deputies}
    posts = queries.posts(retired=False)
    credential = credentials.credential_of(user.id)
    body = render_template(
        "own_page/settings.html",
        form=form,
        user=user,
        units={unit.id: unit for unit in queries.units()},
        roles=[each for each in user.roles if each.last_day is None or each.last_day >= today],
        deputies=deputies,
        names=queries.names_of({user_id for user_id in others if user_id}),
        posts=[post for post in posts if user.id in {post.holder_id, post.deputy_id}],
        has_password=bool(credential and credential.password_hash),
        has_code=bool(credential and credential.totp_secret),
        sessions=sessions.living(user.id, now),
        this_session=signed_in.current_session_id(),
        everywhere=_EVERYWHERE,
        in_words=in_words,
        today=today,
        **given,
    )
    return body, code


@blueprint.post("/my/sessions")
@requires(Action.USE_OWN_PAGE)
def end_sessions() -> ResponseReturnValue:
    """End one of the reader's sessions, or all of them, this one too."""
    actor, wanted = current_actor(), request.form.get("session", "")
    living = {str(each.id): each.id for each in sessions.living(_reader_id(), clock.now())}
    if wanted == _EVERYWHERE:
        with writing():
            sessions.end_all(_reader_id(), actor)
        signed_in.sign_out()
        flash(_("You have been signed out everywhere."), "success")
        return redirect(url_for("sign_in.page"), 303)
    if living.get(wanted) == signed_in.current_session_id():
        signed_in.sign_out()
        return redirect("/", 303)
    # A second press of the button finds it ended.
    if wanted in living:
        with writing():
            sessions.end(living[wanted], actor)
        flash(_("The session has been ended."), "success")
    return redirect(url_for("own_page.settings", _anchor="sessions"), 303)


def _reader_id() -> int:
    # Whom the rule lets in has signed in.
    return cast(int, current_actor().user_id)


@blueprint.get("/my/data.json")
@requires(Action.USE_OWN_PAGE)
def download() -> ResponseReturnValue:
    """Give readers all that the tool holds of them (GDPR articles 15 and 20); that is recorded."""
    actor = current_actor()
    user_id = _reader_id()
    with writing():
        record(Tag.DATA_DOWNLOADED, actor, Kind.PERSON, user_id)
    text = personal_data.as_text(personal_data.collect(queries.user(user_id), language()))
    response = Response(text, mimetype="application/json")
    response.headers["Content-Disposition"] = "attachment; filename=data.json"
    response.cache_control.no_store = True
    return response
