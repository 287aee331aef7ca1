"""What waits for one person, gathered from the rooms in which it waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from app.core.policy import Action, Actor, can
from app.desk import queries as desk
from app.desk.figures import LONG, Figure, figures
from app.extensions import db
from app.measures.models import Measure, Step
from app.measures.queries import CAME_INTO_STATE, visible_to
from app.measures.states import State
from app.measures.workflow import IN_THE_UNIT
from app.meetings import queries as meetings
from app.meetings.models import Meeting
from app.programmes import queries as programmes
from app.programmes.models import Roadmap
from app.programmes.states import Phase
from app.proposing import working_copies
from app.proposing.working_copies import Unfinished
from app.scoring import queries as scoring
from app.scoring.queries import ToReview
from app.translating import queries as translating

MOST_SHOWN = 10

_WAIT_FOR: Mapping[Phase, Action] = MappingProxyType(
    {
        Phase.DRAFTING: Action.PROPOSE_TO_BOARD,
        Phase.RETURNED_BY_BOARD: Action.PROPOSE_TO_BOARD,
        Phase.AMENDING: Action.PROPOSE_TO_BOARD,
        Phase.BEFORE_BOARD: Action.DECIDE_FOR_BOARD,
    }
)
"""The phases in which a roadmap waits for the chair or for the city board's secretary."""


class Begun(NamedTuple):
    """A proposal that its unit has in hand; when and why it was returned, if it was."""

    measure: Measure
    returned_at: datetime | None
    reason: str


class Proposed(NamedTuple):
    """A proposal that was handed over, and when it came into its state."""

    measure: Measure
    since: datetime


@dataclass(frozen=True)
class Waiting:
    """What waits for a person; empty where nothing does.

    Attributes:
        unfinished: Forms that they have begun and not saved.
        begun: Drafts and returned proposals of theirs and of their units, the returned ones first.
        to_review: The rounds in which they have proposals to score.
        changed: The proposals that have changed since they scored them.
        desk: What is on the desk, in two rows of numbers that lead there; none where it is empty.
        translations: How many measures wait for a translation.
        roadmaps: The roadmaps that wait for them.
        meeting: The next meeting of the steering group, for those who read its agenda.
        proposed: What has become of their proposals and their units', the latest first.
    """

    unfinished: Sequence[Unfinished]
    begun: Sequence[Begun]
    to_review: Sequence[ToReview]
    changed: Sequence[Measure]
    desk: Sequence[Sequence[Figure]]
    translations: int
    roadmaps: Sequence[Roadmap]
    meeting: Meeting | None
    proposed: Sequence[Proposed]

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all is to be done."""
        return not (
            self.unfinished
            or self.begun
            or self.to_review
            or self.changed
            or self.desk
            or self.translations
            or self.roadmaps
        )


def gather(actor: Actor, today: date) -> Waiting:
    """Return what waits for `actor`; the number of queries does not depend on how much it is."""
    proposes, scores = can(actor, Action.PROPOSE), can(actor, Action.SCORE)
    return Waiting(
        unfinished=working_copies.of_person(actor) if proposes or actor.post_ids else [],
        begun=_begun(actor) if proposes else [],
        to_review=scoring.to_review(actor, today) if scores else [],
        changed=scoring.changed_since_review(actor, today) if scores else [],
        desk=_desk(actor, today) if can(actor, Action.MANAGE_PROPOSALS) else [],
        translations=translating.count_waiting(actor).total if can(actor, Action.TRANSLATE) else 0,
        roadmaps=_roadmaps(actor),
        meeting=meetings.first_from(today) if can(actor, Action.READ_MEETINGS) else None,
        proposed=_proposed(actor) if proposes else [],
    )


def _desk(actor: Actor, today: date) -> Sequence[Sequence[Figure]]:
    rows = figures(desk.counts(actor, LONG, today))
    found = [[figure for figure in row if figure.number] for row in rows]
    return found if any(found) else []


def _own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Measure` that it is the actor's own or their units'."""
    return and_(
        visible_to(actor),
        or_(
            Measure.unit_id.in_(sorted(actor.unit_ids)),
            Measure.created_by_id == actor.user_id,
            Measure.contact_id == actor.user_id,
        ),
    )


def _begun(actor: Actor) -> list[Begun]:
    query = (
        select(Measure)
        .where(_own(actor), Measure.state.in_(sorted(IN_THE_UNIT)))
        .options(joinedload(Measure.unit))
        .order_by(Measure.state.desc(), Measure.changed_at.desc(), Measure.id.desc())
        .limit(MOST_SHOWN)
    )
    found = db.session.scalars(query).all()
    returned = select(Step).where(
        Step.measure_id.in_([each.id for each in found if each.state is State.RETURNED]),
        Step.target == State.RETURNED,
    )
    steps = {step.measure_id: step for step in db.session.scalars(returned.order_by(Step.id))}
    return [
        Begun(each, step.made_at, step.reason)
        if (step := steps.get(each.id))
        else Begun(each, None, "")
        for each in found
    ]


def _proposed(actor: Actor) -> list[Proposed]:
    # What was imported has gone through no steps here.
    query = (
        select(Measure, CAME_INTO_STATE.label("since"))
        .where(
            _own(actor),
            Measure.state.not_in(sorted(IN_THE_UNIT)),
            CAME_INTO_STATE.is_not(None),
        )
        .options(joinedload(Measure.unit))
        .order_by(CAME_INTO_STATE.desc(), Measure.id.desc())
        .limit(MOST_SHOWN)
    )
    return [Proposed(*row) for row in db.session.execute(query)]


def _roadmaps(actor: Actor) -> list[Roadmap]:
    if not any(can(actor, action) for action in _WAIT_FOR.values()):
        return []
    return [
        roadmap
        for roadmap in programmes.roadmaps()
        if (action := _WAIT_FOR.get(roadmap.phase)) and can(actor, action)
    ]
