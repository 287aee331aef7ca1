"""The best choice found by looking at every subset, to hold the solver against."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from app.scoring.choosing import Candidate, Limits


def fitting(candidates: Sequence[Candidate], limits: Limits) -> Iterator[tuple[Candidate, ...]]:
    """Give every choice that keeps to the limits."""
    able = [
        each
        for each in candidates
        if each.id not in limits.outside
        and (each.score is not None or each.id in limits.inside)
        and (limits.once is None or each.once is not None)
        and (limits.yearly is None or each.yearly is not None)
    ]
    needed = limits.inside & {each.id for each in able}
    for size in range(len(able) + 1):
        for chosen in combinations(able, size):
            if (
                needed <= {each.id for each in chosen}
                and (limits.once is None or sum(e.once or 0 for e in chosen) <= limits.once)
                and (limits.yearly is None or sum(e.yearly or 0 for e in chosen) <= limits.yearly)
                and (limits.number is None or size <= limits.number)
                and all(
                    sum(each.theme == theme for each in chosen) >= number
                    for theme, number in limits.at_least.items()
                )
            ):
                yield chosen


def total(chosen: Sequence[Candidate]) -> Fraction:
    return sum((each.score or Fraction(0) for each in chosen), Fraction(0))


def best(candidates: Sequence[Candidate], limits: Limits) -> tuple[int, ...] | None:
    """Return the ids of the best choice; of equal ones the cheapest, then the lowest ids."""
    able = [each for each in candidates if each.id not in limits.outside]
    able = [
        each
        for each in able
        if (limits.once is None or each.once is not None)
        and (limits.yearly is None or each.yearly is not None)
        and (each.score is not None or each.id in limits.inside)
    ]
    once = max((each.once or 0 for each in able), default=0)
    yearly = max((each.yearly or 0 for each in able), default=0)

    def rank(chosen: tuple[Candidate, ...]) -> tuple[Fraction, int, list[bool]]:
        cost = sum(
            (once if e.once is None else e.once) + (yearly if e.yearly is None else e.yearly)
            for e in chosen
        )
        ids = {each.id for each in chosen}
        return total(chosen), -cost, [each.id in ids for each in sorted(candidates)]

    found = max(fitting(candidates, limits), key=rank, default=None)
    return None if found is None else tuple(sorted(each.id for each in found))
