"""How far the scorers mean the same by their numbers, over all measures: Krippendorff's alpha.

Source: Klaus Krippendorff, Computing Krippendorff's Alpha-Reliability, University of Pennsylvania,
2011. The measures are its units, the scorers its observers, and its metric is that of intervals: a
difference of two points weighs four times one of a single point.
"""

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from itertools import chain
from math import lcm

from app.scoring.weights import Ballot, weighted_mean


def alpha(units: Iterable[Collection[Fraction | int]]) -> Fraction | None:
    """Return the agreement of values that several observers gave to the same units.

        alpha = 1 - observed disagreement / expected disagreement
        observed = sum over units u of (sum over pairs in u of (v - w)**2 / (m[u] - 1)) / n
        expected = sum over all pairs of (v - w)**2 / (n * (n - 1))

    where m[u] is the number of values of the unit u, n that of all values, and each pair is taken
    in both orders. Units with a single value are left out, as it can't agree with any other.

    1 is full agreement; 0 is what chance alone would give, below it observers disagree
    systematically. Krippendorff advises to rely on data from 0.8 on, and to draw only tentative
    conclusions from 0.667 on.

    Args:
        units: The values of each unit. Which observer gave which value does not matter.

    Returns:
        The exact alpha, or None where it is not defined: no unit has two values, or all values are
        the same, so that none could disagree.
    """
    paired = [values for values in units if len(values) > 1]
    # A scale does not change alpha, and integers are much faster than fractions.
    scale = lcm(*(value.denominator for value in chain(*paired)))
    whole = [[v.numerator * (scale // v.denominator) for v in values] for values in paired]
    every = list(chain(*whole))
    expected = _squares(every) if every else 0
    if not expected:
        return None
    within = (Fraction(_squares(values), len(values) - 1) for values in whole)
    observed = sum(within, Fraction(0))
    return 1 - observed * (len(every) - 1) / expected


def _squares(values: Collection[int]) -> int:
    """Return the sum of (v - w)**2 over all pairs of values, without going through the pairs."""
    return 2 * (len(values) * sum(value * value for value in values) - sum(values) ** 2)


def of_scores(ballots: Iterable[Ballot], weights: Mapping[int, int]) -> Fraction | None:
    """Return the agreement of the scorers' scores over the whole round.

    Args:
        ballots: How the scorers rated.
        weights: The weight (above 0) of every criterion that counts.
    """
    return alpha(_units((each, weighted_mean(each.ratings, weights)) for each in ballots))


def of_ratings(ballots: Iterable[Ballot], criterion: int) -> Fraction | None:
    """Return the agreement of the ratings on one criterion: how alike all understand it."""
    return alpha(_units((each, each.ratings.get(criterion)) for each in ballots))


def _units(
    given: Iterable[tuple[Ballot, Fraction | int | None]],
) -> Collection[list[Fraction | int]]:
    """Return the values of each measure; None is no value."""
    units: dict[int, list[Fraction | int]] = {}
    for ballot, value in given:
        if value is not None:
            units.setdefault(ballot.measure, []).append(value)
    return units.values()
