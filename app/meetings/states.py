"""The outcomes of a decision of the steering group, and what stands around it in a meeting."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

from app.core.enums import Labelled
from app.measures.workflow import WORKFLOW


class Outcome(Labelled):
    """What a meeting decides on a measure; its value is the row of the measures' workflow."""

    APPROVE = "approve", _lp("outcome", "approved"), "approved"
    POSTPONE = "postpone", _lp("outcome", "postponed"), "waiting"
    REJECT = "reject", _lp("outcome", "rejected"), "rejected"

    @property
    def verb(self) -> LazyString:
        """The words on the button of the workflow's row."""
        return WORKFLOW.named(self.value).label


class Stage(Labelled):
    """How far a matter of an agenda is."""

    ON_AGENDA = "on_agenda", _l("on the agenda"), "muted"
    PREPARED = "prepared", _l("prepared"), "new"
    DECIDED = "decided", _lp("matter", "decided"), "approved"


class Part(Labelled):
    """As what somebody attends a meeting."""

    CHAIR = "chair", _lp("meeting", "chair")
    MEMBER = "member", _lp("meeting", "member")
    SECRETARY = "secretary", _lp("meeting", "secretary")
    EXPERT = "expert", _lp("meeting", "expert")


VOTING = frozenset({Part.CHAIR, Part.MEMBER})
"""Those who decide, and whom the quorum counts."""


class Presence(Labelled):
    """Whether somebody was at a meeting; nobody knows before it has begun."""

    UNKNOWN = "unknown", _l("not recorded"), "muted"
    PRESENT = "present", _lp("meeting", "present"), "done"
    ABSENT = "absent", _lp("meeting", "absent"), "waiting"


class Ruling(Labelled):
    """What became of a disqualification (Administrative Procedure Act 434/2003, sections 27-30)."""

    DECLARED = "declared", _l("declared, not handled yet"), "waiting"
    DISQUALIFIED = "disqualified", _l("disqualified, took no part"), "rejected"
    NOT_DISQUALIFIED = "not_disqualified", _l("found not to be disqualified"), "done"


class RecordKind(Labelled):
    """What is written of a meeting."""

    MINUTES = "minutes", _lp("record of a meeting", "minutes")
    MEMO = "memo", _lp("record of a meeting", "memo")
