"""How far the group agrees on a measure."""

from fractions import Fraction

import pytest

from app.scoring import weights
from app.scoring.consensus import consensus_of
from app.scoring.states import Consensus, ProposedOutcome

APPROVE, RETURN, POSTPONE, REJECT = ProposedOutcome


@pytest.mark.parametrize(
    ("scores", "outcomes", "missing", "expected"),
    [
        ([], [], 8, Consensus.NOT_BEGUN),
        ([], [], 0, Consensus.NOT_BEGUN),
        ([3], [APPROVE], 7, Consensus.UNDER_WAY),
        ([4, 4, 4], [APPROVE] * 3, 1, Consensus.UNDER_WAY),
        ([4, 4, 4], [APPROVE] * 3, 0, Consensus.AGREED),
        ([3, 4], [REJECT, REJECT], 0, Consensus.AGREED),
        ([3, Fraction("4.01")], [APPROVE] * 2, 0, Consensus.MIXED),
        ([3, 3], [APPROVE, POSTPONE], 0, Consensus.MIXED),
        ([3, 3], [RETURN, REJECT], 0, Consensus.MIXED),
        ([3, Fraction("4.99")], [APPROVE] * 2, 0, Consensus.MIXED),
        ([3, 5], [APPROVE] * 2, 0, Consensus.CONFLICTING),
        ([3, 3], [APPROVE, REJECT], 0, Consensus.CONFLICTING),
        ([3, 3, 3], [APPROVE, POSTPONE, REJECT], 5, Consensus.CONFLICTING),
        ([1, 5], [APPROVE] * 2, 6, Consensus.CONFLICTING),
        # Of what was scored before outcomes were asked, the scores speak alone.
        ([3, 3], [], 0, Consensus.AGREED),
    ],
)
def test_consensus(scores, outcomes, missing, expected) -> None:
    spread = weights.spread([Fraction(each) for each in scores])
    assert consensus_of(spread, outcomes, missing, is_open=True) is expected


def test_after_the_round_nobody_is_missing_any_more() -> None:
    assert consensus_of(Fraction(0), [APPROVE] * 2, 6, is_open=False) is Consensus.AGREED
    assert consensus_of(None, [], 8, is_open=False) is Consensus.NOT_BEGUN
