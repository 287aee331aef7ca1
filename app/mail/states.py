"""What a message tells."""

from flask_babel import lazy_gettext as _l

from app.core.enums import Labelled


class Topic(Labelled):
    """What a message is about. A value is never reused or renamed: old rows hold it."""

    COMMENTED = "commented", _l("comment on a proposal")
    DECIDED = "decided", _l("decision on a proposal")
    RETURNED = "returned", _l("proposal returned for completion")
    SUBMITTED = "submitted", _l("proposal submitted")
