"""Reads of what runs in a year beside the days of the roadmaps."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Row, extract, or_, select

from app.extensions import db
from app.meetings.models import Meeting
from app.programmes.models import Roadmap
from app.roadmaps.dates import NAMED
from app.scoring.models import Round

_DAYS = [getattr(Roadmap, name) for name in NAMED]


def running(year: int) -> Sequence[Roadmap]:
    """Return the roadmaps that something is done for in a year, the earliest first.

    They are the roadmap of the year itself, which is followed up, and all that have a day in it.
    """
    in_year = [extract("year", day) == year for day in _DAYS]
    query = select(Roadmap).where(or_(Roadmap.year == year, *in_year))
    return db.session.scalars(query.order_by(Roadmap.year)).all()


def meetings(first: date, last: date) -> Sequence[Row[int, date, int]]:
    """Return id, day and number of the meetings from one day to another, the earliest first."""
    query = select(Meeting.id, Meeting.held_on, Meeting.number)
    query = query.where(Meeting.held_on >= first, Meeting.held_on <= last)
    return db.session.execute(query.order_by(Meeting.held_on, Meeting.id)).all()


def rounds(first: date, last: date) -> Sequence[Row[int, date, date]]:
    """Return roadmap, first and last day of the scoring rounds that touch a time."""
    query = select(Round.roadmap_id, Round.opens_on, Round.closes_on)
    query = query.where(Round.opens_on <= last, Round.closes_on >= first)
    return db.session.execute(query.order_by(Round.opens_on)).all()
