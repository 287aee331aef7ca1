"""Scores as their reader may see them, and the ranking made from them.

Whoever shows scores gets them from here: what blindness hides (`blindness.py`) never leaves.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from app.core.policy import Actor
from app.measures.models import Measure
from app.measures.states import State
from app.scoring import queries, weights
from app.scoring.blindness import hidden_from, is_blind
from app.scoring.models import Criterion, Round
from app.scoring.states import ReviewState


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
        hidden: Whether blindness hides the score; nothing below tells anything then.
        total: The mean of the members' scores, 1-5; None when nobody has scored.
        scorers: The number of members whose scores make the total.
        beside: The mean, 1-5, of each criterion that does not count, by its id.
        own: The reader's own review.
    """

    hidden: bool = False
    total: Fraction | None = None
    scorers: int = 0
    beside: Mapping[int, Fraction] = field(default_factory=dict)
    own: OwnReview | None = None


@dataclass(frozen=True)
class Standing:
    """A measure in the ranking; the rank is None while it has no total that the reader may see."""

    measure: Measure
    score: Score
    rank: int | None


class Progress(NamedTuple):
    """How many of the measures in scoring the reader has reviewed."""

    done: int
    total: int


def scores(
    rounds: Collection[Round],
    actor: Actor,
    today: date,
    measure_ids: Collection[int] | None = None,
) -> dict[tuple[int, int], Score]:
    """Return the scores in some rounds, by the ids of the round and the measure.

    A pair that nobody has scored and the reader has not begun is missing; see `score_of`.

    Args:
        rounds: The rounds.
        actor: Who reads.
        today: The day in Finland.
        measure_ids: Only of these measures; of all when None.
    """
    own = {
        (row.round_id, row.measure_id): OwnReview(row.state, row.disqualified, row.measure_version)
        for row in queries.own_reviews(rounds, actor)
    }
    ratings: dict[tuple[int, int], dict[int, dict[int, int]]] = defaultdict(dict)
    for round_id, measure_id, review_id, criterion_id, value in queries.submitted_ratings(
        rounds, measure_ids
    ):
        review = ratings[round_id, measure_id].setdefault(review_id, {})
        review[criterion_id] = value
    hidden = hidden_from(actor, rounds, today)
    found: dict[tuple[int, int], Score] = {}
    for scoring_round in rounds:
        keys = {key for key in ratings.keys() | own.keys() if key[0] == scoring_round.id}
        for key in keys:
            mine = own.get(key)
            if hidden.hides(*key):
                found[key] = Score(hidden=True, own=mine)
            else:
                found[key] = _score(scoring_round.criteria, list(ratings[key].values()), mine)
    return found


def score_of(
    found: Mapping[tuple[int, int], Score],
    scoring_round: Round,
    measure_id: int,
    actor: Actor,
    today: date,
) -> Score:
    """Return a measure's score from those that `scores` found.

    A measure without any review is hidden like the others: that nobody has scored it yet would
    tell a member something too.
    """
    unscored = Score(hidden=is_blind(scoring_round, actor, today))
    return found.get((scoring_round.id, measure_id), unscored)


def _score(
    criteria: Collection[Criterion], reviews: Sequence[Mapping[int, int]], own: OwnReview | None
) -> Score:
    counted = {criterion.id: criterion.weight for criterion in criteria if criterion.counted}
    members = [weights.weighted_mean(review, counted) for review in reviews]
    given = [score for score in members if score is not None]
    beside = {
        criterion.id: average
        for criterion in criteria
        if not criterion.counted
        and (average := weights.mean([r[criterion.id] for r in reviews if criterion.id in r]))
    }
    return Score(total=weights.mean(given), scorers=len(given), beside=beside, own=own)


def standings(
    scoring_round: Round,
    measures: Collection[Measure],
    actor: Actor,
    today: date,
    names: Mapping[int, str],
) -> list[Standing]:
    """Return the ranking of a round's measures as the reader may know it.

    Those with a total come first, the highest on top. The rest, whose totals are hidden or do not
    exist, follow by name and without a rank, so that no order gives a hidden total away. Ranks
    count only the totals that the reader sees, for the same reason.

    Args:
        scoring_round: The round.
        measures: The measures of the ranking.
        actor: Who reads.
        today: The day in Finland.
        names: What each measure is called in the reader's language, by id, to sort equal ones.
    """
    found = scores([scoring_round], actor, today)
    ranked: list[tuple[Fraction, Measure, Score]] = []
    others: list[Standing] = []
    for measure in sorted(measures, key=lambda each: (names[each.id].casefold(), each.id)):
        score = score_of(found, scoring_round, measure.id, actor, today)
        if score.total is None:
            others.append(Standing(measure, score, None))
        else:
            ranked.append((score.total, measure, score))
    ranked.sort(key=lambda row: row[0], reverse=True)
    places = weights.ranks([total for total, _measure, _score in ranked])
    return [
        *(Standing(row[1], row[2], place) for row, place in zip(ranked, places, strict=True)),
        *others,
    ]


def progress(rows: Collection[Standing]) -> Progress:
    """Return how far the reader is with the measures in scoring."""
    own = [row.score.own for row in rows if row.measure.state is State.IN_SCORING]
    done = [each for each in own if each and each.state is ReviewState.SUBMITTED]
    return Progress(len(done), len(own))
