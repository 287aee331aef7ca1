"""The picture of a round: what is worked out of all its scores together.

It is only for readers from whom no measure of the ranking is hidden: it would tell the others of
the measures that they may not know of yet. It is worked out once after every change in the
database, for all readers who may see it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from flask_babel import lazy_pgettext as _lp

from app.core import revision
from app.core.enums import Labelled
from app.core.policy import ANONYMOUS, Actor
from app.extensions import db
from app.measures.states import Size
from app.scoring import agreement, ranking, rating_queries, robustness, weights
from app.scoring.blindness import hidden_from
from app.scoring.models import Round
from app.scoring.ranking import Place, Scores, Standing
from app.scoring.robustness import Crossing, Range
from app.scoring.states import Consensus, Side
from app.scoring.weights import Ballot

MOST = 1000
"""Of so many measures the robustness is worked out at most: hundreds of rankings of more of them
would keep their reader waiting."""


class Picture(NamedTuple):
    """What is worked out of a whole round.

    Attributes:
        scores: The scores of its measures; nobody's own reviews are among them.
        counts: On how many measures the group agrees how far.
        ballots: How the scorers rated.
        alpha: How far they agree; None where that is not defined.
        alphas: How far they agree on each criterion, by its id.
        ranges: The range of ranks of each measure that has a total; empty when they are too many.
        crossings: The least change of a weight that takes each measure over the cut line, of those
            which one does.
    """

    scores: Scores
    counts: Mapping[Consensus, int]
    ballots: Sequence[Ballot]
    alpha: Fraction | None
    alphas: Mapping[int, Fraction | None]
    ranges: Mapping[int, Range]
    crossings: Mapping[int, Crossing]


class Reliance(Labelled):
    """How far the scores can be relied on when the scorers agree so far.

    Source: Krippendorff's rule of thumb: rely on data with an alpha of 0.800 or more; from 0.667
    on, draw only tentative conclusions (Klaus Krippendorff, Content Analysis, 2004, p. 241).
    """

    RELIABLE = "reliable", _lp("agreement", "reliable"), "done"
    CARE = "care", _lp("agreement", "with care"), "waiting"
    TALK = "talk", _lp("agreement", "talk about it first"), "rejected"
    UNKNOWN = "unknown", _lp("agreement", "too few scores"), "no-info"


def reliance(alpha: Fraction | None) -> Reliance:
    """Return how far scores with such an alpha can be relied on."""
    if alpha is None:
        return Reliance.UNKNOWN
    if alpha >= Fraction(800, 1000):
        return Reliance.RELIABLE
    return Reliance.CARE if alpha >= Fraction(667, 1000) else Reliance.TALK


def counted_weights(scoring_round: Round) -> dict[int, int]:
    """Return the weights of the criteria that count in a round, by their ids."""
    return {each.id: each.weight for each in scoring_round.criteria if each.counted}


def picture_of(
    scoring_round: Round, measure_ids: Iterable[int], actor: Actor, today: date
) -> Picture | None:
    """Return the picture of a round; None while a measure of it is hidden from `actor`.

    Args:
        scoring_round: The round.
        measure_ids: The measures of its ranking that `actor` may read.
        actor: Who reads.
        today: The day in Finland.
    """
    ids = frozenset(measure_ids)
    hidden = hidden_from(actor, [scoring_round], today)
    if hidden.hides_any(scoring_round.id, ids):
        return None
    return _picture(str(db.engine.url), revision.current(), today, scoring_round.id, ids)


@lru_cache(maxsize=4)
def _picture(
    _database: str, _revision: int, today: date, round_id: int, ids: frozenset[int]
) -> Picture:
    """Return the picture of a round; the arguments are all that it depends on."""
    scoring_round = db.session.get_one(Round, round_id)
    counted = counted_weights(scoring_round)
    ballots = rating_queries.ballots(scoring_round, ids)
    few = len(ids) <= MOST
    room = scoring_round.capacity
    # Nobody in particular reads here, so that it is the same for all.
    scores = ranking.scores([scoring_round], ANONYMOUS, today, ids)
    found = [scores.of(round_id, each).consensus for each in ids]
    return Picture(
        scores,
        {each: found.count(each) for each in Consensus},
        ballots,
        agreement.of_scores(ballots, counted),
        {each.id: agreement.of_ratings(ballots, each.id) for each in scoring_round.criteria},
        robustness.ranges(ballots, counted) if few else {},
        robustness.crossings(ballots, counted, room) if few and room else {},
    )


class Line(NamedTuple):
    """A line that is drawn through the ranking, between two measures.

    Attributes:
        above: The side on which the measures before it stand; None at the top.
        below: That of the measures after it.
        tied: How many share the rank that the cut line runs through.
        left: For how many of these there is room.
    """

    above: Side | None
    below: Side
    tied: int
    left: int


def lines(places: Sequence[Place], capacity: int | None) -> dict[int, Line]:
    """Return the lines to be drawn through a ranking, by the measure before which each stands.

    Where measures with the same total stand on both sides of the cut line, one is drawn above these
    and one below.

    Args:
        places: The whole ranking, in its order.
        capacity: After so many measures the cut line runs.
    """
    tied = sum(place.side is Side.TIED for place in places)
    ahead = sum(place.side is Side.ABOVE for place in places)
    found = {}
    side: Side | None = None
    for place in places:
        if place.side is not None and place.side is not side and place.side is not Side.ABOVE:
            found[place.measure_id] = Line(side, place.side, tied, (capacity or 0) - ahead)
        side = place.side
    return found


class Matrix(NamedTuple):
    """The measures of a ranking by their impact and their cost.

    Attributes:
        rows: The largest impact first: the impact, and the measures by each cost from the smallest.
        beside: Those whose impact or cost is not given.
    """

    rows: Sequence[tuple[Size, Sequence[tuple[Size, Sequence[Standing]]]]]
    beside: Sequence[Standing]


def matrix_of(standings: Collection[Standing]) -> Matrix:
    """Return the impact and cost matrix of a ranking; in each cell its order stays."""

    def cell(impact: Size, cost: Size) -> list[Standing]:
        return [
            each
            for each in standings
            if (each.measure.impact, each.measure.cost_class) == (impact, cost)
        ]

    rows = [(impact, [(cost, cell(impact, cost)) for cost in Size]) for impact in reversed(Size)]
    beside = [each for each in standings if not (each.measure.impact and each.measure.cost_class)]
    return Matrix(rows, beside)


class Move(NamedTuple):
    """How a measure moves in the ranking when other weights are tried.

    Attributes:
        measure_id: The measure.
        before: Its rank by the weights of the round.
        after: Its rank by the tried ones; None when it has no total by these.
        total_before: Its total by the weights of the round.
        total_after: That by the tried ones.
        side_before: Its side of the cut line by the weights of the round.
        side_after: That by the tried ones.
    """

    measure_id: int
    before: int | None
    after: int | None
    total_before: Fraction | None
    total_after: Fraction | None
    side_before: Side | None
    side_after: Side | None

    @property
    def up(self) -> int:
        """By how many ranks it goes up; negative when it goes down."""
        return self.before - self.after if self.before and self.after else 0

    @property
    def crosses(self) -> bool:
        """Whether it gets to another side of the cut line."""
        return self.side_before is not self.side_after


def moves(
    ballots: Collection[Ballot],
    own: Mapping[int, int],
    tried: Mapping[int, int],
    capacity: int | None,
    names: Mapping[int, str],
) -> list[Move]:
    """Return how the ranking moves when other weights are tried, in its new order.

    Args:
        ballots: How the scorers rated.
        own: The weights of the round.
        tried: Other weights, each above 0; a criterion that is missing is left out.
        capacity: After so many measures the cut line runs; None when there is none.
        names: What each measure is called, by its id; equal ones stand by name.
    """
    before, after = weights.totals(ballots, own), weights.totals(ballots, tried)
    places_before, places_after = weights.places(before), weights.places(after)
    sides_before = weights.sides(places_before, capacity) if capacity else {}
    sides_after = weights.sides(places_after, capacity) if capacity else {}
    last = len(names) + 1

    def order(each: int) -> tuple[int, int, str, int]:
        place, old = places_after.get(each, last), places_before.get(each, last)
        return place, old if place == last else 0, names[each].casefold(), each

    return [
        Move(
            each,
            places_before.get(each),
            places_after.get(each),
            before.get(each),
            after.get(each),
            sides_before.get(each),
            sides_after.get(each),
        )
        for each in sorted((each for each in names if each in before or each in after), key=order)
    ]
