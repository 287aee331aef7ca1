"""The translator's queue: what waits for a translation, the most urgent first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple, Self, cast

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, null, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from app.config import Language
from app.core.bilingual import other
from app.core.i18n import LANGUAGES
from app.core.policy import NO_UNIT, Actor
from app.extensions import db
from app.measures.models import Entry, Measure
from app.measures.queries import visible_to
from app.measures.states import State
from app.measures.workflow import TWIN_TEXTS
from app.meetings.models import Decision, Meeting
from app.programmes.models import Roadmap
from app.programmes.states import Phase
from app.roadmaps.models import Item
from app.roadmaps.states import FOLLOWED
from app.translating.states import Urgency
from app.translating.workflow import states_for

PAGE_SIZE = 25


@dataclass(frozen=True)
class Filters:
    """What the address narrows the queue to; what means nothing in it is left out.

    Attributes:
        into: The language to write in.
        state: The state of the measures.
        page: The number of the page, from 1.
    """

    into: Language | None = None
    state: State | None = None
    page: int = 1

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> Self:
        """Read an address."""
        into = args.get("into")
        return cls(
            cast(Language, into) if into in LANGUAGES else None,
            State.parse(args.get("state")),
            args.get("page", 1, type=int),
        )

    @property
    def narrowed(self) -> bool:
        """Whether not all are listed."""
        return bool(self.into or self.state)

    def args(self, **changes: Any) -> dict[str, Any]:
        """Return the address's arguments, with changes; a change leads back to the first page."""
        new = replace(self, **{"page": 1, **changes})
        return {
            "into": new.into,
            "state": new.state,
            "page": new.page if new.page > 1 else None,
        }


class Row(NamedTuple):
    """A measure in the queue.

    Attributes:
        measure: The measure, with its unit.
        urgency: What the translation is needed for.
        needed_by: The day of that, where it is known.
    """

    measure: Measure
    urgency: Urgency
    needed_by: date | None


def _waits(lang: Language) -> ColumnElement[bool]:
    """Return the condition on `Measure` that something waits to be written in a language."""
    texts = (
        (getattr(Measure, f"{name}_{other(lang)}"), getattr(Measure, f"{name}_{lang}"))
        for name in TWIN_TEXTS
    )
    lacking = (and_(source != "", target == "") for source, target in texts)
    return or_(Measure.stale == lang, *lacking)


_WAITS: Mapping[Language, ColumnElement[bool]] = {lang: _waits(lang) for lang in LANGUAGES}

_AGENDA = (
    select(func.min(Meeting.held_on))
    .join(Decision, Decision.meeting_id == Meeting.id)
    .where(
        Decision.measure_id == Measure.id,
        Decision.outcome.is_(None),
        Decision.undone_at.is_(None),
    )
    .scalar_subquery()
)
_ROADMAP = (
    select(Roadmap.board_by)
    .join(Item, Item.roadmap_id == Roadmap.id)
    .join(Entry, Entry.id == Item.entry_id)
    .where(
        Entry.measure_id == Measure.id,
        Item.membership.in_(sorted(FOLLOWED)),
        Roadmap.phase.not_in([Phase.APPROVED, Phase.CLOSED]),
    )
)
_TO_THE_BOARD = or_(_ROADMAP.exists(), ~exists().where(Entry.measure_id == Measure.id))

_RANKED: Sequence[tuple[Urgency, ColumnElement[bool]]] = (
    (Urgency.MEETING, (Measure.state == State.IN_SCORING) & _AGENDA.is_not(None)),
    (Urgency.BOARD, (Measure.state == State.APPROVED) & _TO_THE_BOARD),
    (Urgency.SCORING, Measure.state == State.IN_SCORING),
    (Urgency.SUBMITTED, Measure.state == State.SUBMITTED),
    (Urgency.APPROVED, Measure.state == State.APPROVED),
)
"""What a translation is needed for, by the first condition that holds."""

_RANK = case(
    *((condition, rank) for rank, (_urgency, condition) in enumerate(_RANKED)), else_=len(_RANKED)
)
_URGENCIES = (*(urgency for urgency, _condition in _RANKED), Urgency.UNIT)
_NEEDED_BY = case(
    (_RANKED[0][1], _AGENDA),
    (
        _RANKED[1][1],
        _ROADMAP.with_only_columns(func.min(Roadmap.board_by)).scalar_subquery(),
    ),
    else_=null(),
)
# Databases differ in where they put those without a day.
_ORDER = (_RANK, _NEEDED_BY.is_(None), _NEEDED_BY, Measure.changed_at, Measure.id)


class Counts:
    """How many measures wait, by the languages to write in and by state."""

    def __init__(self, found: Mapping[tuple[frozenset[Language], State], int]) -> None:
        self._found = found

    def of(self, filters: Filters) -> int:
        """Return how many the filters leave."""
        return sum(
            count
            for (languages, state), count in self._found.items()
            if (filters.into is None or filters.into in languages)
            and (filters.state is None or state is filters.state)
        )

    @property
    def total(self) -> int:
        """How many wait in all."""
        return sum(self._found.values())

    def by_state(self, filters: Filters) -> dict[State, int]:
        """Return how many are in each state that has any, whatever state the filters name."""
        counts = {state: self.of(replace(filters, state=state)) for state in State}
        return {state: count for state, count in counts.items() if count}


def count_waiting(actor: Actor) -> Counts:
    """Return how many measures wait for `actor`."""
    waits = [case((_WAITS[lang], 1), else_=0) for lang in LANGUAGES]
    query = _queue(select(Measure.state, func.count(), *waits), actor, Filters())
    found: dict[tuple[frozenset[Language], State], int] = {}
    grouped: Sequence[Any] = db.session.execute(query.group_by(Measure.state, *waits)).all()
    for state, count, *flags in grouped:
        languages = frozenset(lang for lang, flag in zip(LANGUAGES, flags, strict=True) if flag)
        found[languages, state] = count
    return Counts(found)


def rows(actor: Actor, filters: Filters) -> list[Row]:
    """Return one page of the queue."""
    query = _queue(select(Measure, _RANK, _NEEDED_BY), actor, filters)
    query = query.options(joinedload(Measure.unit)).order_by(*_ORDER)
    query = query.offset((filters.page - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    found: Sequence[Any] = db.session.execute(query).all()
    return [Row(measure, _URGENCIES[rank], needed_by) for measure, rank, needed_by in found]


def following(actor: Actor, filters: Filters, measure_id: int) -> Measure | None:
    """Return what comes after a measure in the queue, else what comes first beside it.

    None when nothing else waits.
    """
    order = func.row_number().over(order_by=_ORDER).label("place")
    queue = _queue(select(Measure.id, order), actor, filters).subquery()
    here = select(queue.c.place).where(queue.c.id == measure_id).scalar_subquery()
    query = (
        select(Measure)
        .join(queue, queue.c.id == Measure.id)
        .where(Measure.id != measure_id)
        .order_by(case((queue.c.place > here, 0), else_=1), queue.c.place)
        .limit(1)
    )
    return db.session.scalar(query)


def _queue(query: Select[Any], actor: Actor, filters: Filters) -> Select[Any]:
    """Narrow a query of measures to those that wait for `actor`."""
    everywhere, in_own_unit = states_for(actor, NO_UNIT), states_for(actor)
    own = Measure.unit_id.in_(sorted(actor.unit_ids)) & Measure.state.in_(in_own_unit)
    languages = [filters.into] if filters.into else LANGUAGES
    query = query.where(
        visible_to(actor),
        or_(Measure.state.in_(everywhere), own),
        or_(*(_WAITS[lang] for lang in languages)),
    )
    return query if filters.state is None else query.where(Measure.state == filters.state)
