"""What can go wrong, in words for the reader, and the pages that say it."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from app.extensions import db


class Refused(Exception):
    """An operation that the rules do not allow as things are now; nothing was changed.

    Attributes:
        reasons: Why, each a sentence for the reader.
    """

    def __init__(self, *reasons: str | LazyString) -> None:
        super().__init__(*reasons)
        self.reasons: Sequence[str | LazyString] = reasons


class Stale(Refused):
    """Somebody else saved the same thing after the reader opened it."""

    def __init__(self) -> None:
        super().__init__(_l("Somebody else has changed this after you opened it."))


class Words(NamedTuple):
    """The texts of one error page."""

    title: LazyString
    text: LazyString
    what_next: LazyString


_GO_ON = _l("Go to the status page, or go back and try again.")

_WORDS = {
    400: Words(
        _l("The request could not be understood"),
        _l("Something in the address or in the form was not as expected."),
        _l("Go back, reload the page and try again."),
    ),
    401: Words(
        _l("Sign in"),
        _l("You must sign in to see this page."),
        _l("Sign in and try again."),
    ),
    403: Words(
        _l("You may not do this"),
        _l("Your role does not include this action."),
        _l("If you need it, ask the administrator of the tool."),
    ),
    404: Words(
        _l("Page not found"),
        _l("The page does not exist, or you do not have the right to see it."),
        _GO_ON,
    ),
    405: Words(
        _l("This address does not take that"),
        _l("The page cannot be opened in this way."),
        _GO_ON,
    ),
    409: Words(
        _l("This could not be done"),
        _l("The situation has changed, and nothing was saved."),
        _l("Go back, reload the page and look at the situation as it is now."),
    ),
    413: Words(
        _l("Too much at once"),
        _l("What you sent is larger than the tool accepts."),
        _l("Shorten the texts and try again."),
    ),
    500: Words(
        _l("Something went wrong"),
        _l("The error was recorded, and nothing was saved."),
        _l("Try again in a moment. If the error comes back, tell the administrator of the tool."),
    ),
}


def init_app(app: Flask) -> None:
    """Register an answer for every kind of error."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Refused, _refused)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code in range(300, 400):
        return error
    if isinstance(error, SecurityError):
        # By a name that isn't ours the tool has no addresses, and so no page with links.
        return Response("This is not a host of the tool.\n", code, mimetype="text/plain")
    if isinstance(error, InternalServerError):
        db.session.rollback()
        # The page must not ask the database who reads it: that may be what went wrong.
        g.reader_unknown = True
    words = _WORDS.get(code, _WORDS[500 if code >= 500 else 400])
    text: str | LazyString = words.text
    if isinstance(error, CSRFError):
        text = _("The form was open for too long, or cookies are blocked in your browser.")
    body = render_error(code, words.title, [text], words.what_next)
    headers = [(k, v) for k, v in error.get_headers() if k.lower() in {"allow", "retry-after"}]
    return body, code, headers


def _refused(error: Refused) -> ResponseReturnValue:
    db.session.rollback()
    words = _WORDS[409]
    current_app.logger.info("refused %s", request.endpoint)
    return render_error(409, words.title, error.reasons or [words.text], words.what_next), 409


def render_error(
    code: int,
    title: str | LazyString,
    texts: Sequence[str | LazyString],
    what_next: str | LazyString,
) -> str:
    """Return the error page as HTML."""
    return render_template(
        "errors/error.html", code=code, title=title, texts=texts, what_next=what_next
    )
