"""What can happen to a roadmap and to what stands on it."""

from datetime import date

from flask_babel import lazy_gettext as _l

from app.audit.operations import given, record, recorded
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.measures import operations as measures
from app.programmes.models import Roadmap
from app.programmes.states import DECIDED, Phase
from app.roadmaps import queries
from app.roadmaps.models import PhaseStep
from app.roadmaps.states import (
    Membership,
)
from app.roadmaps.workflow import WORKFLOW


def check_version(roadmap: Roadmap, version: int | None) -> None:
    """Raise Stale unless `version` is the roadmap's own: one decides on what one saw."""
    if roadmap.version != version:
        raise Stale


def set_dates(roadmap: Roadmap, submit_by: date, board_by: date, actor: Actor) -> None:
    """Set the last day for proposals and the day by which the city board should decide.

    Raises:
        Refused: The actor may not, the roadmap has been decided, or the days are in a wrong order.
    """
    if not can(actor, Action.MANAGE_ROADMAP):
        raise Refused(_l("Your role does not include this action."))
    if roadmap.phase in DECIDED:
        raise Refused(_l("The city board has decided on the roadmap."))
    if board_by < submit_by:
        raise Refused(_l("The city board decides after the last day for proposals."))
    with recorded(Tag.DATES_SET, actor, Kind.ROADMAP, roadmap):
        roadmap.submit_by = submit_by
        roadmap.board_by = board_by


def move(roadmap: Roadmap, name: str, actor: Actor, reason: str = "") -> PhaseStep:
    """Make the transition `name` of the workflow, and write it down.

    What is proposed to the city board becomes public, as the board's agenda is.

    Args:
        roadmap: The year's roadmap.
        name: A row of `WORKFLOW`.
        actor: Who makes it.
        reason: Why, where the row asks for it.

    Raises:
        Refused: The workflow does not allow it now; the roadmap is as it was.
    """
    before = roadmap.phase
    transition = WORKFLOW.apply(name, roadmap, actor, reason)
    step = PhaseStep(
        roadmap_id=roadmap.id,
        transition=name,
        target=transition.target,
        reason=reason.strip(),
        actor_id=actor.user_id,
        made_at=clock.now(),
    )
    db.session.add(step)
    db.session.flush()
    record(
        Tag.PHASE_CHANGED,
        actor,
        Kind.ROADMAP,
        roadmap.id,
        before={"phase": before},
        after=given({"phase": step.target, "reason": step.reason}),
    )
    if transition.target is Phase.BEFORE_BOARD:
        proposed = [
            row.Measure
            for row in queries.contents(roadmap)
            if row.Item.membership is Membership.PROPOSED
        ]
        measures.publish(proposed, actor)
    return step
