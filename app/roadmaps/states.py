"""Membership of a roadmap and the outcomes of the city board's decisions."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from app.core.enums import Labelled


class Membership(Labelled):
    """How a measure stands on a year's roadmap."""

    PROPOSED = "proposed", _lp("membership", "proposed"), "new"
    APPROVED = "approved", _lp("membership", "approved"), "approved"
    ADDED = "added", _l("added later"), "review"
    NOT_FOLLOWED = "not_followed", _l("outside the follow-up"), "muted"
    REMOVED = "removed", _lp("membership", "removed"), "rejected"


class ChangeKind(Labelled):
    """What the city board changed in what was proposed to it."""

    REMOVED = "removed", _lp("board", "taken off"), "rejected"
    EDITED = "edited", _lp("board", "changed"), "review"


BOARD_APPROVED = frozenset({Membership.APPROVED, Membership.NOT_FOLLOWED})
"""What the city board approved."""

FOLLOWED = frozenset({Membership.PROPOSED, Membership.APPROVED, Membership.ADDED})
"""What is followed now; a proposed measure is one of a roadmap that waits for the board."""

NOT_THERE_YET = frozenset({Membership.PROPOSED, Membership.REMOVED})
"""What does not stand on an approved roadmap: an amendment proposes it, or it was taken off."""


class BoardOutcome(Labelled):
    """What the city board decides on a roadmap."""

    APPROVED = "approved", _lp("board", "approved"), "approved"
    APPROVED_WITH_CHANGES = (
        "approved_with_changes",
        _lp("board", "approved with changes"),
        "approved",
    )
    TABLED = "tabled", _lp("board", "tabled"), "waiting"
    RETURNED = "returned", _lp("board", "returned"), "waiting"


APPROVALS = frozenset({BoardOutcome.APPROVED, BoardOutcome.APPROVED_WITH_CHANGES})
"""Outcomes with which the roadmap is approved."""

EXPLAINED = frozenset({BoardOutcome.APPROVED_WITH_CHANGES, BoardOutcome.RETURNED})
"""Outcomes of which the reason, or the changes, must be told."""
