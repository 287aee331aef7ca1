"""What can happen to a roadmap and to what stands on it."""

import re
from contextlib import AbstractContextManager
from datetime import date

from flask_babel import lazy_gettext as _l

from app.audit.operations import given, record, record_added, recorded
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.measures import operations as measures
from app.measures.models import Entry, Measure
from app.programmes.models import Programme, Roadmap, Theme
from app.programmes.states import DECIDED, Phase
from app.roadmaps import queries, snapshot
from app.roadmaps.models import BoardDecision, Item, PhaseStep, Snapshot
from app.roadmaps.states import (
    APPROVALS,
    BOARD_APPROVED,
    EXPLAINED,
    BoardOutcome,
    Membership,
)
from app.roadmaps.workflow import ASSEMBLING, BOARD_ROWS, WORKFLOW


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


def place(
    roadmap: Roadmap,
    entry: Entry,
    membership: Membership,
    position: int,
    actor: Actor,
    number: int | None = None,
) -> Item:
    """Put an entry on a roadmap.

    Args:
        roadmap: The year's roadmap.
        entry: The measure in the roadmap's programme.
        membership: How it stands there.
        position: Its place in the order, from 1.
        actor: Who puts it there.
        number: Its running number in a list that had no codes.
    """
    item = Item(
        roadmap_id=roadmap.id,
        entry_id=entry.id,
        membership=membership,
        position=position,
        number=number,
    )
    db.session.add(item)
    db.session.flush()
    record_added(Tag.ITEM_PLACED, actor, Kind.MEASURE, item, subject_id=entry.measure_id)
    return item


def correct(
    item: Item, membership: Membership, position: int, actor: Actor, number: int | None
) -> None:
    """Let an item stand on its roadmap as an imported file says; the arguments are `place`'s."""
    with _item_recorded(Tag.ITEM_CHANGED, item, actor):
        item.membership = membership
        item.position = position
        item.number = number


def _item_recorded(tag: Tag, item: Item, actor: Actor) -> AbstractContextManager[None]:
    """Record, of its measure, what the block changes of an item."""
    measure_id = db.session.get_one(Entry, item.entry_id).measure_id
    return recorded(tag, actor, Kind.MEASURE, item, subject_id=measure_id, naming=("roadmap_id",))


def assemble(roadmap: Roadmap, actor: Actor) -> int:
    """Put the approved measures of the year on its roadmap, and give codes where there are none.

    Measures go by theme. A code is the theme's code and the next number after the highest that the
    programme has used in it; a measure that has a code in the programme keeps it.

    Returns:
        The number of measures that were put on it.

    Raises:
        Refused: The actor may not, or the roadmap is not being drafted.
    """
    _check_assembling(roadmap, actor)
    programme = db.session.get_one(Programme, roadmap.programme_id)
    new = sorted(queries.measures_to_place(roadmap), key=_theme_order)
    for position, measure in enumerate(new, start=queries.last_position(roadmap) + 1):
        entry = queries.entry_of(measure, programme.id) or _enter(measure, programme, actor)
        place(roadmap, entry, Membership.PROPOSED, position, actor)
    for item, entry, measure, _theme in queries.contents(roadmap):
        theme = measure.theme
        if item.membership is Membership.REMOVED or entry.code or theme is None:
            continue
        if theme.programme_id == programme.id:
            measures.place_under(entry, theme, next_code(theme), measure, actor)
    return len(new)


def _enter(measure: Measure, programme: Programme, actor: Actor) -> Entry:
    """Put a measure into a programme, under its theme and with the next code if that is of it."""
    theme = measure.theme
    if theme is None or theme.programme_id != programme.id:
        return measures.enter(measure, programme, actor)
    return measures.enter(measure, programme, actor, theme, next_code(theme))


def _theme_order(measure: Measure) -> tuple[int, int]:
    return (measure.theme.position if measure.theme else 0, measure.id)


def next_code(theme: Theme) -> str:
    """Return the next code of a theme: the number after the highest ever used in its programme."""
    code = re.compile(rf"{re.escape(theme.code)}(\d+)")
    used = [int(match[1]) for text in queries.codes_of(theme) if (match := code.fullmatch(text))]
    return f"{theme.code}{max(used, default=0) + 1}"


def remove_item(roadmap: Roadmap, item: Item, actor: Actor) -> None:
    """Take a proposed measure off the roadmap; its code stays its own.

    Raises:
        Refused: The actor may not, the roadmap is not being drafted, or the measure is approved.
    """
    _check_assembling(roadmap, actor)
    if item.membership is not Membership.PROPOSED:
        raise Stale
    with _item_recorded(Tag.ITEM_REMOVED, item, actor):
        item.membership = Membership.REMOVED


def put_back_item(roadmap: Roadmap, item: Item, actor: Actor) -> None:
    """Put a removed measure back on the roadmap.

    Raises:
        Refused: The actor may not, the roadmap is not being drafted, or the measure stands on it.
    """
    _check_assembling(roadmap, actor)
    if item.membership is not Membership.REMOVED:
        raise Stale
    with _item_recorded(Tag.ITEM_PLACED, item, actor):
        item.membership = Membership.PROPOSED


def _check_assembling(roadmap: Roadmap, actor: Actor) -> None:
    if not can(actor, Action.MANAGE_ROADMAP):
        raise Refused(_l("Your role does not include this action."))
    if roadmap.phase not in ASSEMBLING:
        raise Refused(_l("The roadmap can be changed only while it is drafted."))


def record_board_decision(
    roadmap: Roadmap,
    outcome: BoardOutcome,
    decided_on: date,
    section: str,
    case_number: str,
    reason: str,
    actor: Actor,
) -> BoardDecision:
    """Record what the city board decided on a roadmap that is before it.

    An approval makes the proposed measures approved, and keeps the roadmap as a snapshot that never
    changes.

    Args:
        roadmap: The year's roadmap.
        outcome: What was decided.
        decided_on: The day of the board's meeting.
        section: The section of its minutes.
        case_number: The case number of the matter; empty where there is none.
        reason: Why it was returned, or which changes it was approved with.
        actor: Who records it.

    Raises:
        Refused: The workflow does not allow it now, the day is still to come, or the section or a
            reason is missing.
    """
    if decided_on > clock.today():
        raise Refused(_l("The day of the decision is still to come."))
    if not section.strip():
        raise Refused(_l("Give the section of the minutes."))
    if outcome in EXPLAINED and not reason.strip():
        raise Refused(_l("Give the reason, or the changes."))
    move(roadmap, BOARD_ROWS[outcome], actor, reason)
    decision = BoardDecision(
        roadmap_id=roadmap.id,
        outcome=outcome,
        decided_on=decided_on,
        section=section.strip(),
        case_number=case_number.strip(),
        reason=reason.strip(),
        recorded_by_id=actor.user_id,
        recorded_at=clock.now(),
    )
    db.session.add(decision)
    db.session.flush()
    record_added(Tag.BOARD_DECIDED, actor, Kind.ROADMAP, decision, subject_id=roadmap.id)
    if outcome in APPROVALS:
        _freeze(roadmap, decision, actor)
    return decision


def record_earlier_approval(
    roadmap: Roadmap,
    decided_on: date,
    actor: Actor,
    section: str = "",
    case_number: str = "",
) -> BoardDecision:
    """Record that the city board approved a roadmap before the tool came into use.

    Args:
        roadmap: The year's roadmap with what stands on it.
        decided_on: The day of the board's meeting.
        actor: Who records it.
        section: The section of its minutes; empty where it is not known.
        case_number: The case number of the matter; empty where it is not known.
    """
    decision = BoardDecision(
        roadmap_id=roadmap.id,
        outcome=BoardOutcome.APPROVED,
        decided_on=decided_on,
        section=section,
        case_number=case_number,
        imported=True,
        recorded_by_id=actor.user_id,
        recorded_at=clock.now(),
    )
    db.session.add(decision)
    with recorded(Tag.PHASE_CHANGED, actor, Kind.ROADMAP, roadmap):
        roadmap.phase = Phase.APPROVED
    record_added(Tag.BOARD_DECIDED, actor, Kind.ROADMAP, decision, subject_id=roadmap.id)
    _freeze(roadmap, decision, actor)
    return decision


def _freeze(roadmap: Roadmap, decision: BoardDecision, actor: Actor) -> Snapshot:
    """Make what is proposed approved and public, and keep it exactly as it was approved."""
    to_approve = BOARD_APPROVED | {Membership.PROPOSED}
    rows = [row for row in queries.contents(roadmap) if row.Item.membership in to_approve]
    for row in rows:
        if row.Item.membership is Membership.PROPOSED:
            with _item_recorded(Tag.ITEM_CHANGED, row.Item, actor):
                row.Item.membership = Membership.APPROVED
    measures.publish((row.Measure for row in rows), actor)
    roadmap.once_approved = True
    programme = db.session.get_one(Programme, roadmap.programme_id)
    posts = queries.other_posts({row.Measure.id for row in rows})
    text = snapshot.content(programme, roadmap, rows, posts)
    kept = Snapshot(
        roadmap_id=roadmap.id,
        board_decision_id=decision.id,
        number=len(queries.snapshots(roadmap)) + 1,
        content=text,
        sha256=snapshot.digest(text),
        made_at=clock.now(),
    )
    db.session.add(kept)
    db.session.flush()
    record_added(Tag.SNAPSHOT_MADE, actor, Kind.ROADMAP, kept, subject_id=roadmap.id)
    return kept
