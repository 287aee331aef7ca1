"""The key figures of the desk; each leads to its rows."""

from typing import NamedTuple

from flask_babel import gettext as _

from app.desk.filters import Filters
from app.desk.queries import Counts
from app.desk.states import UNDECIDED

LONG = 14
"""After how many days in one state a proposal has been waiting for long."""


class Figure(NamedTuple):
    """A number, what it counts, and the address of the rows."""

    number: int
    label: str
    url: str


def figures(counts: Counts) -> tuple[list[Figure], list[Figure]]:
    """Return how many proposals are in each state, and with each problem that there is."""
    every = Filters()
    states = [
        Figure(counts.states.get(state, 0), str(state.label), every.url(state=state))
        for state in UNDECIDED
    ]
    problems = [
        Figure(number, str(problem.label), every.url(problem=problem))
        for problem, number in counts.problems.items()
    ]
    waiting = str(_("Waiting for %(days)s days or more", days=LONG))
    problems.append(Figure(counts.waiting, waiting, every.url(days=LONG)))
    return states, [each for each in problems if each.number]
