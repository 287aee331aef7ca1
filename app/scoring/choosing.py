"""Choosing the best measures within limits: pure data in, pure data out, exact and deterministic.

    maximise    the sum of the scores of the chosen measures
    such that   they cost at most so much once and so much a year, are at most so many,
                hold all that is pinned in, nothing that is pinned out, and so many of each theme

HiGHS (package `highspy`, extra `optimisation`) solves it. It is imported inside, so that the tool
runs without it.

Why the optimum is exact. All numbers are integers: euros, ones, and scores in units of which
`_scaled` says how small they are. Let r be the limits, a their coefficients, b their bounds and
s the scores. For any numbers L[r] >= 0 (Lagrange multipliers) no choice x within the limits scores
more than

    bound = sum(L[r] * b[r]) + sum(max(0, gain[k]))        gain[k] = s[k] - sum(L[r] * a[r][k])

and one that holds a measure whose gain is negative, or lacks one whose gain is positive, scores at
most bound - |gain[k]|. HiGHS gives good multipliers, the duals of the relaxed problem, where
measures may be chosen in part; they are rounded to multiples of 1/2**32, and the bound is worked
out with them in Python's integers. So it holds exactly, however HiGHS rounds. Whatever cannot be
otherwise in a choice that scores `at_least` is settled by it; HiGHS chooses among the few measures
that remain, the core. Their scores add up to less than 2**31 units, and HiGHS may be wrong by half
a unit at most (`mip_abs_gap`), where doubles err by less than a millionth of one. What it finds is
checked in integers, and if it scores `at_least`, nothing that was settled could do better.

Why it is deterministic. Of choices with the same score the one that costs less is taken (once and
a year together; where a cost is not known, the dearest known one stands for it), and of those with
the same cost the one that holds the lowest id by which they differ. That is only one, so that
neither the order of the measures nor the way of HiGHS matters.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import NamedTuple, TypeVar

from app.scoring.solver import PART, Pins, Row, Solver, TooHard

T = TypeVar("T")

FINEST = 10**6
"""Into so many units a point is divided at most. Where the scores have a common denominator up to
it, they are whole numbers of units; else they are rounded to a unit, so that two sets may count as
equal whose sums differ by less than a millionth of a point for each measure."""

NEAR = 10
"""So many of the measures that just missed are named."""

_CHUNK = 20
"""So many ids are compared at once, by powers of two."""

_CORE = 16
"""So many measures at least the first core has."""


class Candidate(NamedTuple):
    """A measure that can be chosen.

    Attributes:
        id: Its id.
        score: Its score; None when nobody has scored it.
        once, yearly: What it costs in whole euros; None when that is not known.
        theme: Id of its theme; None when it has none.
    """

    id: int
    score: Fraction | None
    once: int | None = None
    yearly: int | None = None
    theme: int | None = None


@dataclass(frozen=True)
class Limits:
    """What a choice must keep to.

    Attributes:
        once, yearly: What all may cost in whole euros; None for no limit.
        number: How many there may be; None for no limit.
        inside, outside: Ids of what is pinned in and out.
        at_least: How many there must be of a theme, by its id.
    """

    once: int | None = None
    yearly: int | None = None
    number: int | None = None
    inside: frozenset[int] = frozenset()
    outside: frozenset[int] = frozenset()
    at_least: Mapping[int, int] = field(default_factory=dict)


class NearMiss(NamedTuple):
    """A measure that was left out, and by how much the sum of scores falls with it."""

    id: int
    loss: Fraction


@dataclass(frozen=True)
class Left:
    """What could not be chosen, by ids.

    Attributes:
        unknown: What costs an unknown amount while euros are limited: nothing is taken for free.
        unscored: What nobody has scored, unless it is pinned in.
    """

    unknown: frozenset[int]
    unscored: frozenset[int]


@dataclass(frozen=True)
class Choice:
    """The best choice.

    Attributes:
        chosen: Ids, the lowest first.
        total: The sum of their scores.
        prices: By how much the sum would rise without each pin, by the id of what is pinned; of
            what could not be chosen without it either, nothing is said.
        near: What just missed, the least loss first.
        left: What could not be chosen.
    """

    chosen: tuple[int, ...]
    total: Fraction
    prices: Mapping[int, Fraction]
    near: tuple[NearMiss, ...]
    left: Left


@dataclass(frozen=True)
class Conflict:
    """Limits that cannot be kept, as they are too narrow alone or together.

    Where some are so alone, these are named, and otherwise some that could be kept if any one of
    them were not there.

    Attributes:
        limits: "once", "yearly", "number", or the id of the theme of which too few can be chosen.
        pinned: Whether it is what is pinned in that stands against them.
        left: What could not be chosen.
    """

    limits: tuple[str | int, ...]
    pinned: bool
    left: Left


def left_out(candidates: Iterable[Candidate], limits: Limits) -> Left:
    """Return what cannot be chosen within some limits, whatever else is."""
    every = list(candidates)
    return Left(
        frozenset(
            each.id
            for each in every
            if (limits.once is not None and each.once is None)
            or (limits.yearly is not None and each.yearly is None)
        ),
        frozenset(each.id for each in every if each.score is None and each.id not in limits.inside),
    )


def choose(candidates: Iterable[Candidate], limits: Limits) -> Choice | Conflict:
    """Return the best choice within some limits, or which of them cannot be kept together.

    Raises:
        NotInstalled: The package highspy is not there.
        TooHard: The best choice could not be proven with a reasonable effort.
    """
    every = sorted(candidates)
    left = left_out(every, limits)
    gone = left.unknown | left.unscored
    problem = _Problem([each for each in every if each.id not in gone], limits)
    pins = problem.pins
    best = problem.best(pins)
    if best is None:
        return Conflict(*problem.conflict(), left)
    chosen = problem.settled(best, pins)
    ids = tuple(problem.ids[k] for k in chosen)
    return Choice(
        ids,
        sum((each.score or Fraction(0) for each in every if each.id in ids), Fraction(0)),
        {problem.ids[k]: problem.points(problem.without(k, best) - best) for k in pins},
        tuple(problem.near_misses(best, chosen)),
        left,
    )


class _Bound(NamedTuple):
    """What is known of a problem by multipliers, all in parts of units.

    Attributes:
        bound: No choice scores more.
        gains: What a measure that is chosen against the grain costs at least, by its place.
        grain: What each would best be by itself, 1 or 0, by its place.
    """

    bound: int
    gains: Sequence[int]
    grain: Sequence[int]


class _Problem:
    """The measures in the order of their ids, called by their places in it, and the limits."""

    def __init__(self, candidates: Sequence[Candidate], limits: Limits) -> None:
        self.ids = [each.id for each in candidates]
        self._unit, self._scores = _scaled(candidates)
        self._costs = _tie_costs(candidates)
        self._rows = list(_rows(candidates, limits))
        self._solver = Solver(self._scores, self._rows)
        self.pins: Pins = {
            k: int(number in limits.inside)
            for k, number in enumerate(self.ids)
            if number in limits.inside | limits.outside
        }

    def points(self, units: int) -> Fraction:
        """Return a number of units as points."""
        return Fraction(units, self._unit)

    def best(self, pins: Pins, at_least: int | None = None) -> int | None:
        """Return the units of the best choice with these pins.

        None when there is no choice, or none with `at_least` so many units.
        """
        bound = self._bound(pins)
        if bound is None:
            return None
        free = len(self.ids) - len(pins)
        target = _target(bound, pins, _CORE)
        while True:
            target = target if at_least is None else max(target, at_least)
            core = _core(bound, pins, target)
            found = self._solver.solve(self._scores, self._rows, core, bound.grain)
            units = None if found is None else sum(self._scores[k] for k in found)
            if units is not None and units >= target:
                return units
            if target == at_least:
                return None
            if len(core) == free:
                return units
            # What was found is a choice, so that the best one scores at least as much.
            target = _target(bound, pins, 2 * len(core) + 1) if units is None else units

    def _bound(self, pins: Pins) -> _Bound | None:
        """Return what multipliers tell of the problem; None when even its relaxation has none."""
        multipliers = self._solver.duals(pins)
        if multipliers is None:
            return None
        gains = [PART * score for score in self._scores]
        bound = 0
        for multiplier, row in zip(multipliers, self._rows, strict=True):
            if multiplier:
                bound += multiplier * row.bound
                gains = [g - multiplier * c for g, c in zip(gains, row.coefficients, strict=True)]
        grain = [pins.get(k, int(gain > 0)) for k, gain in enumerate(gains)]
        bound += sum(gain for gain, taken in zip(gains, grain, strict=True) if taken)
        return _Bound(bound, gains, grain)

    def settled(self, best: int, pins: Pins) -> list[int]:
        """Return the one choice, by places, that the rules for equal scores leave."""
        bound = _existing(self._bound(pins))
        core, grain = _core(bound, pins, best), bound.grain
        rows = [*self._rows, Row("score", [-score for score in self._scores], -best)]
        costs = [-cost for cost in self._costs]
        found = _existing(self._solver.solve(costs, rows, core, grain))
        rows.append(Row("cost", self._costs, sum(self._costs[k] for k in found)))
        while core:
            chunk = core[:_CHUNK]
            powers = [0] * len(self.ids)
            for power, k in enumerate(reversed(chunk)):
                powers[k] = 2**power
            found = _existing(self._solver.solve(powers, rows, core, grain))
            grain = [int(k in found) for k in range(len(self.ids))]
            core = core[_CHUNK:]
        return sorted(found)

    def without(self, pin: int, best: int) -> int:
        """Return the units of the best choice without a pin."""
        others = {k: value for k, value in self.pins.items() if k != pin}
        better = self.best({**others, pin: 1 - self.pins[pin]}, best + 1)
        return best if better is None else better

    def near_misses(self, best: int, chosen: Collection[int]) -> list[NearMiss]:
        """Return what just missed, the least loss first, then the lowest id."""
        bound = _existing(self._bound(self.pins))
        left = [k for k in range(len(self.ids)) if k not in self.pins and k not in chosen]
        # Nothing that is forced in against the grain is better than its bound says.
        left.sort(key=lambda k: (min(0, bound.gains[k]) * -1, k))
        found: list[tuple[int, int]] = []
        for k in left:
            worst = found[NEAR - 1][0] if len(found) >= NEAR else None
            if worst is not None and bound.bound + min(0, bound.gains[k]) < PART * (best - worst):
                break
            units = self.best({**self.pins, k: 1}, None if worst is None else best - worst)
            if units is not None:
                found = sorted([*found, (best - units, k)])[:NEAR]
        return [NearMiss(self.ids[k], self.points(loss)) for loss, k in found]

    def conflict(self) -> tuple[tuple[str | int, ...], bool]:
        """Return limits that cannot be kept, and whether it is for what is pinned in."""
        nothing, every = [0] * len(self.ids), range(len(self.ids))
        out = {k: value for k, value in self.pins.items() if not value}

        def can_be_kept(rows: Sequence[Row], pins: Pins) -> bool:
            free = [k for k in every if k not in pins]
            grain = [pins.get(k, 0) for k in every]
            return self._solver.solve(nothing, rows, free, grain) is not None

        alone = [row for row in self._rows if not can_be_kept([row], self.pins)]
        if alone:
            pinned = any(can_be_kept([row], out) for row in alone)
            return tuple(row.name for row in alone), pinned
        rows = list(self._rows)
        for row in self._rows:
            fewer = [each for each in rows if each is not row]
            if not can_be_kept(fewer, self.pins):
                rows = fewer
        return tuple(row.name for row in rows), can_be_kept(rows, out)


def _target(bound: _Bound, pins: Pins, size: int) -> int:
    """Return the units for which so many measures remain in the core, or all."""
    against = sorted(abs(gain) for k, gain in enumerate(bound.gains) if k not in pins)
    most = against[min(size, len(against)) - 1] if against else 0
    return (bound.bound - most) // PART


def _core(bound: _Bound, pins: Pins, target: int) -> list[int]:
    """Return what is not settled yet in a choice that scores so many units."""
    room = bound.bound - PART * target
    return [k for k, gain in enumerate(bound.gains) if k not in pins and abs(gain) <= room]


def _existing(found: T | None) -> T:
    """Return a choice that there is, as the best one has been found."""
    if found is None:
        raise TooHard
    return found


def _scaled(candidates: Sequence[Candidate]) -> tuple[int, list[int]]:
    """Return into how many units a point is divided, and all scores in units."""
    scores = [each.score or Fraction(0) for each in candidates]
    unit = min(lcm(*(score.denominator for score in scores)), FINEST)
    return unit, [int(score * unit + Fraction(1, 2)) for score in scores]


def _tie_costs(candidates: Sequence[Candidate]) -> list[int]:
    """Return what each measure costs where equal scores are told apart."""
    dearest_once = max((each.once or 0 for each in candidates), default=0)
    dearest_yearly = max((each.yearly or 0 for each in candidates), default=0)
    return [
        (dearest_once if each.once is None else each.once)
        + (dearest_yearly if each.yearly is None else each.yearly)
        for each in candidates
    ]


def _rows(candidates: Sequence[Candidate], limits: Limits) -> Iterable[Row]:
    """Give the limits that are in force."""
    if limits.once is not None:
        yield Row("once", [each.once or 0 for each in candidates], limits.once)
    if limits.yearly is not None:
        yield Row("yearly", [each.yearly or 0 for each in candidates], limits.yearly)
    if limits.number is not None:
        yield Row("number", [1] * len(candidates), limits.number)
    for theme, number in sorted(limits.at_least.items()):
        yield Row(theme, [-int(each.theme == theme) for each in candidates], -number)
