"""What can be said of a measure's status, and what becomes of what is not finished."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

from app.core.enums import Labelled


class Status(Labelled):
    """What became of a measure on a roadmap.

    A measure without any report counts as `NO_INFO`, as does one whose newest report says so.
    """

    PLANNED = "planned", _lp("status", "planned"), "planned"
    STARTED = "started", _lp("status", "started"), "started"
    DONE = "done", _lp("status", "done"), "done"
    ABANDONED = "abandoned", _lp("status", "abandoned"), "abandoned"
    NO_INFO = "no_info", _l("no information"), "no-info"


UNDER_WAY = frozenset({Status.PLANNED, Status.STARTED})
"""Statuses that the key figure "under way" counts."""


FINISHED = frozenset({Status.DONE, Status.ABANDONED})
"""Statuses after which nothing more is to be done."""


class Choice(Labelled):
    """What becomes, in the year after, of a measure that a roadmap leaves unfinished."""

    CONTINUE = "continue", _lp("carry-over", "continue"), "started"
    DONE = "done", _lp("carry-over", "done"), "done"
    DROP = "drop", _lp("carry-over", "drop"), "abandoned"

    @property
    def verb(self) -> LazyString:
        """The words on the button that decides so."""
        return _VERBS[self]


_VERBS = {
    Choice.CONTINUE: _lp("carry-over", "Continue"),
    Choice.DONE: _lp("carry-over", "Mark as done"),
    Choice.DROP: _lp("carry-over", "Drop"),
}


class Precision(Labelled):
    """How precisely the day of a report is known."""

    DAY = "day", _l("day")
    MONTH = "month", _l("month")
