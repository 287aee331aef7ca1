"""The record as tests read it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import select

from app.audit import verification
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.extensions import db


class Seen(NamedTuple):
    """What an event says of a change."""

    tag: Tag
    kind: Kind
    subject_id: int | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    actor_id: int | None
    person_id: int | None


@contextmanager
def new_events() -> Iterator[list[Seen]]:
    """Give a list that holds, after the block, what was recorded in it."""
    last = verification.head().number
    db.session.rollback()
    found: list[Seen] = []
    yield found
    query = select(Event, Values.before, Values.after).outerjoin(
        Values, Values.event_id == Event.id
    )
    for event, *values in db.session.execute(query.where(Event.id > last).order_by(Event.id)):
        before, after = (json.loads(value) if value else None for value in values)
        found.append(
            Seen(
                event.tag,
                event.kind,
                event.subject_id,
                before,
                after,
                event.actor_id,
                event.person_id,
            )
        )
    assert verification.first_fault() is None
