"""Reads of programmes, themes and roadmaps."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Integer, bindparam, func, or_, select

from app.extensions import db
from app.programmes.models import Programme, Roadmap, Theme
from app.programmes.states import Phase


def programme_of(year: int) -> Programme | None:
    """Return the programme that `year` belongs to."""
    return db.session.scalar(
        select(Programme).where(Programme.first_year <= year, Programme.last_year >= year)
    )


def has_programme() -> bool:
    """Tell whether there is any programme: without one the instance is empty."""
    return db.session.scalar(select(Programme.id).limit(1)) is not None


def roadmap_of(year: int) -> Roadmap | None:
    """Return the roadmap of `year`."""
    return db.session.scalar(select(Roadmap).where(Roadmap.year == year))


def roadmaps() -> Sequence[Roadmap]:
    """Return all roadmaps, the newest year first."""
    return db.session.scalars(select(Roadmap).order_by(Roadmap.year.desc())).all()


def collecting_roadmap() -> Roadmap | None:
    """Return the earliest roadmap that proposals are collected for; None when there is none."""
    query = select(Roadmap).where(Roadmap.phase == Phase.COLLECTING)
    return db.session.scalar(query.order_by(Roadmap.year).limit(1))


def next_to_collect(today: date) -> Roadmap | None:
    """Return the earliest roadmap that a new proposal can still be for; None when there is none.

    Proposals for it are collected until a day that has not passed, or will be.
    """
    query = select(Roadmap).where(
        Roadmap.phase.in_((Phase.COLLECTING, Phase.PLANNED)),
        or_(Roadmap.submit_by.is_(None), Roadmap.submit_by >= today),
    )
    return db.session.scalar(query.order_by(Roadmap.year).limit(1))


# Every save of a proposal asks this, so it is put together once.
_COLLECTING = (
    select(Roadmap.year, Roadmap.programme_id)
    .where(Roadmap.phase == Phase.COLLECTING)
    .order_by(Roadmap.year)
    .limit(1)
    .subquery()
)
_TODAYS_YEAR = bindparam("year", type_=Integer)
_OF_TODAY = (
    select(Programme.id)
    .where(Programme.first_year <= _TODAYS_YEAR, Programme.last_year >= _TODAYS_YEAR)
    .limit(1)
)
_PROPOSED_FOR = func.coalesce(
    select(_COLLECTING.c.programme_id).scalar_subquery(), _OF_TODAY.scalar_subquery()
)
_PROPOSING = (
    select(select(_COLLECTING.c.year).scalar_subquery(), Theme)
    .select_from(Programme)
    .outerjoin(Theme, Theme.programme_id == Programme.id)
    .where(Programme.id == _PROPOSED_FOR)
    .order_by(Theme.position)
)


def proposing(today: date) -> tuple[int | None, list[Theme]]:
    """Return the year that proposals are collected for, and the themes that they may serve.

    The year is the earliest whose roadmap collects proposals; None when there is none. The themes
    are those of its programme, else of today's.
    """
    rows = db.session.execute(_PROPOSING, {"year": today.year}).all()
    year = rows[0][0] if rows else None
    return year, [row.Theme for row in rows if row.Theme]


def published_roadmaps() -> Sequence[Roadmap]:
    """Return the roadmaps that the status page shows, by year."""
    return db.session.scalars(select(Roadmap).where(is_published()).order_by(Roadmap.year)).all()


def is_published() -> ColumnElement[bool]:
    """Return the condition on `Roadmap` that all may know of it.

    What the city board has approved stays so while it is amended; what is proposed to it stands
    on its agenda, which is public (Local Government Act 410/2015, 140 §).
    """
    return or_(Roadmap.once_approved, Roadmap.phase == Phase.BEFORE_BOARD)


def running_years(published: Sequence[Roadmap], today: date) -> list[int]:
    """Return the years that the status page shows by itself.

    They are the decided roadmaps of the running programme: that of today's year if the board has
    approved any of its roadmaps, else the newest programme of which it has.
    """
    decided = [roadmap for roadmap in published if roadmap.once_approved]
    if not decided:
        return [roadmap.year for roadmap in published]
    programme = programme_of(today.year)
    running = programme.id if programme else None
    if all(roadmap.programme_id != running for roadmap in decided):
        running = decided[-1].programme_id
    return [roadmap.year for roadmap in decided if roadmap.programme_id == running]
