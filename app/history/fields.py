"""What the columns of all rooms are called in the record, and how their values are read."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.accounts.models import Post
from app.core.enums import Labelled
from app.core.policy import Action
from app.extensions import Model
from app.history import retention
from app.measures.editing import POSTS
from app.measures.labels import FIELDS
from app.measures.workflow import WORKFLOW

LABELS: Mapping[str, LazyString] = MappingProxyType(
    {
        # Of measures, in the order of their form.
        **FIELDS,
        "title": _l("Title"),
        "stale": _l("Language that needs updating"),
        "state": _l("State"),
        "measure_id": _l("Measure"),
        "earlier_id": _l("Earlier measure"),
        # Of programmes, roadmaps and what stands on them.
        "programme_id": _l("Programme"),
        "roadmap_id": _l("Roadmap of the year"),
        "entry_id": _l("Measure"),
        "year": _l("Year"),
        "phase": _l("Phase"),
        "collect_from": _l("Proposals are collected from"),
        "submit_by": _l("Last day for proposals"),
        "score_by": _l("Scored by"),
        "draft_by": _l("Drafted by"),
        "board_by": _l("The city board decides by"),
        "budget_on": _l("The budget is made on"),
        "midyear_report_by": _l("Midyear reports by"),
        "year_report_by": _l("Reports of the year by"),
        "once_approved": _l("Approved by the city board"),
        "membership": _l("Place on the roadmap"),
        "carried_over_from_id": _l("Carried over from the year"),
        "code": _l("Code"),
        "position": _l("Position in the order"),
        "colour": _l("Number of the colour"),
        "item_id": _l("Measure"),
        "next_item_id": _l("Continues as"),
        "report_id": _l("Status report"),
        "choice": _l("What becomes of the unfinished"),
        "proposal_id": _l("Proposal to the city board"),
        "field": _l("What was changed"),
        "value": _l("New value"),
        "board_decision_id": _l("Decision of the city board of"),
        "sha256": _l("Digest"),
        # Of meetings, decisions and reports.
        "meeting_id": _l("Meeting"),
        "held_on": _l("Date of the meeting"),
        "number": _l("Number"),
        "starts_at": _l("Begins at"),
        "ends_at": _l("Ends at"),
        "place": _l("Place"),
        "link": _l("Link to the meeting"),
        "record_kind": _l("Minutes or memo"),
        "first_section": _l("First section (§)"),
        "others": _l("Others present"),
        "ended_at": _l("Meeting ended"),
        "part": _l("Attends as"),
        "presence": _l("Attendance"),
        "remark": _l("Remark on the attendance"),
        "comes_first": _l("Before the measures"),
        "text": _l("Text"),
        "stage": _l("Stage of the matter"),
        "scores_shown": _l("Scores shown on the screen"),
        "decision_id": _l("Matter"),
        "ruling": _l("Ruling on the disqualification"),
        "minutes_approved_on": _l("The minutes were approved on"),
        "outcome": _l("Decision"),
        "decided_on": _l("Decided on"),
        "section": _l("Section (§) of the minutes"),
        "case_number": _l("Case number"),
        "status": _l("Status"),
        "note": _l("Remark"),
        "as_of": _l("Status on"),
        "precision": _l("Precision of the day"),
        # Of files.
        "attachment_id": _l("File"),
        "size": _l("Size in bytes"),
        "digest": _l("SHA-256 of the content"),
        # Of scoring.
        "round_id": _l("Scoring round of the year"),
        "criterion_id": _l("Criterion"),
        "opens_on": _l("First day"),
        "closes_on": _l("Last day"),
        "blind": _l("Others' scores are hidden until one's own are given"),
        "blindness": _l("Others' scores are hidden"),
        "capacity": _l("Room for so many measures"),
        "help": _l("Help text"),
        "weight": _l("Weight"),
        "required": _l("Required"),
        "words": _l("Words for 1 to 5"),
        "counted": _l("Counts towards the total"),
        "measure_version": _l("Version of the measure"),
        "disqualified": _l("Disqualified"),
        "disqualification_reason": _l("Reason of the disqualification"),
        "proposed_outcome": _l("Proposed decision"),
        "comment": _l("Comment"),
        # Of people, units and posts.
        "key": _l("Name in files, or sign-in name"),
        "email": _l("E-mail address"),
        "language": _l("Language"),
        "mail": _l("Notifications by e-mail"),
        "parent_id": _l("Part of"),
        "retired": _l("Retired"),
        "role": _l("Role"),
        "first_day": _l("First day"),
        "last_day": _l("Last day"),
        "deputy_for_id": _l("Deputy for"),
        "from_claim": _l("Given by the city account"),
        "holder_id": _l("Holder"),
        "deputy_id": _l("Deputy"),
        "user_id": _l("Person"),
        "disabled_on": _l("Signing in denied since"),
        "erased_on": _l("Erased on"),
        "issuer": _l("Sign-in service"),
        "subject": _l("Identifier in the sign-in service"),
        "method": _l("Way of signing in"),
        "password_set_at": _l("Password set"),
        "expires_at": _l("Valid until"),
        "topic": _l("What a message tells"),
        "written_at": _l("Written at"),
        "kind": _l("Kind"),
        "invented": _l("Invented example"),
        "imported": _l("Imported"),
        "reason": _l("Reason"),
        # What is no column: refused accesses, ended sessions, retention, exports.
        "transition": _l("What was done"),
        "action": _l("What was tried"),
        "page": _l("Page"),
        "what": _l("Kind of data"),
        "up_to": _l("Older than"),
        "count": _l("Count"),
        "who": _l("Done by"),
        "person": _l("By or about a person"),
        "id": _l("Number in the database"),
        "made_at": _l("Kept"),
        "tag": _l("What happened"),
        "from": _l("First day"),
        "to": _l("Last day"),
        "criteria": _l("Criteria"),
        "scorers": _l("Scorers"),
        "invited": _l("Invited"),
        "saved_by_id": _l("Saved by"),
        "limits": _l("Limits"),
        "chosen": _l("Chosen measures"),
    }
)
"""What a column is called, in the order in which an event shows it; twins without their ending."""

_TWINS: Mapping[str, LazyString] = MappingProxyType(
    {"fi": _l("in Finnish"), "sv": _l("in Swedish")}
)

_LANGUAGES: Mapping[str, LazyString] = MappingProxyType({"fi": _l("Finnish"), "sv": _l("Swedish")})

_WORDS: Mapping[str, Mapping[str, LazyString]] = MappingProxyType(
    {
        "language": _LANGUAGES,
        "stale": _LANGUAGES,
        "transition": MappingProxyType({row.name: row.label for row in WORKFLOW.transitions}),
        "what": MappingProxyType({kept.name: kept.label for kept in retention.TABLE}),
    }
)
"""Values that stand for words although their column has no enum."""

_TYPES: Mapping[str, type[object]] = MappingProxyType({"from": date, "to": date, "up_to": datetime})
"""The types of what is no column and written like a time."""

_ORDER = {name: place for place, name in enumerate(LABELS)}

EUROS = frozenset({"cost_once", "cost_yearly"})
"""Columns that hold whole euros."""


def base_of(name: str) -> tuple[str, str]:
    """Return a column's name without the ending of a twin, and the language of that ending."""
    base, _underscore, ending = name.rpartition("_")
    return (base, ending) if base and ending in _TWINS else (name, "")


def label_of(name: str) -> str:
    """Return what a column is called; a name that no column has stays as it is."""
    base, lang = base_of(name)
    label = str(LABELS.get(base, base))
    return f"{label} ({_TWINS[lang]})" if lang else label


def place_of(name: str) -> tuple[int, str]:
    """Return what to sort the columns of an event by."""
    return _ORDER.get(base_of(name)[0], len(_ORDER)), name


@cache
def _columns() -> Mapping[str, list[sa.Column[Any]]]:
    """Return the columns of all tables by their names."""
    found: dict[str, list[sa.Column[Any]]] = {}
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            found.setdefault(column.name, []).append(column)
    return found


@cache
def table_of(name: str) -> str | None:
    """Return the table to whose rows the values of a column refer."""
    if name == POSTS:
        return Post.__tablename__
    # A key of two columns refers to an id with one of them alone.
    tables = {
        key.column.table.name
        for column in _columns().get(name, ())
        for key in column.foreign_keys
        if key.column.name == "id"
    }
    return tables.pop() if tables else None


@cache
def enums_of(name: str) -> tuple[type[Labelled], ...]:
    """Return the enums whose members the columns of a name hold."""
    if name == "action":
        return (Action,)
    types = [column.type for column in _columns().get(name, ())]
    found = [each.enum_class for each in types if isinstance(each, sa.Enum)]
    return tuple(dict.fromkeys(each for each in found if each and issubclass(each, Labelled)))


@cache
def type_of(name: str) -> type[object] | None:
    """Return the Python type of the values of a column; None for what is no column."""
    columns = _columns().get(name)
    return columns[0].type.python_type if columns else _TYPES.get(name)


def word_of(name: str, value: str) -> str | None:
    """Return the word that a value of a column stands for, if it stands for one."""
    label = _WORDS.get(name, {}).get(value)
    return str(label) if label else None
