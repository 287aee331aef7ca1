"""How far the ranking hangs on single scorers and on the choice of weights: pure and exact.

For each measure: which ranks it takes when each scorer in turn is left out and when all weights are
shaken a little (its range), and how little a single weight must move before the measure crosses the
cut line.

Hundreds of rankings are made for that. So the ratings of those who rated the same criteria of a
measure are added up once: the sum of their scores is then one product of weights and sums. Totals
are compared as integers, all of them multiplied by the same number, so that no rounding decides.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from math import lcm
from operator import mul
from random import Random
from typing import NamedTuple

from app.scoring.weights import Ballot

SHAKES = 200
"""So many sets of shaken weights are tried."""

SHAKEN_BY = 200
"""Thousandths by which each weight is shaken at most, up or down: ±20 %."""

SEED = 5
"""The same weights are shaken to the same values each time, so that a range does not flicker."""


class Range(NamedTuple):
    """The best and the worst rank that a measure takes, its own included."""

    best: int
    worst: int


class Crossing(NamedTuple):
    """The least change of one criterion's weight that takes a measure over the cut line."""

    criterion: int
    before: int
    after: int


def ranges(ballots: Collection[Ballot], weights: Mapping[int, int]) -> dict[int, Range]:
    """Return the range of ranks of each measure that has a total.

    The ranks are those of the round's own weights, those without each scorer in turn, and those
    of `SHAKES` sets of weights, each weight w of which is drawn evenly from 0.8 w to 1.2 w. Where
    a measure has no total without one scorer, that ranking tells nothing of it.

    Args:
        ballots: How the scorers rated.
        weights: The weight (above 0) of every criterion that counts. Their order matters: the
            first gets the first drawn number.
    """
    every = _Sums(ballots, weights)
    found = [_places(every.totals(weights))]
    for scorer in sorted({ballot.scorer for ballot in ballots}):
        others = _Sums((each for each in ballots if each.scorer != scorer), weights)
        found.append(_places(others.totals(weights)))
    found.extend(_places(every.totals(shaken)) for shaken in _shaken(weights))
    return {
        measure: Range(min(ranks), max(ranks))
        for measure in found[0]
        if (ranks := [each[measure] for each in found if measure in each])
    }


def crossings(
    ballots: Collection[Ballot], weights: Mapping[int, int], capacity: int
) -> dict[int, Crossing]:
    """Return the least change of one weight that takes each measure over the cut line.

    A measure is above the line when fewer than `capacity` measures have a higher total. The weight
    of one criterion at a time goes by whole points to 0 and to twice its value; the others stay.
    The change is the one of the fewest points, among equal ones that of the criterion that comes
    first, and down before up. A measure that no such change takes over the line is missing.

    Args:
        ballots: How the scorers rated.
        weights: The weight (above 0) of every criterion that counts.
        capacity: After so many measures the line runs.
    """
    sums = _Sums(ballots, weights)
    now = sums.totals(weights)
    above = _above(now, capacity)
    found: dict[int, Crossing] = {}
    for change in range(1, max(weights.values(), default=0) + 1):
        for criterion, before in weights.items():
            for after in (before - change, before + change) if change <= before else ():
                then = sums.totals({**weights, criterion: after})
                for measure in (_above(then, capacity) ^ above) & then.keys() - found.keys():
                    found[measure] = Crossing(criterion, before, after)
    return found


class _Sums:
    """The ratings of each measure, added up over those who rated the same criteria of it."""

    def __init__(self, ballots: Iterable[Ballot], criteria: Collection[int]) -> None:
        rated: dict[tuple[int, tuple[int, ...]], list[tuple[int, ...]]] = defaultdict(list)
        for ballot in ballots:
            key = tuple(criterion for criterion in criteria if criterion in ballot.ratings)
            if key:
                values = tuple(ballot.ratings[criterion] for criterion in key)
                rated[ballot.measure, key].append(values)
        self._of: dict[int, list[tuple[tuple[int, ...], int, tuple[int, ...]]]] = defaultdict(list)
        for (measure, key), rows in rated.items():
            added = tuple(sum(column) for column in zip(*rows, strict=True))
            self._of[measure].append((key, len(rows), added))
        self._patterns = {key for _measure, key in rated}
        most = max((sum(part[1] for part in parts) for parts in self._of.values()), default=1)
        self._scorers = lcm(*range(1, most + 1))

    def totals(self, weights: Mapping[int, int]) -> dict[int, int]:
        """Return the totals, all times the same number; of what has none, nothing.

        A criterion whose weight is 0 is left out.
        """
        used = {key: [weights[criterion] for criterion in key] for key in self._patterns}
        sums = {key: sum(values) for key, values in used.items() if any(values)}
        common = lcm(*sums.values())
        scaled = {key: [each * (common // sums[key]) for each in used[key]] for key in sums}
        found = {}
        for measure, parts in self._of.items():
            total = scorers = 0
            for key, number, added in parts:
                if key in scaled:
                    total += sum(map(mul, scaled[key], added))
                    scorers += number
            if scorers:
                found[measure] = total * (self._scorers // scorers)
        return found


def _places(totals: Mapping[int, int]) -> dict[int, int]:
    """Return ranks: 1 + number of higher totals."""
    order = sorted(totals.values(), reverse=True)
    rank = dict(zip(reversed(order), range(len(order), 0, -1), strict=True))
    return {measure: rank[total] for measure, total in totals.items()}


def _above(totals: Mapping[int, int], capacity: int) -> set[int]:
    """Return the measures above the cut line."""
    if capacity >= len(totals):
        return set(totals)
    lowest = sorted(totals.values(), reverse=True)[capacity - 1]
    return {measure for measure, total in totals.items() if total >= lowest}


def _shaken(weights: Mapping[int, int]) -> list[dict[int, int]]:
    """Return sets of shaken weights, in thousandths."""
    # Of a generator's methods only random() gives the same numbers in every version of Python.
    draw = Random(SEED).random  # noqa: S311 -- chance, not a secret
    least, steps = 1000 - SHAKEN_BY, 2 * SHAKEN_BY + 1
    return [
        {criterion: weight * (least + int(steps * draw())) for criterion, weight in weights.items()}
        for _time in range(SHAKES)
    ]
