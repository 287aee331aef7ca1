"""Reads of meetings and decisions."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import joinedload

from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from app.measures.queries import visible_to
from app.measures.states import State
from app.meetings.models import Decision, Meeting
from app.meetings.states import Stage

READY = frozenset({State.IN_SCORING, State.POSTPONED})
"""States in which a meeting may decide on a measure.

A matter whose measure leaves them undecided, as it is merged or withdrawn, is no longer on the
agenda. Its row stays until the minutes are approved, so that it is there again if that is undone.
"""

_CAN_BE_DECIDED = Decision.measure_id.in_(
    select(Measure.id).where(Measure.state.in_(sorted(READY)))
)


def meetings() -> Sequence[Row[Meeting, int, int]]:
    """Return all meetings, the latest first, with the numbers of their matters and decisions."""
    standing = and_(
        Decision.meeting_id == Meeting.id,
        Decision.undone_at.is_(None),
        or_(Decision.stage == Stage.DECIDED, _CAN_BE_DECIDED),
    )
    decided = func.count(Decision.id).filter(Decision.stage == Stage.DECIDED)
    query = (
        select(Meeting, func.count(Decision.id), decided)
        .outerjoin(Decision, standing)
        .group_by(Meeting.id)
        .order_by(Meeting.held_on.desc(), Meeting.number.desc())
    )
    return db.session.execute(query).all()


def meeting(meeting_id: int) -> Meeting | None:
    """Return a meeting."""
    return db.session.get(Meeting, meeting_id)


def meeting_on(held_on: date, number: int) -> Meeting | None:
    """Return the meeting of a day with a number."""
    query = select(Meeting).where(Meeting.held_on == held_on, Meeting.number == number)
    return db.session.scalar(query)


def first_from(day: date) -> Meeting | None:
    """Return the first meeting that is held on `day` or later."""
    query = select(Meeting).where(Meeting.held_on >= day)
    return db.session.scalar(query.order_by(Meeting.held_on, Meeting.number).limit(1))


def next_number(year: int) -> int:
    """Return the number of the next meeting of a year."""
    query = select(func.max(Meeting.number)).where(
        Meeting.held_on.between(date(year, 1, 1), date(year, 12, 31))
    )
    return (db.session.scalar(query) or 0) + 1


def agenda(meeting_id: int, actor: Actor) -> Sequence[Row[Decision, Measure]]:
    """Return the matters of a meeting in their order, undone decisions too, with the measures."""
    query = (
        select(Decision, Measure)
        .join(Measure, Measure.id == Decision.measure_id)
        .options(joinedload(Measure.unit))
        .where(Decision.meeting_id == meeting_id, visible_to(actor))
        .order_by(Decision.position)
    )
    return db.session.execute(query).all()


def decision(meeting_id: int, decision_id: int) -> Decision | None:
    """Return the decision of a meeting, made or to be made, with an id."""
    query = select(Decision).where(Decision.meeting_id == meeting_id, Decision.id == decision_id)
    return db.session.scalar(query)


def undecided(meeting_id: int) -> Sequence[Row[Decision, State]]:
    """Return the matters of a meeting that are not decided, with the states of their measures."""
    query = (
        select(Decision, Measure.state)
        .join(Measure, Measure.id == Decision.measure_id)
        .where(Decision.meeting_id == meeting_id, Decision.stage != Stage.DECIDED)
        .order_by(Decision.position)
    )
    return db.session.execute(query).all()


def next_position(meeting_id: int) -> int:
    """Return the place of the next matter of a meeting."""
    query = select(func.max(Decision.position)).where(Decision.meeting_id == meeting_id)
    return (db.session.scalar(query) or 0) + 1


def ready_measures(actor: Actor, measure_id: int | None = None) -> Sequence[Measure]:
    """Return the measures that may be put on an agenda, by their names.

    They are in scoring or postponed, and wait on no other agenda.

    Args:
        actor: Who may read them.
        measure_id: Only this one, if it is among them.
    """
    waiting = select(Decision.measure_id).where(
        Decision.stage != Stage.DECIDED, Decision.undone_at.is_(None)
    )
    ready = and_(Measure.state.in_(sorted(READY)), Measure.id.not_in(waiting))
    query = select(Measure).options(joinedload(Measure.unit)).where(ready, visible_to(actor))
    if measure_id is not None:
        query = query.where(Measure.id == measure_id)
    return db.session.scalars(query.order_by(Measure.name_fi, Measure.id)).all()
