"""What can happen to a matter: prepared and taken back, decided and undone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from app.audit.operations import given, record, record_added, recorded, values_of
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.mail import operations as mail
from app.mail import queries as outbox
from app.measures.models import Measure
from app.measures.operations import move
from app.measures.workflow import WORKFLOW
from app.meetings import queries
from app.meetings.assembly import Assembly, assembly
from app.meetings.models import Decision, Disqualification, Meeting
from app.meetings.states import Outcome, Stage
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase

UNDOING = "undo_decision"
"""The row of the measures' workflow that undoes a decision."""


@dataclass(frozen=True)
class Words:
    """What is written of a decision.

    Attributes:
        outcome: What is decided; None while only its words are being written.
        reason: Why; not needed for an approval.
        section: The section of the minutes, such as "12"; empty when there is none.
    """

    outcome: Outcome | None
    reason: str = ""
    section: str = ""

    @classmethod
    def of(cls, decision: Decision) -> "Words":
        """Return what is written of a matter now."""
        return cls(decision.outcome, decision.reason, decision.section)


def digest_of(decision: Decision) -> str:
    """Return what is the same as long as a matter says the same.

    A form carries it, so that nothing is overwritten unseen. What the room looks at is no part of
    it: showing a matter on the screen must not stop whoever types.
    """
    what = [decision.stage, decision.outcome, decision.reason, decision.section]
    return sha256(json.dumps(what).encode()).hexdigest()


def prepare(decision: Decision, words: Words, actor: Actor) -> None:
    """Write down what the meeting is going to decide; the measure stays as it is.

    With an outcome the matter is prepared, and decided when the meeting ends.

    Raises:
        Stale: The matter has been decided.
        Refused: The actor may not, the meeting is over, or the matter has dropped out.
    """
    meeting = _meeting_of(decision, actor)
    if decision.stage is Stage.DECIDED:
        raise Stale
    if meeting.ended_at is not None:
        raise Refused(_l("The meeting has ended. Reopen it to prepare decisions."))
    measure = db.session.get_one(Measure, decision.measure_id)
    if measure.state not in queries.READY:
        raise Refused(_l("The matter is no longer on the agenda: its state has changed."))
    with recorded(
        Tag.DECISION_PREPARED, actor, Kind.MEASURE, decision, subject_id=measure.id, naming=_NAMING
    ):
        decision.outcome = words.outcome or decision.outcome
        decision.stage = Stage.PREPARED if decision.outcome else Stage.ON_AGENDA
        decision.reason = words.reason.strip()
        decision.section = words.section.strip()


_NAMING = ("meeting_id",)


def clear(decision: Decision, actor: Actor) -> None:
    """Take a prepared decision back; what was written stays, without an outcome.

    Raises:
        Stale: The matter has been decided.
        Refused: The actor may not, or the minutes are approved.
    """
    _meeting_of(decision, actor)
    if decision.stage is Stage.DECIDED:
        raise Stale
    with recorded(
        Tag.DECISION_CLEARED,
        actor,
        Kind.MEASURE,
        decision,
        subject_id=decision.measure_id,
        naming=_NAMING,
    ):
        decision.stage = Stage.ON_AGENDA
        decision.outcome = None


def decide(decision: Decision, outcome: Outcome, reason: str, section: str, actor: Actor) -> None:
    """Record what the meeting decided on a measure, which changes the measure's state.

    Args:
        decision: The matter on the agenda.
        outcome: What was decided.
        reason: Why; not needed for an approval.
        section: The section of the minutes, such as "12"; empty when there is none.
        actor: Who records it.

    Raises:
        Stale: The matter has been decided, or undone, already.
        Refused: The meeting is still to come, its minutes are approved, somebody's
            disqualification or the quorum stands against it, or the workflow of measures does not
            allow the outcome.
    """
    meeting = _meeting_of(decision, actor)
    check_held(meeting)
    words = Words(outcome, reason, section)
    settle(decision, words, meeting, assembly(meeting), actor, clock.now())


def check_held(meeting: Meeting) -> None:
    """Raise Refused while the day of a meeting is still to come."""
    if meeting.held_on > clock.today():
        raise Refused(_l("The meeting has not been held yet."))


def settle(
    decision: Decision,
    words: Words,
    meeting: Meeting,
    room: Assembly,
    actor: Actor,
    now: datetime,
) -> None:
    """Decide on a matter of a meeting that is open and has been held, as `decide` does.

    Args:
        decision: The matter.
        words: What is decided.
        meeting: Its meeting.
        room: Who is at it.
        actor: Who records it.
        now: The moment in UTC that is kept with it.
    """
    if decision.stage is Stage.DECIDED or words.outcome is None:
        raise Stale
    if hindrances := room.hindrances(decision.id, actor):
        raise Refused(*hindrances)
    measure = db.session.get_one(Measure, decision.measure_id)
    move(measure, words.outcome.value, actor, words.reason, batch=batch_of(decision.id))
    decision.stage = Stage.DECIDED
    decision.outcome = words.outcome
    decision.reason = words.reason.strip()
    decision.section = words.section.strip()
    decision.decided_on = meeting.held_on
    decision.recorded_by_id = actor.user_id
    decision.recorded_at = now
    db.session.flush()
    after = given(values_of(decision))
    record(Tag.DECISION_RECORDED, actor, Kind.MEASURE, decision.measure_id, after=after)


def batch_of(decision_id: int) -> str:
    """Return what marks the mail of a decision, so that undoing can take it back."""
    return f"decision-{decision_id}"


def undo(decision: Decision, reason: str, actor: Actor, *, prepared: bool = False) -> Decision:
    """Undo a decision: the measure goes back to scoring and is on the same agenda again.

    The decision stays as history. Mail of it that still waits is taken back; if nobody has been
    told of the decision, nobody is told of its undoing.

    Args:
        decision: The decision.
        reason: Why.
        actor: Who undoes it.
        prepared: Whether what was decided is at once prepared again.

    Returns:
        The fresh matter on the agenda.

    Raises:
        Stale: There is no decision, or it has been undone.
        Refused: The minutes are approved, the roadmap of the measure's year is before the city
            board or decided, or the workflow of measures does not allow it.
    """
    if decision.stage is not Stage.DECIDED or decision.undone_at is not None:
        raise Stale
    _meeting_of(decision, actor)
    measure = db.session.get_one(Measure, decision.measure_id)
    if reasons := bound(measure):
        raise Refused(*reasons)
    batch = batch_of(decision.id)
    taken_back = mail.take_back(batch)
    move(measure, UNDOING, actor, reason, batch=f"{batch}-undone")
    if taken_back and not outbox.was_sent(batch):
        mail.take_back(f"{batch}-undone")
    before = given(values_of(decision))
    place, shown = decision.position, decision.on_screen
    decision.undone_at = clock.now()
    decision.position = queries.next_position(decision.meeting_id)
    decision.on_screen = False
    db.session.flush()
    after = {"reason": reason.strip()}
    record(Tag.DECISION_UNDONE, actor, Kind.MEASURE, measure.id, before=before, after=after)
    return _again(decision, place, actor, prepared=prepared, shown=shown)


def bound(measure: Measure) -> Sequence[LazyString]:
    """Return why a decision on a measure can no longer be undone; nothing when it can."""
    row = WORKFLOW.named(UNDOING)
    if measure.state not in row.sources:
        now = measure.state.label
        return [_l("This can no longer be done: the state is now “%(state)s”.", state=now)]
    roadmap = roadmap_of(measure.first_year) if measure.first_year else None
    if roadmap and (roadmap.once_approved or roadmap.phase is Phase.BEFORE_BOARD):
        return [_l("The roadmap of the measure's year has gone to the city board.")]
    return []


def _again(undone: Decision, place: int, actor: Actor, *, prepared: bool, shown: bool) -> Decision:
    """Put the measure of an undone decision on the agenda again, with its disqualifications.

    Args:
        undone: The decision.
        place: Its place on the agenda, which the fresh matter gets.
        actor: Who undoes it.
        prepared: Whether what was decided is prepared again.
        shown: Whether the room looked at it; it looks at the fresh matter then.
    """
    fresh = Decision(
        meeting_id=undone.meeting_id,
        measure_id=undone.measure_id,
        position=place,
        stage=Stage.PREPARED if prepared else Stage.ON_AGENDA,
        outcome=undone.outcome if prepared else None,
        reason=undone.reason if prepared else "",
        section=undone.section if prepared else "",
        on_screen=shown,
    )
    db.session.add(fresh)
    db.session.flush()
    record_added(Tag.MATTER_ADDED, actor, Kind.MEASURE, fresh, subject_id=fresh.measure_id)
    query = select(Disqualification).where(Disqualification.decision_id == undone.id)
    for each in db.session.scalars(query).all():
        copy = Disqualification(
            decision_id=fresh.id, user_id=each.user_id, reason=each.reason, ruling=each.ruling
        )
        db.session.add(copy)
        db.session.flush()
        record_added(
            Tag.DISQUALIFICATION_RECORDED,
            actor,
            Kind.MEASURE,
            copy,
            subject_id=fresh.measure_id,
            person_id=copy.user_id,
        )
    return fresh


def _meeting_of(decision: Decision, actor: Actor) -> Meeting:
    """Return the meeting of a matter, if `actor` may record its decisions still."""
    if not can(actor, Action.DECIDE):
        raise Refused(_l("Your role does not include this action."))
    meeting = db.session.get_one(Meeting, decision.meeting_id)
    if meeting.minutes_approved_on is not None:
        raise Refused(_l("The minutes of the meeting are approved."))
    return meeting
