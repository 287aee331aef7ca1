"""What can happen to a roadmap and to what stands on it."""

from app.audit.operations import given, record
from app.audit.tags import Tag
from app.core import clock
from app.core.errors import Stale
from app.core.policy import Actor
from app.extensions import db
from app.programmes.states import Phase
from app.roadmaps import board_queries
from app.roadmaps.models import PhaseStep
from app.roadmaps.programme_workflow import workflow_of
from app.roadmaps.proposal import propose
from app.roadmaps.subject import Subject, kind_of, owner


def check_version(subject: Subject, version: int | None) -> None:
    """Raise Stale unless `version` is the subject's own: one decides on what one saw."""
    if subject.version != version:
        raise Stale


def has_just_made(subject: Subject, name: str, version: int | None, actor: Actor) -> bool:
    """Tell whether the actor has made a transition already, by the same form pressed twice.

    Args:
        subject: The roadmap or the programme.
        name: The transition.
        version: The version that the form was opened on.
        actor: Who sends the form.
    """
    step = board_queries.last_step(subject)
    return (
        step is not None
        and (step.transition, step.target, step.actor_id) == (name, subject.phase, actor.user_id)
        and version == subject.version - 1
    )


def move(subject: Subject, name: str, actor: Actor, reason: str = "") -> PhaseStep:
    """Make the transition `name` of the workflow, and write it down.

    The text of what is proposed to the city board is kept then.

    Args:
        subject: The year's roadmap, or the programme.
        name: A row of its table of phases.
        actor: Who makes it.
        reason: Why, where the row asks for it.

    Raises:
        Refused: The workflow does not allow it now; the subject is as it was.
    """
    before = subject.phase
    transition = workflow_of(subject).apply(name, subject, actor, reason)
    step = PhaseStep(
        **owner(subject),
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
        kind_of(subject),
        subject.id,
        before={"phase": before},
        after=given({"phase": step.target, "reason": step.reason}),
    )
    if transition.target is Phase.BEFORE_BOARD and before is not Phase.BEFORE_BOARD:
        propose(subject, actor)
    return step
