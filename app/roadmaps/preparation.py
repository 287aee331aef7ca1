"""How a roadmap came about: what was proposed by whom, scored, and decided in which meetings."""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, func, select

from app.core import clock
from app.extensions import db
from app.measures.models import Measure, Step
from app.meetings.models import Decision, Meeting
from app.meetings.states import Stage
from app.programmes.models import Roadmap
from app.scoring.models import Review, Round
from app.scoring.states import ReviewState


def preparation_of(roadmap: Roadmap, measure_ids: Collection[int]) -> dict[str, Any]:
    """Return the figures of how a roadmap was prepared, in the types of JSON.

    Args:
        roadmap: The year's roadmap.
        measure_ids: The measures that stand on it, of whose decisions the meetings are told.
    """
    proposals, units = _proposed(roadmap.year)
    scored, scorers = _scored(roadmap.id)
    return {
        "collected_from": _day(roadmap.collect_from),
        "collected_until": _day(roadmap.submit_by),
        "proposals": proposals,
        "units": units,
        "scored": scored,
        "scorers": scorers,
        "meetings": _meetings(measure_ids),
    }


def _proposed(year: int) -> Row[int, int]:
    """Return how many measures were submitted for a year, by how many units."""
    query = (
        select(func.count(Measure.id.distinct()), func.count(Measure.unit_id.distinct()))
        .join(Step, Step.measure_id == Measure.id)
        .where(Measure.first_year == year, Step.transition == "submit")
    )
    return db.session.execute(query).one()


def _scored(roadmap_id: int) -> Row[int, int]:
    """Return how many measures were scored, and by how many people, once the round is over.

    Before that it would tell a scorer what others do.
    """
    query = (
        select(func.count(Review.measure_id.distinct()), func.count(Review.user_id.distinct()))
        .join(Round, Round.id == Review.round_id)
        .where(
            Round.roadmap_id == roadmap_id,
            Round.closes_on < clock.today(),
            Review.state == ReviewState.SUBMITTED,
            Review.disqualified.is_(False),
        )
    )
    return db.session.execute(query).one()


def _meetings(measure_ids: Collection[int]) -> list[dict[str, Any]]:
    query = (
        select(Meeting.held_on, Meeting.number, Decision.section)
        .join(Decision, Decision.meeting_id == Meeting.id)
        .where(
            Decision.measure_id.in_(sorted(measure_ids)),
            Decision.stage == Stage.DECIDED,
            Decision.undone_at.is_(None),
        )
        .order_by(Meeting.held_on, Meeting.number)
    )
    return [
        {
            "held_on": held_on.isoformat(),
            "number": number,
            "sections": _in_order([row.section for row in rows]),
        }
        for (held_on, number), rows in groupby(db.session.execute(query), lambda row: row[:2])
    ]


def _in_order(sections: Sequence[str]) -> list[str]:
    """Return the sections that are given, each once, 9 before 10."""
    return sorted({each for each in sections if each}, key=lambda each: (len(each), each))


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
