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


def figures(counts: Counts) -> list[Figure]:
    """Return what there is on the desk; what there is nothing of is left out, but for the first."""
    every = Filters()
    found = [
        Figure(counts.states.get(state, 0), str(state.label), every.url(state=state))
        for state in UNDECIDED
    ]
    found += [
        Figure(number, str(problem.label), every.url(problem=problem))
        for problem, number in counts.problems.items()
    ]
    waiting = _("waiting for %(days)s days or more", days=LONG)
    found.append(Figure(counts.waiting, waiting, every.url(days=LONG)))
    return [each for each in found if each.number or each is found[0]]
