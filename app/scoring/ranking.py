"""Scores as their reader may see them, and the ranking made from them.

Whoever shows scores gets them from here: what blindness hides (`blindness.py`) never leaves.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from sqlalchemy import Row

from app.core import revision
from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import State
from app.scoring import queries, rating_queries, weights
from app.scoring.blindness import hidden_from
from app.scoring.consensus import consensus_of
from app.scoring.models import Round, Scorer
from app.scoring.states import Consensus, ProposedOutcome, ReviewState, Side


@dataclass(frozen=True)
class OwnReview:
    """How far the reader's own review of a measure is.

    Attributes:
        state: Draft or submitted.
        disqualified: Whether the reader has declared a conflict of interest.
        measure_version: The version of the measure that they saw.
    """

    state: ReviewState
    disqualified: bool
    measure_version: int


@dataclass(frozen=True)
class Score:
    """What the reader may know of a measure's score in a round.

    Attributes:
        hidden: Whether blindness hides the score; but for `own`, nothing below tells anything then.
        total: The mean of the members' scores, 1-5; None when nobody has scored.
        median: The score in the middle, 1-5.
        lowest: The lowest of the scores.
        highest: The highest of them.
        scorers: The number of members whose scores make the total.
        missing: The number of seats that have not judged the measure.
        outcomes: How many propose each outcome; what nobody proposes is absent.
        consensus: How far the group agrees; None when it is hidden.
        beside: The mean, 1-5, of each criterion that does not count, by its id.
        own: The reader's own review.
    """

    hidden: bool = False
    total: Fraction | None = None
    median: Fraction | None = None
    lowest: Fraction | None = None
    highest: Fraction | None = None
    scorers: int = 0
    missing: int = 0
    outcomes: Mapping[ProposedOutcome, int] = field(default_factory=dict)
    consensus: Consensus | None = None
    beside: Mapping[int, Fraction] = field(default_factory=dict)
    own: OwnReview | None = None

    @property
    def spread(self) -> Fraction | None:
        """The highest of the scores - the lowest; None when nobody has scored."""
        if self.highest is None or self.lowest is None:
            return None
        return self.highest - self.lowest

    @property
    def is_conflicting(self) -> bool:
        """Whether the reader sees that the group is of two minds."""
        return self.consensus is Consensus.CONFLICTING


class Scores(NamedTuple):
    """The scores in some rounds as the reader may know them.

    Attributes:
        known: Those of what anybody has submitted or the reader has begun, by round and measure.
        unscored: That of every other measure, by round. It is as hidden as the others: that nobody
            has scored it yet would tell a member something too.
    """

    known: Mapping[tuple[int, int], Score]
    unscored: Mapping[int, Score]

    def of(self, round_id: int, measure_id: int) -> Score:
        """Return the score of a measure in a round."""
        return self.known.get((round_id, measure_id), self.unscored[round_id])


def scores(
    rounds: Collection[Round],
    actor: Actor,
    today: date,
    measure_ids: Collection[int] | None = None,
) -> Scores:
    """Return the scores in some rounds.

    Args:
        rounds: The rounds.
        actor: Who reads.
        today: The day in Finland.
        measure_ids: Only of these measures; of all when None.
    """
    hidden = hidden_from(actor, rounds, today, measure_ids)
    own = {
        (row.round_id, row.measure_id): OwnReview(row.state, row.disqualified, row.measure_version)
        for row in queries.own_reviews(rounds, actor, measure_ids)
    }
    given: dict[tuple[int, int], _Given] = defaultdict(_Given)
    for row in rating_queries.submitted_reviews(rounds, measure_ids):
        given[row.round_id, row.measure_id].reviews.append(row)
    for round_id, measure_id, points, weight in rating_queries.points(rounds, measure_ids):
        given[round_id, measure_id].points.append((int(points), int(weight)))
    for round_id, measure_id, criterion_id, added, number in rating_queries.ratings_beside(
        rounds, measure_ids
    ):
        given[round_id, measure_id].beside[criterion_id] = Fraction(int(added), number)
    seats: dict[int, list[Scorer]] = defaultdict(list)
    for seat in queries.scorers_of(*rounds):
        seats[seat.round_id].append(seat)
    opening = {each.id: each.is_open(today) for each in rounds}
    known = {
        key: Score(hidden=True, own=own.get(key))
        if hidden.hides(*key)
        else _score(given[key], seats[key[0]], own.get(key), is_open=opening[key[0]])
        for key in given.keys() | own.keys()
    }
    unscored = {
        each.id: Score(hidden=True)
        if each.id in hidden.rounds
        else Score(missing=len(seats[each.id]), consensus=Consensus.NOT_BEGUN)
        for each in rounds
    }
    return Scores(known, unscored)


@dataclass
class _Given:
    """What the scorers have given one measure; the quotient of a pair of points is a score."""

    reviews: list[Row[int, int, int, ProposedOutcome | None, bool, State]] = field(
        default_factory=list
    )
    points: list[tuple[int, int]] = field(default_factory=list)
    beside: dict[int, Fraction] = field(default_factory=dict)


def _score(
    given: _Given, seats: Collection[Scorer], own: OwnReview | None, *, is_open: bool
) -> Score:
    # Integers are as exact as fractions, and much faster.
    scale = lcm(*{weight for _points, weight in given.points})
    order = sorted(points * (scale // weight) for points, weight in given.points)
    total, median = weights.mean(order), weights.median(order)
    lowest = Fraction(order[0], scale) if order else None
    highest = Fraction(order[-1], scale) if order else None
    outcomes = Counter(row.proposed_outcome for row in given.reviews if row.proposed_outcome)
    in_scoring = all(row.state is State.IN_SCORING for row in given.reviews)
    missing = _missing(given, seats)
    apart = None if highest is None or lowest is None else highest - lowest
    return Score(
        total=None if total is None else total / scale,
        median=None if median is None else median / scale,
        lowest=lowest,
        highest=highest,
        scorers=len(order),
        missing=missing,
        outcomes={each: outcomes[each] for each in ProposedOutcome if each in outcomes},
        consensus=consensus_of(apart, outcomes.keys(), missing, is_open=is_open and in_scoring),
        beside=given.beside,
        own=own,
    )


def _missing(given: _Given, seats: Collection[Scorer]) -> int:
    """Return of how many seats nobody has judged a measure.

    A member who is disqualified has judged it: their deputy may score it, but need not.
    """
    scored = {row.user_id for row in given.reviews if not row.disqualified}
    disqualified = {row.user_id for row in given.reviews if row.disqualified}
    return sum(
        not ({seat.user_id, seat.deputy_id} & scored or seat.user_id in disqualified)
        for seat in seats
    )


@dataclass(frozen=True)
class Place:
    """Where a measure stands in the ranking.

    Attributes:
        measure_id: The measure.
        rank: Its rank; None while it has no total that the reader may see.
        side: Its side of the cut line; None without a rank or a line, and for a reader from whom
            a measure of the ranking is hidden.
    """

    measure_id: int
    rank: int | None
    side: Side | None


def places(
    scoring_round: Round, names: Mapping[int, str], actor: Actor, today: date
) -> list[Place]:
    """Return the ranking of a round's measures as the reader may know it.

    Those with a total come first, the highest on top, equal ones by name. The rest, whose totals
    are hidden or do not exist, follow by name and without a rank, so that no order gives a hidden
    total away. Ranks count only the totals that the reader sees, for the same reason.

    Args:
        scoring_round: The round.
        names: What each measure of the ranking is called in the reader's language, by its id.
        actor: Who reads.
        today: The day in Finland.
    """
    hidden = hidden_from(actor, [scoring_round], today)
    url = str(db.engine.url)
    ranks = weights.places(
        {
            measure_id: total
            for measure_id, total in _totals(url, revision.current(), scoring_round.id).items()
            if measure_id in names and not hidden.hides(scoring_round.id, measure_id)
        }
    )
    sides: Mapping[int, Side] = {}
    if scoring_round.capacity and not hidden.hides_any(scoring_round.id, names):
        sides = weights.sides(ranks, scoring_round.capacity)
    last = len(names) + 1
    order = sorted(names, key=lambda each: (ranks.get(each, last), names[each].casefold(), each))
    return [Place(each, ranks.get(each), sides.get(each)) for each in order]


@lru_cache(maxsize=8)
def _totals(_database: str, _revision: int, round_id: int) -> Mapping[int, int]:
    """Return the means of the scorers' scores of a round, all times the same number.

    They are integers then, which are as exact as fractions and much faster. They are worked out
    once after every change in the database; what of them is hidden from whom comes later.
    """
    points = rating_queries.added_points(round_id)
    scale = lcm(*{each.weight for each in points})
    added: dict[int, int] = Counter()
    scorers: dict[int, int] = Counter()
    for measure_id, weight, weighted, number in points:
        added[measure_id] += weighted * (scale // weight)
        scorers[measure_id] += number
    parts = lcm(*set(scorers.values()))
    return {each: total * (parts // scorers[each]) for each, total in added.items()}


@dataclass(frozen=True)
class Standing:
    """A measure in the ranking, with its score and its place as the reader may know them."""

    measure: Measure
    score: Score
    rank: int | None
    side: Side | None


def standings(
    scoring_round: Round,
    ranked: Sequence[Place],
    measures: Iterable[Measure],
    actor: Actor,
    today: date,
) -> list[Standing]:
    """Return the measures at some places of a round's ranking, with their scores.

    Args:
        scoring_round: The round.
        ranked: The places, as `places` gave them: all, or those of a page.
        measures: The measures at these places, in any order.
        actor: Who reads.
        today: The day in Finland.
    """
    by_id = {measure.id: measure for measure in measures}
    found = scores([scoring_round], actor, today, by_id)
    return [
        Standing(
            by_id[place.measure_id],
            found.of(scoring_round.id, place.measure_id),
            place.rank,
            place.side,
        )
        for place in ranked
        if place.measure_id in by_id
    ]
