"""Rounds and reviews for tests."""

from collections.abc import Collection
from datetime import timedelta
from fractions import Fraction

from app.core import clock
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from app.programmes.queries import roadmap_of
from app.scoring import operations, queries, round_operations
from app.scoring.choosing import Candidate, Limits
from app.scoring.criteria import DEFAULT_CRITERIA
from app.scoring.models import Review, Round
from app.scoring.options import Wanted
from app.scoring.queries import Seat
from app.scoring.scenario_operations import save_scenario
from app.scoring.scenarios import Chosen
from app.scoring.states import ProposedOutcome

YEAR = 2026
"""The year of the small city whose roadmap collects proposals."""

COUNTED = [criterion.key for criterion in DEFAULT_CRITERIA if criterion.counted]


def open_round(
    actor: Actor, first: int = 0, last: int = 7, seats: Collection[Seat] | None = None
) -> None:
    """Open the round of the year, from `first` to `last` days from today, with these seats."""
    today = clock.today()
    with writing():
        roadmap = roadmap_of(YEAR)
        assert roadmap is not None
        days = today + timedelta(days=first), today + timedelta(days=last)
        round_operations.open_round(roadmap, *days, DEFAULT_CRITERIA, actor, seats)


def close_round() -> None:
    """Let the round of the year have ended yesterday."""
    with writing():
        found = the_round()
        found.opens_on = clock.today() - timedelta(days=9)
        found.closes_on = clock.today() - timedelta(days=1)


def the_round() -> Round:
    """Return the round of the year."""
    found = queries.round_of_year(YEAR)
    assert found is not None
    return found


def judge(actor: Actor, measure_id: int, *ratings: int, submit: bool = True, **given) -> None:
    """Save the review of a measure with these ratings, in the order of the criteria; one for all.

    A criterion whose rating is 0 is skipped.
    """
    every = ratings * len(COUNTED) if len(ratings) == 1 else ratings
    with writing():
        measure = db.session.get_one(Measure, measure_id)
        judgement = operations.Judgement(
            **{
                "measure_version": measure.version,
                "ratings": {key: value for key, value in zip(COUNTED, every, strict=True) if value},
                "proposed_outcome": ProposedOutcome.APPROVE,
                **given,
            }
        )
        own = review_of(actor, measure_id)
        version = own.version if own else 0
        operations.save_review(
            the_round(), measure, actor, judgement, submit=submit, version=version
        )


def review_of(actor: Actor, measure_id: int) -> Review | None:
    """Return the review of a measure as the database has it now."""
    return queries.review_of(the_round(), measure_id, actor)


def kept_scenario(actor: Actor, name: str = "Pieni", *measure_ids: int) -> int:
    """Save a scenario of the round without working it out, and return its id."""
    with writing():
        chosen = {each: Candidate(each, Fraction(3), 1000, 10) for each in measure_ids}
        wanted = Wanted(Limits(number=3, inside=frozenset(measure_ids[:1])))
        return save_scenario(the_round(), name, wanted, Chosen(chosen, ""), actor).id
