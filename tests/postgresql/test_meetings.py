"""Decisions of a meeting on PostgreSQL: of those who do something to one matter at the same moment
one wins, the other is told, and no text is lost."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.measures.models import Measure, Step
from app.measures.states import State
from app.meetings.models import Decision
from app.scoring.models import Review
from tests.client import LintingClient, sign_in_as
from tests.meetings.agendas import added, arranged, matter
from tests.postgresql.rush import after_all_have_read, sending

YEAR = 2027
"""The year that the demo scores."""


@pytest.fixture
def measure_id(demo_app: Flask, actor) -> int:
    """Return a measure on no agenda that the member with the key `member` has not scored yet."""
    scored = select(Review.measure_id).where(Review.user_id == actor("member").user_id)
    on_agenda = select(Decision.measure_id)
    query = select(Measure.id).where(
        Measure.state == State.IN_SCORING,
        Measure.first_year == YEAR,
        Measure.id.not_in(scored),
        Measure.id.not_in(on_agenda),
    )
    return db.session.scalars(query.order_by(Measure.id).limit(1)).one()


@pytest.fixture
def matter_of(actor, measure_id: int) -> tuple[str, int]:
    """Return the page of a meeting of today and the id of its matter."""
    meeting_id = arranged(actor("secretary"), number=99)
    return f"/meetings/{meeting_id}", added(actor("secretary"), meeting_id, measure_id)


def steps(measure_id: int) -> int:
    return db.session.query(Step).filter_by(measure_id=measure_id).count()


def test_of_two_secretaries_one_decides(
    measure_id: int, matter_of: tuple[str, int], secretaries: Sequence[LintingClient]
) -> None:
    page, decision_id = matter_of
    before = steps(measure_id)
    texts = {"postpone": "Ensimmäisen perustelu", "reject": "Toisen perustelu"}
    works = [
        sending(
            client,
            page,
            "decide",
            **{f"decision-{decision_id}-outcome": outcome, f"decision-{decision_id}-reason": text},
        )
        for client, (outcome, text) in zip(secretaries, texts.items(), strict=True)
    ]
    done, refused = sorted(after_all_have_read(works), key=lambda answer: answer.status_code)
    assert (done.status_code, refused.status_code) == (303, 409)
    assert all(text in refused.text for text in texts.values())
    db.session.rollback()
    decided = matter(decision_id)
    assert decided.reason == texts[decided.outcome]
    assert steps(measure_id) == before + 1


def test_a_decision_while_a_member_still_scores(
    demo_app: Flask, actor, measure_id: int, matter_of: tuple[str, int]
) -> None:
    page, decision_id = matter_of
    secretary, member = (
        sign_in_as(demo_app.test_client(), each) for each in ("secretary", "member")
    )
    comment = "Jäsenen oma ajatus"
    decide = sending(
        secretary,
        page,
        "decide",
        **{f"decision-{decision_id}-outcome": "reject", f"decision-{decision_id}-reason": "Ei"},
    )
    score = sending(member, f"/scoring/{YEAR}/{measure_id}", "draft", comment=comment)
    decided, saved = after_all_have_read([decide, score])
    assert decided.status_code == 303
    db.session.rollback()
    assert db.session.get_one(Measure, measure_id).state is State.REJECTED
    by_member = {"measure_id": measure_id, "user_id": actor("member").user_id}
    kept = db.session.query(Review.comment).filter_by(**by_member).all()
    if saved.status_code == 409:
        assert comment in saved.text
        assert kept == []
    else:
        assert saved.status_code == 303
        assert kept == [(comment,)]
