"""States of a review and the outcomes that a member may propose."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from app.core.enums import Labelled


class ReviewState(Labelled):
    """Whether others may count on a review."""

    DRAFT = "draft", _l("draft"), "muted"
    SUBMITTED = "submitted", _lp("review", "submitted"), "approved"


class ProposedOutcome(Labelled):
    """What a member proposes that the meeting should decide."""

    APPROVE = "approve", _lp("proposed outcome", "approve")
    RETURN = "return", _lp("proposed outcome", "return for completion")
    POSTPONE = "postpone", _lp("proposed outcome", "postpone")
    REJECT = "reject", _lp("proposed outcome", "reject")
