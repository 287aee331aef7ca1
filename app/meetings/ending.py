"""Deciding on many matters at once: what it would do, found out first, and then done as a whole."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.accounts.models import User
from app.audit.operations import recorded
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.core.transitions import Transition
from app.mail.operations import recipients
from app.measures.models import Measure
from app.measures.notices import readers_of
from app.measures.states import State
from app.measures.workflow import WORKFLOW
from app.meetings import queries
from app.meetings.assembly import Assembly, assembly
from app.meetings.deciding import (
    UNDOING,
    Words,
    bound,
    check_held,
    digest_of,
    prepare,
    settle,
    undo,
)
from app.meetings.models import Decision, Meeting
from app.meetings.sections import sections_of
from app.meetings.states import Outcome, Stage

MOST = 100
"""How many matters may be decided at once."""


@dataclass(frozen=True)
class Change:
    """What would happen to one matter.

    Attributes:
        decision: The matter.
        measure: Its measure.
        words: What is decided, or was.
        row: The row of the workflow by which the measure would go.
        written_to: Who would get mail of it.
        hindrances: Why it cannot be done; nothing when it can.
    """

    decision: Decision
    measure: Measure
    words: Words
    row: Transition[State]
    written_to: Sequence[User]
    hindrances: Sequence[str | LazyString]


@dataclass(frozen=True)
class Plan:
    """What would happen to several matters.

    Attributes:
        changes: The matters, in the order of the agenda.
        waiting: How many matters are not decided by it and can still be.
    """

    changes: Sequence[Change]
    waiting: int = 0

    @property
    def possible(self) -> Sequence[Change]:
        """What can be done."""
        return [each for each in self.changes if not each.hindrances]

    @property
    def hindered(self) -> Sequence[Change]:
        """What cannot be done."""
        return [each for each in self.changes if each.hindrances]

    @property
    def needs_reason(self) -> bool:
        """Whether a reason must be given for all, as one of the matters has none."""
        return any(each.row.needs_reason and not each.words.reason for each in self.possible)

    @property
    def mails(self) -> int:
        """How many messages would be written."""
        return sum(len(each.written_to) for each in self.possible)

    @property
    def fingerprint(self) -> str:
        """What is the same as long as the same would happen to the same matters."""
        what = [
            [
                each.decision.id,
                digest_of(each.decision),
                each.words.outcome,
                each.measure.version,
                each.measure.state,
                each.row.name,
                sorted(user.id for user in each.written_to),
                [str(reason) for reason in each.hindrances],
            ]
            for each in self.changes
        ]
        return sha256(json.dumps([what, self.waiting]).encode()).hexdigest()


def plan_end(meeting: Meeting, actor: Actor, room: Assembly) -> Plan:
    """Return what ending the meeting would do: all that is prepared is decided."""
    rows = _standing(meeting, actor)
    sections = sections_of(meeting, rows)
    wanted = {
        decision: Words(decision.outcome, decision.reason, sections[decision.id])
        for decision, measure in rows
        if decision.stage is Stage.PREPARED and measure.state in queries.READY
    }
    waiting = sum(
        decision.stage is Stage.ON_AGENDA and measure.state in queries.READY
        for decision, measure in rows
    )
    return Plan(_changes(rows, wanted, actor, room), waiting)


def plan_bulk(
    meeting: Meeting, decision_ids: Collection[int], outcome: Outcome, actor: Actor, room: Assembly
) -> Plan:
    """Return what deciding the same on some matters would do.

    What is written of a matter already stays its reason unless another is given for all.
    """
    rows = _standing(meeting, actor)
    sections = sections_of(meeting, rows)
    wanted = {
        decision: Words(outcome, decision.reason, sections.get(decision.id, ""))
        for decision, _measure in rows
        if decision.id in decision_ids
    }
    return Plan(_changes(rows, wanted, actor, room, asks_reason=True))


def plan_reopening(meeting: Meeting, actor: Actor) -> Plan:
    """Return what undoing the end of the meeting would do to what was decided by it."""
    rows = [
        (decision, measure)
        for decision, measure in _standing(meeting, actor)
        if decision.stage is Stage.DECIDED and decision.recorded_at == meeting.ended_at
    ]
    row = WORKFLOW.named(UNDOING)
    hearers = readers_of([measure for _decision, measure in rows], UNDOING)
    return Plan(
        [
            Change(
                decision,
                measure,
                Words.of(decision),
                row,
                recipients(hearers[measure.id], actor),
                bound(measure),
            )
            for decision, measure in rows
        ]
    )


def _changes(
    rows: Sequence[tuple[Decision, Measure]],
    wanted: Mapping[Decision, Words],
    actor: Actor,
    room: Assembly,
    *,
    asks_reason: bool = False,
) -> list[Change]:
    """Return what deciding as `wanted` would do, in the order of the rows.

    With `asks_reason` a reason that is missing hinders nothing, as it is asked for with the plan.
    """
    hearers: dict[int, Sequence[User]] = {}
    for outcome in {words.outcome for words in wanted.values() if words.outcome}:
        measures = [m for d, m in rows if d in wanted and wanted[d].outcome is outcome]
        hearers |= readers_of(measures, outcome.value)
    found = []
    for decision, measure in rows:
        words = wanted.get(decision)
        if words is None or words.outcome is None:
            continue
        row = WORKFLOW.named(words.outcome.value)
        reasons = _hindrances(decision, measure, row, actor, room)
        if row.needs_reason and not (words.reason or asks_reason):
            reasons = [*reasons, _l("Give a reason.")]
        written_to = recipients(hearers[measure.id], actor)
        found.append(Change(decision, measure, words, row, written_to, reasons))
    return found


def _hindrances(
    decision: Decision, measure: Measure, row: Transition[State], actor: Actor, room: Assembly
) -> Sequence[str | LazyString]:
    """Return why a matter cannot go by a row now, leaving a missing reason aside."""
    if decision.stage is Stage.DECIDED:
        return [_l("The matter has been decided already.")]
    if measure.state not in row.sources:
        return [_l("The state is “%(state)s”.", state=measure.state.label)]
    return [*row.unmet(measure), *room.hindrances(decision.id, actor)]


def _standing(meeting: Meeting, actor: Actor) -> list[tuple[Decision, Measure]]:
    """Return the matters of a meeting that were not undone, in the order of the agenda."""
    rows = queries.agenda(meeting.id, actor)
    return [(row.Decision, row.Measure) for row in rows if row.Decision.undone_at is None]


def end(meeting: Meeting, seen: str, actor: Actor) -> int:
    """End a meeting: decide all that is prepared, all of it or nothing.

    Args:
        meeting: The meeting.
        seen: The fingerprint of the plan that the actor has confirmed.
        actor: Who ends it.

    Returns:
        How many matters were decided.

    Raises:
        Stale: Something else would happen now than the actor has seen.
        Refused: The actor may not, the meeting has ended or is still to come, or something
            hinders one of the decisions.
    """
    _check(meeting, actor)
    if meeting.ended_at is not None:
        raise Refused(_l("The meeting has ended already."))
    check_held(meeting)
    plan = plan_end(meeting, actor, assembly(meeting, actor, clock.today()))
    if plan.fingerprint != seen:
        raise Stale
    _check_unhindered(plan)
    room, now = assembly(meeting), clock.now()
    for change in plan.changes:
        settle(change.decision, change.words, meeting, room, actor, now)
    with recorded(Tag.MEETING_ENDED, actor, Kind.MEETING, meeting):
        meeting.ended_at = now
    return len(plan.changes)


def reopen(meeting: Meeting, seen: str, reason: str, actor: Actor) -> int:
    """Undo the end of a meeting: what was decided by it is undone, and prepared again.

    Args:
        meeting: The meeting.
        seen: The fingerprint of the plan that the actor has confirmed.
        reason: Why.
        actor: Who reopens it.

    Returns:
        How many decisions were undone.

    Raises:
        Stale: Something else would happen now than the actor has seen.
        Refused: The actor may not, the meeting has not ended, its minutes are approved, or one of
            the decisions can no longer be undone.
    """
    _check(meeting, actor)
    if meeting.ended_at is None:
        raise Refused(_l("The meeting has not ended."))
    plan = plan_reopening(meeting, actor)
    if plan.fingerprint != seen:
        raise Stale
    _check_unhindered(plan)
    for change in plan.changes:
        undo(change.decision, reason, actor, prepared=True)
    with recorded(Tag.MEETING_REOPENED, actor, Kind.MEETING, meeting):
        meeting.ended_at = None
    return len(plan.changes)


def carry_out(meeting: Meeting, plan: Plan, reason: str, actor: Actor, *, at_once: bool) -> int:
    """Prepare what can be done of a plan, or decide it at once.

    Make the plan in the same transaction, so that it cannot have become old.

    Args:
        meeting: The meeting.
        plan: What `plan_bulk` returns.
        reason: Why; where it is empty, what is written of each matter already stays.
        actor: Who does it.
        at_once: Whether it is decided, and not only prepared.

    Returns:
        On how many matters.

    Raises:
        Refused: As for `prepare` and `decide`; then nothing is done at all.
    """
    _check(meeting, actor)
    if not plan.possible:
        raise Refused(_l("This cannot be done to any of the matters."))
    room, now = assembly(meeting), clock.now()
    if at_once:
        check_held(meeting)
    for change in plan.possible:
        outcome, earlier, section = change.words.outcome, change.words.reason, change.words.section
        words = Words(outcome, reason.strip() or earlier, section)
        if at_once:
            settle(change.decision, words, meeting, room, actor, now)
        else:
            prepare(change.decision, words, actor)
    return len(plan.possible)


def _check(meeting: Meeting, actor: Actor) -> None:
    if not can(actor, Action.DECIDE):
        raise Refused(_l("Your role does not include this action."))
    if meeting.minutes_approved_on is not None:
        raise Refused(_l("The minutes of the meeting are approved."))


def _check_unhindered(plan: Plan) -> None:
    if plan.hindered:
        raise Refused(*(reason for each in plan.hindered for reason in each.hindrances))
