"""What the database has that a roadmap file may refer to or already stands for."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import extract, select

from app.extensions import db
from app.followup.models import StatusReport
from app.importing.parse import Known
from app.measures.models import Entry, Measure
from app.programmes.models import Programme, Roadmap, Theme
from app.roadmaps.models import BoardDecision, Item
from app.roadmaps.states import BoardOutcome
from app.vocabulary.models import ClassificationValue
from app.vocabulary.states import Kind


class Standing(NamedTuple):
    """A measure in a programme, by what files know it by."""

    entry_id: int
    programme_id: int
    code: str | None
    measure_id: int
    name_fi: str


class Place(NamedTuple):
    """An entry on a year's roadmap."""

    item_id: int
    entry_id: int
    measure_id: int
    year: int
    number: int | None
    position: int


def known() -> Known:
    """Return the classification values, programmes and themes that a file may refer to."""
    values: dict[Kind, dict[str, int]] = {kind: {} for kind in Kind}
    query = select(ClassificationValue).order_by(ClassificationValue.position)
    for value in db.session.scalars(query):
        values[value.kind][value.key] = value.id
    programmes = {
        year: programme.id
        for programme in db.session.scalars(select(Programme))
        for year in range(programme.first_year, programme.last_year + 1)
    }
    themes: dict[int, dict[str, int]] = defaultdict(dict)
    for theme in db.session.scalars(select(Theme).order_by(Theme.position)):
        themes[theme.programme_id][theme.code] = theme.id
    return Known(values, programmes, themes)


def standings() -> list[Standing]:
    """Return every measure in every programme."""
    query = select(
        Entry.id, Entry.programme_id, Entry.code, Entry.measure_id, Measure.name_fi
    ).join(Measure, Measure.id == Entry.measure_id)
    return [Standing(*row) for row in db.session.execute(query)]


def places() -> list[Place]:
    """Return every place on every roadmap."""
    query = (
        select(Item.id, Item.entry_id, Entry.measure_id, Roadmap.year, Item.number, Item.position)
        .join(Entry, Entry.id == Item.entry_id)
        .join(Roadmap, Roadmap.id == Item.roadmap_id)
    )
    return [Place(*row) for row in db.session.execute(query)]


def measures(ids: Collection[int]) -> dict[int, Measure]:
    """Return the measures with these ids."""
    query = select(Measure).where(Measure.id.in_(ids))
    return {measure.id: measure for measure in db.session.scalars(query)}


def entries(ids: Collection[int]) -> dict[int, Entry]:
    """Return the entries with these ids."""
    query = select(Entry).where(Entry.id.in_(ids))
    return {entry.id: entry for entry in db.session.scalars(query)}


def items(ids: Collection[int]) -> dict[int, Item]:
    """Return the items with these ids."""
    query = select(Item).where(Item.id.in_(ids))
    return {item.id: item for item in db.session.scalars(query)}


def reports(measure_ids: Collection[int], years: Collection[int]) -> list[StatusReport]:
    """Return the measures' status reports as of days in these years."""
    query = select(StatusReport).where(
        StatusReport.measure_id.in_(measure_ids), extract("year", StatusReport.as_of).in_(years)
    )
    return list(db.session.scalars(query))


def roadmaps() -> dict[int, Roadmap]:
    """Return all roadmaps by year."""
    return {roadmap.year: roadmap for roadmap in db.session.scalars(select(Roadmap))}


def approvals(roadmap_id: int) -> list[BoardDecision]:
    """Return the city board's approvals of a roadmap."""
    approved = (BoardOutcome.APPROVED, BoardOutcome.APPROVED_WITH_CHANGES)
    query = select(BoardDecision).where(
        BoardDecision.roadmap_id == roadmap_id, BoardDecision.outcome.in_(approved)
    )
    return list(db.session.scalars(query))
