"""Reads of measures; what a reader may not see is filtered here."""

from sqlalchemy import ColumnElement, false, or_, select, true

from app.core.policy import Actor, Role
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import Publicity, State

IN_PREPARATION = frozenset({State.DRAFT, State.RETURNED})
"""States that only the unit and the secretary see."""

_STEERING_GROUP = frozenset({Role.MEMBER, Role.CHAIR, Role.SECRETARY})


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Measure` that `actor` may read it.

    The states are the design's: a draft is its unit's, a proposal the steering group's, an
    approved measure everyone's. Publicity cuts further: without signing in one sees what is
    public, and what is secret is seen only by the unit and the steering group (Act on the
    Openness of Government Activities 621/1999, 6, 7 and 22-24 §).
    """
    approved = Measure.state == State.APPROVED
    if not actor.is_signed_in:
        return approved & (Measure.publicity == Publicity.PUBLIC)
    if Role.SECRETARY in actor.roles:
        return true()
    own = Measure.unit_id.in_(sorted(actor.unit_ids)) if actor.unit_ids else false()
    if actor.roles & _STEERING_GROUP:
        return or_(Measure.state.not_in(sorted(IN_PREPARATION)), own)
    return or_(approved & (Measure.publicity != Publicity.SECRET), own)


def measure_for(actor: Actor, measure_id: int) -> Measure | None:
    """Return the measure if it exists and `actor` may read it; None otherwise."""
    query = select(Measure).where(Measure.id == measure_id, visible_to(actor))
    return db.session.scalar(query)
