"""Why signing in with the city's account did not work, in words for the reader."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class Failure(NamedTuple):
    """The page of one kind of failure: its status, what happened, and what to do next."""

    status: int
    title: LazyString
    text: LazyString
    what_next: LazyString


BEGIN_AGAIN = Failure(
    400,
    _l("Signing in was not finished"),
    _l("It took too long, was already finished, or was begun in another window or browser."),
    _l("Begin again on the sign-in page. Cookies must be allowed in your browser."),
)
NOT_LET_IN = Failure(
    403,
    _l("You were not signed in"),
    _l("The city's sign-in service did not let you in, or you cancelled."),
    _l("You can try again on the sign-in page. If you are not let in, ask the city's IT support."),
)
NOT_IN_USE = Failure(
    403,
    _l("Your account in this tool is not in use"),
    _l("The city's sign-in service knows you, but in this tool your account has been closed."),
    _l("If you need the tool, ask the administrator of the tool."),
)
NOT_ACCEPTED = Failure(
    502,
    _l("You could not be signed in"),
    _l("What the city's sign-in service answered was not as it must be, so it was not accepted."),
    _l("Tell the administrator of the tool. The reason is in the log of the server."),
)
NO_ANSWER = Failure(
    503,
    _l("The city's sign-in service does not answer"),
    _l("You were not signed in. The fault is not in what you did."),
    _l("Try again in a few minutes. If it still does not work, tell the city's IT support."),
)


class Failed(Exception):
    """Signing in did not work, and nothing was changed.

    Attributes:
        failure: What the reader is told.
        detail: What the log is told; it holds no secrets, tokens or names.
    """

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure
        self.detail = detail
