"""The example by which the page of the figures explains them, worked out by the real functions."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.scoring import agreement, robustness, weights
from app.scoring.consensus import consensus_of
from app.scoring.robustness import Crossing, Range
from app.scoring.states import Consensus, ProposedOutcome
from app.scoring.weights import Ballot

EFFECT, FEASIBILITY = 0, 1
"""The criteria of the example."""

WEIGHTS = {EFFECT: 70, FEASIBILITY: 30}
"""What they weigh."""

ROOM = 1
"""The measures for which the example has room."""

COSTS = (60_000, 50_000, 40_000)
"""What the proposals cost once, in euros."""

BUDGET = 100_000
"""What there is to spend on them, in euros."""

SECTIONS: Mapping[str, LazyString] = MappingProxyType(
    {
        "example": _l("The example"),
        "score": _l("The score of a scorer"),
        "seats": _l("Who counts as a scorer"),
        "total": _l("Mean, median and spread"),
        "consensus": _l("How far the group agrees on a proposal"),
        "rank": _l("Rank and cut line"),
        "alpha": _l("Agreement over the whole round: alpha"),
        "robustness": _l("How robust a rank is"),
        "matrix": _l("Impact and cost"),
        "what-if": _l("What-if"),
        "choosing": _l("Choosing within limits"),
        "blindness": _l("Who sees what"),
    }
)
"""The sections of the page by their anchors, in its order."""

CONSENSUS: Mapping[Consensus, LazyString] = MappingProxyType(
    {
        Consensus.NOT_BEGUN: _l("nobody has given a score"),
        Consensus.CONFLICTING: _l(
            "the spread is 2 or more, or one scorer proposes to approve and another to reject"
        ),
        Consensus.UNDER_WAY: _l("the round is open, and the scores of some are still missing"),
        Consensus.AGREED: _l("all propose the same decision, and the spread is 1 or less"),
        Consensus.MIXED: _l("all the rest"),
    }
)
"""When the group agrees how far, in the order in which it is asked; see `consensus.py`."""


class Said(NamedTuple):
    """What a scorer says of a proposal.

    Attributes:
        ratings: 1-5 by criterion; what was skipped is absent.
        outcome: What they propose that the meeting decides.
        disqualified: Whether they take no part in the matter.
    """

    ratings: Mapping[int, int]
    outcome: ProposedOutcome | None = None
    disqualified: bool = False

    @property
    def score(self) -> Fraction | None:
        """The scorer's score; None when there is none."""
        return weights.weighted_mean(self.ratings, WEIGHTS)


def _said(effect: int, feasibility: int, outcome: ProposedOutcome) -> Said:
    return Said({EFFECT: effect, FEASIBILITY: feasibility}, outcome)


_DISQUALIFIED, _MISSING = Said({}, disqualified=True), Said({})

PROPOSALS: Sequence[Sequence[Said]] = (
    (
        _said(5, 2, ProposedOutcome.APPROVE),
        _said(4, 3, ProposedOutcome.APPROVE),
        Said({EFFECT: 4}, ProposedOutcome.APPROVE),
    ),
    (_said(3, 5, ProposedOutcome.APPROVE), _said(4, 4, ProposedOutcome.REJECT), _DISQUALIFIED),
    (_said(1, 2, ProposedOutcome.REJECT), _said(2, 1, ProposedOutcome.REJECT), _MISSING),
)
"""What three scorers, in the same order, say of three proposals."""


class Figures(NamedTuple):
    """What is worked out of one proposal.

    Attributes:
        said: What each scorer says.
        total: The mean of their scores.
        median: The score in the middle.
        spread: The highest score - the lowest.
        scorers: How many have scored.
        consensus: How far they agree, while the round is open.
        rank: The place in the ranking.
        range: The best and the worst place.
        crossing: The least change of one weight that takes it over the cut line; None if none does.
    """

    said: Sequence[Said]
    total: Fraction
    median: Fraction | None
    spread: Fraction | None
    scorers: int
    consensus: Consensus
    rank: int
    range: Range
    crossing: Crossing | None


class Example(NamedTuple):
    """The figures of all proposals, and those of the round."""

    proposals: Sequence[Figures]
    alpha: Fraction | None


def example() -> Example:
    """Work the example out."""
    ballots = [
        Ballot(measure, scorer, said.ratings)
        for measure, row in enumerate(PROPOSALS)
        for scorer, said in enumerate(row)
        if said.ratings
    ]
    totals = weights.totals(ballots, WEIGHTS)
    places = weights.places(totals)
    ranges = robustness.ranges(ballots, WEIGHTS)
    crossings = robustness.crossings(ballots, WEIGHTS, ROOM)
    found = []
    for measure, row in enumerate(PROPOSALS):
        given = [score for said in row if (score := said.score) is not None]
        missing = sum(not said.ratings and not said.disqualified for said in row)
        outcomes = [said.outcome for said in row if said.outcome]
        spread = weights.spread(given)
        figures = Figures(
            row,
            totals[measure],
            weights.median(given),
            spread,
            len(given),
            consensus_of(spread, outcomes, missing, is_open=True),
            places[measure],
            ranges[measure],
            crossings.get(measure),
        )
        found.append(figures)
    return Example(found, agreement.of_scores(ballots, WEIGHTS))
