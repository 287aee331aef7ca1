"""What a measure can be: states of a proposal, sizes, origin, publicity, lineage."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from app.core.enums import Labelled


class State(Labelled):
    """Where a proposal is on its way; a measure on a roadmap is approved."""

    DRAFT = "draft", _l("draft"), "muted"
    SUBMITTED = "submitted", _l("submitted"), "new"
    RETURNED = "returned", _l("returned for completion"), "waiting"
    IN_SCORING = "in_scoring", _l("in scoring"), "review"
    APPROVED = "approved", _l("approved"), "approved"
    POSTPONED = "postponed", _l("postponed"), "waiting"
    REJECTED = "rejected", _l("rejected"), "rejected"
    WITHDRAWN = "withdrawn", _l("withdrawn"), "muted"
    MERGED = "merged", _l("merged"), "muted"


class Size(Labelled):
    """How large an impact or a cost is."""

    S = "S", _lp("size", "small")
    M = "M", _lp("size", "medium")
    L = "L", _lp("size", "large")


class Origin(Labelled):
    """Where the idea of a measure came from."""

    UNIT = "unit", _l("unit")
    RESIDENT = "resident", _l("resident")
    COMPANY = "company", _l("company")


class Publicity(Labelled):
    """Who may read a measure (Act on the Openness of Government Activities 621/1999, 6-7 §)."""

    PUBLIC = "public", _l("public")
    NOT_YET_PUBLIC = "not_yet_public", _l("not yet public")
    SECRET = "secret", _l("secret")


class LineageKind(Labelled):
    """How one measure follows from another."""

    DUPLICATE = "duplicate", _l("duplicate of")
    SPLIT = "split", _l("split from")
    CARRIED_OVER = "carried_over", _l("carried over from")
    RENAMED = "renamed", _l("renamed from")
