"""Reads of what a year's roadmap leaves unfinished, and of what was decided on it."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Subquery, and_, func, or_, select, true
from sqlalchemy.orm import aliased, joinedload

from app.accounts.models import User
from app.core.policy import Actor
from app.extensions import db
from app.followup.models import CarryOver, StatusReport
from app.followup.states import FINISHED
from app.measures.models import Entry, Measure
from app.measures.queries import visible_to
from app.programmes.models import Roadmap, Theme
from app.roadmaps.models import Item
from app.roadmaps.states import FOLLOWED, Membership
from app.roadmaps.workflow import ASSEMBLING


class Left(NamedTuple):
    """A measure that a roadmap leaves unfinished, or of which that was decided.

    Attributes:
        item: It on that roadmap.
        entry: The measure in that roadmap's programme.
        measure: The measure.
        theme: Its theme in that programme.
        report: What was reported of it last.
        decision: What was decided on it.
        decided_by: The name of who decided; None where nobody has.
        next_item: It on the roadmap on which it goes on, or else on a later one; None if on none.
        next_roadmap: That roadmap.
        next_entry: The measure in the programme of that roadmap, or of the one that takes it.
    """

    item: Item
    entry: Entry
    measure: Measure
    theme: Theme | None
    report: StatusReport | None
    decision: CarryOver | None
    decided_by: str | None
    next_item: Item | None
    next_roadmap: Roadmap | None
    next_entry: Entry | None

    @property
    def stands(self) -> bool:
        """Whether it stands on a later roadmap."""
        return self.next_item is not None and self.next_item.membership is not Membership.REMOVED

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide what becomes of it."""
        return self.decision is None and not self.stands

    @property
    def may_be_undone(self) -> bool:
        """Whether the decision can be taken back, unless the roadmap that left it is closed."""
        assembling = self.next_roadmap is not None and self.next_roadmap.phase in ASSEMBLING
        return self.decision is not None and (self.decision.next_item_id is None or assembling)


def taking(before: Roadmap) -> Roadmap | None:
    """Return the roadmap onto which comes what continues: the next that is assembled now."""
    query = select(Roadmap).where(Roadmap.year > before.year, Roadmap.phase.in_(sorted(ASSEMBLING)))
    return db.session.scalar(query.order_by(Roadmap.year).limit(1))


def left_by(before: Roadmap, actor: Actor | None = None, item_id: int | None = None) -> list[Left]:
    """Return what a roadmap leaves unfinished, with what was decided on, in its order.

    Args:
        before: The roadmap.
        actor: Only what this one may read; everything when None.
        item_id: Only this item.
    """
    takes = taking(before)
    later = _on_later(before)
    next_item, next_entry = aliased(Item), aliased(Entry)
    next_programme = func.coalesce(Roadmap.programme_id, takes.programme_id if takes else None)
    query = (
        select(
            Item,
            Entry,
            Measure,
            Theme,
            StatusReport,
            CarryOver,
            User.name,
            next_item,
            Roadmap,
            next_entry,
        )
        .join(Entry, Entry.id == Item.entry_id)
        .join(Measure, Measure.id == Entry.measure_id)
        .outerjoin(Theme, Theme.id == Entry.theme_id)
        .outerjoin(StatusReport, and_(StatusReport.measure_id == Measure.id, StatusReport.newest))
        .outerjoin(CarryOver, CarryOver.item_id == Item.id)
        .outerjoin(User, User.id == CarryOver.decided_by_id)
        .outerjoin(later, later.c.measure_id == Measure.id)
        .outerjoin(
            next_item, next_item.id == func.coalesce(CarryOver.next_item_id, later.c.item_id)
        )
        .outerjoin(Roadmap, Roadmap.id == next_item.roadmap_id)
        .outerjoin(
            next_entry,
            and_(next_entry.measure_id == Measure.id, next_entry.programme_id == next_programme),
        )
        .options(joinedload(Measure.lead_post), joinedload(Measure.unit))
        .where(
            Item.roadmap_id == before.id,
            Item.membership.in_(sorted(FOLLOWED)),
            or_(
                CarryOver.id.is_not(None),
                StatusReport.id.is_(None),
                StatusReport.status.not_in(sorted(FINISHED)),
            ),
            true() if actor is None else visible_to(actor),
            true() if item_id is None else Item.id == item_id,
        )
        .order_by(Item.position, Item.id)
    )
    return [Left._make(row) for row in db.session.execute(query)]


def _on_later(before: Roadmap) -> Subquery:
    """Return, by measure, the first item by which it stands on a later roadmap."""
    return (
        select(Entry.measure_id, func.min(Item.id).label("item_id"))
        .join(Item, Item.entry_id == Entry.id)
        .join(Roadmap, Roadmap.id == Item.roadmap_id)
        .where(Roadmap.year > before.year, Item.membership != Membership.REMOVED)
        .group_by(Entry.measure_id)
        .subquery()
    )


def open_items(before: Roadmap) -> list[Left]:
    """Return what a roadmap leaves unfinished and nobody has decided on."""
    return [left for left in left_by(before) if left.is_open]


def themes_of(programme_id: int) -> Sequence[Theme]:
    """Return the themes of a programme in their order."""
    query = select(Theme).where(Theme.programme_id == programme_id)
    return db.session.scalars(query.order_by(Theme.position, Theme.id)).all()


def decision_on(item_id: int) -> CarryOver | None:
    """Return what was decided on an item."""
    return db.session.scalar(select(CarryOver).where(CarryOver.item_id == item_id))
