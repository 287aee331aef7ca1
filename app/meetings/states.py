"""The outcomes of a decision of the steering group."""

from flask_babel import lazy_pgettext as _lp

from app.core.enums import Labelled


class Outcome(Labelled):
    """What a meeting decides on a measure."""

    APPROVE = "approve", _lp("outcome", "approved"), "approved"
    POSTPONE = "postpone", _lp("outcome", "postponed"), "waiting"
    REJECT = "reject", _lp("outcome", "rejected"), "rejected"
