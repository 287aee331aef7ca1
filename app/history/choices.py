"""What the record can be narrowed to, and what it is narrowed to, in words."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.audit.tags import Kind, Tag
from app.config import Language
from app.core.i18n import format_date
from app.core.policy import Actor
from app.history.filters import Filters
from app.history.names import TABLES, names_of, without_name

TAG_GROUPS: Mapping[LazyString, Sequence[Tag]] = MappingProxyType(
    {
        _l("Measures"): (
            Tag.MEASURE_ADDED,
            Tag.MEASURE_EDITED,
            Tag.MEASURE_MOVED,
            Tag.BULK_ACTION_DONE,
            Tag.BULK_ACTION_UNDONE,
            Tag.MEASURE_ENTERED,
            Tag.LINEAGE_MARKED,
            Tag.LINEAGE_REMOVED,
            Tag.ENTRY_CHANGED,
            Tag.PUBLISHED,
            Tag.STATUS_REPORTED,
            Tag.STATUS_CORRECTED,
            Tag.COMMENT_ADDED,
            Tag.COMMENT_REMOVED,
            Tag.GROUP_COMMENT_ADDED,
            Tag.GROUP_COMMENT_REMOVED,
            Tag.FILE_ADDED,
            Tag.FILE_CHANGED,
            Tag.FILE_REMOVED,
        ),
        _l("Scoring and meetings"): (
            Tag.ROUND_OPENED,
            Tag.ROUND_EDITED,
            Tag.CRITERIA_CHANGED,
            Tag.SCORERS_REMINDED,
            Tag.REVIEW_SAVED,
            Tag.SCENARIO_SAVED,
            Tag.SCENARIO_REMOVED,
            Tag.MEETING_ARRANGED,
            Tag.MEETING_EDITED,
            Tag.MEETING_INVITED,
            Tag.MEETING_ENDED,
            Tag.MEETING_REOPENED,
            Tag.MEETING_CANCELLED,
            Tag.ATTENDANCE_RECORDED,
            Tag.OTHER_MATTER_ADDED,
            Tag.OTHER_MATTER_EDITED,
            Tag.OTHER_MATTER_REMOVED,
            Tag.MATTER_ADDED,
            Tag.MATTER_MOVED,
            Tag.MATTER_REMOVED,
            Tag.DISQUALIFICATION_RECORDED,
            Tag.SCORES_SHOWN,
            Tag.DECISION_PREPARED,
            Tag.DECISION_CLEARED,
            Tag.DECISION_RECORDED,
            Tag.DECISION_UNDONE,
            Tag.MINUTES_APPROVED,
        ),
        _l("Programmes and roadmaps"): (
            Tag.PROGRAMME_ADDED,
            Tag.PROGRAMME_EDITED,
            Tag.THEME_ADDED,
            Tag.THEME_EDITED,
            Tag.THEME_REMOVED,
            Tag.CLASSIFICATION_ADDED,
            Tag.ROADMAP_ADDED,
            Tag.DATES_SET,
            Tag.PHASE_CHANGED,
            Tag.ITEM_PLACED,
            Tag.ITEM_CHANGED,
            Tag.ITEM_REMOVED,
            Tag.ITEMS_ORDERED,
            Tag.CARRIED_OVER,
            Tag.CARRY_OVER_UNDONE,
            Tag.PROPOSAL_KEPT,
            Tag.BOARD_CHANGE_ADDED,
            Tag.BOARD_CHANGE_REMOVED,
            Tag.BOARD_DECIDED,
            Tag.SNAPSHOT_MADE,
        ),
        _l("People and the organisation"): (
            Tag.PERSON_ADDED,
            Tag.PERSON_EDITED,
            Tag.PERSON_DISABLED,
            Tag.PERSON_ENABLED,
            Tag.PERSON_ERASED,
            Tag.ROLE_GIVEN,
            Tag.ROLE_CHANGED,
            Tag.ROLE_ENDED,
            Tag.UNIT_ADDED,
            Tag.UNIT_EDITED,
            Tag.POST_ADDED,
            Tag.POST_EDITED,
        ),
        _l("Signing in"): (
            Tag.SIGNED_IN,
            Tag.SIGNED_OUT,
            Tag.SESSIONS_ENDED,
            Tag.ACCESS_REFUSED,
            Tag.INVITED,
            Tag.PASSWORD_SET,
            Tag.SECOND_FACTOR_SET,
            Tag.SECOND_FACTOR_RESET,
            Tag.IDENTITY_ADDED,
            Tag.IDENTITY_REMOVED,
        ),
        _l("Data and the record"): (
            Tag.DATA_DOWNLOADED,
            Tag.MESSAGE_TRIED_AGAIN,
            Tag.MESSAGE_REMOVED,
            Tag.EXPORTED,
            Tag.KEPT_NO_LONGER,
        ),
    }
)
"""Every tag, with those that a reader thinks of together."""


def chips(filters: Filters, actor: Actor, lang: Language) -> list[tuple[str, str]]:
    """Return each choice that narrows the record, in words, and the address without it."""
    found = []
    if filters.who:
        found.append((_("Done by: %(who)s", who=filters.who), filters.url(who="")))
    if filters.person_id:
        name = _name(Kind.PERSON, filters.person_id, actor, lang)
        found.append((_("By or about: %(name)s", name=name), filters.url(person_id=None)))
    if filters.kind and filters.subject_id:
        name = _name(filters.kind, filters.subject_id, actor, lang)
        text = f"{filters.kind.label}: {name}"
        found.append((text, filters.url(kind=None, subject_id=None)))
    elif filters.kind:
        text = _("Of what kind: %(kind)s", kind=filters.kind.label)
        found.append((text, filters.url(kind=None)))
    if filters.tag:
        found.append((str(filters.tag.label), filters.url(tag=None)))
    if filters.first_day:
        text = _("From %(date)s", date=format_date(filters.first_day))
        found.append((text, filters.url(first_day=None)))
    if filters.last_day:
        text = _("Until %(date)s", date=format_date(filters.last_day))
        found.append((text, filters.url(last_day=None)))
    return found


def _name(kind: Kind, number: int, actor: Actor, lang: Language) -> str:
    table = TABLES.get(kind, "")
    name = names_of({table: [number]}, actor, lang).get((table, number))
    return (name or without_name(table, number, lang)).value
