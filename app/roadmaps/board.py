"""What the city board decides on a roadmap or a programme, and keeping what it approved."""

import json
from datetime import date

from flask_babel import lazy_gettext as _l

from app.audit.operations import record_added, recorded
from app.audit.tags import Tag
from app.core import clock
from app.core.errors import Refused
from app.core.policy import Actor
from app.extensions import db
from app.measures import operations as measures
from app.programmes.models import Roadmap
from app.programmes.states import Phase
from app.roadmaps import board_queries, changes, queries, snapshot
from app.roadmaps.assembling import item_recorded
from app.roadmaps.models import BoardDecision, BoardProposal, Snapshot
from app.roadmaps.operations import move
from app.roadmaps.proposal import (
    proposal_before_board,
    record_kept,
    roadmap_text,
    text_of,
)
from app.roadmaps.states import (
    APPROVALS,
    BOARD_APPROVED,
    EXPLAINED,
    BoardOutcome,
    Membership,
)
from app.roadmaps.subject import Subject, kind_of, owner
from app.roadmaps.workflow import BOARD_ROWS


def record_board_decision(
    subject: Subject,
    outcome: BoardOutcome,
    decided_on: date,
    section: str,
    case_number: str,
    reason: str,
    actor: Actor,
) -> BoardDecision:
    """Record what the city board decided on what is before it.

    An approval makes what was proposed approved, and keeps its text as a snapshot that never
    changes: the very text of the proposal, or the same with the changes that were written down.

    Args:
        subject: The year's roadmap, or the programme.
        outcome: What was decided.
        decided_on: The day of the board's meeting.
        section: The section of its minutes.
        case_number: The case number of the matter; empty where there is none.
        reason: Why it was returned, or which changes it was approved with.
        actor: Who records it.

    Raises:
        Refused: The workflow does not allow it now, the day is still to come, the section or a
            reason is missing, or the outcome does not fit the changes that are written down.
    """
    if decided_on > clock.today():
        raise Refused(_l("The day of the decision is still to come."))
    if not section.strip():
        raise Refused(_l("Give the section of the minutes."))
    if outcome in EXPLAINED and not reason.strip():
        raise Refused(_l("Give the reason, or the changes."))
    # Other reasons stand with the decision alone, as they are not about the phase.
    move(subject, BOARD_ROWS[outcome], actor, reason if outcome is BoardOutcome.RETURNED else "")
    proposal = proposal_before_board(subject, actor)
    _check_changes(proposal, outcome)
    decision = BoardDecision(
        **owner(subject),
        proposal_id=proposal.id,
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
    record_added(Tag.BOARD_DECIDED, actor, kind_of(subject), decision, subject_id=subject.id)
    if outcome in APPROVALS:
        with_changes = outcome is BoardOutcome.APPROVED_WITH_CHANGES
        text = changes.apply(subject, proposal, actor) if with_changes else proposal.content
        _freeze(subject, decision, text, actor)
    return decision


def _check_changes(proposal: BoardProposal, outcome: BoardOutcome) -> None:
    """Raise Refused unless changes are written down exactly where something is approved with."""
    written = bool(board_queries.changes_of(proposal))
    if outcome is BoardOutcome.APPROVED_WITH_CHANGES and not written:
        raise Refused(_l("Write down first what the city board changed."))
    if outcome is BoardOutcome.APPROVED and written:
        raise Refused(
            _l(
                "Changes of the city board are written down. Choose “approved with changes”, or"
                " remove them."
            )
        )


def record_earlier_approval(
    subject: Subject,
    decided_on: date,
    actor: Actor,
    section: str = "",
    case_number: str = "",
) -> BoardDecision:
    """Record that the city board approved something before the tool came into use.

    Args:
        subject: The year's roadmap with what stands on it, or the programme.
        decided_on: The day of the board's meeting.
        actor: Who records it.
        section: The section of its minutes; empty where it is not known.
        case_number: The case number of the matter; empty where it is not known.
    """
    decision = BoardDecision(
        **owner(subject),
        outcome=BoardOutcome.APPROVED,
        decided_on=decided_on,
        section=section,
        case_number=case_number,
        imported=True,
        recorded_by_id=actor.user_id,
        recorded_at=clock.now(),
    )
    db.session.add(decision)
    with recorded(Tag.PHASE_CHANGED, actor, kind_of(subject), subject):
        subject.phase = Phase.APPROVED
    record_added(Tag.BOARD_DECIDED, actor, kind_of(subject), decision, subject_id=subject.id)
    _freeze(subject, decision, _earlier_text(subject), actor)
    return decision


def _earlier_text(subject: Subject) -> str:
    """Return what the board approved earlier: nothing that was added to a roadmap afterwards."""
    if not isinstance(subject, Roadmap):
        return text_of(subject)
    approved = BOARD_APPROVED | {Membership.PROPOSED}
    rows = [row for row in queries.contents(subject) if row.Item.membership in approved]
    return roadmap_text(subject, rows, None)


def _freeze(subject: Subject, decision: BoardDecision, text: str, actor: Actor) -> Snapshot:
    """Make what the text holds approved and public, and keep it exactly as it was approved."""
    if isinstance(subject, Roadmap):
        _approve(subject, text, actor)
    subject.once_approved = True
    kept = Snapshot(
        **owner(subject),
        board_decision_id=decision.id,
        number=board_queries.count_of(Snapshot, subject) + 1,
        content=text,
        sha256=snapshot.digest(text),
        made_at=clock.now(),
    )
    db.session.add(kept)
    db.session.flush()
    record_kept(Tag.SNAPSHOT_MADE, kept, subject, actor)
    return kept


def _approve(roadmap: Roadmap, text: str, actor: Actor) -> None:
    """Let the measures of a text be approved.

    Their version is counted up: who has begun to edit one of them gets to know that the city board
    has approved it, before saving what would show as a change since then.
    """
    approved = {item["measure"] for item in json.loads(text)["items"]}
    rows = [row for row in queries.contents(roadmap) if row.Measure.id in approved]
    for row in rows:
        if row.Item.membership in {Membership.PROPOSED, Membership.ADDED}:
            with item_recorded(Tag.ITEM_CHANGED, row.Item, actor):
                row.Item.membership = Membership.APPROVED
        row.Measure.version += 1
    measures.publish((row.Measure for row in rows), actor)
