"""Scoring on PostgreSQL: what several score at the same moment counts once, and all of it."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import State
from app.scoring import operations, queries, ranking
from app.scoring.models import Criterion, Rating, Review, Round, Scorer
from app.scoring.states import ProposedOutcome
from tests.postgresql.rush import after_all_have_read

YEAR = 2027
"""The year that the demo scores."""

MEMBERS = ("member", "member2", "member3", "member4", "member5", "member6", "member7", "chair")


@pytest.fixture
def measure_id(demo_app: Flask) -> int:
    """Return a measure of the demo's round that nobody has scored yet."""
    query = select(Measure.id).where(Measure.state == State.IN_SCORING, Measure.first_year == YEAR)
    found = db.session.scalars(query.order_by(Measure.id)).first()
    assert found is not None
    reviews = select(Review.id).where(Review.measure_id == found)
    with writing():
        db.session.execute(delete(Rating).where(Rating.review_id.in_(reviews)))
        db.session.execute(delete(Review).where(Review.measure_id == found))
    return found


def the_round() -> Round:
    found = queries.round_of_year(YEAR)
    assert found is not None
    return found


def scoring(app: Flask, measure_id: int, actor: Actor, value: int) -> Callable[[], bool]:
    """Return a function that rates every criterion in a thread of its own; False if refused."""

    def score() -> bool:
        with app.app_context():
            try:
                with writing():
                    measure = db.session.get_one(Measure, measure_id)
                    keys = db.session.scalars(
                        select(Criterion.key).where(Criterion.round_id == the_round().id)
                    )
                    judgement = operations.Judgement(
                        measure.version, dict.fromkeys(keys, value), ProposedOutcome.APPROVE
                    )
                    operations.save_review(the_round(), measure, actor, judgement, submit=True)
            except Refused:
                return False
        return True

    return score


def total_of(measure_id: int, reader: Actor) -> Fraction | None:
    found = ranking.scores([the_round()], reader, clock.today(), [measure_id])
    return found.of(the_round().id, measure_id).total


def test_what_eight_score_at_once_all_counts(demo_app: Flask, actor, measure_id: int) -> None:
    values = (1, 2, 3, 4, 5, 5, 5, 5)
    works = [
        scoring(demo_app, measure_id, actor(member), value)
        for member, value in zip(MEMBERS, values, strict=True)
    ]
    assert after_all_have_read(works) == [True] * len(MEMBERS)
    db.session.rollback()
    assert total_of(measure_id, actor("secretary")) == Fraction(sum(values), len(values))


def test_a_member_and_their_deputy_have_one_voice(demo_app: Flask, actor, measure_id: int) -> None:
    member, deputy = actor("member"), actor("deputy-chair")
    with writing():
        seat = db.session.scalars(
            select(Scorer).where(
                Scorer.round_id == the_round().id, Scorer.user_id == member.user_id
            )
        ).one()
        others = select(Scorer).where(Scorer.deputy_id == deputy.user_id)
        for each in db.session.scalars(others):
            each.deputy_id = None
        db.session.flush()
        seat.deputy_id = deputy.user_id
    other_id = db.session.scalars(
        select(Measure.id).where(
            Measure.state == State.IN_SCORING,
            Measure.first_year == YEAR,
            Measure.id.not_in(select(Review.measure_id).where(Review.user_id == member.user_id)),
            Measure.id != measure_id,
        )
    ).first()
    db.session.rollback()
    assert scoring(demo_app, other_id, deputy, 4)(), "the deputy may score what the member has not"
    works = [scoring(demo_app, measure_id, each, 4) for each in (member, deputy)]
    assert sorted(after_all_have_read(works)) == [False, True]
    db.session.rollback()
    query = select(Review.user_id).where(Review.measure_id == measure_id)
    assert len(db.session.scalars(query).all()) == 1


def test_one_form_that_is_sent_several_times_at_once_is_one_review(
    demo_app: Flask, actor, measure_id: int
) -> None:
    work = scoring(demo_app, measure_id, actor("member"), 3)
    assert sorted(after_all_have_read([work] * 4)) == [False, False, False, True]
    db.session.rollback()
    assert total_of(measure_id, actor("secretary")) == 3
