"""Reads of what stands on roadmaps, of the city board's decisions and of snapshots."""

from collections.abc import Collection, Sequence

from sqlalchemy import Row, func, select, true, union_all
from sqlalchemy.orm import joinedload

from app.accounts.models import Post, User
from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Entry, FormerCode, Measure, MeasurePost
from app.measures.queries import visible_to
from app.measures.states import State
from app.meetings.models import Decision
from app.meetings.states import Stage
from app.programmes.models import Roadmap, Theme
from app.roadmaps.models import BoardDecision, Item, PhaseStep, Snapshot
from app.roadmaps.states import BOARD_APPROVED, Membership

Content = Row[Item, Entry, Measure, Theme | None]
"""An item of a roadmap with its entry, its measure, and its theme in the programme."""


def contents(roadmap: Roadmap, actor: Actor | None = None) -> Sequence[Content]:
    """Return what stands on a roadmap in its order, with all that a measure refers to.

    Args:
        roadmap: The year's roadmap.
        actor: Only what this one may read; everything when None.
    """
    query = (
        select(Item, Entry, Measure, Theme)
        .join(Entry, Entry.id == Item.entry_id)
        .join(Measure, Measure.id == Entry.measure_id)
        .outerjoin(Theme, Theme.id == Entry.theme_id)
        .options(joinedload("*"))
        .where(Item.roadmap_id == roadmap.id, true() if actor is None else visible_to(actor))
        .order_by(Item.position, Item.id)
    )
    return db.session.execute(query).all()


def item(roadmap: Roadmap, item_id: int) -> Item | None:
    """Return the item of a roadmap with an id."""
    query = select(Item).where(Item.roadmap_id == roadmap.id, Item.id == item_id)
    return db.session.scalar(query)


def measure_ids(items: Collection[Item]) -> Sequence[int]:
    """Return the measures of items, by id."""
    query = select(Entry.measure_id).where(Entry.id.in_([item.entry_id for item in items]))
    return db.session.scalars(query).all()


def item_count(roadmap: Roadmap) -> int:
    """Return how many measures stand on a roadmap, without those that were removed."""
    query = select(func.count()).where(
        Item.roadmap_id == roadmap.id, Item.membership != Membership.REMOVED
    )
    return db.session.scalars(query).one()


def has_proposed(roadmap: Roadmap) -> bool:
    """Tell whether anything on a roadmap is proposed, so that the board has not approved it."""
    query = select(Item.id).where(
        Item.roadmap_id == roadmap.id, Item.membership == Membership.PROPOSED
    )
    return db.session.scalar(query.limit(1)) is not None


def membership_counts(actor: Actor) -> dict[int, dict[Membership, int]]:
    """Return, by the id of the roadmap, how many measures that `actor` may read stand how on it."""
    query = (
        select(Item.roadmap_id, Item.membership, func.count())
        .join(Entry, Entry.id == Item.entry_id)
        .join(Measure, Measure.id == Entry.measure_id)
        .where(visible_to(actor))
        .group_by(Item.roadmap_id, Item.membership)
    )
    found: dict[int, dict[Membership, int]] = {}
    for roadmap_id, membership, count in db.session.execute(query):
        found.setdefault(roadmap_id, {})[membership] = count
    return found


def measures_to_place(roadmap: Roadmap) -> Sequence[Measure]:
    """Return the approved measures of the roadmap's year that do not stand on it yet."""
    standing = (
        select(Entry.measure_id)
        .join(Item, Item.entry_id == Entry.id)
        .where(Item.roadmap_id == roadmap.id)
    )
    query = select(Measure).where(
        Measure.first_year == roadmap.year,
        Measure.state == State.APPROVED,
        Measure.id.not_in(standing),
    )
    return db.session.scalars(query.order_by(Measure.id)).all()


def standing(roadmap: Roadmap) -> Sequence[Row[Item, Entry, Theme | None]]:
    """Return what stands on a roadmap in its order, without what was removed."""
    query = (
        select(Item, Entry, Theme)
        .join(Entry, Entry.id == Item.entry_id)
        .outerjoin(Theme, Theme.id == Entry.theme_id)
        .where(Item.roadmap_id == roadmap.id, Item.membership != Membership.REMOVED)
        .order_by(Item.position, Item.id)
    )
    return db.session.execute(query).all()


def item_in(roadmap: Roadmap, entry: Entry) -> Item | None:
    """Return the item by which an entry stands on a roadmap, or stood there."""
    query = select(Item).where(Item.roadmap_id == roadmap.id, Item.entry_id == entry.id)
    return db.session.scalar(query)


def entry_of(measure: Measure, programme_id: int) -> Entry | None:
    """Return the entry of a measure in a programme."""
    query = select(Entry).where(Entry.measure_id == measure.id, Entry.programme_id == programme_id)
    return db.session.scalar(query)


def codes_of(theme: Theme) -> Sequence[str]:
    """Return all codes of a theme's programme that begin with the theme's code, given up or not."""
    queries = [
        select(model.code).where(
            model.programme_id == theme.programme_id,
            model.code.startswith(theme.code, autoescape=True),
        )
        for model in (Entry, FormerCode)
    ]
    return [code for code in db.session.scalars(union_all(*queries)) if code]


def with_standing_codes(programme_id: int) -> frozenset[int]:
    """Return the entries of a programme whose codes the city board has approved, by id."""
    query = (
        select(Entry.id)
        .join(Item, Item.entry_id == Entry.id)
        .join(Roadmap, Roadmap.id == Item.roadmap_id)
        .where(
            Entry.programme_id == programme_id,
            Roadmap.once_approved,
            Item.membership.in_(sorted(BOARD_APPROVED | {Membership.ADDED})),
        )
    )
    return frozenset(db.session.scalars(query))


def matters_of(measure_ids: Collection[int]) -> dict[int, int]:
    """Return the meetings on whose agendas measures wait for a decision, by the measure's id."""
    query = select(Decision.measure_id, Decision.meeting_id).where(
        Decision.measure_id.in_(sorted(measure_ids)),
        Decision.stage != Stage.DECIDED,
        Decision.undone_at.is_(None),
    )
    return {row.measure_id: row.meeting_id for row in db.session.execute(query)}


def other_posts(measure_ids: Collection[int]) -> dict[int, list[Post]]:
    """Return the posts that are responsible for measures beside their lead posts."""
    query = (
        select(MeasurePost.measure_id, Post)
        .join(Post, Post.id == MeasurePost.post_id)
        .where(MeasurePost.measure_id.in_(sorted(measure_ids)))
        .order_by(Post.key)
    )
    found: dict[int, list[Post]] = {}
    for measure_id, post in db.session.execute(query):
        found.setdefault(measure_id, []).append(post)
    return found


def board_decisions(roadmap_ids: Collection[int]) -> Sequence[BoardDecision]:
    """Return what the city board decided on roadmaps, the latest first."""
    query = select(BoardDecision).where(BoardDecision.roadmap_id.in_(sorted(roadmap_ids)))
    return db.session.scalars(
        query.order_by(BoardDecision.decided_on.desc(), BoardDecision.id.desc())
    ).all()


def steps(roadmap: Roadmap) -> Sequence[Row[PhaseStep, str | None]]:
    """Return the transitions that a roadmap went through and who made them, the latest first."""
    query = (
        select(PhaseStep, User.name)
        .outerjoin(User, User.id == PhaseStep.actor_id)
        .where(PhaseStep.roadmap_id == roadmap.id)
        .order_by(PhaseStep.id.desc())
    )
    return db.session.execute(query).all()


def snapshots(roadmap: Roadmap) -> Sequence[Snapshot]:
    """Return the snapshots of a roadmap, the newest first."""
    query = select(Snapshot).where(Snapshot.roadmap_id == roadmap.id)
    return db.session.scalars(query.order_by(Snapshot.number.desc())).all()


def snapshot(year: int, number: int) -> Snapshot | None:
    """Return a snapshot of the roadmap of a year."""
    query = (
        select(Snapshot)
        .join(Roadmap, Roadmap.id == Snapshot.roadmap_id)
        .where(Roadmap.year == year, Snapshot.number == number)
    )
    return db.session.scalar(query)


def may_read_all(actor: Actor, measure_ids: Collection[int]) -> bool:
    """Tell whether `actor` may read every one of the measures."""
    query = select(func.count()).where(Measure.id.in_(sorted(measure_ids)), visible_to(actor))
    return db.session.scalars(query).one() == len(set(measure_ids))
