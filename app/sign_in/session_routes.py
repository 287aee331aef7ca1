"""Staying signed in, and what a person had typed when they were not any more.

These views stand on the blueprint of `routes.py`; import it from here to have them all.
"""

from typing import cast

from flask import Response, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError

from app.core.guards import current_actor, requires
from app.core.policy import Action
from app.sign_in import kept
from app.sign_in.local_routes import blueprint
from app.sign_in.signed_in import time_left

__all__ = ["blueprint"]

_HAS_ITS_TEXT = {200, 204, 303, 422}
"""Answers after which a form that was sent on has done its work, or stands on its own page."""

blueprint.add_app_template_global(time_left)


@blueprint.post("/session")
@requires(Action.USE_OWN_PAGE)
def stay() -> ResponseReturnValue:
    """Count as use of the session.

    A page asks for it while somebody types, so that no long text is cut short (WCAG 2.2, 2.2.1).
    """
    return Response(status=204, mimetype="text/plain")


@blueprint.get("/sign-in/kept")
@requires(Action.USE_OWN_PAGE)
def kept_form() -> ResponseReturnValue:
    """Show readers what they sent after their session had ended, for them to send it on."""
    found = kept.find(current_actor().user_id)
    if found is None:
        return redirect("/", 302)
    return render_template(
        "sign_in/kept_form.html",
        kept=found,
        lines=kept.lines(found),
        mark=kept.MARK,
        can_send=kept.takes(found.path, "POST"),
    )


@blueprint.post("/sign-in/kept")
@requires(Action.USE_OWN_PAGE)
def forget_kept_form() -> ResponseReturnValue:
    """Throw away what was kept, and lead back to the page of the form."""
    user_id = cast(int, current_actor().user_id)
    found = kept.find(user_id)
    kept.forget(user_id)
    flash(_("What you had sent was thrown away."), "info")
    return redirect(found.path if found and kept.takes(found.path, "GET") else "/", 303)


@blueprint.after_app_request
def _let_go(response: Response) -> Response:
    """Forget a kept form that was sent on; one that was refused stays kept."""
    is_taken = request.method == "POST" and response.status_code in _HAS_ITS_TEXT
    if is_taken and kept.MARK in request.form and (user_id := current_actor().user_id):
        try:
            kept.forget(user_id)
        except OperationalError:
            current_app.logger.exception("a kept form could not be forgotten")
    return response
