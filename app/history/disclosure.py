"""Events as their reader may see them.

That something happened is one thing, what was written then another. Whoever shows events, on a page
or in a file, gets them from here. What is not shown follows these rules:

- The name and the values of a measure that the reader may not read are hidden, in its own events
  and in those of others that refer to it.
- What was written while a measure was a draft or returned, or secret, stays with those who might
  have read it then, although the measure is now read by more (Act on the Openness of Government
  Activities 621/1999, 6, 7 and 22-24 §).
- Of a file that the reader may not read neither the name nor anything else is shown. What counts is
  who may read it now.
- The content of a review is nobody's but the member's. While a round is blind for the reader, even
  that others have reviewed is left out.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, true

from app.attachments import queries as attachments
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.core.enums import Labelled
from app.core.policy import NO_UNIT, Action, Actor, can
from app.history import fields, queries
from app.history.filters import Filters
from app.history.queries import Condition, Measured, Rows
from app.measures.models import Measure
from app.measures.queries import IN_PREPARATION
from app.measures.states import Publicity
from app.scoring import queries as scoring
from app.scoring.blindness import hidden_from

_IN_MEETINGS = frozenset(
    {
        Tag.DECISION_CLEARED,
        Tag.DECISION_PREPARED,
        Tag.DISQUALIFICATION_RECORDED,
        Tag.MATTER_ADDED,
        Tag.MATTER_MOVED,
        Tag.MATTER_REMOVED,
        Tag.SCORES_SHOWN,
    }
)
"""What happens to a measure within the meetings of the steering group, before it decides."""


class Closed(Labelled):
    """Why the values of an event are not shown."""

    ERASED = "erased", _l("What changed has been erased.")
    HIDDEN = "hidden", _l("What changed is not shown: you may not read the measure.")
    DRAFT = "draft", _l("What changed is not shown: it was written in a draft.")
    FILE = "file", _l("What changed is not shown: you may not read the file.")
    REVIEW = "review", _l("The content of reviews is not shown here.")
    SECRET = "secret", _l("What changed is not shown: the measure was secret.")


@dataclass(frozen=True)
class Happening:
    """An event with so much of its values as the reader may see.

    Attributes:
        event: The event.
        before: Names and values of what changed, as they were; None when there was nothing.
        after: The same, as they became.
        closed: Why the values are not here although there were some; None when they are.
    """

    event: Event
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    closed: Closed | None = None


def in_record(filters: Filters, actor: Actor, today: date) -> Condition:
    """Return the condition on `Event` that filters ask for it and `actor` may know of it."""
    return and_(queries.asked_for(filters), _may_know(actor, today))


def in_history(measure: Measure, actor: Actor, today: date) -> Condition:
    """Return the condition on `Event` that it belongs to the history of a measure for `actor`.

    Who tried to see the measure is no part of it. Reviews, agendas with what is prepared, and
    comments within the steering group are for those who may read the ranking, the meetings and such
    comments.
    """
    left_out = {Tag.ACCESS_REFUSED}
    if not can(actor, Action.READ_RANKING):
        left_out.add(Tag.REVIEW_SAVED)
    if not can(actor, Action.READ_MEETINGS):
        left_out |= _IN_MEETINGS
    if not can(actor, Action.READ_GROUP_COMMENTS):
        left_out |= {Tag.GROUP_COMMENT_ADDED, Tag.GROUP_COMMENT_REMOVED}
    return and_(
        Event.kind == Kind.MEASURE,
        Event.subject_id == measure.id,
        Event.tag.not_in(sorted(left_out)),
        _may_know(actor, today),
    )


def _may_know(actor: Actor, today: date) -> Condition:
    """Return the condition on `Event` that blindness does not hide that it happened at all."""
    hidden = hidden_from(actor, [row.Round for row in scoring.rounds()], today)
    if not hidden.rounds:
        return true()
    return or_(
        Event.tag != Tag.REVIEW_SAVED,
        Event.actor_id == actor.user_id,
        Event.subject_id.in_(sorted({measure_id for _round, measure_id in hidden.opened})),
    )


class Disclosure:
    """Gives events to one reader; what it has learnt of measures serves for the next events."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._measures: dict[int, Measured | None] = {}
        self._pasts: dict[int, _Past] = {}

    def disclosed(self, rows: Rows) -> list[Happening]:
        """Return events as the reader may see them.

        The number of queries does not depend on that of the events.
        """
        happenings = [_opened(event, values) for event, values in rows]
        mentioned = _mentioned(happenings)
        self._learn({each for ids in mentioned for each in ids} - self._measures.keys())
        files = [_references(each, "attachment") for each in happenings]
        readable = attachments.readable_ids({each for ids in files for each in ids}, self._actor)
        return [
            replace(each, before=None, after=None, closed=closed)
            if (
                closed := each.closed
                or self._closed(each, ids)
                or (Closed.FILE if file_ids - readable else None)
            )
            else each
            for each, ids, file_ids in zip(happenings, mentioned, files, strict=True)
        ]

    def _learn(self, measure_ids: Collection[int]) -> None:
        """Find out what the reader may see of some measures."""
        found = queries.readable_measures(measure_ids, self._actor)
        self._measures |= {number: found.get(number) for number in measure_ids}
        wanted = [
            number
            for number, measure in found.items()
            if not all(can(self._actor, action, measure.unit_id or NO_UNIT) for action in _CLOSING)
        ]
        self._pasts |= {number: _Past() for number in wanted}
        for event, values in queries.moves(wanted) if wanted else ():
            self._pasts[event.subject_id or 0].add(event.id, _opened(event, values))

    def _closed(self, each: Happening, ids: Collection[int]) -> Closed | None:
        """Return why the reader may not see the values of an event; None when they may."""
        if each.before is None and each.after is None:
            return None
        if each.event.tag is Tag.REVIEW_SAVED:
            return Closed.REVIEW
        if each.event.tag is Tag.ACCESS_REFUSED:
            # What was tried says nothing of the measure.
            return None
        for number in ids:
            measure = self._measures[number]
            if measure is None:
                return Closed.HIDDEN
            past = self._pasts.get(number)
            if past and (closed := past.closes(each.event, measure, self._actor)):
                return closed
        return None


def _opened(event: Event, values: Values | None) -> Happening:
    if values is None:
        return Happening(event, closed=Closed.ERASED if event.values_digest else None)
    before, after = (json.loads(text) if text else None for text in (values.before, values.after))
    return Happening(event, before, after)


def _mentioned(happenings: Sequence[Happening]) -> list[set[int]]:
    """Return the measures that each event speaks of, as its subject or in its values."""
    found = [_references(each, "measure") for each in happenings]
    entries = [_references(each, "entry") for each in happenings]
    measures = queries.measures_of_entries({each for ids in entries for each in ids})
    for each, ids, entry_ids in zip(happenings, found, entries, strict=True):
        ids.update(measures[entry_id] for entry_id in entry_ids if entry_id in measures)
        if each.event.kind is Kind.MEASURE and each.event.subject_id:
            ids.add(each.event.subject_id)
    return found


def _references(happening: Happening, table: str) -> set[int]:
    """Return the ids of a table's rows to which the values of an event refer."""
    return {
        number
        for values in (happening.before or {}, happening.after or {})
        for name, value in values.items()
        if fields.table_of(name) == table
        for number in (value if isinstance(value, list) else [value])
        if isinstance(number, int)
    }


_CLOSING = (Action.READ_DRAFTS, Action.READ_SECRETS)
"""What opens all of a measure's past."""


class _Past:
    """The states and kinds of publicity that a measure went through."""

    def __init__(self) -> None:
        self._changes: dict[str, list[tuple[int, str | None, str]]] = defaultdict(list)

    def add(self, number: int, happening: Happening) -> None:
        """Add an event that changed the state or the publicity."""
        before, after = happening.before or {}, happening.after or {}
        for name in ("state", "publicity"):
            if name in after:
                self._changes[name].append((number, before.get(name), after[name]))

    def closes(self, event: Event, measure: Measured, actor: Actor) -> Closed | None:
        """Return why what was written at an event is closed to `actor`; None when it is not."""
        unit_id = measure.unit_id or NO_UNIT
        if Publicity.SECRET in self._around("publicity", event.id, measure.publicity) and not can(
            actor, Action.READ_SECRETS, unit_id
        ):
            return Closed.SECRET
        was, became = self._around("state", event.id, measure.state)
        in_preparation = (was or became) in IN_PREPARATION
        if (
            in_preparation
            and event.tag is not Tag.MEASURE_MOVED
            and not can(actor, Action.READ_DRAFTS, unit_id)
        ):
            return Closed.DRAFT
        return None

    def _around(self, name: str, number: int, now: str) -> tuple[str | None, str]:
        """Return a value as it was before an event and as it was after it.

        Where the record begins later than the measure, the first change tells what was before it.
        """
        earlier = [change for change in self._changes[name] if change[0] <= number]
        later = [change for change in self._changes[name] if change[0] > number]
        if earlier and earlier[-1][0] == number:
            return earlier[-1][1], earlier[-1][2]
        known = earlier[-1][2] if earlier else (later[0][1] if later else None) or now
        return known, known
