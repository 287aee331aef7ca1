"""Forms that were sent after their session had ended: kept for their senders to send again."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete

from app.accounts.models import KeptForm, User
from app.core import clock
from app.extensions import db

LONGEST = 200_000
"""Characters of a kept form's fields, names and all; several times those of the longest form."""

LONGEST_PATH: int = KeptForm.__table__.c.path.type.length  # type: ignore[attr-defined]

Fields = Sequence[tuple[str, str]]
"""The names and values of a form in its order; a name may come several times."""


class Kept(NamedTuple):
    """A form as it was sent.

    Attributes:
        path: Where it was sent to, as it stands in an address.
        fields: What it said.
        kept_at: When, in UTC.
    """

    path: str
    fields: Fields
    kept_at: datetime


def keep(user_id: int, path: str, fields: Fields) -> bool:
    """Keep a form for a person, in place of the one that was kept before.

    Returns:
        Whether it was short enough to be kept.
    """
    text = json.dumps(fields)
    if len(text) > LONGEST or len(path) > LONGEST_PATH:
        return False
    # Of two forms at once the second waits here, and takes the place of the first.
    db.session.get_one(User, user_id, with_for_update=True)
    kept = db.session.get(KeptForm, user_id) or KeptForm(user_id=user_id)
    kept.path, kept.fields, kept.kept_at = path, text, clock.now()
    db.session.add(kept)
    db.session.flush()
    return True


def find(user_id: int, since: datetime) -> Kept | None:
    """Return the form that is kept for a person, unless it has been since before `since`."""
    kept = db.session.get(KeptForm, user_id)
    if kept is None or kept.kept_at < since:
        return None
    fields = [(name, value) for name, value in json.loads(kept.fields)]
    return Kept(kept.path, fields, kept.kept_at)


def forget(user_id: int) -> None:
    """Forget the form that is kept for a person, if there is one."""
    db.session.execute(delete(KeptForm).where(KeptForm.user_id == user_id))
