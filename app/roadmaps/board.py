"""What the city board decides on a roadmap, and keeping what it approved."""

from datetime import date

from flask_babel import lazy_gettext as _l

from app.audit.operations import record_added, recorded
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused
from app.core.policy import Actor
from app.extensions import db
from app.measures import operations as measures
from app.programmes.models import Programme, Roadmap
from app.programmes.states import Phase
from app.roadmaps import queries, snapshot
from app.roadmaps.assembling import item_recorded
from app.roadmaps.models import BoardDecision, Snapshot
from app.roadmaps.operations import move
from app.roadmaps.states import (
    APPROVALS,
    BOARD_APPROVED,
    EXPLAINED,
    BoardOutcome,
    Membership,
)
from app.roadmaps.workflow import BOARD_ROWS


def record_board_decision(
    roadmap: Roadmap,
    outcome: BoardOutcome,
    decided_on: date,
    section: str,
    case_number: str,
    reason: str,
    actor: Actor,
) -> BoardDecision:
    """Record what the city board decided on a roadmap that is before it.

    An approval makes the proposed measures approved, and keeps the roadmap as a snapshot that never
    changes.

    Args:
        roadmap: The year's roadmap.
        outcome: What was decided.
        decided_on: The day of the board's meeting.
        section: The section of its minutes.
        case_number: The case number of the matter; empty where there is none.
        reason: Why it was returned, or which changes it was approved with.
        actor: Who records it.

    Raises:
        Refused: The workflow does not allow it now, the day is still to come, or the section or a
            reason is missing.
    """
    if decided_on > clock.today():
        raise Refused(_l("The day of the decision is still to come."))
    if not section.strip():
        raise Refused(_l("Give the section of the minutes."))
    if outcome in EXPLAINED and not reason.strip():
        raise Refused(_l("Give the reason, or the changes."))
    move(roadmap, BOARD_ROWS[outcome], actor, reason)
    decision = BoardDecision(
        roadmap_id=roadmap.id,
        outcome=outcome,
        decided_on=decided_on,
        section=section.strip(),
        case_number=case_number.strip(),
        reason=reason.strip(),
        recorded_by_id=actor.user_id,
        recorded_at=clock.now(),
    )
    db.session.add(decision)
    db.session.flush()
    record_added(Tag.BOARD_DECIDED, actor, Kind.ROADMAP, decision, subject_id=roadmap.id)
    if outcome in APPROVALS:
        _freeze(roadmap, decision, actor)
    return decision


def record_earlier_approval(
    roadmap: Roadmap,
    decided_on: date,
    actor: Actor,
    section: str = "",
    case_number: str = "",
) -> BoardDecision:
    """Record that the city board approved a roadmap before the tool came into use.

    Args:
        roadmap: The year's roadmap with what stands on it.
        decided_on: The day of the board's meeting.
        actor: Who records it.
        section: The section of its minutes; empty where it is not known.
        case_number: The case number of the matter; empty where it is not known.
    """
    decision = BoardDecision(
        roadmap_id=roadmap.id,
        outcome=BoardOutcome.APPROVED,
        decided_on=decided_on,
        section=section,
        case_number=case_number,
        imported=True,
        recorded_by_id=actor.user_id,
        recorded_at=clock.now(),
    )
    db.session.add(decision)
    with recorded(Tag.PHASE_CHANGED, actor, Kind.ROADMAP, roadmap):
        roadmap.phase = Phase.APPROVED
    record_added(Tag.BOARD_DECIDED, actor, Kind.ROADMAP, decision, subject_id=roadmap.id)
    _freeze(roadmap, decision, actor)
    return decision


def _freeze(roadmap: Roadmap, decision: BoardDecision, actor: Actor) -> Snapshot:
    """Make what is proposed approved and public, and keep it exactly as it was approved."""
    to_approve = BOARD_APPROVED | {Membership.PROPOSED}
    rows = [row for row in queries.contents(roadmap) if row.Item.membership in to_approve]
    for row in rows:
        if row.Item.membership is Membership.PROPOSED:
            with item_recorded(Tag.ITEM_CHANGED, row.Item, actor):
                row.Item.membership = Membership.APPROVED
    measures.publish((row.Measure for row in rows), actor)
    roadmap.once_approved = True
    programme = db.session.get_one(Programme, roadmap.programme_id)
    posts = queries.other_posts({row.Measure.id for row in rows})
    text = snapshot.content(programme, roadmap, rows, posts)
    kept = Snapshot(
        roadmap_id=roadmap.id,
        board_decision_id=decision.id,
        number=len(queries.snapshots(roadmap)) + 1,
        content=text,
        sha256=snapshot.digest(text),
        made_at=clock.now(),
    )
    db.session.add(kept)
    db.session.flush()
    record_added(Tag.SNAPSHOT_MADE, actor, Kind.ROADMAP, kept, subject_id=roadmap.id)
    return kept
