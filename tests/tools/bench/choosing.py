"""How long the best choice takes: pure arithmetic, without a server."""

import random
import time
from fractions import Fraction

from app.scoring.choosing import Candidate, Choice, Limits, choose

MEASURES = 200
SCORERS = 8
WEIGHTS = (30, 20, 20, 15, 15)
PINS = 20

# Seconds that it may take, with the prices of all pins and what just missed.
AT_MOST = 1.0

RUNS = 5


def seconds() -> float:
    """Return the median of how long choosing among 200 measures takes, after HiGHS is loaded."""
    questions = [_question(seed) for seed in range(RUNS)]
    choose(*_question(RUNS))
    times = []
    for candidates, limits in questions:
        begin = time.perf_counter()
        found = choose(candidates, limits)
        times.append(time.perf_counter() - begin)
        if not isinstance(found, Choice):
            raise TypeError(f"nothing was chosen: {found}")
    return sorted(times)[RUNS // 2]


def _question(seed: int) -> tuple[list[Candidate], Limits]:
    chance = random.Random(seed)
    candidates = [
        Candidate(
            number,
            _score(chance),
            chance.choice([10_000, 50_000, 120_000, chance.randrange(1_000, 200_000, 500)]),
            chance.choice([0, chance.randrange(0, 30_000, 100)]),
            chance.randrange(4),
        )
        for number in range(MEASURES)
    ]
    return candidates, Limits(
        once=sum(each.once or 0 for each in candidates) // 3,
        yearly=sum(each.yearly or 0 for each in candidates) // 3,
        number=MEASURES // 3,
        inside=frozenset(chance.sample(range(MEASURES), PINS)),
        at_least={0: 10, 1: 10},
    )


def _score(chance: random.Random) -> Fraction:
    """Return a mean of scorers' weighted means, of whose ratings one in ten is skipped."""
    given = []
    middle = chance.uniform(1.5, 4.5)
    for _scorer in range(SCORERS):
        rated = {
            weight_at: min(5, max(1, round(chance.gauss(middle, 1))))
            for weight_at in range(len(WEIGHTS))
            if weight_at == 0 or chance.random() < 0.9
        }
        weight = sum(WEIGHTS[each] for each in rated)
        given.append(Fraction(sum(WEIGHTS[at] * value for at, value in rated.items()), weight))
    return Fraction(sum(given), len(given))
