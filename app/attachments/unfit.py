"""Files that are not taken."""

from flask_babel import lazy_gettext as _l

from app.core.errors import Refused


class Unfit(Refused):
    """A file that is not taken; its reason is a sentence for the one who sent it."""


def broken() -> Unfit:
    """Return what to say of a file that is not whole."""
    return Unfit(
        _l("The file is damaged, or something has been added to it. Save it anew and try again.")
    )
