"""Recording that somebody asked for what they may not see or do."""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.audit.chain import canonical
from app.audit.models import Event, Values
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.core.guards import current_actor
from app.core.policy import Action, Actor
from app.extensions import db

ONCE_IN = timedelta(minutes=1)
"""For how long the same attempt of the same person is recorded once."""

MOST = 60
"""How many attempts of one person are recorded in that time, so that nobody floods the record."""

_SUBJECTS = {
    "measure_id": Kind.MEASURE,
    "meeting_id": Kind.MEETING,
    "person_id": Kind.PERSON,
    "post_id": Kind.POST,
    "unit_id": Kind.UNIT,
}
"""What a part of an address names; of several the first here counts."""


def init_app(app: Flask) -> None:
    """Record what the guards of `app` refuse."""
    app.after_request(_record_refusal)


def _record_refusal(response: Response) -> Response:
    """Record a refused request of somebody signed in; the answer is made already, and stays.

    Those who have not signed in leave a line in the process log alone: they are nobody, and could
    fill the record at will.
    """
    action: Action | None = g.get("refused")
    if action is not None and (actor := current_actor()).is_signed_in:
        try:
            with writing(counted=False):
                _record_once(action, actor)
        except SQLAlchemyError:
            current_app.logger.exception("a refused access could not be recorded")
    return response


def _record_once(action: Action, actor: Actor) -> None:
    kind, subject_id = _subject(request.view_args or {})
    attempt = {"action": action, "page": request.endpoint}
    query = (
        select(Event.kind, Event.subject_id, Values.after)
        .join(Values, Values.event_id == Event.id)
        .where(
            Event.tag == Tag.ACCESS_REFUSED,
            Event.actor_id == actor.user_id,
            Event.happened_at > clock.now() - ONCE_IN,
        )
    )
    known = [tuple(row) for row in db.session.execute(query)]
    if len(known) < MOST and (kind, subject_id, canonical(attempt)) not in known:
        record(Tag.ACCESS_REFUSED, actor, kind, subject_id, after=attempt)


def _subject(parts: dict[str, Any]) -> tuple[Kind, int | None]:
    """Return what the parts of an address name: one thing of a kind, or a page."""
    for name, kind in _SUBJECTS.items():
        if name in parts:
            return kind, parts[name]
    return Kind.PAGE, None
