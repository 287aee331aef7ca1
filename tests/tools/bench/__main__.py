"""Measure the tool beside the floor, at four sizes, and say which targets it reaches.

python -m tests.tools.bench [SIZE ...]    # default: 26 520 5200 52000 measures

One reader makes requests over one connection, one after the other; the tool's and the floor's
take turns, both served by gunicorn with the settings of make run. Returns 1 where a target is
missed.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.tools.bench.saves import proposal_save, score_save

from app.core import clock
from tests.tools.bench import first_view
from tests.tools.bench.fill import fill
from tests.tools.bench.measuring import Probe, measure
from tests.tools.server import PROJECT, Client, serving

SIZES = (26, 520, 5_200, 52_000)

# Seconds of measuring at one size.
SECONDS = 30

# How many times the floor's median a request may take; the largest size has no target.
PAGE = "status page"
FRAGMENT = "filter fragment"
PROPOSAL = "proposal save"
SCORE = "score save"
TARGETS = {
    PAGE: {26: 8, 520: 8, 5_200: 12},
    FRAGMENT: {26: 5, 520: 5, 5_200: 5},
    PROPOSAL: {26: 5, 520: 5, 5_200: 5},
    SCORE: {26: 5, 520: 5, 5_200: 5},
}

# Bytes over the wire of the first view, without Chart.js.
FIRST_VIEW = 100 * 1024

HEADING = (
    f"{'measures':>8}  {'request':<18}{'queries':>8}{'median ms':>11}{'p95 ms':>9}"
    f"{'per second':>12}{'bytes':>9}{'x floor':>9}  target"
)


def main(sizes: list[int]) -> int:
    """Measure at every size and print the figures; return 1 where a target is missed."""
    print(HEADING, flush=True)
    queries: dict[str, set[int]] = {name: set() for name in TARGETS}
    reached = []
    with tempfile.TemporaryDirectory() as folder, _floor(Path(folder)) as floor:
        for size in sizes:
            instance = Path(folder, str(size))
            fill(instance, size)
            environment = {"INSTANCE": str(instance), "DATABASE_URL": "", "QUERY_COUNT_HEADER": "1"}
            with serving("wsgi:app", environment) as port:
                for probe, times in _measured(port, floor):
                    queries.get(probe.name, set()).update(probe.queries)
                    reached.append(_report(size, probe, times))
                if size == sizes[0]:
                    weight = first_view.weigh(Client(port))
    for name, counts in queries.items():
        reached.append(_say(f"{name}: as many queries at every size", len(counts) == 1))
    kilobytes = f"first view {weight / 1024:.0f} KB without Chart.js, at most 100 KB"
    reached.append(_say(kilobytes, weight <= FIRST_VIEW))
    return 0 if all(reached) else 1


def _floor(folder: Path):
    environment = {"DATABASE_URL": f"sqlite:///{folder / 'floor.sqlite'}"}
    subprocess.run(
        [sys.executable, "-m", "tests.tools.bench.floor"],
        cwd=PROJECT,
        env={**os.environ, **environment},
        check=True,
    )
    return serving("tests.tools.bench.floor:app", environment)


def _measured(port: int, floor_port: int) -> list[tuple[Probe, float]]:
    """Measure all requests in turn; give each with its multiple of the floor's median."""
    floor, reader = Client(floor_port), Client(port)
    floor_page = Probe("floor: page", lambda: floor.get("/"))
    floor_save = Probe("floor: save", lambda: floor.post("/", []), expected=204)
    page = Probe(PAGE, lambda: reader.get("/"))
    address = f"/?year={clock.today().year}&status=started"
    fragment = Probe(FRAGMENT, lambda: reader.get(address, {"HX-Request": "true"}))
    proposal = Probe(PROPOSAL, proposal_save(Client(port)), expected=303)
    score = Probe(SCORE, score_save(Client(port)), expected=303)
    measure([floor_page, page, fragment, floor_save, proposal, score], SECONDS)
    return [
        (floor_page, 1.0),
        (page, page.median / floor_page.median),
        (fragment, fragment.median / floor_page.median),
        (floor_save, 1.0),
        (proposal, proposal.median / floor_save.median),
        (score, score.median / floor_save.median),
    ]


def _report(size: int, probe: Probe, times: float) -> bool:
    """Print one line; return whether its target is reached, which a line without one is."""
    target = TARGETS.get(probe.name, {}).get(size)
    reached = target is None or times <= target
    verdict = f"at most {target}: {'PASS' if reached else 'MISS'}" if target else ""
    counts = "-".join(map(str, sorted(probe.queries)))
    print(
        f"{size:>8}  {probe.name:<18}{counts:>8}{probe.median:>11.2f}{probe.p95:>9.2f}"
        f"{probe.per_second:>12.0f}{probe.size:>9}{times:>9.1f}  {verdict}",
        flush=True,
    )
    return reached


def _say(what: str, reached: bool) -> bool:
    print(f"{'PASS' if reached else 'MISS'}: {what}")
    return reached


if __name__ == "__main__":
    sys.exit(main([int(size) for size in sys.argv[1:]] or list(SIZES)))
