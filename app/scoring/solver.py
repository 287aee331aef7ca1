"""HiGHS (package `highspy`, extra `optimisation`), spoken to in integers.

It is imported when it is needed, so that the tool runs without it. Measures are called by their
places in a list. `choosing.py` says what is asked of it, and why the answer is exact.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

PART = 2**32
"""The multipliers are multiples of 1 / PART."""

_NODES = 20_000
"""So many nodes of branching all problems of one choice may take; usually they take a few."""


class NotInstalled(Exception):
    """The package highspy is not there."""


class TooHard(Exception):
    """The best choice could not be proven with a reasonable effort."""


Pins = Mapping[int, int]
"""What is settled beforehand: 1 for in and 0 for out, by the place of a measure."""


class Row(NamedTuple):
    """A limit: the sum of the coefficients of what is chosen is at most the bound."""

    name: str | int
    coefficients: Sequence[int]
    bound: int


_OPTIONS: Mapping[str, Any] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.5,
    "mip_feasibility_tolerance": 1e-9,
    # A core is small: what looks for good choices early takes longer than finding the best.
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_detect_symmetry": False,
    "mip_allow_restart": False,
}


def load() -> Any:
    """Return the package highspy.

    Raises:
        NotInstalled: It is not there.
    """
    try:
        import highspy  # noqa: PLC0415  # The tool runs without it.
    except ImportError as error:
        raise NotInstalled from error
    return highspy


class Solver:
    """HiGHS, spoken to in integers."""

    def __init__(self, scores: Sequence[int], rows: Sequence[Row]) -> None:
        self._highspy = load()
        self._nodes = _NODES
        self._relaxed = self._model(scores, rows, integers=False)

    def _model(self, objective: Sequence[int], rows: Sequence[Row], *, integers: bool) -> Any:
        """Return a problem in which every measure may be chosen, in part unless in integers."""
        highs, kinds = self._highspy.Highs(), self._highspy.HighsVarType
        for name, value in _OPTIONS.items():
            highs.setOptionValue(name, value)
        number = len(objective)
        places = list(range(number))
        highs.addVars(number, [0.0] * number, [1.0] * number)
        highs.changeColsCost(number, places, [float(each) for each in objective])
        highs.setMaximize()
        if integers:
            highs.changeColsIntegrality(number, places, [kinds.kInteger] * number)
        for row in rows:
            found = [(k, float(c)) for k, c in enumerate(row.coefficients) if c]
            at, coefficients = [k for k, _c in found], [c for _k, c in found]
            highs.addRow(-highs.inf, float(row.bound), len(at), at, coefficients)
        return highs

    def duals(self, pins: Pins) -> list[int] | None:
        """Return multipliers of the limits, in parts; None when they cannot be kept.

        Any would do for the bound; these are the best for the relaxed problem.
        """
        highs = self._relaxed
        number = highs.getNumCol()
        if not number:
            return [0] * highs.getNumRow()
        lowest = [float(pins.get(k, 0)) for k in range(number)]
        highest = [float(pins.get(k, 1)) for k in range(number)]
        highs.changeColsBounds(number, list(range(number)), lowest, highest)
        highs.run()
        if highs.getModelStatus() != self._highspy.HighsModelStatus.kOptimal:
            return None
        return [max(0, round(each * PART)) for each in highs.getSolution().row_dual]

    def solve(
        self,
        objective: Sequence[int],
        rows: Sequence[Row],
        core: Sequence[int],
        grain: Sequence[int],
    ) -> set[int] | None:
        """Return the best choice, by places, in which all outside the core go with the grain.

        None when there is no such choice.

        Raises:
            TooHard: It takes too many nodes, or HiGHS does not keep to the limits.
        """
        inside = set(core)
        settled = {k for k, taken in enumerate(grain) if taken and k not in inside}
        reduced = [
            Row(
                row.name,
                [row.coefficients[k] for k in core],
                row.bound - sum(row.coefficients[k] for k in settled),
            )
            for row in rows
        ]
        if any(row.bound < sum(min(0, c) for c in row.coefficients) for row in reduced):
            return None
        found = self._solved([objective[k] for k in core], reduced)
        if found is None:
            return None
        if any(sum(row.coefficients[k] for k in found) > row.bound for row in reduced):
            raise TooHard
        return settled | {core[k] for k in found}

    def _solved(self, objective: Sequence[int], rows: Sequence[Row]) -> list[int] | None:
        if not objective:
            return []
        highs = self._model(objective, rows, integers=True)
        highs.setOptionValue("mip_max_nodes", self._nodes)
        highs.run()
        self._nodes -= max(0, highs.getInfo().mip_node_count)
        status, statuses = highs.getModelStatus(), self._highspy.HighsModelStatus
        if status in {statuses.kInfeasible, statuses.kUnboundedOrInfeasible}:
            return None
        if status != statuses.kOptimal or self._nodes <= 0:
            raise TooHard
        return [k for k, value in enumerate(highs.getSolution().col_value) if value > 0.5]
