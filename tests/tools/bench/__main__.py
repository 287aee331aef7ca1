"""Measure the tool beside the floor, at several sizes, and say which targets it reaches.

python -m tests.tools.bench [SIZE ...]    # default: 26 520 5200 52000 measures
python -m tests.tools.bench ranking       # the rankings of 26, 260 and 2600 alone

One reader makes requests over one connection, one after the other; the tool's and the floor's
take turns, both served by gunicorn with the settings of make run. Returns 1 where a target is
missed.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from app.core import clock
from tests.tools.bench import choosing, first_view
from tests.tools.bench.fill import Forms, fill
from tests.tools.bench.measuring import Probe, measure
from tests.tools.bench.ranked import MEMBER, SECRETARY, fill_ranking
from tests.tools.bench.saves import look_alikes, proposal_save, score_save, sign_in
from tests.tools.server import PROJECT, Client, serving

SIZES = (26, 520, 5_200, 52_000)

# So many measures stand in the rankings, each scored by eight.
RANKED = (26, 260, 2_600)

# Seconds of measuring at one size.
SECONDS = 20

# What the tool keeps of the status page is good until the next change in the database; "anew" is
# the first request after one. It is measured so that nobody is misled by the kept one, and has no
# target.
PAGE = "status page"
PAGE_ANEW = "status page, anew"
FRAGMENT = "filter fragment"
FRAGMENT_ANEW = "fragment, anew"
PROPOSAL = "proposal save"
SCORE = "score save"
# What measures are compared by is kept in memory; "anew" is after the text of one has changed.
LOOK_ALIKES = "look-alikes"
LOOK_ALIKES_ANEW = "look-alikes, anew"
# What is worked out of the whole round is kept until the next change; "anew" is after one. A member
# from whom a part is hidden sees none of that, but how far they are themselves; theirs is always
# after a change, as there are many while members score.
RANKING_ANEW = "ranking, anew"
RANKING = "ranking"
RANKING_OF_MEMBER = "ranking, member"

REQUESTS = (
    *(PAGE_ANEW, PAGE, FRAGMENT_ANEW, FRAGMENT, PROPOSAL, SCORE),
    *(LOOK_ALIKES_ANEW, LOOK_ALIKES, RANKING_ANEW, RANKING, RANKING_OF_MEMBER),
)

# How many times the floor's median a request may take; the largest size has no target.
OF_PAGES = {26: 8, 520: 8, 5_200: 12}
OF_PARTS = {26: 5, 520: 5, 5_200: 5}
OF_LOOK_ALIKES = {26: 10, 520: 12, 5_200: 30}
OF_RANKINGS = {26: 30, 260: 50, 2_600: 150}
TARGETS = {
    PAGE: OF_PAGES,
    FRAGMENT: OF_PARTS,
    PROPOSAL: OF_PARTS,
    SCORE: OF_PARTS,
    LOOK_ALIKES: OF_LOOK_ALIKES,
    RANKING: OF_RANKINGS,
    RANKING_OF_MEMBER: OF_RANKINGS,
}

# Bytes over the wire of the first view, without Chart.js.
FIRST_VIEW = 100 * 1024

HEADING = (
    f"{'measures':>8}  {'request':<18}{'queries':>8}{'median ms':>11}{'p95 ms':>9}"
    f"{'per second':>12}{'bytes':>9}{'x floor':>9}  target"
)


def main(sizes: Sequence[int], ranked: Sequence[int] = RANKED) -> int:
    """Measure at every size and print the figures; return 1 where a target is missed."""
    print(HEADING, flush=True)
    queries: dict[str, set[int]] = {name: set() for name in REQUESTS}
    reached = []
    weight = 0
    with tempfile.TemporaryDirectory() as folder, _floor(Path(folder)) as floor:
        for size in sizes:
            instance = Path(folder, str(size))
            forms = fill(instance, size)
            with _serving(instance) as port:
                for probe, times in _measured(port, floor, forms, instance):
                    queries.get(probe.name, set()).update(probe.queries)
                    reached.append(_report(size, probe, times))
                weight = first_view.weigh(Client(port))
        for size in ranked:
            instance = Path(folder, f"ranked-{size}")
            path = fill_ranking(instance, size)
            with _serving(instance) as port:
                for probe, times in _rankings(port, floor, path, instance):
                    queries.get(probe.name, set()).update(probe.queries)
                    reached.append(_report(size, probe, times))
    for name, counts in queries.items():
        if counts:
            reached.append(_say(f"{name}: as many queries at every size", len(counts) == 1))
    if sizes:
        kilobytes = f"first view {weight / 1024:.0f} KB without Chart.js, at most 100 KB"
        reached.append(_say(kilobytes, weight <= FIRST_VIEW))
    if ranked:
        took = choosing.seconds()
        best = (
            f"the best of {choosing.MEASURES} measures within limits in {took:.2f} s, at most 1 s"
        )
        reached.append(_say(best, took <= choosing.AT_MOST))
    return 0 if all(reached) else 1


def _serving(instance: Path):
    environment = {"INSTANCE": str(instance), "DATABASE_URL": "", "QUERY_COUNT_HEADER": "1"}
    return serving("wsgi:app", environment)


def _floor(folder: Path):
    environment = {"DATABASE_URL": f"sqlite:///{folder / 'floor.sqlite'}"}
    subprocess.run(
        [sys.executable, "-m", "tests.tools.bench.floor"],
        cwd=PROJECT,
        env={**os.environ, **environment},
        check=True,
    )
    return serving("tests.tools.bench.floor:app", environment)


def _measured(
    port: int, floor_port: int, forms: Forms, instance: Path
) -> list[tuple[Probe, float]]:
    """Measure all requests in turn; give each with its multiple of the floor's median."""
    floor, reader = Client(floor_port), Client(port)
    part, header = f"/?year={clock.today().year}&status=started", {"HX-Request": "true"}
    with closing(_database(instance)) as database:
        change = partial(_change, database)

        def reword() -> None:
            database.execute("UPDATE likeness SET digest = digest + 1 WHERE measure_id = 1")

        search = look_alikes(Client(port))
        page = Probe("floor: page", lambda: floor.get("/"))
        pages = [
            page,
            Probe(PAGE_ANEW, lambda: reader.get("/"), before=change),
            Probe(PAGE, lambda: reader.get("/")),
            Probe(FRAGMENT_ANEW, lambda: reader.get(part, header), before=change),
            Probe(FRAGMENT, lambda: reader.get(part, header)),
            Probe(LOOK_ALIKES_ANEW, search, before=reword),
            Probe(LOOK_ALIKES, search),
        ]
        save = Probe("floor: save", lambda: floor.post("/", []), expected=204)
        saves = [
            save,
            Probe(PROPOSAL, proposal_save(Client(port), forms.draft), expected=303),
            Probe(SCORE, score_save(Client(port), forms.review), expected=303),
        ]
        measure([*pages, *saves], SECONDS)
    return [
        *((probe, probe.median / page.median) for probe in pages),
        *((probe, probe.median / save.median) for probe in saves),
    ]


def _rankings(port: int, floor_port: int, path: str, instance: Path) -> list[tuple[Probe, float]]:
    """Measure a ranking as two of its readers see it."""
    floor, secretary, member = Client(floor_port), Client(port), Client(port)
    sign_in(secretary, SECRETARY)
    sign_in(member, MEMBER)
    with closing(_database(instance)) as database:
        page = Probe("floor: page", lambda: floor.get("/"))
        change = partial(_change, database)
        probes = [
            page,
            Probe(RANKING_ANEW, lambda: secretary.get(path), before=change),
            Probe(RANKING, lambda: secretary.get(path)),
            Probe(RANKING_OF_MEMBER, lambda: member.get(path), before=change),
        ]
        measure(probes, SECONDS)
    return [(probe, probe.median / page.median) for probe in probes]


def _database(instance: Path) -> sqlite3.Connection:
    return sqlite3.connect(instance / "roadmap.sqlite", isolation_level=None)


def _change(database: sqlite3.Connection) -> None:
    database.execute("UPDATE revision SET number = number + 1")


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
    if sys.argv[1:] == ["ranking"]:
        sys.exit(main(()))
    sys.exit(main([int(size) for size in sys.argv[1:]] or SIZES))
