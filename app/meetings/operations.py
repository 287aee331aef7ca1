"""What can happen to meetings and to the matters on their agendas."""

from datetime import date

from flask_babel import lazy_gettext as _l

from app.audit.operations import given, record, record_added, recorded, values_of
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.measures.models import Measure
from app.measures.operations import move
from app.meetings import queries
from app.meetings.models import Decision, Meeting
from app.meetings.states import Outcome, Stage
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase


def arrange(held_on: date, number: int, place: str, actor: Actor) -> Meeting:
    """Arrange a meeting of the steering group.

    Args:
        held_on: The day.
        number: The meeting's number in its year.
        place: Where it is held.
        actor: Who arranges it.

    Raises:
        Refused: The actor may not, or the day has a meeting with the number already.
    """
    _check_role(actor, Action.MANAGE_MEETINGS)
    if queries.meeting_on(held_on, number):
        raise Refused(_l("There is a meeting with this number on this day already."))
    meeting = Meeting(held_on=held_on, number=number, place=place)
    db.session.add(meeting)
    db.session.flush()
    record_added(Tag.MEETING_ARRANGED, actor, Kind.MEETING, meeting)
    return meeting


def add_to_agenda(meeting: Meeting, measure: Measure, actor: Actor) -> Decision:
    """Put a measure on the agenda.

    Raises:
        Refused: The actor may not, the minutes are approved, or the measure is not ready for a
            decision or waits on an agenda already.
    """
    _check_role(actor, Action.MANAGE_MEETINGS)
    _check_open(meeting)
    if not queries.ready_measures(actor, measure.id):
        raise Refused(
            _l("Only a measure that is in scoring or postponed, and on no agenda, can be added.")
        )
    decision = Decision(
        meeting_id=meeting.id,
        measure_id=measure.id,
        position=queries.next_position(meeting.id),
    )
    db.session.add(decision)
    db.session.flush()
    record_added(Tag.MATTER_ADDED, actor, Kind.MEASURE, decision, subject_id=measure.id)
    return decision


def remove_from_agenda(meeting: Meeting, decision: Decision, actor: Actor) -> None:
    """Take a matter that is not decided off the agenda.

    Raises:
        Refused: The actor may not, or the minutes are approved.
        Stale: It has been decided.
    """
    _check_role(actor, Action.MANAGE_MEETINGS)
    _check_open(meeting)
    if decision.stage is Stage.DECIDED:
        raise Stale
    before = given(values_of(decision))
    db.session.delete(decision)
    db.session.flush()
    record(Tag.MATTER_REMOVED, actor, Kind.MEASURE, decision.measure_id, before=before)


def decide(
    decision: Decision,
    outcome: Outcome,
    reason: str,
    section: str,
    actor: Actor,
) -> None:
    """Record what the meeting decided on a measure, which changes the measure's state.

    Args:
        decision: The matter on the agenda.
        outcome: What was decided.
        reason: Why; not needed for an approval.
        section: The section of the minutes, such as "12"; empty when there is none.
        actor: Who records it.

    Raises:
        Stale: The matter has been decided, or undone, already.
        Refused: The meeting is still to come, its minutes are approved, or the workflow of
            measures does not allow the outcome.
    """
    if decision.stage is Stage.DECIDED:
        raise Stale
    meeting = db.session.get_one(Meeting, decision.meeting_id)
    _check_open(meeting)
    if meeting.held_on > clock.today():
        raise Refused(_l("The meeting has not been held yet."))
    move(db.session.get_one(Measure, decision.measure_id), outcome.value, actor, reason)
    decision.stage = Stage.DECIDED
    decision.outcome = outcome
    decision.reason = reason.strip()
    decision.section = section.strip()
    decision.decided_on = meeting.held_on
    decision.recorded_by_id = actor.user_id
    decision.recorded_at = clock.now()
    db.session.flush()
    after = given(values_of(decision))
    record(Tag.DECISION_RECORDED, actor, Kind.MEASURE, decision.measure_id, after=after)


def undo(decision: Decision, reason: str, actor: Actor) -> None:
    """Undo a decision: the measure goes back to scoring, and the decision stays as history.

    The measure may be put on an agenda again.

    Raises:
        Stale: There is no decision, or it has been undone.
        Refused: The minutes are approved, the roadmap of the measure's year is before the city
            board or decided, or the workflow of measures does not allow it.
    """
    if decision.stage is not Stage.DECIDED or decision.undone_at is not None:
        raise Stale
    _check_open(db.session.get_one(Meeting, decision.meeting_id))
    measure = db.session.get_one(Measure, decision.measure_id)
    roadmap = roadmap_of(measure.first_year) if measure.first_year else None
    if roadmap and (roadmap.once_approved or roadmap.phase is Phase.BEFORE_BOARD):
        raise Refused(_l("The roadmap of the measure's year has gone to the city board."))
    move(measure, "undo_decision", actor, reason)
    decision.undone_at = clock.now()
    db.session.flush()
    before = given(values_of(decision))
    after = {"reason": reason.strip()}
    record(Tag.DECISION_UNDONE, actor, Kind.MEASURE, measure.id, before=before, after=after)


def approve_minutes(meeting: Meeting, approved_on: date, actor: Actor) -> None:
    """Record that the minutes are approved, after which no decision of the meeting is undone.

    Matters that could not be decided any more are not for later either: they go.

    Raises:
        Refused: The actor may not, the minutes are approved already, the day is before the
            meeting, or a matter is undecided.
    """
    _check_role(actor, Action.MANAGE_MEETINGS)
    _check_open(meeting)
    if not meeting.held_on <= approved_on <= clock.today():
        raise Refused(_l("Minutes are approved after the meeting, and not in the future."))
    undecided = queries.undecided(meeting.id)
    if any(row.state in queries.READY for row in undecided):
        raise Refused(_l("Decide every matter, or take it off the agenda, before the minutes."))
    for row in undecided:
        remove_from_agenda(meeting, row.Decision, actor)
    with recorded(Tag.MINUTES_APPROVED, actor, Kind.MEETING, meeting):
        meeting.minutes_approved_on = approved_on


def _check_role(actor: Actor, action: Action) -> None:
    if not can(actor, action):
        raise Refused(_l("Your role does not include this action."))


def _check_open(meeting: Meeting) -> None:
    if meeting.minutes_approved_on is not None:
        raise Refused(_l("The minutes of the meeting are approved."))
