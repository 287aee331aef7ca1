"""The kinds of theme and the phases of a roadmap."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from app.core.enums import Labelled


class ThemeKind(Labelled):
    """Whether measures serve it (theme) or it serves them (enabler)."""

    THEME = "theme", _l("theme")
    ENABLER = "enabler", _l("enabler")


class Phase(Labelled):
    """Where a year's roadmap is on its way."""

    PLANNED = "planned", _lp("roadmap", "planned"), "muted"
    COLLECTING = "collecting", _l("collecting proposals"), "new"
    SCORING = "scoring", _l("scoring"), "review"
    DRAFTING = "drafting", _l("drafting"), "review"
    BEFORE_BOARD = "before_board", _l("before the city board"), "waiting"
    RETURNED_BY_BOARD = "returned_by_board", _l("returned by the board"), "waiting"
    APPROVED = "approved", _lp("roadmap", "approved"), "approved"
    AMENDING = "amending", _l("being amended"), "review"
    CLOSED = "closed", _l("closed"), "done"


DECIDED = frozenset({Phase.APPROVED, Phase.AMENDING, Phase.CLOSED})
"""Phases in which the city board has approved the roadmap."""
