"""The kinds of classification."""

from flask_babel import lazy_gettext as _l

from app.core.enums import Labelled


class Kind(Labelled):
    """What a measure is classified by."""

    SOURCE = "source", _l("source (why the need arises)")
    LONG_TERM_BENEFIT = "long_term_benefit", _l("long-term benefit")
    BENEFICIARY = "beneficiary", _l("beneficiary")
    LEVEL = "level", _l("level")
    DEVELOPMENT_MODEL = "development_model", _l("development model")
