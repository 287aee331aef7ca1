"""Reads of what the city board was proposed, what it changed, and what it decided."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased, joinedload

from app.accounts.models import Post, User
from app.extensions import db
from app.measures.models import Entry, Measure
from app.programmes.models import Programme, Roadmap, Theme
from app.roadmaps.models import (
    BoardChange,
    BoardDecision,
    BoardProposal,
    Item,
    PhaseStep,
    Snapshot,
)
from app.roadmaps.states import NOT_THERE_YET
from app.roadmaps.subject import Subject, is_of

Kept = TypeVar("Kept", BoardProposal, Snapshot)


def newest(model: type[Kept], subject: Subject) -> Kept | None:
    """Return the newest text of a kind that was kept of a subject; None when there is none."""
    query = select(model).where(is_of(model, subject)).order_by(model.number.desc()).limit(1)
    return db.session.scalar(query)


def numbered(model: type[Kept], subject: Subject, number: int) -> Kept | None:
    """Return the text with a number that was kept of a subject."""
    query = select(model).where(is_of(model, subject), model.number == number)
    return db.session.scalar(query)


def all_of(model: type[Kept], subject: Subject) -> Sequence[Kept]:
    """Return the texts of a kind that were kept of a subject, the newest first."""
    query = select(model).where(is_of(model, subject)).order_by(model.number.desc())
    return db.session.scalars(query).all()


def count_of(model: type[Kept], subject: Subject) -> int:
    """Return how many texts of a kind were kept of a subject."""
    query = select(func.count()).select_from(model).where(is_of(model, subject))
    return db.session.scalars(query).one()


def decisions(subject: Subject) -> Sequence[BoardDecision]:
    """Return what the city board decided on a subject, the latest first."""
    query = select(BoardDecision).where(is_of(BoardDecision, subject))
    return db.session.scalars(
        query.order_by(BoardDecision.decided_on.desc(), BoardDecision.id.desc())
    ).all()


def steps(subject: Subject) -> Sequence[Row[PhaseStep, str | None]]:
    """Return the transitions of a subject and who made them, the latest first."""
    query = (
        select(PhaseStep, User.name)
        .outerjoin(User, User.id == PhaseStep.actor_id)
        .where(is_of(PhaseStep, subject))
        .order_by(PhaseStep.id.desc())
    )
    return db.session.execute(query).all()


def last_step(subject: Subject) -> PhaseStep | None:
    """Return the transition that a subject went through last."""
    query = select(PhaseStep).where(is_of(PhaseStep, subject))
    return db.session.scalar(query.order_by(PhaseStep.id.desc()).limit(1))


def themes(programme: Programme) -> Sequence[Theme]:
    """Return the themes of a programme in their order."""
    query = select(Theme).where(Theme.programme_id == programme.id)
    return db.session.scalars(query.order_by(Theme.position, Theme.id)).all()


def changes_of(proposal: BoardProposal) -> Sequence[BoardChange]:
    """Return the changes that the board makes to a proposal, in the order of their writing."""
    query = select(BoardChange).where(BoardChange.proposal_id == proposal.id)
    return db.session.scalars(query.order_by(BoardChange.id)).all()


def change(proposal: BoardProposal, change_id: int) -> BoardChange | None:
    """Return the change of a proposal with an id."""
    query = select(BoardChange).where(
        BoardChange.proposal_id == proposal.id, BoardChange.id == change_id
    )
    return db.session.scalar(query)


def carried_over_from(roadmap: Roadmap) -> dict[int, int]:
    """Return from the roadmap of which year items were carried over, by the item's id."""
    earlier = aliased(Item)
    query = (
        select(Item.id, Roadmap.year)
        .join(earlier, earlier.id == Item.carried_over_from_id)
        .join(Roadmap, Roadmap.id == earlier.roadmap_id)
        .where(Item.roadmap_id == roadmap.id)
    )
    return {row.id: row.year for row in db.session.execute(query)}


def standing_of(
    measure_ids: Collection[int],
) -> Sequence[Row[Item, Entry, Measure, Theme | None, int]]:
    """Return on which approved roadmaps measures stand, with the years, and what they refer to."""
    query = (
        select(Item, Entry, Measure, Theme, Roadmap.year)
        .join(Entry, Entry.id == Item.entry_id)
        .join(Measure, Measure.id == Entry.measure_id)
        .join(Roadmap, Roadmap.id == Item.roadmap_id)
        .outerjoin(Theme, Theme.id == Entry.theme_id)
        .options(joinedload("*"))
        .where(
            Measure.id.in_(sorted(measure_ids)),
            Roadmap.once_approved,
            Item.membership.not_in(sorted(NOT_THERE_YET)),
        )
    )
    return db.session.execute(query).all()


def posts() -> Sequence[Post]:
    """Return the posts that may be responsible for a measure."""
    return db.session.scalars(select(Post).where(Post.retired.is_(False)).order_by(Post.id)).all()


def measures_of(item_ids: Collection[int]) -> dict[int, int]:
    """Return the measures of items, by the item's id."""
    query = select(Item.id, Entry.measure_id).join(Entry, Entry.id == Item.entry_id)
    rows = db.session.execute(query.where(Item.id.in_(sorted(item_ids))))
    return {row.id: row.measure_id for row in rows}


def item_of(roadmap_id: int | None, measure_id: int) -> Item | None:
    """Return the item by which a measure stands on a roadmap."""
    query = (
        select(Item)
        .join(Entry, Entry.id == Item.entry_id)
        .where(Item.roadmap_id == roadmap_id, Entry.measure_id == measure_id)
    )
    return db.session.scalar(query)
