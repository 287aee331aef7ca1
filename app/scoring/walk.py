"""The order in which a member goes through the measures of a round, and how far they are.

What the fewest have reviewed comes first, so that no measure is left with few scores when time
runs out. Equal ones come in an order of each member's own: eight people who begin at the same time
begin with different measures. The order tells nothing of what the reviews say, not even whether
somebody has declared a disqualification: that is a submitted review like another.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Row, and_, func, select

from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from app.measures.queries import visible_to
from app.measures.states import State
from app.scoring import queries
from app.scoring.models import Review, Round
from app.scoring.states import ReviewState


class Progress(NamedTuple):
    """How many of the measures in scoring a member is done with."""

    done: int
    total: int


@dataclass(frozen=True)
class Walk:
    """A member's way through the measures that are in scoring, by their ids.

    Attributes:
        done: What they have reviewed, in the order in which they submitted it.
        to_do: What waits for them, in the order in which it comes: the fewest reviews first.
        drafts: What they have begun of that, in the same order.
        by_other: How many measures the other person of their seat has scored instead.
    """

    done: Sequence[int]
    to_do: Sequence[int]
    drafts: Sequence[int]
    by_other: int

    @property
    def progress(self) -> Progress:
        """How far the seat of the member is."""
        done = len(self.done) + self.by_other
        return Progress(done, done + len(self.to_do))

    def next(self, skipped: Collection[int] = ()) -> int | None:
        """Return what comes next; what was skipped comes when nothing else is left."""
        waiting = [each for each in self.to_do if each not in skipped]
        return next(iter(waiting or self.to_do), None)

    def beside(self, measure_id: int) -> tuple[int | None, int | None]:
        """Return what stands before and after a measure: first what is done, then what waits."""
        way = [*self.done, *self.to_do]
        if measure_id not in way:
            return None, None
        place = way.index(measure_id)
        return way[place - 1] if place else None, next(iter(way[place + 1 :]), None)


def walk_of(scoring_round: Round, year: int, actor: Actor) -> Walk:
    """Return the way of `actor` through a round.

    Args:
        scoring_round: The round.
        year: Its year.
        actor: The member, or the deputy.
    """
    scored = _in_scoring(scoring_round, year, actor)
    seat = queries.seat_of(scoring_round, actor)
    other = seat.other_than(actor.user_id) if seat else None
    query = select(Review.measure_id, Review.user_id, Review.state, Review.disqualified).where(
        Review.round_id == scoring_round.id,
        Review.user_id.in_([each for each in (actor.user_id, other) if each is not None]),
    )
    rows = db.session.execute(query.order_by(Review.submitted_at, Review.id)).all()
    rows = [row for row in rows if row.measure_id in scored]
    done = [row.measure_id for row in rows if _is_done_by(actor, row)]
    by_other = {
        row.measure_id
        for row in rows
        if row.user_id == other and row.state is ReviewState.SUBMITTED and not row.disqualified
    }
    begun = {row.measure_id for row in rows if row.user_id == actor.user_id}
    to_do = sorted(
        scored.keys() - by_other - set(done),
        key=lambda each: (scored[each], _own_order(scoring_round, actor, each)),
    )
    return Walk(done, to_do, [each for each in to_do if each in begun], len(by_other - set(done)))


def _is_done_by(actor: Actor, row: Row[int, int, ReviewState, bool]) -> bool:
    return row.user_id == actor.user_id and row.state is ReviewState.SUBMITTED


def _in_scoring(scoring_round: Round, year: int, actor: Actor) -> dict[int, int]:
    """Return how many have reviewed each measure that is in scoring now, by the measure's id."""
    counted = and_(
        Review.measure_id == Measure.id,
        Review.round_id == scoring_round.id,
        Review.state == ReviewState.SUBMITTED,
    )
    query = (
        select(Measure.id, func.count(Review.id))
        .outerjoin(Review, counted)
        .where(Measure.first_year == year, Measure.state == State.IN_SCORING, visible_to(actor))
        .group_by(Measure.id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _own_order(scoring_round: Round, actor: Actor, measure_id: int) -> bytes:
    """Return where a measure stands among equals: always the same for one member."""
    return blake2b(f"{scoring_round.id} {actor.user_id} {measure_id}".encode()).digest()
