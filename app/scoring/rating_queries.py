"""Reads of what counts in rounds: submitted reviews, their ratings and points.

They tell what others think, so whoever asks for them sees to it that nothing of it is hidden from
the reader (`blindness.py`).
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, true

from app.extensions import db
from app.measures.models import Measure
from app.measures.states import State
from app.scoring.models import Criterion, Rating, Review, Round
from app.scoring.queries import scorers_of, seats_by_person
from app.scoring.states import ProposedOutcome, ReviewState
from app.scoring.weights import Ballot


def ballots(scoring_round: Round, measure_ids: Collection[int]) -> list[Ballot]:
    """Return the ratings of some measures that count in a round, by who gave them.

    A seat's member and deputy are one scorer. Somebody who has scored without a seat, as one who
    has lost it since, is one of their own. The order is always the same.

    Args:
        scoring_round: The round.
        measure_ids: The measures. The caller has seen to it that nothing of them is hidden.
    """
    seats = seats_by_person(scorers_of(scoring_round))
    query = (
        select(Review.measure_id, Review.user_id, Rating.criterion_id, Rating.value)
        .join(Rating, Rating.review_id == Review.id)
        .where(
            Review.round_id == scoring_round.id,
            Review.state == ReviewState.SUBMITTED,
            Review.measure_id.in_(sorted(measure_ids)),
        )
        .order_by(Review.measure_id, Review.user_id)
    )
    found: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for measure_id, user_id, criterion_id, value in db.session.execute(query):
        # Negative, so that no person is taken for a seat.
        found[measure_id, seats.get(user_id, -user_id)][criterion_id] = value
    return [Ballot(*key, ratings) for key, ratings in found.items()]


def _counts(round_ids: Collection[int], measure_ids: Collection[int] | None) -> ColumnElement[bool]:
    """Return the condition on `Review` that the group counts on it; of all measures when None."""
    return and_(
        Review.round_id.in_(round_ids),
        Review.state == ReviewState.SUBMITTED,
        true() if measure_ids is None else Review.measure_id.in_(sorted(measure_ids)),
    )


def submitted_reviews(
    rounds_: Collection[Round], measure_ids: Collection[int] | None = None
) -> Sequence[Row[int, int, int, ProposedOutcome | None, bool, State]]:
    """Return round, measure, person, proposed outcome and disqualification of what is submitted.

    With them comes the state in which the measure is.

    Args:
        rounds_: The rounds.
        measure_ids: Only of these measures; of all when None.
    """
    query = (
        select(
            Review.round_id,
            Review.measure_id,
            Review.user_id,
            Review.proposed_outcome,
            Review.disqualified,
            Measure.state,
        )
        .join(Measure, Measure.id == Review.measure_id)
        .where(_counts([each.id for each in rounds_], measure_ids))
    )
    return db.session.execute(query).all()


def _points(
    round_ids: Collection[int], measure_ids: Collection[int] | None
) -> Select[int, int, int, int]:
    """Return the query for the sums of weight x rating and of the weights, review by review.

    The order of the groups is that of the index, so that SQLite need not sort them.
    """
    points = func.sum(Criterion.weight * Rating.value).label("points")
    weight = func.sum(Criterion.weight).label("weight")
    return (
        select(Review.round_id, Review.measure_id, points, weight)
        .join(Rating, Rating.review_id == Review.id)
        .join(Criterion, Criterion.id == Rating.criterion_id)
        .where(_counts(round_ids, measure_ids), Criterion.counted)
        .group_by(Review.round_id, Review.measure_id, Review.user_id)
    )


def points(
    rounds_: Collection[Round], measure_ids: Collection[int] | None = None
) -> Sequence[Row[int, int, int, int]]:
    """Return round, measure, sum(weight * rating) and sum(weight) of each review with a score.

    Their quotient is the scorer's score, as `weights.weighted_mean` says.

    Args:
        rounds_: The rounds.
        measure_ids: Only of these measures; of all when None.
    """
    return db.session.execute(_points([each.id for each in rounds_], measure_ids)).all()


class Points(NamedTuple):
    """The scores of those who rated criteria of the same weight of a measure, added up.

    Attributes:
        measure_id: The measure.
        weight: The sum of the weights of what they rated.
        points: Their weighted ratings, added up; divided by `weight`, the sum of their scores.
        scorers: How many they are.
    """

    measure_id: int
    weight: int
    points: int
    scorers: int


def added_points(round_id: int) -> list[Points]:
    """Return what the totals of all measures of a round are made of."""
    each = _points([round_id], None).subquery()
    query = select(each.c.measure_id, each.c.weight, func.sum(each.c.points), func.count())
    rows = db.session.execute(query.group_by(each.c.measure_id, each.c.weight))
    # PostgreSQL adds up to a decimal number.
    return [Points(row[0], int(row[1]), int(row[2]), row[3]) for row in rows]


def ratings_beside(
    rounds_: Collection[Round], measure_ids: Collection[int] | None = None
) -> Sequence[Row[int, int, int, int, int]]:
    """Return round, measure, criterion, sum and number of the ratings of what does not count.

    Args:
        rounds_: The rounds.
        measure_ids: Only of these measures; of all when None.
    """
    query = (
        select(
            Review.round_id,
            Review.measure_id,
            Rating.criterion_id,
            func.sum(Rating.value),
            func.count(),
        )
        .join(Rating, Rating.review_id == Review.id)
        .join(Criterion, Criterion.id == Rating.criterion_id)
        .where(_counts([each.id for each in rounds_], measure_ids), ~Criterion.counted)
        .group_by(Review.round_id, Review.measure_id, Rating.criterion_id)
    )
    return db.session.execute(query).all()
