"""Reads of how measures are going."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select

from app.extensions import db
from app.followup.models import StatusReport
from app.followup.states import Status
from app.measures.models import Entry
from app.programmes.models import Roadmap
from app.programmes.queries import is_published
from app.roadmaps.models import Item
from app.roadmaps.states import BOARD_APPROVED, FOLLOWED


class Progress(NamedTuple):
    """How a measure is going.

    Attributes:
        years: The years on whose roadmaps it stands, the first one first.
        status: What was reported last.
    """

    years: Sequence[int]
    status: Status


def progress_of(measure_ids: Collection[int]) -> Mapping[int, Progress]:
    """Return how measures are going, by id, in two queries; those on no roadmap are left out."""
    wanted = sorted(measure_ids)
    on_roadmaps = (
        select(Entry.measure_id, Roadmap.year)
        .join(Item, Item.entry_id == Entry.id)
        .join(Roadmap, Roadmap.id == Item.roadmap_id)
        .where(
            Entry.measure_id.in_(wanted),
            Item.membership.in_(sorted(BOARD_APPROVED | FOLLOWED)),
            is_published(),
        )
        .order_by(Roadmap.year)
    )
    years: dict[int, list[int]] = defaultdict(list)
    for measure_id, year in db.session.execute(on_roadmaps):
        years[measure_id].append(year)
    reports = select(StatusReport.measure_id, StatusReport.status).where(
        StatusReport.measure_id.in_(wanted), StatusReport.newest
    )
    statuses = dict(db.session.execute(reports).all())
    return {key: Progress(found, statuses.get(key, Status.NO_INFO)) for key, found in years.items()}
