"""What can happen to meetings and to their agendas."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from app.audit.operations import given, record, record_added, recorded, values_of
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.measures.models import Measure
from app.meetings import queries
from app.meetings.agenda import in_turn
from app.meetings.assembly import assembly
from app.meetings.models import Decision, Meeting
from app.meetings.states import Stage


def arrange(
    held_on: date, number: int, place: str, actor: Actor, further: Mapping[str, Any] | None = None
) -> Meeting:
    """Arrange a meeting of the steering group.

    Args:
        held_on: The day.
        number: The meeting's number in its year.
        place: Where it is held.
        actor: Who arranges it.
        further: Further columns of `Meeting` and their values: times, link, kind of record, first
            section.

    Raises:
        Refused: The actor may not, or the year has a meeting with the number already.
    """
    check_role(actor)
    _check_number(held_on, number)
    meeting = Meeting(held_on=held_on, number=number, place=place, **(further or {}))
    db.session.add(meeting)
    db.session.flush()
    record_added(Tag.MEETING_ARRANGED, actor, Kind.MEETING, meeting)
    return meeting


def edit(meeting: Meeting, version: int, fields: Mapping[str, Any], actor: Actor) -> None:
    """Change when and where a meeting is, and how its matters are numbered.

    Args:
        meeting: The meeting.
        version: The version that the actor saw.
        fields: Columns of `Meeting` and their new values.
        actor: Who edits.

    Raises:
        Stale: Somebody else has changed the meeting after that version.
        Refused: The actor may not, the minutes are approved, the year has another meeting with
            the number, or the day of decisions would change.
    """
    check_role(actor)
    check_open(meeting)
    if all(getattr(meeting, name) == value for name, value in fields.items()):
        return
    if meeting.version != version:
        raise Stale
    held_on, number = fields["held_on"], fields["number"]
    _check_number(held_on, number, meeting.id)
    if held_on != meeting.held_on and queries.has_decided(meeting.id):
        raise Refused(_l("Something was decided on this day. Undo it before you change the day."))
    with recorded(Tag.MEETING_EDITED, actor, Kind.MEETING, meeting):
        for name, value in fields.items():
            setattr(meeting, name, value)


def cancel(meeting: Meeting, actor: Actor) -> None:
    """Cancel a meeting that has decided nothing; what was on its agenda is free for another.

    Raises:
        Refused: The actor may not, or something was decided, though it may have been undone.
    """
    check_role(actor)
    check_open(meeting)
    if queries.has_decided(meeting.id, undone=True):
        raise Refused(_l("A meeting that has decided something is not cancelled."))
    for row in queries.undecided(meeting.id):
        remove_from_agenda(meeting, row.Decision, actor)
    for each in (*queries.attendance(meeting.id), *queries.other_matters(meeting.id)):
        db.session.delete(each)
    record(Tag.MEETING_CANCELLED, actor, Kind.MEETING, meeting.id, before=given(values_of(meeting)))
    db.session.delete(meeting)
    db.session.flush()


def add_to_agenda(meeting: Meeting, measure: Measure, actor: Actor) -> Decision:
    """Put a measure on the agenda.

    Raises:
        Refused: The actor may not, the meeting is over, or the measure is not ready for a
            decision or waits on an agenda already.
    """
    return fill_agenda(meeting, [measure], actor)[0]


def fill_agenda(meeting: Meeting, measures: Iterable[Measure], actor: Actor) -> list[Decision]:
    """Put measures on the agenda, in the given order; all of them or none.

    Raises:
        Refused: As for `add_to_agenda`.
    """
    check_role(actor)
    check_open(meeting)
    if meeting.ended_at is not None:
        raise Refused(_l("The meeting has ended. What is ready goes to the next one."))
    wanted = list(measures)
    ready = queries.ready_measures(actor, [measure.id for measure in wanted])
    if not wanted or len(ready) < len(wanted):
        raise Refused(
            _l("Only a measure that is in scoring or postponed, and on no agenda, can be added.")
        )
    first = queries.next_position(meeting.id)
    added = [
        Decision(meeting_id=meeting.id, measure_id=measure.id, position=position)
        for position, measure in enumerate(wanted, first)
    ]
    db.session.add_all(added)
    db.session.flush()
    for decision in added:
        record_added(
            Tag.MATTER_ADDED, actor, Kind.MEASURE, decision, subject_id=decision.measure_id
        )
    return added


def sort_agenda(meeting: Meeting, actor: Actor) -> bool:
    """Let what is conflicting come first on the agenda, as `agenda.in_turn` has it.

    What is decided keeps its place.

    Returns:
        Whether the order has changed.

    Raises:
        Refused: The actor may not, or the minutes are approved.
    """
    check_role(actor)
    check_open(meeting)
    rows = [
        (row.Decision, row.Measure)
        for row in queries.agenda(meeting.id, actor)
        if row.Decision.stage is not Stage.DECIDED
    ]
    decisions = {measure.id: decision for decision, measure in rows}
    turns = in_turn([measure for _decision, measure in rows], actor, clock.today())
    places = [decision.position for decision, _measure in rows]
    wanted = {decisions[each.id]: place for each, place in zip(turns, places, strict=True)}
    moved = [(each, each.position, to) for each, to in wanted.items() if each.position != to]
    # No two matters may have one place even for a moment, so they leave the old ones first.
    for decision, was, _to in moved:
        decision.position = -was
    db.session.flush()
    for decision, was, to in moved:
        decision.position = to
        db.session.flush()
        naming = {"meeting_id": meeting.id}
        record(
            Tag.MATTER_MOVED,
            actor,
            Kind.MEASURE,
            decision.measure_id,
            before={**naming, "position": was},
            after={**naming, "position": to},
        )
    return bool(moved)


def remove_from_agenda(meeting: Meeting, decision: Decision, actor: Actor) -> None:
    """Take a matter that is not decided off the agenda, with what was noted on it.

    Raises:
        Refused: The actor may not, or the minutes are approved.
        Stale: It has been decided.
    """
    check_role(actor)
    check_open(meeting)
    if decision.stage is Stage.DECIDED:
        raise Stale
    for each in queries.disqualifications(decision.id):
        db.session.delete(each)
    db.session.flush()
    before = given(values_of(decision))
    db.session.delete(decision)
    db.session.flush()
    record(Tag.MATTER_REMOVED, actor, Kind.MEASURE, decision.measure_id, before=before)


def approve_minutes(meeting: Meeting, approved_on: date, actor: Actor) -> None:
    """Record that the minutes are approved, after which no decision of the meeting is undone.

    Matters that could not be decided any more are not for later either: they go.

    Raises:
        Refused: The actor may not, the minutes are approved already, the day is before the
            meeting, a matter is undecided, or attendance is missing though a quorum is asked for.
    """
    check_role(actor)
    check_open(meeting)
    if not meeting.held_on <= approved_on <= clock.today():
        raise Refused(_l("Minutes are approved after the meeting, and not in the future."))
    undecided = queries.undecided(meeting.id)
    if reasons := unfinished(meeting, undecided):
        raise Refused(*reasons)
    for row in undecided:
        remove_from_agenda(meeting, row.Decision, actor)
    with recorded(Tag.MINUTES_APPROVED, actor, Kind.MEETING, meeting):
        meeting.minutes_approved_on = approved_on


def unfinished(meeting: Meeting, undecided: Sequence[Any]) -> list[Any]:
    """Return what is to be done before the minutes can be approved, a sentence each.

    Args:
        meeting: The meeting.
        undecided: What `queries.undecided` says of it.
    """
    found: list[Any] = []
    if any(row.state in queries.READY for row in undecided):
        found.append(_l("Decide every matter, or take it off the agenda, before the minutes."))
    return [*found, *assembly(meeting).unmet_quorum()]


def check_role(actor: Actor) -> None:
    """Raise Refused unless `actor` may arrange meetings."""
    if not can(actor, Action.MANAGE_MEETINGS):
        raise Refused(_l("Your role does not include this action."))


def check_open(meeting: Meeting) -> None:
    """Raise Refused when the minutes of a meeting are approved."""
    if meeting.minutes_approved_on is not None:
        raise Refused(_l("The minutes of the meeting are approved."))


def _check_number(held_on: date, number: int, meeting_id: int | None = None) -> None:
    """Raise Refused when another meeting of the year has the number."""
    other = queries.meeting_of_year(held_on.year, number)
    if other and other.id != meeting_id:
        raise Refused(_l("There is a meeting with this number in this year already."))
