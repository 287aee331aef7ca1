"""Events in words: who did what to what, and how it was before and is now."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import groupby
from types import MappingProxyType
from typing import Any, NamedTuple

import flask_babel as babel
from flask import url_for
from flask_babel import gettext as _

from app.audit.models import Event
from app.audit.tags import Kind, Tag
from app.config import Language
from app.core import clock
from app.core.bilingual import Text
from app.core.differences import Segment, difference
from app.core.i18n import format_date, format_euro, format_moment
from app.core.policy import Action, Actor, can
from app.history import fields
from app.history.disclosure import Closed, Happening
from app.history.names import TABLES, Names, names_of, without_name
from app.measures.models import Entry
from app.measures.states import Size

_LONG = 60
"""The characters beyond which two versions of a text are compared word by word."""

_PEOPLE = TABLES[Kind.PERSON]


class Value(NamedTuple):
    """A value in words.

    Attributes:
        text: The words.
        lang: The language they are in; empty for the reader's own.
        is_given: Whether there is a value at all.
    """

    text: str
    lang: str = ""
    is_given: bool = True


class Change(NamedTuple):
    """What happened to one column.

    Attributes:
        label: What it is called.
        before: How it was; None when it was not there.
        after: How it is now; None when it is no longer there.
        segments: How a long text changed, word by word; empty for what is shown before and after.
    """

    label: str
    before: Value | None
    after: Value | None
    segments: Sequence[Segment] = ()


class Subject(NamedTuple):
    """What an event happened to; without an address where the reader may not open it."""

    kind: Kind
    name: Text
    url: str


class Line(NamedTuple):
    """An event as the reader sees it.

    Attributes:
        number: The event's number.
        at: When it happened, by a clock in Finland.
        who: The name of the person; empty for a command or an erased person.
        who_id: The person's id; None for a command.
        command: The command.
        tag: What happened.
        subject: What it happened to; None for what happened to no single thing, or to the one
            who did it.
        changes: What changed, so far as the reader may see it.
        closed: Why nothing of that is shown, if it is not.
    """

    number: int
    at: datetime
    who: str
    who_id: int | None
    command: str
    tag: Tag
    subject: Subject | None
    changes: Sequence[Change]
    closed: Closed | None


def lines(happenings: Sequence[Happening], actor: Actor, lang: Language) -> list[Line]:
    """Return events in the words of a reader; names come with one query for each table."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for happening in happenings:
        for table, number in _references(happening):
            wanted[table].add(number)
    names = names_of(wanted, actor, lang)
    return [_line(happening, names, actor, lang) for happening in happenings]


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], actor: Actor, lang: Language
) -> list[Change]:
    """Return in the words of a reader how columns have changed, in the order of the forms.

    Args:
        before: The columns as they were, with their values in the types of JSON.
        after: The same columns as they are now.
        actor: The reader, who may see these columns.
        lang: Their language.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    for table, number in (*_referred(before), *_referred(after)):
        wanted[table].add(number)
    names = names_of(wanted, actor, lang)
    return [
        _change(
            name,
            value_of(name, before[name], names, lang),
            value_of(name, after[name], names, lang),
        )
        for name in sorted(before, key=fields.place_of)
    ]


def by_day(lines: Sequence[Line]) -> list[tuple[date, list[Line]]]:
    """Return lines in their order, those of each day together."""
    return [(day, list(of_day)) for day, of_day in groupby(lines, lambda line: line.at.date())]


def written_day(day: date) -> str:
    """Write a day with its name, as tiistai 2.12.2025."""
    return f"{babel.format_date(day, 'cccc')} {format_date(day)}"


def _references(happening: Happening) -> Iterator[tuple[str, int]]:
    """Return the rows, by table and id, that an event is about."""
    event = happening.event
    if event.actor_id:
        yield _PEOPLE, event.actor_id
    if event.subject_id and event.kind in TABLES:
        yield TABLES[event.kind], event.subject_id
    yield from _referred(happening.before or {})
    yield from _referred(happening.after or {})


def _referred(values: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Return the rows, by table and id, to which the values of columns refer."""
    for name, value in values.items():
        table = fields.table_of(name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from _referred(each)
            elif table and isinstance(each, int):
                yield table, each


def _line(happening: Happening, names: Names, actor: Actor, lang: Language) -> Line:
    event = happening.event
    who = names.get((_PEOPLE, event.actor_id or 0))
    return Line(
        number=event.id,
        at=clock.local(event.happened_at),
        who=who.value if who else "",
        who_id=event.actor_id,
        command=event.command or "",
        tag=event.tag,
        subject=_subject(event, names, actor, lang),
        changes=list(_changes(happening, names, lang)),
        closed=happening.closed,
    )


def _subject(event: Event, names: Names, actor: Actor, lang: Language) -> Subject | None:
    if event.subject_id is None or (event.kind, event.subject_id) == (Kind.PERSON, event.actor_id):
        return None
    table = TABLES.get(event.kind, "")
    name = names.get((table, event.subject_id))
    if name is None:
        return Subject(event.kind, without_name(table, event.subject_id, lang), "")
    return Subject(event.kind, name, _address(event.kind, event.subject_id, name, actor))


class _Page(NamedTuple):
    """Where the things of one kind can be read, and by whom."""

    endpoint: str
    part: str
    action: Action


_PAGES: Mapping[Kind, _Page] = MappingProxyType(
    {
        Kind.BULK_ACTION: _Page("desk.action", "action_id", Action.MANAGE_PROPOSALS),
        Kind.MEASURE: _Page("status_page.measure", "measure_id", Action.READ_STATUS),
        Kind.MEETING: _Page("meetings.meeting", "meeting_id", Action.READ_MEETINGS),
        Kind.PERSON: _Page("accounts.person", "person_id", Action.MANAGE_PEOPLE),
        Kind.POST: _Page("organisation.post", "post_id", Action.MANAGE_UNITS),
        Kind.ROADMAP: _Page("roadmaps.roadmap", "year", Action.READ_ROADMAPS),
        Kind.ROUND: _Page("scoring.ranking", "year", Action.READ_RANKING),
        Kind.UNIT: _Page("organisation.unit", "unit_id", Action.MANAGE_UNITS),
    }
)


def _address(kind: Kind, number: int, name: Text, actor: Actor) -> str:
    """Return where something can be read; empty when `actor` may not.

    Only what the reader may know has a name here. That of a roadmap and of a round is their year,
    which their address has too.
    """
    page = _PAGES.get(kind)
    if page is None or not can(actor, page.action):
        return ""
    values: dict[str, Any] = {page.part: name.value if page.part == "year" else number}
    return url_for(page.endpoint, **values)


def _changes(happening: Happening, names: Names, lang: Language) -> Iterator[Change]:
    """Return what an event changed, in the order in which forms ask for it."""
    event, before, after = happening.event, happening.before or {}, happening.after or {}
    for name in sorted(before.keys() | after.keys(), key=fields.place_of):
        if _is_subject(event, name, after.get(name, before.get(name))):
            continue
        was = value_of(name, before[name], names, lang) if name in before else None
        now = value_of(name, after[name], names, lang) if name in after else None
        yield _change(name, was, now)


def _change(name: str, was: Value | None, now: Value | None) -> Change:
    label = fields.label_of(name)
    if was == now:
        # It stayed, and says which of several things of the subject it was.
        return Change(label, None, now)
    if was and now and was.is_given and now.is_given and _is_long(name, was, now):
        return Change(label, was, now, difference(was.text, now.text))
    return Change(label, was, now)


def _is_subject(event: Event, name: str, value: Any) -> bool:
    """Tell whether a value says only what the event happened to, as it says itself."""
    table = fields.table_of(name)
    if event.kind is Kind.MEASURE and table == Entry.__tablename__:
        return True
    return (table, value) == (TABLES.get(event.kind), event.subject_id)


def _is_long(name: str, was: Value, now: Value) -> bool:
    return fields.type_of(name) is str and max(len(was.text), len(now.text)) > _LONG


def value_of(name: str, value: Any, names: Names, lang: Language) -> Value:
    """Return a value of a column in words.

    What is not given, what is empty, zero and no are four things.
    """
    if value is None:
        return Value(_("not given"), is_given=False)
    if value in ("", [], {}):
        return Value(_("empty"), is_given=False)
    if isinstance(value, bool):
        return Value(_("yes") if value else _("no"))
    if isinstance(value, list | dict):
        return Value(_several(name, value, names, lang))
    return _number(name, value, names, lang) if isinstance(value, int) else _text(name, str(value))


def _several(name: str, values: list[Any] | dict[str, Any], names: Names, lang: Language) -> str:
    """Return the values of a list, each on a line, or those of a row with what they are called."""
    if isinstance(values, list):
        return "\n".join(value_of(name, each, names, lang).text for each in values)
    return "; ".join(
        f"{fields.label_of(each)}: {value_of(each, values[each], names, lang).text}"
        for each in sorted(values, key=fields.place_of)
    )


def _number(name: str, value: int, names: Names, lang: Language) -> Value:
    if table := fields.table_of(name):
        found = names.get((table, value)) or without_name(table, value, lang)
        return Value(found.value, found.lang if found.is_other else "")
    # A year or a position is no amount, so digits are not grouped.
    return Value(format_euro(value) if name in fields.EUROS else str(value))


def _text(name: str, value: str) -> Value:
    for enum in fields.enums_of(name):
        if member := enum.parse(value):
            is_size = isinstance(member, Size)
            return Value(f"{member} – {member.label}" if is_size else str(member.label))
    if word := fields.word_of(name, value):
        return Value(word)
    return Value(_moment(name, value) or value, fields.base_of(name)[1])


def _moment(name: str, value: str) -> str:
    """Return the day or the time that a value is, as the reader writes it; empty if it is none."""
    kind = fields.type_of(name)
    try:
        if kind is datetime:
            return format_moment(datetime.fromisoformat(value))
        if kind is time:
            hour = time.fromisoformat(value)
            return f"{hour.hour}.{hour.minute:02}"
        return format_date(date.fromisoformat(value)) if kind is date else ""
    except ValueError:
        # The record is shown whatever it holds.
        return ""
