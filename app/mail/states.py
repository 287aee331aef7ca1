"""What a message tells, and what becomes of it."""

from flask_babel import lazy_gettext as _l

from app.core.enums import Labelled


class Topic(Labelled):
    """What a message is about. A value is never reused or renamed: old rows hold it."""

    COMMENTED = "commented", _l("comment on a proposal")
    DECIDED = "decided", _l("decision on a proposal")
    HANDLED = "handled", _l("handling of a proposal")
    RETURNED = "returned", _l("proposal returned for completion")
    SUBMITTED = "submitted", _l("proposal submitted")


class State(Labelled):
    """What has become of a message."""

    WAITING = "waiting", _l("waiting to be sent"), "waiting"
    SENT = "sent", _l("sent"), "done"
    GIVEN_UP = "given_up", _l("could not be sent"), "abandoned"
