"""Reads of rounds, their seats and measures, and who has reviewed what."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select, true
from sqlalchemy.orm import joinedload

from app.accounts.queries import holding, standing_in
from app.core.policy import Actor, Role
from app.extensions import db
from app.measures.models import Measure
from app.measures.queries import visible_to
from app.measures.states import State
from app.programmes.models import Roadmap
from app.scoring.models import Rating, Review, Round, Scorer
from app.scoring.states import ReviewState

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
