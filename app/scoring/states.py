"""States of reviews and of the group's opinion, proposed outcomes, blindness, and the cut line."""

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


class Blindness(Labelled):
    """How long a scorer sees nothing of what others think of a measure."""

    UNTIL_OWN = "until_own", _l("until they have submitted their own review of it")
    UNTIL_CLOSE = "until_close", _l("until the round has closed")


class Consensus(Labelled):
    """How far the group agrees on a measure; `app/scoring/consensus.py` says when it is which."""

    NOT_BEGUN = "not_begun", _lp("consensus", "not begun"), "muted"
    UNDER_WAY = "under_way", _lp("consensus", "under way"), "started"
    AGREED = "agreed", _lp("consensus", "agreed"), "done"
    MIXED = "mixed", _lp("consensus", "mixed"), "waiting"
    CONFLICTING = "conflicting", _lp("consensus", "conflicting"), "rejected"


class Side(Labelled):
    """Where a measure stands by the cut line, after which the year has no room."""

    ABOVE = "above", _lp("cut line", "above the line"), "approved"
    TIED = "tied", _lp("cut line", "tied on the line"), "waiting"
    BELOW = "below", _lp("cut line", "below the line"), "muted"
