"""My page: own settings, own sessions, own data."""

from typing import cast

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.core.database import writing
from app.core.guards import current_actor, requires
from app.core.i18n import language
from app.core.policy import Action
from app.own_page import personal_data

blueprint = Blueprint("own_page", __name__)


@blueprint.get("/my/data.json")
@requires(Action.USE_OWN_PAGE)
def download() -> ResponseReturnValue:
    """Give readers all that the tool holds of them (GDPR articles 15 and 20); that is recorded."""
    actor = current_actor()
    # Whom the rule lets in has signed in.
    user_id = cast(int, actor.user_id)
    with writing():
        record(Tag.DATA_DOWNLOADED, actor, Kind.PERSON, user_id)
    text = personal_data.as_text(personal_data.collect(user_id, language()))
    response = Response(text, mimetype="application/json")
    response.headers["Content-Disposition"] = "attachment; filename=data.json"
    response.cache_control.no_store = True
    return response
