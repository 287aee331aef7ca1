"""Reads of meetings and decisions."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import joinedload

from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from app.measures.queries import visible_to
from app.measures.states import State
from app.meetings.models import Attendance, Decision, Disqualification, Meeting, OtherMatter
from app.meetings.states import Stage

READY = frozenset({State.IN_SCORING, State.POSTPONED})
"""States in which a meeting may decide on a measure.

A matter whose measure leaves them undecided, as it is merged or withdrawn, is no longer on the
agenda. Its row stays until the minutes are approved, so that it is there again if that is undone.
"""

_CAN_BE_DECIDED = Decision.measure_id.in_(
    select(Measure.id).where(Measure.state.in_(sorted(READY)))
)

_LISTED = (
    select(
        Meeting,
        func.count(Decision.id),
        func.count(Decision.id).filter(Decision.stage == Stage.DECIDED),
    )
    .outerjoin(
        Decision,
        and_(
            Decision.meeting_id == Meeting.id,
            Decision.undone_at.is_(None),
            or_(Decision.stage == Stage.DECIDED, _CAN_BE_DECIDED),
        ),
    )
    .group_by(Meeting.id)
)


class Listed(NamedTuple):
    """A meeting of a list, with the numbers of its matters and of those decided."""

    meeting: Meeting
    matters: int
    decided: int


def coming(today: date) -> list[Listed]:
    """Return the meetings of today and later, the next first."""
    query = _LISTED.where(Meeting.held_on >= today).order_by(Meeting.held_on, Meeting.number)
    return [Listed(*row) for row in db.session.execute(query)]


def past(today: date, first: int, limit: int) -> list[Listed]:
    """Return meetings that have been, the latest first.

    Args:
        today: The day in Finland.
        first: How many to leave out.
        limit: How many to return at most.
    """
    query = _LISTED.where(Meeting.held_on < today)
    query = query.order_by(Meeting.held_on.desc(), Meeting.number.desc())
    return [Listed(*row) for row in db.session.execute(query.offset(first).limit(limit))]


def count_past(today: date) -> int:
    """Return how many meetings have been."""
    query = select(func.count()).select_from(Meeting).where(Meeting.held_on < today)
    return db.session.scalars(query).one()


def meeting(meeting_id: int) -> Meeting | None:
    """Return a meeting."""
    return db.session.get(Meeting, meeting_id)


def meeting_of_year(year: int, number: int) -> Meeting | None:
    """Return the meeting of a year with a number."""
    query = select(Meeting).where(_in_year(year), Meeting.number == number)
    return db.session.scalars(query.limit(1)).first()


def first_from(day: date) -> Meeting | None:
    """Return the first meeting that is held on `day` or later."""
    query = select(Meeting).where(Meeting.held_on >= day)
    return db.session.scalar(query.order_by(Meeting.held_on, Meeting.number).limit(1))


def next_number(year: int) -> int:
    """Return the number of the next meeting of a year."""
    return (db.session.scalar(select(func.max(Meeting.number)).where(_in_year(year))) or 0) + 1


def latest_of_year(year: int) -> Meeting | None:
    """Return the last meeting of a year, to come or held."""
    query = select(Meeting).where(_in_year(year))
    return db.session.scalar(query.order_by(Meeting.held_on.desc(), Meeting.number.desc()).limit(1))


def _in_year(year: int) -> ColumnElement[bool]:
    return Meeting.held_on.between(date(year, 1, 1), date(year, 12, 31))


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


def ready_measures(actor: Actor, measure_ids: Collection[int] | None = None) -> Sequence[Measure]:
    """Return the measures that may be put on an agenda, by their names.

    They are in scoring or postponed, and wait on no other agenda.

    Args:
        actor: Who may read them.
        measure_ids: Only these, as far as they are among them.
    """
    waiting = select(Decision.measure_id).where(
        Decision.stage != Stage.DECIDED, Decision.undone_at.is_(None)
    )
    ready = and_(Measure.state.in_(sorted(READY)), Measure.id.not_in(waiting))
    query = select(Measure).options(joinedload(Measure.unit)).where(ready, visible_to(actor))
    if measure_ids is not None:
        query = query.where(Measure.id.in_(sorted(measure_ids)))
    return db.session.scalars(query.order_by(Measure.name_fi, Measure.id)).all()


def waits_on(meeting_id: int, measure_ids: Collection[int]) -> bool:
    """Tell whether all of some measures wait on the agenda of a meeting already."""
    query = select(Decision.measure_id).where(
        Decision.meeting_id == meeting_id,
        Decision.measure_id.in_(sorted(measure_ids)),
        Decision.stage != Stage.DECIDED,
    )
    return bool(measure_ids) and set(db.session.scalars(query)) == set(measure_ids)


def has_decided(meeting_id: int, *, undone: bool = False) -> bool:
    """Tell whether a meeting has decided something, with what was undone or without."""
    query = select(Decision.id).where(
        Decision.meeting_id == meeting_id, Decision.stage == Stage.DECIDED
    )
    if not undone:
        query = query.where(Decision.undone_at.is_(None))
    return db.session.scalars(query.limit(1)).first() is not None


def attendance(meeting_id: int) -> Sequence[Attendance]:
    """Return what is written down of who was at a meeting."""
    query = select(Attendance).where(Attendance.meeting_id == meeting_id)
    return db.session.scalars(query.order_by(Attendance.id)).all()


def disqualifications(decision_id: int) -> Sequence[Disqualification]:
    """Return the disqualifications that a meeting has handled in a matter."""
    query = select(Disqualification).where(Disqualification.decision_id == decision_id)
    return db.session.scalars(query.order_by(Disqualification.id)).all()


def other_matters(meeting_id: int) -> Sequence[OtherMatter]:
    """Return the matters of a meeting that are no measures, those before the measures first."""
    query = select(OtherMatter).where(OtherMatter.meeting_id == meeting_id)
    order = (OtherMatter.comes_first.desc(), OtherMatter.position, OtherMatter.id)
    return db.session.scalars(query.order_by(*order)).all()


def other_matter(meeting_id: int, matter_id: int) -> OtherMatter | None:
    """Return the matter of a meeting with an id that is no measure."""
    query = select(OtherMatter).where(
        OtherMatter.meeting_id == meeting_id, OtherMatter.id == matter_id
    )
    return db.session.scalar(query)
