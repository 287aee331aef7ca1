"""Reads of the page of a measure: what has become of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.extensions import db
from app.followup.models import CarryOver, StatusReport
from app.measures.models import Entry, Step
from app.meetings.models import Decision, Meeting
from app.meetings.states import Stage
from app.programmes.models import Roadmap, Theme
from app.programmes.states import Phase
from app.roadmaps.models import BoardDecision, BoardProposal, Item, PhaseStep, Snapshot
from app.roadmaps.states import BOARD_APPROVED, Membership


def entries_of(measure_id: int) -> Sequence[Row[Entry, Theme]]:
    """Return the entries of a measure with their themes, the newest programme first."""
    query = (
        select(Entry, Theme)
        .outerjoin(Theme, Theme.id == Entry.theme_id)
        .where(Entry.measure_id == measure_id)
        .order_by(Entry.id.desc())
    )
    return db.session.execute(query).all()


def reports_of(measure_id: int) -> Sequence[StatusReport]:
    """Return the status reports of a measure, the newest first."""
    query = select(StatusReport).where(StatusReport.measure_id == measure_id)
    return db.session.scalars(query.order_by(StatusReport.as_of.desc())).all()


def decisions_of(measure_id: int) -> Sequence[Row[Decision, Meeting]]:
    """Return the decisions on a measure with their meetings, the newest first; undone ones too."""
    query = (
        select(Decision, Meeting)
        .join(Meeting, Meeting.id == Decision.meeting_id)
        .where(Decision.measure_id == measure_id, Decision.stage == Stage.DECIDED)
        .order_by(Decision.decided_on.desc(), Decision.id.desc())
    )
    return db.session.execute(query).all()


def board_decisions_of(
    measure_id: int, *, proposed: bool = False
) -> Sequence[Row[BoardDecision, int]]:
    """Return the city board's decisions on the roadmaps with a measure, and their years.

    Only those count that were of a text with the measure in it: what an amendment adds the board
    had not decided on before. The text is canonical JSON, so that it can be asked for the measure.

    Args:
        measure_id: The measure.
        proposed: Whether also of roadmaps on which it is only proposed yet.
    """
    memberships = BOARD_APPROVED | {Membership.PROPOSED} if proposed else BOARD_APPROVED
    text = func.coalesce(Snapshot.content, BoardProposal.content)
    query = (
        select(BoardDecision, Roadmap.year)
        .join(Roadmap, Roadmap.id == BoardDecision.roadmap_id)
        .join(Item, Item.roadmap_id == Roadmap.id)
        .join(Entry, Entry.id == Item.entry_id)
        .outerjoin(Snapshot, Snapshot.board_decision_id == BoardDecision.id)
        .outerjoin(BoardProposal, BoardProposal.id == BoardDecision.proposal_id)
        .where(
            Entry.measure_id == measure_id,
            Item.membership.in_(sorted(memberships)),
            or_(text.is_(None), text.contains(f'"measure":{measure_id},', autoescape=True)),
        )
        .order_by(BoardDecision.decided_on.desc(), BoardDecision.id.desc())
    )
    return db.session.execute(query).all()


def carry_overs_of(measure_id: int, *, proposed: bool) -> Sequence[Row[datetime, int, int]]:
    """Return when a measure was carried over, from the roadmap of which year to which.

    Args:
        measure_id: The measure.
        proposed: Whether also to a roadmap on which it is only proposed yet.
    """
    old, new = aliased(Item), aliased(Item)
    next_roadmap = aliased(Roadmap)
    memberships = BOARD_APPROVED | ({Membership.PROPOSED} if proposed else set())
    query = (
        select(CarryOver.decided_at, Roadmap.year, next_roadmap.year)
        .join(old, old.id == CarryOver.item_id)
        .join(Entry, Entry.id == old.entry_id)
        .join(Roadmap, Roadmap.id == old.roadmap_id)
        .join(new, new.id == CarryOver.next_item_id)
        .join(next_roadmap, next_roadmap.id == new.roadmap_id)
        .where(
            Entry.measure_id == measure_id,
            or_(
                new.membership.in_(sorted(memberships)),
                next_roadmap.phase == Phase.BEFORE_BOARD,
            ),
        )
        .order_by(CarryOver.decided_at)
    )
    return db.session.execute(query).all()


def board_proposals_of(measure_id: int) -> Sequence[Row[PhaseStep, Roadmap]]:
    """Return the steps by which roadmaps with a measure went to the city board, and their years."""
    query = (
        select(PhaseStep, Roadmap)
        .join(Roadmap, Roadmap.id == PhaseStep.roadmap_id)
        .join(Item, Item.roadmap_id == Roadmap.id)
        .join(Entry, Entry.id == Item.entry_id)
        .where(
            Entry.measure_id == measure_id,
            Item.membership != Membership.REMOVED,
            PhaseStep.transition == "propose_to_board",
        )
        .order_by(PhaseStep.id)
    )
    return db.session.execute(query).all()


_PLACING = (Tag.MATTER_ADDED, Tag.MATTER_REMOVED, Tag.ITEM_PLACED, Tag.ITEM_REMOVED)


def placings_of(
    measure_id: int,
) -> Sequence[Row[datetime, Tag, str | None, str | None, str | None]]:
    """Return what people did to put a measure on agendas and roadmaps, and take it off, in order.

    These are times, tags, names, and the values that were recorded; what an import placed had its
    place before.
    """
    query = (
        select(Event.happened_at, Event.tag, User.name, Values.before, Values.after)
        .join(Values, Values.event_id == Event.id)
        .join(User, User.id == Event.actor_id)
        .where(Event.kind == Kind.MEASURE, Event.subject_id == measure_id, Event.tag.in_(_PLACING))
        .order_by(Event.id)
    )
    return db.session.execute(query).all()


def agenda_of(measure_id: int) -> Meeting | None:
    """Return the meeting on whose agenda a measure waits for a decision."""
    query = (
        select(Meeting)
        .join(Decision, Decision.meeting_id == Meeting.id)
        .where(
            Decision.measure_id == measure_id,
            Decision.stage != Stage.DECIDED,
            Decision.undone_at.is_(None),
        )
        .order_by(Meeting.held_on)
        .limit(1)
    )
    return db.session.scalar(query)


def steps_of(measure_id: int) -> Sequence[Row[Step, str | None]]:
    """Return the steps that a proposal went through and who made them, the newest first."""
    query = (
        select(Step, User.name)
        .outerjoin(User, User.id == Step.actor_id)
        .where(Step.measure_id == measure_id)
        .order_by(Step.id.desc())
    )
    return db.session.execute(query).all()
