"""How urgent a translation is."""

from flask_babel import lazy_gettext as _l

from app.core.enums import Labelled


class Urgency(Labelled):
    """What a translation is needed for, the most urgent first."""

    MEETING = "meeting", _l("before the meeting"), "waiting"
    BOARD = "board", _l("before the meeting of the city board"), "waiting"
    SCORING = "scoring", _l("before the decision"), "review"
    SUBMITTED = "submitted", _l("before the decision"), "review"
    APPROVED = "approved", _l("when there is time"), "muted"
    UNIT = "unit", _l("when the unit has finished"), "muted"
