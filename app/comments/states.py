"""Whom a comment is for."""

from flask_babel import lazy_gettext as _l

from app.core.enums import Labelled


class Audience(Labelled):
    """Who may read a comment, of those who may read its measure."""

    SIGNED_IN = "signed_in", _l("all who are signed in")
    STEERING_GROUP = "steering_group", _l("steering group only")
