"""Writing down who was disqualified in a matter, and what the group found."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from app.audit.operations import given, record, record_added, recorded, values_of
from app.audit.tags import Kind, Tag
from app.core.errors import Refused, Stale
from app.core.policy import Actor
from app.extensions import db
from app.meetings import queries
from app.meetings.models import Decision, Disqualification, Meeting
from app.meetings.operations import check_open, check_role
from app.meetings.states import Ruling, Stage


class Found(NamedTuple):
    """What became of somebody's disqualification, and why."""

    ruling: Ruling
    reason: str = ""


def digest_of(decision: Decision) -> str:
    """Return what is the same as long as the same is written down of a matter."""
    rows = [[row.user_id, row.ruling, row.reason] for row in queries.disqualifications(decision.id)]
    return sha256(json.dumps(rows).encode()).hexdigest()


def save(
    meeting: Meeting,
    decision: Decision,
    seen: str,
    wanted: Mapping[int, Found | None],
    actor: Actor,
) -> None:
    """Write down the disqualifications in a matter.

    A member's disqualification is ruled on by the group (Administrative Procedure Act 434/2003,
    29 §); the secretary writes down what it found.

    Args:
        meeting: The meeting.
        decision: The matter.
        seen: The digest of what was written down when the actor opened the form.
        wanted: What to write down by person; None for nothing, where something was.
        actor: Who writes it down.

    Raises:
        Stale: Somebody else has written down something else meanwhile.
        Refused: The actor may not, the minutes are approved, or the matter has been decided.
    """
    check_role(actor)
    check_open(meeting)
    rows = {row.user_id: row for row in queries.disqualifications(decision.id)}
    known = {key: Found(row.ruling, row.reason) for key, row in rows.items()}
    if known == {key: found for key, found in wanted.items() if found}:
        return
    if decision.stage is Stage.DECIDED:
        raise Refused(_l("The matter has been decided. Undo the decision first."))
    if digest_of(decision) != seen:
        raise Stale
    for user_id, found in wanted.items():
        _write(decision, user_id, rows.get(user_id), found, actor)


def _write(
    decision: Decision,
    user_id: int,
    row: Disqualification | None,
    found: Found | None,
    actor: Actor,
) -> None:
    """Write down one person; values about them are theirs, so they can be erased."""
    tag, kind, subject_id = Tag.DISQUALIFICATION_RECORDED, Kind.MEASURE, decision.measure_id
    if row is None and found:
        row = Disqualification(decision_id=decision.id, user_id=user_id, **found._asdict())
        db.session.add(row)
        db.session.flush()
        record_added(tag, actor, kind, row, subject_id=subject_id, person_id=user_id)
    elif row and found:
        with recorded(
            tag, actor, kind, row, subject_id=subject_id, person_id=user_id, naming=("user_id",)
        ):
            row.ruling, row.reason = found
    elif row:
        before = given(values_of(row))
        db.session.delete(row)
        db.session.flush()
        record(tag, actor, kind, subject_id, before=before, person_id=user_id)
