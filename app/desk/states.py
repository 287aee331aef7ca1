"""What the desk narrows the queue to, sorts it by, and does to many proposals at once."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from app.core.enums import Labelled
from app.measures.states import State

QUEUE = (State.SUBMITTED, State.RETURNED, State.IN_SCORING, State.POSTPONED)
"""States of what was handed over and is not decided, those first that wait for the secretary."""

UNDECIDED = (*QUEUE, State.DRAFT)
"""The same and the drafts, which are there for those who ask for them."""


class Deed(Labelled):
    """What can be done to many proposals at once; the values are rows of the workflow."""

    RETURN = "return", _l("Return for completion")
    OPEN_SCORING = "open_scoring", _l("Open for scoring")
    CANCEL_SCORING = "cancel_scoring", _l("Take out of scoring")


class Problem(Labelled):
    """What is wrong with a proposal, or unfinished."""

    MISSING = "missing", _l("Something required is missing")
    NO_FINNISH = "no_fi", _l("Without Finnish")
    NO_SWEDISH = "no_sv", _l("Without Swedish")
    STALE = "stale", _l("One language is out of date")
    ALIKE = "alike", _l("With look-alikes")


class Order(Labelled):
    """What the queue is sorted by."""

    STATE = "state", _l("state")
    NAME = "name", _l("name")
    UNIT = "unit", _l("unit")
    WAITING = "waiting", _lp("proposal", "waiting")
