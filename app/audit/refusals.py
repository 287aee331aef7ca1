"""Recording that somebody asked for what they may not see or do."""

from datetime import timedelta
from typing import NamedTuple

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
        attempt = _attempt(action)
        try:
            # Asked twice: to let a flood wait for no lock, and as two may come at the same time.
            if _is_new(attempt, actor):
                with writing(counted=False):
                    if _is_new(attempt, actor):
                        record(Tag.ACCESS_REFUSED, actor, *attempt[:2], after=attempt.after)
        except SQLAlchemyError:
            current_app.logger.exception("a refused access could not be recorded")
    return response


class _Attempt(NamedTuple):
    """What was refused: of what kind the thing is, which one, and what the record keeps beside."""

    kind: Kind
    subject_id: int | None
    after: dict[str, str]


def _attempt(action: Action) -> _Attempt:
    parts = request.view_args or {}
    after = {"action": action.value, "page": request.endpoint or ""}
    for name, kind in _SUBJECTS.items():
        if name in parts:
            return _Attempt(kind, parts[name], after)
    return _Attempt(Kind.PAGE, None, after)


def _is_new(attempt: _Attempt, actor: Actor) -> bool:
    """Tell whether the record has neither this nor too much of the person's since a while ago."""
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
    same = (attempt.kind, attempt.subject_id, canonical(attempt.after))
    return len(known) < MOST and same not in known
