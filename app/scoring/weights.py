"""The arithmetic of scores: pure, exact, without a database.

Everything is a `Fraction`, so that two measures with the same score are equal and no order hangs
on the last bit of a floating-point number. Numbers are rounded only to be shown.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import NamedTuple, TypeVar

from app.scoring.states import Side

K = TypeVar("K", bound=Hashable)


class Ballot(NamedTuple):
    """How one scorer rated one measure.

    Attributes:
        measure: The measure.
        scorer: Who rated it: the seat, whether its member or the deputy did.
        ratings: 1-5 by criterion; what was skipped is absent.
    """

    measure: int
    scorer: int
    ratings: Mapping[int, int]


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


def median(values: Collection[Fraction | int]) -> Fraction | None:
    """Return the value in the middle, or the mean of the two there; None when there are none.

    Unlike the mean it hardly moves when a single member judges otherwise than all the rest.
    """
    order = sorted(values)
    return mean(order[(len(order) - 1) // 2 : len(order) // 2 + 1])


def spread(values: Collection[Fraction | int]) -> Fraction | None:
    """Return the highest value - the lowest; None when there are none."""
    return Fraction(max(values) - min(values)) if values else None


def totals(ballots: Iterable[Ballot], weights: Mapping[int, int]) -> dict[int, Fraction]:
    """Return the total of each measure under some weights, those of the round or others.

        total = sum(score of each scorer) / number of scorers

    A measure without a score is missing. To leave a criterion out, leave it out of `weights`.

    Args:
        ballots: How the scorers rated.
        weights: The weight (above 0) of every criterion that counts.
    """
    scores: dict[int, list[Fraction]] = defaultdict(list)
    for ballot in ballots:
        score = weighted_mean(ballot.ratings, weights)
        if score is not None:
            scores[ballot.measure].append(score)
    return {measure: Fraction(sum(given), len(given)) for measure, given in scores.items()}


def places(totals: Mapping[K, Fraction] | Mapping[K, int]) -> dict[K, int]:
    """Return the rank of each measure by its total, as `ranks` counts them, the highest first."""
    # Integers are compared much faster than fractions.
    scale = lcm(*(total.denominator for total in totals.values()))
    whole = {each: total.numerator * (scale // total.denominator) for each, total in totals.items()}
    order = sorted(whole, key=lambda each: whole[each], reverse=True)
    return dict(zip(order, ranks([whole[each] for each in order]), strict=True))


def sides(places: Mapping[K, int], capacity: int) -> dict[K, Side]:
    """Return on which side of the cut line each measure stands.

        above: all that share its rank have room, so its rank + their number - 1 <= capacity
        below: rank > capacity
        tied:  the rest, as some of those who share the rank have room, but not all

    Args:
        places: The rank of each measure.
        capacity: After so many measures the line runs.
    """
    shared = Counter(places.values())
    by_rank = {
        rank: Side.ABOVE if rank + number - 1 <= capacity else Side.TIED
        for rank, number in shared.items()
        if rank <= capacity
    }
    return {each: by_rank.get(rank, Side.BELOW) for each, rank in places.items()}


def ranks(totals: Sequence[Fraction | int]) -> list[int]:
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
