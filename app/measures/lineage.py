"""How measures follow from one another: marked by the secretary, kept and shown."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import and_, or_, select

from app.accounts.models import Unit
from app.audit.operations import record, record_added, values_of
from app.audit.tags import Kind, Tag
from app.core.errors import Refused
from app.core.policy import NO_UNIT, Action, Actor, can
from app.extensions import db
from app.measures import operations, search
from app.measures.likeness import IN_OUTLINE, LookAlike, seen
from app.measures.models import Lineage, Measure, Step
from app.measures.queries import visible_to
from app.measures.states import LineageKind, Publicity, State
from app.measures.workflow import UNMERGING, WORKFLOW

_ENDED = frozenset({State.MERGED, State.REJECTED, State.WITHDRAWN})
"""States of measures that nothing is merged into, as they do not go on."""

MOST_FOUND = 20
"""How many measures a search for a related one shows."""

FROM_THE_EARLIER: Mapping[LineageKind, LazyString] = MappingProxyType(
    {
        LineageKind.DUPLICATE: _l("the same as"),
        LineageKind.SPLIT: _l("split into"),
        LineageKind.CARRIED_OVER: _l("carried on by"),
        LineageKind.RENAMED: _l("later name"),
    }
)
"""The words of `LineageKind`, read from the other end."""

_MERGED_INTO = _l("merged into")
_MERGED_INTO_THIS = _l("merged into this")


class Relation(NamedTuple):
    """How a measure is related to another one, as a reader may know it.

    Attributes:
        label: What the other one is to it.
        id: The id of the other one; None where the reader may not open it.
        name_fi, name_sv: The name of the other one; empty where the reader may not know it.
        is_merge: Whether one was merged into the other, which is undone in its own way.
    """

    label: LazyString
    id: int | None
    name_fi: str
    name_sv: str
    is_merge: bool


def mark(measure: Measure, earlier: Measure, kind: LineageKind, actor: Actor) -> Lineage:
    """Mark that a measure follows from an earlier one.

    What is marked so already stays as it is.

    Raises:
        Refused: The actor may not, it is one and the same measure, the two are marked otherwise,
            or the marks would go round in a circle.
    """
    _check(measure, actor)
    _check(earlier, actor)
    if measure.id == earlier.id:
        raise Refused(_l("Choose another measure: this is the same one."))
    known = link_between(measure, earlier)
    if known and (known.measure_id, known.kind) == (measure.id, kind):
        return known
    if known:
        raise Refused(_l("These two are marked already. Remove that mark first."))
    if measure.id in _all_before(earlier):
        raise Refused(_l("The marks would go round in a circle."))
    link = Lineage(measure_id=measure.id, earlier_id=earlier.id, kind=kind)
    db.session.add(link)
    db.session.flush()
    record_added(Tag.LINEAGE_MARKED, actor, Kind.MEASURE, link, subject_id=measure.id)
    return link


def remove(link: Lineage, actor: Actor) -> None:
    """Take a mark away that was wrong.

    Raises:
        Refused: The actor may not, or one was merged into the other: that is undone by `unmerge`.
    """
    measure = db.session.get_one(Measure, link.measure_id)
    _check(measure, actor)
    if _is_merge(link, measure):
        raise Refused(_l("One of the two was merged into the other. Undo the merge instead."))
    _delete(link, actor)


def merge(measure: Measure, into: Measure, actor: Actor, reason: str) -> Step:
    """Merge a proposal into the measure that goes on instead of it, and return the step.

    Raises:
        Refused: The workflow does not allow it, or nothing can be merged into the other one.
    """
    if into.state in _ENDED:
        state = into.state.label
        raise Refused(
            _l("Nothing can be merged into a measure whose state is “%(state)s”.", state=state)
        )
    if not goes_on(into):
        raise Refused(_l("Nothing can be merged into a draft that belongs to no unit."))
    step = operations.move(measure, "merge", actor, reason)
    _forget_duplicates(measure, actor)
    mark(measure, into, LineageKind.DUPLICATE, actor)
    return step


def unmerge(measure: Measure, actor: Actor, reason: str) -> Step:
    """Undo a merge: the proposal goes on where it was, with the unit if it was there.

    In scoring its reviews count again, and it is on the agenda again that it was on.

    Raises:
        Refused: It is not merged, the actor may not, or the reason is missing.
    """
    row = UNMERGING[_state_before_merge(measure.id)]
    step = operations.move(measure, row, actor, reason)
    _forget_duplicates(measure, actor)
    return step


def link_between(one: Measure, another: Measure) -> Lineage | None:
    """Return the mark that says how two measures are related, whichever is the earlier one."""
    ids = {one.id, another.id}
    query = select(Lineage).where(Lineage.measure_id.in_(ids), Lineage.earlier_id.in_(ids))
    return db.session.scalar(query)


def is_merged_into(measure: Measure, into: Measure) -> bool:
    """Tell whether a proposal was merged into the other one."""
    link = link_between(measure, into)
    return link is not None and link.measure_id == measure.id and _is_merge(link, measure)


def may_be_merged(measure: Measure) -> bool:
    """Tell whether a proposal is on its way, so that it can be merged into another measure."""
    return measure.state in WORKFLOW.named("merge").sources


def goes_on(measure: Measure) -> bool:
    """Tell whether another one can be merged into a measure."""
    is_nobodys = measure.state is State.DRAFT and measure.unit_id is None
    return measure.state not in _ENDED and not is_nobodys


def found_by(text: str, measure: Measure, actor: Actor) -> Sequence[LookAlike]:
    """Return the measures with all words of `text` that `actor` may read, the latest changed first.

    They are those that `measure` could be related to, `MOST_FOUND` at most.
    """
    query = (
        select(Measure, Unit)
        .outerjoin(Unit, Unit.id == Measure.unit_id)
        .where(search.matches(text), visible_to(actor), Measure.id != measure.id)
        .order_by(Measure.changed_at.desc(), Measure.id.desc())
        .limit(MOST_FOUND)
    )
    return [seen(row.Measure, row.Unit, whole=True) for row in db.session.execute(query)]


def relations(measure: Measure, actor: Actor) -> Sequence[Relation]:
    """Return how a measure is related to others, what it follows from first.

    Others that the reader may not read are left out. Only what it was itself merged into is always
    named: by its name alone while that is a proposal, and not even so if it is secret or a draft.
    """
    other = and_(Measure.id != measure.id, Measure.id.in_((Lineage.measure_id, Lineage.earlier_id)))
    query = (
        select(Lineage, Measure, visible_to(actor).label("visible"))
        .join(Measure, other)
        .where(or_(Lineage.measure_id == measure.id, Lineage.earlier_id == measure.id))
        .order_by(Lineage.measure_id != measure.id, Lineage.id)
    )
    found = []
    for link, related, visible in db.session.execute(query):
        follows = link.measure_id == measure.id
        is_merge = _is_merge(link, measure if follows else related)
        if not visible and not (follows and is_merge):
            continue
        known = visible or (
            related.state in IN_OUTLINE and related.publicity is not Publicity.SECRET
        )
        found.append(
            Relation(
                _label(link, follows=follows, is_merge=is_merge),
                related.id if visible else None,
                related.name_fi if known else "",
                related.name_sv if known else "",
                is_merge,
            )
        )
    return found


def _label(link: Lineage, *, follows: bool, is_merge: bool) -> LazyString:
    if is_merge:
        return _MERGED_INTO if follows else _MERGED_INTO_THIS
    return link.kind.label if follows else FROM_THE_EARLIER[link.kind]


def _check(measure: Measure, actor: Actor) -> None:
    if not can(actor, Action.MANAGE_PROPOSALS, measure.unit_id or NO_UNIT):
        raise Refused(_l("Your role does not include this action."))


def _is_merge(link: Lineage, measure: Measure) -> bool:
    """Tell whether a mark says into what `measure`, its later one, was merged."""
    return link.kind is LineageKind.DUPLICATE and measure.state is State.MERGED


def _delete(link: Lineage, actor: Actor) -> None:
    before = values_of(link)
    record(Tag.LINEAGE_REMOVED, actor, Kind.MEASURE, link.measure_id, before=before)
    db.session.delete(link)
    db.session.flush()


def _forget_duplicates(measure: Measure, actor: Actor) -> None:
    """Take away what says of which others the measure is a duplicate."""
    query = select(Lineage).where(
        Lineage.measure_id == measure.id, Lineage.kind == LineageKind.DUPLICATE
    )
    for link in db.session.scalars(query).all():
        _delete(link, actor)


def _all_before(measure: Measure) -> set[int]:
    """Return the ids of all measures that this one follows from, in one step or in many."""
    reached: set[int] = set()
    beyond = {measure.id}
    while beyond:
        reached |= beyond
        query = select(Lineage.earlier_id).where(Lineage.measure_id.in_(sorted(beyond)))
        beyond = set(db.session.scalars(query)) - reached
    return reached


def _state_before_merge(measure_id: int) -> State:
    """Return the state of a merged proposal before that; a draft where it went through no other."""
    query = (
        select(Step.target)
        .where(Step.measure_id == measure_id, Step.target != State.MERGED)
        .order_by(Step.id.desc())
        .limit(1)
    )
    return db.session.scalar(query) or State.DRAFT
