"""The outcomes of a decision of the steering group."""

from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

from app.core.enums import Labelled
from app.measures.workflow import WORKFLOW


class Outcome(Labelled):
    """What a meeting decides on a measure; its value is the row of the measures' workflow."""

    APPROVE = "approve", _lp("outcome", "approved"), "approved"
    POSTPONE = "postpone", _lp("outcome", "postponed"), "waiting"
    REJECT = "reject", _lp("outcome", "rejected"), "rejected"

    @property
    def verb(self) -> LazyString:
        """The words on the button of the workflow's row."""
        return WORKFLOW.named(self.value).label
