"""What a person had typed when their session ended: kept until they have signed in again."""

import re
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import quote, unquote

from flask import current_app, g, request
from sqlalchemy.exc import OperationalError

from app.accounts import kept_forms
from app.accounts.kept_forms import Kept
from app.core import clock
from app.core.database import writing
from app.sign_in.onward import safe_path

MARK = "kept_form"
"""The name of the field by which a kept form that is sent on is known."""

_OURS = {"csrf_token", MARK}

_UNSEEN_NAME = re.compile(r"then|(\w+_)?version|take_\w+")
_UNSEEN_VALUE = re.compile(r"[0-9a-f]{32}")
"""What forms carry for the tool alone: versions, the button, what was chosen of a conflict, the key
that makes them count once."""


class Line(NamedTuple):
    """What a field of a form said; ticks of one name make one line."""

    name: str
    text: str


def keep() -> bool | None:
    """Keep the form of this request, if it came with a session that is over.

    What the forms for signing in hold is secret and never kept, nor is a form with files, which are
    what it is about. Only what carries the token of the session's own pages gets here, so nobody
    else can leave a form for a person.

    Returns:
        Whether it is kept; None when there is nothing to keep.
    """
    user_id = g.get("session_over_of")
    if user_id is None or request.method != "POST" or request.blueprint == "sign_in":
        return None
    if request.files:
        return None
    sent = request.form.items(multi=True)
    fields = [(name, value) for name, value in sent if name not in _OURS]
    if not fields:
        return None
    try:
        with writing(counted=False):
            return kept_forms.keep(user_id, quote(request.path), fields)
    except OperationalError:
        current_app.logger.exception("a form could not be kept")
        return False


def find(user_id: int | None) -> Kept | None:
    """Return the form that is kept for a person; None when there is none or it is too old."""
    days: int = current_app.config["SETTINGS"].keep_forms_days
    return kept_forms.find(user_id, clock.now() - timedelta(days=days)) if user_id else None


def forget(user_id: int) -> None:
    """Forget the form that is kept for a person."""
    with writing(counted=False):
        kept_forms.forget(user_id)


def lines(kept: Kept) -> list[Line]:
    """Return what a kept form said, for its sender to read; empty fields are left out."""
    said: dict[str, list[str]] = {}
    for name, value in kept.fields:
        is_unseen = _UNSEEN_NAME.fullmatch(name) or _UNSEEN_VALUE.fullmatch(value)
        if value.strip() and not is_unseen:
            said.setdefault(name, []).append(value)
    return [Line(name.replace("_", " "), "\n".join(values)) for name, values in said.items()]


def takes(path: str, method: str) -> bool:
    """Tell whether a page of this host answers `method` at a path of an address."""
    adapter = current_app.create_url_adapter(request)
    return bool(adapter and safe_path(path) and adapter.test(unquote(path), method))
