"""Make an instance whose ranking has so many measures, each scored by eight members."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select

from app import create_app
from app.accounts.models import User
from app.accounts.operations import INSTALLER, add_user
from app.config import Settings
from app.core import clock
from app.core.policy import Role
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import State
from app.programmes.models import Roadmap
from app.scoring.criteria import DEFAULT_CRITERIA
from app.scoring.models import Criterion, Rating, Review, Round, Scorer
from app.scoring.states import ProposedOutcome, ReviewState
from tests.tools.bench.fill import fill, insert_all

SCORERS = 8

# By these keys readers of the ranking sign in: one sees all of it, the other what they have scored.
SECRETARY = "secretary"
MEMBER = "scorer1"

# The other criteria may be skipped; one of them counts.
REQUIRED = frozenset({"effect", "strategic_fit", "feasibility", "benefit_cost"})

# The measures of other years, which stand in no ranking.
OTHERS = 26


def fill_ranking(instance: Path, size: int) -> str:
    """Make an instance in a folder, with so many measures in the ranking of a round that is open.

    One rating of five is skipped where that is allowed, and one review of twenty is missing.
    Return where the ranking is.
    """
    fill(instance, OTHERS)
    app = create_app(Settings(instance=instance, database_url="", demo=True))
    with app.app_context():
        year = _fill(size)
        db.session.commit()
        db.engine.dispose()
    return f"/scoring/{year}"


def _fill(size: int) -> int:
    chance = random.Random(size)
    scoring_round, roadmap = db.session.execute(
        select(Round, Roadmap).join(Roadmap, Roadmap.id == Round.roadmap_id)
    ).one()
    scoring_round.criteria = [
        Criterion(position=position, **fields._replace(required=fields.key in REQUIRED)._asdict())
        for position, fields in enumerate(DEFAULT_CRITERIA, start=1)
    ]
    scoring_round.capacity = max(1, size // 3)
    unit_id = db.session.scalars(select(User.unit_id).limit(1)).one()
    add_user(SECRETARY, "Sihteeri", "fi", [Role.SECRETARY], INSTALLER, invented=True)
    scorers = [
        add_user(f"scorer{n}", f"Pisteyttäjä {n}", "fi", [Role.MEMBER], INSTALLER, invented=True).id
        for n in range(1, SCORERS + 1)
    ]
    # The seat of the round so far is not among the eight.
    db.session.execute(delete(Scorer))
    db.session.add_all(Scorer(round_id=scoring_round.id, user_id=each) for each in scorers)
    db.session.flush()
    first = db.session.scalars(select(func.max(Measure.id))).one() + 1
    ids = range(first, first + size)
    insert_all(Measure, _measures(ids, roadmap.year, unit_id))
    reviews = list(_reviews(ids, scoring_round.id, scorers, chance))
    insert_all(Review, reviews)
    insert_all(Rating, _ratings(reviews, scoring_round.criteria, chance))
    return roadmap.year


def _measures(ids: range, year: int, unit_id: int) -> Iterator[dict[str, Any]]:
    like = db.session.scalars(select(Measure).limit(1)).one()
    kept = {name: getattr(like, name) for name in Measure.__table__.columns.keys()}  # noqa: SIM118
    for number in ids:
        yield {
            **kept,
            "id": number,
            "name_fi": f"Ehdotus {number}",
            "name_sv": f"Förslag {number}",
            "unit_id": unit_id,
            "first_year": year,
            "last_year": year,
            "state": State.IN_SCORING,
        }


def _reviews(
    ids: range, round_id: int, scorers: list[int], chance: random.Random
) -> Iterator[dict[str, Any]]:
    outcomes, number = list(ProposedOutcome), 0
    for measure_id in ids:
        for user_id in scorers:
            if chance.random() < 0.05:
                continue
            number += 1
            yield {
                "id": number,
                "round_id": round_id,
                "measure_id": measure_id,
                "user_id": user_id,
                "state": ReviewState.SUBMITTED,
                "proposed_outcome": chance.choices(outcomes, (6, 2, 1, 1))[0],
                "comment": "",
                "disqualified": False,
                "disqualification_reason": "",
                "measure_version": 1,
                "saved_at": clock.now(),
                "submitted_at": clock.now(),
                "version": 1,
            }


def _ratings(
    reviews: list[dict[str, Any]], criteria: list[Criterion], chance: random.Random
) -> Iterator[dict[str, Any]]:
    for review in reviews:
        level = 1 + review["measure_id"] % 4
        for criterion in criteria:
            if criterion.required or chance.random() < 0.8:
                value = min(5, max(1, level + chance.randint(-1, 1)))
                yield {"review_id": review["id"], "criterion_id": criterion.id, "value": value}
