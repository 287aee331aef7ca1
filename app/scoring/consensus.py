"""How far the group agrees on a measure: pure, without a database."""

from collections.abc import Collection
from fractions import Fraction

from app.scoring.states import Consensus, ProposedOutcome

FAR = Fraction(2)
"""From this spread on, members judge a measure too differently for one opinion of the group."""

NEAR = Fraction(1)
"""Up to this spread they judge it much alike."""

OPPOSED = frozenset({ProposedOutcome.APPROVE, ProposedOutcome.REJECT})
"""Who proposes the one and who proposes the other can't both be followed."""


def consensus_of(
    spread: Fraction | None,
    outcomes: Collection[ProposedOutcome],
    missing: int,
    *,
    is_open: bool,
) -> Consensus:
    """Return how far the group agrees on a measure.

    It is the first of these that is true:

        not begun:    no scorer has given a score
        conflicting:  spread >= 2, or one proposes to approve and another to reject
        under way:    the round is open and the scores of some are still missing
        agreed:       all propose the same outcome, and spread <= 1
        mixed:        the rest

    A conflict shows before all have scored, as further scores cannot take it away.

    Args:
        spread: The highest of the scorers' scores - the lowest; None when nobody has scored.
        outcomes: The outcomes that they propose.
        missing: How many seats have not judged the measure yet.
        is_open: Whether the round still goes on.
    """
    proposed = set(outcomes)
    if spread is None:
        found = Consensus.NOT_BEGUN
    elif spread >= FAR or proposed >= OPPOSED:
        found = Consensus.CONFLICTING
    elif is_open and missing:
        found = Consensus.UNDER_WAY
    elif spread <= NEAR and len(proposed) <= 1:
        found = Consensus.AGREED
    else:
        found = Consensus.MIXED
    return found
