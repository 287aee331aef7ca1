"""What a message tells, and what becomes of it."""

from flask_babel import lazy_gettext as _l

from app.core.enums import Labelled


class Topic(Labelled):
    """What a message is about. A value is never reused or renamed: old rows hold it."""

    COMMENTED = "commented", _l("comment on a proposal")
    DECIDED = "decided", _l("decision on a proposal")
    DUE = "due", _l("day of a roadmap coming")
    HANDLED = "handled", _l("handling of a proposal")
    INVITED = "invited", _l("invitation to a meeting")
    REMINDED = "reminded", _l("reminder to score")
    RETURNED = "returned", _l("proposal returned for completion")
    SUBMITTED = "submitted", _l("proposal submitted")


class State(Labelled):
    """What has become of a message."""

    WAITING = "waiting", _l("waiting to be sent"), "waiting"
    SENT = "sent", _l("sent"), "done"
    GIVEN_UP = "given_up", _l("could not be sent"), "abandoned"


class Trouble(Labelled):
    """What kept a message, or a whole run, from being sent. Old rows hold the values."""

    ADDRESS = "address", _l("mail cannot be sent to this address")
    CONTENT = "content", _l("the mail server refused the message")
    ENCRYPTION = "encryption", _l("the connection to the mail server could not be encrypted")
    LOST = "lost", _l("the connection to the mail server was lost")
    RECIPIENT = "recipient", _l("the recipient's address was refused")
    SENDER = "sender", _l("the sender's address was refused")
    SIGN_IN = "sign_in", _l("the mail server did not let the tool sign in")
    UNREACHABLE = "unreachable", _l("the mail server could not be reached")
