"""Reads of programmes, themes and roadmaps."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_, select

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


def themes_of(programme_id: int) -> Sequence[Theme]:
    """Return the themes of a programme in their order."""
    query = select(Theme).where(Theme.programme_id == programme_id).order_by(Theme.position)
    return db.session.scalars(query).all()


def roadmap_of(year: int) -> Roadmap | None:
    """Return the roadmap of `year`."""
    return db.session.scalar(select(Roadmap).where(Roadmap.year == year))


def roadmaps() -> Sequence[Roadmap]:
    """Return all roadmaps, the newest year first."""
    return db.session.scalars(select(Roadmap).order_by(Roadmap.year.desc())).all()


def roadmap_collecting() -> Roadmap | None:
    """Return the earliest roadmap that collects proposals."""
    query = select(Roadmap).where(Roadmap.phase == Phase.COLLECTING).order_by(Roadmap.year)
    return db.session.scalars(query.limit(1)).first()


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
