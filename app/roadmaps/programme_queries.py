"""Reads of programmes with what stands under them."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, or_, select

from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Entry, FormerCode, Measure
from app.measures.queries import visible_to
from app.programmes.models import Programme, Roadmap, Theme
from app.roadmaps.models import BoardChange


class Counted(NamedTuple):
    """A theme, and how many measures stand under it that the reader may see."""

    theme: Theme
    measures: int


def programmes() -> Sequence[Programme]:
    """Return all programmes, the newest first."""
    return db.session.scalars(select(Programme).order_by(Programme.first_year.desc())).all()


def programme(programme_id: int) -> Programme | None:
    """Return the programme with an id."""
    return db.session.get(Programme, programme_id)


def theme(programme_id: int, theme_id: int) -> Theme | None:
    """Return a theme of a programme."""
    query = select(Theme).where(Theme.programme_id == programme_id, Theme.id == theme_id)
    return db.session.scalar(query)


def themes(programme_id: int) -> Sequence[Theme]:
    """Return the themes of a programme in their order."""
    query = select(Theme).where(Theme.programme_id == programme_id)
    return db.session.scalars(query.order_by(Theme.position, Theme.id)).all()


def counted_themes(programme_id: int, actor: Actor) -> list[Counted]:
    """Return the themes of a programme in their order, with their measures counted."""
    query = (
        select(Entry.theme_id, func.count())
        .join(Measure, Measure.id == Entry.measure_id)
        .where(Entry.programme_id == programme_id, visible_to(actor))
        .group_by(Entry.theme_id)
    )
    counts = dict(db.session.execute(query).all())
    return [Counted(each, counts.get(each.id, 0)) for each in themes(programme_id)]


def roadmaps_of(programme_id: int) -> Sequence[Roadmap]:
    """Return the roadmaps of a programme, the earliest first."""
    query = select(Roadmap).where(Roadmap.programme_id == programme_id)
    return db.session.scalars(query.order_by(Roadmap.year)).all()


def others_in(programme_id: int | None, first_year: int, last_year: int) -> Sequence[Programme]:
    """Return the other programmes that have one of these years."""
    query = select(Programme).where(
        Programme.first_year <= last_year, Programme.last_year >= first_year
    )
    if programme_id is not None:
        query = query.where(Programme.id != programme_id)
    return db.session.scalars(query).all()


def has_codes(theme: Theme) -> bool:
    """Tell whether there are or were codes of measures that begin with the code of a theme."""
    found = [
        code
        for model in (Entry, FormerCode)
        for code in db.session.scalars(
            select(model.code).where(
                model.programme_id == theme.programme_id,
                model.code.startswith(theme.code, autoescape=True),
            )
        )
    ]
    of_theme = re.compile(rf"{re.escape(theme.code)}\d+")
    return any(of_theme.fullmatch(code or "") for code in found)


def is_used(theme: Theme) -> bool:
    """Tell whether anything stands under a theme, or ever had a code of it."""
    used = (
        select(Measure.id).where(Measure.theme_id == theme.id).limit(1),
        select(Entry.id).where(Entry.theme_id == theme.id).limit(1),
        select(BoardChange.id).where(BoardChange.theme_id == theme.id).limit(1),
    )
    exist = select(or_(*(query.exists() for query in used)))
    return bool(db.session.scalar(exist)) or has_codes(theme)
