"""Reads of measures; what a reader may not see is filtered here."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select, true
from sqlalchemy.orm import joinedload

from app.accounts import queries as accounts
from app.accounts.models import Post, Unit
from app.core.policy import ANONYMOUS, NO_UNIT, RULES, Action, Actor, can
from app.extensions import db
from app.measures.models import Measure, MeasurePost, Step
from app.measures.states import Publicity, State
from app.measures.workflow import EDITED, UNDOING
from app.programmes import queries as programmes
from app.programmes.models import Theme
from app.vocabulary import queries as vocabulary
from app.vocabulary.models import ClassificationValue
from app.vocabulary.states import Kind

IN_PREPARATION = frozenset({State.DRAFT, State.RETURNED})
"""States that only the unit and the secretary see."""

READING: Mapping[State, Action] = MappingProxyType(
    {
        state: Action.READ_DRAFTS
        if state in IN_PREPARATION
        else Action.READ_STATUS
        if state is State.APPROVED
        else Action.READ_PROPOSALS
        for state in State
    }
)
"""What one must be allowed to do to read a measure in each state."""

_READING_ROLES = frozenset(
    role
    for action in {*READING.values(), Action.READ_SECRETS}
    for role in RULES[action].roles | RULES[action].in_own_unit
)


def reader(actor: Actor) -> Actor:
    """Return `actor` without what makes no difference to `visible_to`.

    Two people with the same reader may see the same measures.
    """
    if not actor.is_signed_in:
        return ANONYMOUS
    return Actor(0, "", actor.roles & _READING_ROLES, actor.unit_ids)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Measure` that `actor` may read it.

    The states are the design's: a draft is its unit's proposers', a proposal the steering group's,
    an approved measure everyone's. Publicity cuts further: without signing in one sees what is
    public, and what is secret is seen only by the unit and the steering group (Act on the
    Openness of Government Activities 621/1999, 6, 7 and 22-24 §).
    """
    return _visible_to(reader(actor))


@lru_cache(maxsize=256)
def _visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for a reader; it is put together once, as nearly every read has it."""
    if not actor.is_signed_in:
        return (Measure.state == State.APPROVED) & (Measure.publicity == Publicity.PUBLIC)
    anywhere = _in_states([s for s in State if can(actor, READING[s], NO_UNIT)])
    if not can(actor, Action.READ_SECRETS, NO_UNIT):
        anywhere &= Measure.publicity != Publicity.SECRET
    if not actor.unit_ids:
        return anywhere
    in_own_unit = _in_states([s for s in State if can(actor, READING[s])])
    if not can(actor, Action.READ_SECRETS):
        in_own_unit &= Measure.publicity != Publicity.SECRET
    return or_(anywhere, Measure.unit_id.in_(sorted(actor.unit_ids)) & in_own_unit)


def _in_states(states: Sequence[State]) -> ColumnElement[bool]:
    return true() if len(states) == len(State) else Measure.state.in_(states)


def measure_for(actor: Actor, measure_id: int) -> Measure | None:
    """Return the measure if it exists and `actor` may read it; None otherwise."""
    return db.session.scalar(_one_for(reader(actor)), {"measure_id": measure_id})


@lru_cache(maxsize=256)
def _one_for(actor: Actor) -> Select[Measure]:
    return select(Measure).where(Measure.id == bindparam("measure_id"), _visible_to(actor))


def whole_measure_for(actor: Actor, measure_id: int) -> Measure | None:
    """Return what `measure_for` does, with all that the measure refers to."""
    query = select(Measure).where(Measure.id == measure_id, visible_to(actor))
    return db.session.scalar(query.options(joinedload("*")))


def is_hidden_from(actor: Actor, measure_id: int) -> bool:
    """Tell whether there is such a measure, and `actor` may not read it."""
    query = select(Measure.id).where(Measure.id == measure_id, ~visible_to(actor))
    return db.session.scalar(query) is not None


def last_submitter(measure_id: int) -> int | None:
    """Return the id of the person who submitted a proposal last; None when nobody has."""
    return last_submitters([measure_id]).get(measure_id)


def last_submitters(measure_ids: Collection[int]) -> Mapping[int, int]:
    """Return who submitted each proposal last, by ids; without those that nobody has."""
    query = select(Step.measure_id, Step.actor_id).where(
        Step.measure_id.in_(sorted(measure_ids)), Step.transition == "submit"
    )
    last = {row.measure_id: row.actor_id for row in db.session.execute(query.order_by(Step.id))}
    return {measure_id: actor_id for measure_id, actor_id in last.items() if actor_id is not None}


def may_read(actor: Actor, measure: Measure, state: State) -> bool:
    """Tell whether `actor` may read a measure when it is in `state`, as `visible_to` has it."""
    unit_id = measure.unit_id or NO_UNIT
    if measure.publicity is Publicity.SECRET and not can(actor, Action.READ_SECRETS, unit_id):
        return False
    return can(actor, READING[state], unit_id)


CAME_INTO_STATE = (
    select(func.max(Step.made_at))
    .where(
        Step.measure_id == Measure.id,
        Step.target == Measure.state,
        Step.transition.not_in([EDITED, *UNDOING.values()]),
    )
    .correlate(Measure)
    .scalar_subquery()
)
"""When a measure came into its state; NULL for what was recorded as it was.

What was done at once and undone counts as if it had never been, and an edit moves nothing.
"""


def last_step(measure_id: int) -> Step | None:
    """Return what happened to a measure last, a transition or an edit."""
    query = select(Step).where(Step.measure_id == measure_id).order_by(Step.id.desc()).limit(1)
    return db.session.scalar(query)


def last_transition(measure_id: int) -> Step | None:
    """Return the transition that a measure went through last."""
    query = select(Step).where(Step.measure_id == measure_id, Step.transition != EDITED)
    return db.session.scalar(query.order_by(Step.id.desc()).limit(1))


def last_return(measure_id: int) -> Step | None:
    """Return the step by which a proposal was returned to its unit last."""
    query = select(Step).where(Step.measure_id == measure_id, Step.transition == "return")
    return db.session.scalar(query.order_by(Step.id.desc()).limit(1))


def further_posts_of(measure_id: int) -> Sequence[Post]:
    """Return the posts that are responsible for a measure beside the lead post."""
    query = (
        select(Post)
        .join(MeasurePost, MeasurePost.post_id == Post.id)
        .where(MeasurePost.measure_id == measure_id)
        .order_by(Post.id)
    )
    return db.session.scalars(query).all()


def post_ids_of(measure_id: int) -> list[int]:
    """Return the ids of the posts that are responsible for a measure beside the lead post."""
    return list(db.session.scalars(_POST_IDS, {"measure_id": measure_id}))


# Every save of a proposal asks these, so they are put together once.
_OF_MEASURE = MeasurePost.measure_id == bindparam("measure_id")
_POST_IDS = select(MeasurePost.post_id).where(_OF_MEASURE).order_by(MeasurePost.post_id)
_POSTS = (
    select(Post, MeasurePost.measure_id.is_not(None))
    .outerjoin(MeasurePost, and_(MeasurePost.post_id == Post.id, _OF_MEASURE))
    .order_by(Post.id)
)


class Options(NamedTuple):
    """What the fields of a proposal may be set to.

    Attributes:
        values: The values of the classifications that are not retired.
        themes: The themes of the programme that collects proposals.
        units: The units on whose behalf the actor may propose.
        posts: The posts that may be responsible for a measure.
        post_ids: Those of them that are, beside the lead post.
        people: Who may be the contact: the people of the units, and the actor.
        collecting: The year that proposals are collected for, if they are.
    """

    values: Mapping[Kind, Sequence[ClassificationValue]]
    themes: Sequence[Theme]
    units: Sequence[Unit]
    posts: Sequence[Post]
    post_ids: Sequence[int]
    people: Sequence[Row[int, str]]
    collecting: int | None


def options_for(actor: Actor, today: date, measure: Measure | None = None) -> Options:
    """Return what `actor` may choose on `today`; what `measure` has now stays a choice."""
    collecting, themes = programmes.proposing(today)
    if measure and measure.theme and measure.theme not in themes:
        themes.append(measure.theme)
    units = [
        unit
        for unit in accounts.units()
        if (can(actor, Action.PROPOSE, unit.id) and not unit.retired)
        or (measure and measure.unit_id == unit.id)
    ]
    posts = db.session.execute(_POSTS, {"measure_id": measure.id if measure else None}).all()
    known = {actor.user_id, measure.contact_id if measure else None}
    return Options(
        {
            kind: [
                value
                for value in values
                if not value.retired or (measure and getattr(measure, f"{kind}_id") == value.id)
            ]
            for kind, values in vocabulary.by_kind().items()
        },
        themes,
        units,
        [
            post
            for post, is_further in posts
            if not post.retired or is_further or (measure and measure.lead_post_id == post.id)
        ],
        [post.id for post, is_further in posts if is_further],
        accounts.people_of([unit.id for unit in units], [each for each in known if each]),
        collecting,
    )
