"""The arithmetic of scores: pure, exact, without a database.

Everything is a `Fraction`, so that two measures with the same score are equal and no order hangs
on the last bit of a floating-point number. Numbers are rounded only to be shown.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def weighted_mean(ratings: Mapping[K, int], weights: Mapping[K, int]) -> Fraction | None:
    """Return one member's score of one measure.

        score = sum(weight[c] * rating[c]) / sum(weight[c])    over the criteria c that were rated

    The weights of what was skipped are left out of both sums, so that skipping a criterion never
    lowers the score. Multiplying all weights by the same number changes nothing.

    Args:
        ratings: The member's ratings (1-5) by criterion; what was skipped is absent.
        weights: The weight (above 0) of every criterion that counts. Ratings of others are shown
            beside the score and do not change it.

    Returns:
        The score (1-5), or None when nothing that counts was rated.
    """
    rated = ratings.keys() & weights.keys()
    if not rated:
        return None
    return Fraction(sum(weights[c] * ratings[c] for c in rated), sum(weights[c] for c in rated))


def mean(values: Collection[Fraction | int]) -> Fraction | None:
    """Return sum(values) / number of values; None when there are none.

    The total of a measure is the mean of its members' scores: each member weighs the same.
    """
    return Fraction(sum(values), len(values)) if values else None


def ranks(totals: Sequence[Fraction]) -> list[int]:
    """Return the rank of each of the totals, which stand highest first.

        rank = 1 + number of totals that are higher

    Equal totals share a rank, and the next one skips as many: 1, 2, 2, 4.
    """
    found: list[int] = []
    for place, total in enumerate(totals, start=1):
        found.append(found[-1] if place > 1 and totals[place - 2] == total else place)
    return found


def rounded(value: Fraction) -> Decimal:
    """Return a positive number with two decimals, halves upwards: 3.125 becomes 3.13."""
    hundredths = int(value * 100 + Fraction(1, 2))
    return Decimal(hundredths).scaleb(-2)
