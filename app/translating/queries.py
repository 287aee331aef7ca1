"""The translator's queue: what waits for a translation, the most urgent first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple, Self, cast

from sqlalchemy import ColumnElement, Select, case, exists, func, literal_column, null, or_, select
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
from app.meetings.states import Stage
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


# Written into the statement, so that SQLite finds what waits by its index.
_EMPTY: ColumnElement[str] = literal_column("''")


def _is_empty(name: str, lang: Language) -> ColumnElement[bool]:
    column: ColumnElement[str] = getattr(Measure, f"{name}_{lang}")
    return column == _EMPTY


def _waits(lang: Language) -> ColumnElement[bool]:
    """Return the condition on `Measure` that something waits to be written in a language."""
    lacking = (_is_empty(name, lang) & ~_is_empty(name, other(lang)) for name in TWIN_TEXTS)
    return or_(Measure.stale == lang, *lacking)


_WAITS: Mapping[Language, ColumnElement[bool]] = {lang: _waits(lang) for lang in LANGUAGES}

_WAIT_AT_ALL = or_(
    Measure.stale.is_not(None),
    *(_is_empty(name, "fi") != _is_empty(name, "sv") for name in TWIN_TEXTS),
)
"""`WAITS_FOR_TRANSLATION`, in the same order."""

_AGENDA = (
    select(func.min(Meeting.held_on))
    .join(Decision, Decision.meeting_id == Meeting.id)
    .where(
        Decision.measure_id == Measure.id,
        Decision.stage != Stage.DECIDED,
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

# Labels, so that a statement works them out once for each measure and sorts by what it found.
_RANK = case(
    *((condition, rank) for rank, (_urgency, condition) in enumerate(_RANKED)), else_=len(_RANKED)
).label("rank")
_URGENCIES = (*(urgency for urgency, _condition in _RANKED), Urgency.UNIT)
_NEEDED_BY = case(
    (_RANKED[0][1], _AGENDA),
    (
        _RANKED[1][1],
        _ROADMAP.with_only_columns(func.min(Roadmap.board_by)).scalar_subquery(),
    ),
    else_=null(),
).label("needed_by")
_ORDER = (_RANK, _NEEDED_BY.nulls_last(), Measure.changed_at, Measure.id)


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


def count_waiting(actor: Actor) -> Counts:
    """Return how many measures wait for `actor`."""
    flags = [case((_WAITS[lang], 1), else_=0).label(lang) for lang in LANGUAGES]
    queue = _queue(select(Measure.state, *flags), actor, Filters()).subquery()
    query = select(func.count(), *queue.c).group_by(*queue.c)
    found: dict[tuple[frozenset[Language], State], int] = {}
    grouped: Sequence[Any] = db.session.execute(query).all()
    for count, state, *waits in grouped:
        languages = frozenset(lang for lang, flag in zip(LANGUAGES, waits, strict=True) if flag)
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
    found = _queue(select(Measure.id, Measure.changed_at, _RANK, _NEEDED_BY), actor, filters)
    queue = found.subquery()
    order = (queue.c.rank, queue.c.needed_by.nulls_last(), queue.c.changed_at, queue.c.id)
    placed = select(queue.c.id, func.row_number().over(order_by=order).label("place")).cte()
    here = select(placed.c.place).where(placed.c.id == measure_id).scalar_subquery()
    query = (
        select(Measure)
        .join(placed, placed.c.id == Measure.id)
        .where(Measure.id != measure_id)
        .order_by(case((placed.c.place > here, 0), else_=1), placed.c.place)
        .limit(1)
    )
    return db.session.scalar(query)


def _queue(query: Select[Any], actor: Actor, filters: Filters) -> Select[Any]:
    """Narrow a query of measures to those that wait for `actor`."""
    may_translate: ColumnElement[bool] = Measure.state.in_(states_for(actor, NO_UNIT))
    if actor.unit_ids:
        own = Measure.unit_id.in_(sorted(actor.unit_ids))
        may_translate |= own & Measure.state.in_(states_for(actor))
    query = query.where(visible_to(actor), may_translate, _WAIT_AT_ALL)
    if filters.into:
        query = query.where(_WAITS[filters.into])
    return query if filters.state is None else query.where(Measure.state == filters.state)
