"""Reads of rounds, reviews and ratings."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import joinedload

from app.accounts.queries import holding, standing_in
from app.core.policy import Actor, Role
from app.extensions import db
from app.measures.models import Measure
from app.measures.queries import visible_to
from app.measures.states import State
from app.programmes.models import Roadmap
from app.scoring.models import Criterion, Rating, Review, Round, Scorer
from app.scoring.states import ProposedOutcome, ReviewState
from app.scoring.weights import Ballot

RANKED = frozenset({State.IN_SCORING, State.APPROVED, State.POSTPONED, State.REJECTED})
"""States of the measures that stand in a ranking: being scored, or decided after it."""


def rounds() -> Sequence[Row[Round, Roadmap]]:
    """Return all rounds with the roadmaps that they are for, the newest year first."""
    query = select(Round, Roadmap).join(Roadmap, Roadmap.id == Round.roadmap_id)
    return db.session.execute(query.order_by(Roadmap.year.desc())).all()


def round_of(roadmap: Roadmap) -> Round | None:
    """Return the round of a roadmap."""
    return db.session.scalar(select(Round).where(Round.roadmap_id == roadmap.id))


def round_of_year(year: int | None) -> Round | None:
    """Return the round of a year, with its criteria."""
    query = select(Round).join(Roadmap, Roadmap.id == Round.roadmap_id).where(Roadmap.year == year)
    query = query.options(joinedload(Round.criteria))
    return db.session.scalars(query).unique().one_or_none()


class Seat(NamedTuple):
    """Who scores in a round, and who may do so in their place; ids of people."""

    user_id: int
    deputy_id: int | None = None


def seats_of_members(today: date) -> list[Seat]:
    """Return the seats of those who are in the steering group themselves, with their deputies.

    A person has one seat and stands in one: who is a member is nobody's deputy here, and who
    deputises for two stands in for the first.
    """
    group = (Role.MEMBER, Role.CHAIR)
    deputies = standing_in(group, today)
    members = [user.id for user in holding(group, today) if user.id not in deputies]
    free = {deputies[user_id]: user_id for user_id in sorted(deputies, reverse=True)}
    return [Seat(user_id, free.get(user_id)) for user_id in members]


def scorers_of(*rounds_: Round) -> Sequence[Scorer]:
    """Return the seats of rounds in the order of their making."""
    query = select(Scorer).where(Scorer.round_id.in_([each.id for each in rounds_]))
    return db.session.scalars(query.order_by(Scorer.id)).all()


def seat_of(scoring_round: Round, actor: Actor) -> Scorer | None:
    """Return the seat that `actor` has in a round, as the member or as the deputy."""
    query = select(Scorer).where(Scorer.round_id == scoring_round.id, _is_seat_of(actor))
    return db.session.scalar(query)


class Given(NamedTuple):
    """How many reviews a person has submitted in a round, and how many are still drafts."""

    submitted: int
    drafts: int


def given_by(scoring_round: Round) -> dict[int, Given]:
    """Return how many reviews people have given in a round, by their ids."""
    submitted = func.count().filter(Review.state == ReviewState.SUBMITTED)
    query = select(Review.user_id, submitted, func.count())
    query = query.where(Review.round_id == scoring_round.id).group_by(Review.user_id)
    return {
        user_id: Given(done, every - done) for user_id, done, every in db.session.execute(query)
    }


def rated_criteria(scoring_round: Round) -> dict[int, int]:
    """Return how many reviews rate each criterion of a round, drafts among them, by its id."""
    query = (
        select(Rating.criterion_id, func.count())
        .join(Review, Review.id == Rating.review_id)
        .where(Review.round_id == scoring_round.id)
        .group_by(Rating.criterion_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def reviews_in(
    scoring_round: Round,
) -> Sequence[Row[int, int, ReviewState, bool, datetime]]:
    """Return measure, person, state, disqualification and last saving of a round's reviews."""
    query = select(
        Review.measure_id, Review.user_id, Review.state, Review.disqualified, Review.saved_at
    )
    return db.session.execute(query.where(Review.round_id == scoring_round.id)).all()


def ids_in_scoring(year: int, actor: Actor) -> frozenset[int]:
    """Return the measures of a year that wait for scores now."""
    query = select(Measure.id).where(_ranked(year, actor), Measure.state == State.IN_SCORING)
    return frozenset(db.session.scalars(query))


def has_scored(scoring_round: Round, measure_id: int, user_id: int | None) -> bool:
    """Tell whether a person's scores of a measure count in a round."""
    query = select(Review.id).where(
        Review.round_id == scoring_round.id,
        Review.measure_id == measure_id,
        Review.user_id == user_id,
        Review.state == ReviewState.SUBMITTED,
        ~Review.disqualified,
    )
    return user_id is not None and db.session.scalar(query) is not None


def review_of(scoring_round: Round, measure_id: int, actor: Actor) -> Review | None:
    """Return the review that `actor` has begun of a measure in a round, with its ratings."""
    query = select(Review).where(
        Review.round_id == scoring_round.id,
        Review.measure_id == measure_id,
        Review.user_id == actor.user_id,
    )
    return db.session.scalars(query.options(joinedload(Review.ratings))).unique().one_or_none()


def rounds_of_years(years: Collection[int]) -> dict[int, Round]:
    """Return the rounds of the years that have one."""
    query = select(Roadmap.year, Round).join(Roadmap, Roadmap.id == Round.roadmap_id)
    rows = db.session.execute(query.where(Roadmap.year.in_(sorted(years))))
    return {row.year: row.Round for row in rows}


def _ranked(year: int, actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Measure` that it stands in the ranking of a year."""
    states = Measure.state.in_(sorted(RANKED))
    return and_(Measure.first_year == year, states, visible_to(actor))


def ranked_names(year: int, actor: Actor) -> Sequence[Row[int, str, str]]:
    """Return the ids and names of the measures of a year's ranking that `actor` may read."""
    query = select(Measure.id, Measure.name_fi, Measure.name_sv).where(_ranked(year, actor))
    return db.session.execute(query).all()


def ranked_measures(
    year: int, actor: Actor, ids: Collection[int] | None = None
) -> Sequence[Measure]:
    """Return the measures of the ranking of a year that `actor` may read, by their ids.

    Args:
        year: The year of the ranking.
        actor: The reader.
        ids: Only these; all when None.
    """
    query = select(Measure).options(joinedload(Measure.unit), joinedload(Measure.theme))
    query = query.where(_ranked(year, actor), true() if ids is None else Measure.id.in_(ids))
    return db.session.scalars(query.order_by(Measure.id)).all()


def ranked_measure(
    year: int, measure_id: int, actor: Actor, *, whole: bool = False
) -> Measure | None:
    """Return a measure if it stands in the ranking of a year and `actor` may read it.

    Args:
        year: The year of the ranking.
        measure_id: The measure.
        actor: The reader.
        whole: Whether all that it refers to comes with it, as a page shows it.
    """
    query = select(Measure).where(_ranked(year, actor), Measure.id == measure_id)
    return db.session.scalar(query.options(joinedload("*")) if whole else query)


def waiting_measures(year: int, actor: Actor) -> Sequence[Measure]:
    """Return the proposals that wait to be taken into scoring for a year, by their names."""
    waiting = Measure.state.in_((State.SUBMITTED, State.POSTPONED))
    query = select(Measure).options(joinedload(Measure.unit), joinedload(Measure.theme))
    query = query.where(Measure.first_year == year, waiting, visible_to(actor))
    return db.session.scalars(query.order_by(Measure.name_fi, Measure.id)).all()


class ToReview(NamedTuple):
    """A round that is open, and how many of its proposals a member has not reviewed yet."""

    year: int
    closes_on: date
    number: int


def to_review(actor: Actor, today: date) -> Sequence[ToReview]:
    """Return the open rounds in which proposals wait for `actor`, by their end.

    What the other person of their seat has scored waits no more.
    """
    other = case((Scorer.user_id == actor.user_id, Scorer.deputy_id), else_=Scorer.user_id)
    done = (
        select(Review.measure_id)
        .where(
            Review.round_id == Round.id,
            Review.state == ReviewState.SUBMITTED,
            or_(
                Review.user_id == actor.user_id,
                and_(Review.user_id == other, ~Review.disqualified),
            ),
        )
        .correlate(Round, Scorer)
    )
    query = (
        select(Roadmap.year, Round.closes_on, func.count())
        .join(Roadmap, Roadmap.id == Round.roadmap_id)
        .join(Scorer, Scorer.round_id == Round.id)
        .join(Measure, Measure.first_year == Roadmap.year)
        .where(
            _is_seat_of(actor),
            _is_open(today),
            Measure.state == State.IN_SCORING,
            Measure.id.not_in(done),
            visible_to(actor),
        )
        .group_by(Roadmap.year, Round.closes_on)
        .order_by(Round.closes_on, Roadmap.year)
    )
    return [ToReview(*row) for row in db.session.execute(query)]


def changed_since_review(actor: Actor, today: date) -> Sequence[Measure]:
    """Return what has changed since `actor` scored it, in rounds that are open, by its id."""
    query = (
        select(Measure)
        .join(Review, Review.measure_id == Measure.id)
        .join(Round, Round.id == Review.round_id)
        .where(
            Review.user_id == actor.user_id,
            Review.state == ReviewState.SUBMITTED,
            ~Review.disqualified,
            Review.measure_version != Measure.version,
            Measure.state == State.IN_SCORING,
            _is_open(today),
            visible_to(actor),
        )
    )
    return db.session.scalars(query.order_by(Measure.id)).all()


def _is_seat_of(actor: Actor) -> ColumnElement[bool]:
    return or_(Scorer.user_id == actor.user_id, Scorer.deputy_id == actor.user_id)


def _is_open(today: date) -> ColumnElement[bool]:
    return and_(Round.opens_on <= today, Round.closes_on >= today)


def own_reviews(
    rounds_: Collection[Round], actor: Actor, measure_ids: Collection[int] | None = None
) -> Sequence[Row[int, int, ReviewState, bool, int]]:
    """Return round, measure, state, disqualification and version seen of an actor's reviews.

    Args:
        rounds_: The rounds.
        actor: Whose reviews.
        measure_ids: Only of these measures; of all when None.
    """
    query = select(
        Review.round_id,
        Review.measure_id,
        Review.state,
        Review.disqualified,
        Review.measure_version,
    ).where(
        Review.user_id == actor.user_id,
        Review.round_id.in_([each.id for each in rounds_]),
        true() if measure_ids is None else Review.measure_id.in_(sorted(measure_ids)),
    )
    return db.session.execute(query).all()


def seats_by_person(scorers: Collection[Scorer]) -> dict[int, int]:
    """Return the id of the seat in which each person scores, as its member or as its deputy."""
    deputies = {each.deputy_id: each.id for each in scorers if each.deputy_id is not None}
    return deputies | {each.user_id: each.id for each in scorers}


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
