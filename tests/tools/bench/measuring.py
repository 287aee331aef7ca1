"""Measure several requests in turn, so that a busy moment of the machine strikes them alike."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.tools.server import Answer

WARM_UP = 3
ROUNDS = 200
FEWEST_ROUNDS = 20


@dataclass
class Probe:
    """One kind of request and what its answers were; what is done before it is not timed."""

    name: str
    request: Callable[[], Answer]
    expected: int = 200
    before: Callable[[], None] | None = None
    milliseconds: list[float] = field(default_factory=list)
    queries: set[int] = field(default_factory=set)
    size: int = 0

    def run(self) -> None:
        """Make one request and keep its figures.

        Raises RuntimeError where the answer is not the expected one.
        """
        if self.before:
            self.before()
        answer = self.request()
        if answer.status != self.expected:
            raise RuntimeError(f"{self.name}: {answer.status} instead of {self.expected}")
        self.milliseconds.append(answer.milliseconds)
        self.size = len(answer.body)
        if "X-Query-Count" in answer.headers:
            self.queries.add(int(answer.headers["X-Query-Count"]))

    def forget(self) -> None:
        """Forget the figures so far."""
        self.milliseconds.clear()
        self.queries.clear()

    @property
    def median(self) -> float:
        """Half of the answers came within this many milliseconds."""
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        """Nineteen of twenty answers came within this many milliseconds."""
        return statistics.quantiles(self.milliseconds, n=20)[-1]

    @property
    def per_second(self) -> float:
        """So many requests one reader makes in a second, one after the other."""
        return 1000 / statistics.fmean(self.milliseconds)


def measure(probes: Iterable[Probe], seconds: float) -> None:
    """Run the probes in turn until there are enough rounds or the time is up."""
    probes = list(probes)
    for _ in range(WARM_UP):
        for probe in probes:
            probe.run()
    for probe in probes:
        probe.forget()
    deadline = time.monotonic() + seconds
    for number in range(ROUNDS):
        if number >= FEWEST_ROUNDS and time.monotonic() > deadline:
            break
        for probe in probes:
            probe.run()
