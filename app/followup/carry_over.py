"""What becomes of a measure that a year's roadmap left unfinished; one decision each.

What continues comes onto the next roadmap that is assembled. What is done or dropped can be decided
on whenever the city board has approved the roadmap that left it.
"""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.audit.operations import given, record, record_added, values_of
from app.audit.tags import Kind, Tag
from app.config import Language
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.followup import carry_over_queries as queries
from app.followup.carry_over_queries import Left
from app.followup.models import CarryOver, StatusReport
from app.followup.operations import correct_report, remove_report, report_status
from app.followup.states import Choice, Precision, Status
from app.measures import operations as measures
from app.measures.models import Entry, Measure
from app.programmes.models import Programme, Roadmap, Theme
from app.programmes.states import Phase
from app.roadmaps.assembling import give_code, put_on
from app.roadmaps.codes import next_code
from app.roadmaps.models import Item
from app.roadmaps.order import check_assembling
from app.roadmaps.states import Membership

STATUS_OF = {Choice.DONE: Status.DONE, Choice.DROP: Status.ABANDONED}
"""What is reported of a measure that does not go on."""


def hindrance(before: Roadmap, taking: Roadmap | None, choice: Choice) -> LazyString | None:
    """Return why nothing that a roadmap left can be decided on so now; None when it can.

    Args:
        before: The roadmap that left something unfinished.
        taking: The roadmap onto which comes what continues; None while none is assembled.
        choice: What would be decided.
    """
    if before.phase is Phase.CLOSED:
        return _l("The roadmap of %(year)s is closed.", year=before.year)
    if taking is None and choice is Choice.CONTINUE:
        return _l("A measure continues when the roadmap of a later year is drafted.")
    if taking is None and not before.once_approved:
        return _l("The city board has not approved the roadmap of %(year)s.", year=before.year)
    return None


def decide(
    taking: Roadmap | None,
    left: Left,
    choice: Choice,
    actor: Actor,
    *,
    as_of: date | None = None,
    reason: str = "",
    lang: Language = "fi",
    theme: Theme | None = None,
) -> CarryOver:
    """Decide what becomes of what a roadmap left unfinished.

    Args:
        taking: The roadmap onto which it comes if it continues; what is done or dropped can be
            decided on without.
        left: What was left, read in the same transaction.
        choice: What becomes of it.
        actor: Who decides.
        as_of: Since when it is done, or abandoned.
        reason: Why it is dropped.
        lang: The language that the reason is written in.
        theme: Under which theme of a new programme it goes on; None while nobody knows. In the
            same programme it keeps its theme and its code.

    Raises:
        Refused: The actor may not, `hindrance` says why not, the day or the reason is missing or
            of no use, or the theme is of another programme.
        Stale: Somebody has decided already, or it is no longer unfinished.
    """
    before = db.session.get_one(Roadmap, left.item.roadmap_id)
    _check_right(actor)
    if why_not := hindrance(before, taking, choice):
        raise Refused(why_not)
    if not left.is_open or queries.decision_on(left.item.id):
        raise Stale
    decision = CarryOver(
        item_id=left.item.id,
        choice=choice,
        reason=reason.strip() if choice is Choice.DROP else "",
        decided_by_id=actor.user_id,
        decided_at=clock.now(),
    )
    if taking is not None and choice is Choice.CONTINUE:
        decision.next_item_id = _go_on(taking, left, theme, actor).id
        decision.last_year_before = _move_last_year(left.measure, taking.year, actor)
    else:
        if choice is Choice.DROP and not decision.reason:
            raise Refused(_l("Give a reason."))
        _report(decision, left, as_of, lang, actor)
    db.session.add(decision)
    db.session.flush()
    record_added(Tag.CARRIED_OVER, actor, Kind.MEASURE, decision, subject_id=left.measure.id)
    return decision


def _check_right(actor: Actor) -> None:
    if not can(actor, Action.MANAGE_ROADMAP):
        raise Refused(_l("Your role does not include this action."))


def _go_on(roadmap: Roadmap, left: Left, theme: Theme | None, actor: Actor) -> Item:
    """Put what continues on the roadmap."""
    check_assembling(roadmap, actor)
    if theme is not None and theme.programme_id != roadmap.programme_id:
        raise Refused(_l("The theme is of another programme."))
    entry = left.next_entry
    if entry is None:
        programme = db.session.get_one(Programme, roadmap.programme_id)
        code = next_code(theme) if theme else None
        entry = measures.enter(left.measure, programme, actor, theme, code)
    elif theme is not None and not entry.code:
        measures.place_under(entry, theme, next_code(theme), left.measure, actor)
    return put_on(roadmap, entry, actor, left.item)


def _move_last_year(measure: Measure, year: int, actor: Actor) -> int | None:
    """Let a measure last until `year`; return its last year before if that was earlier."""
    before = measure.last_year
    if before is None or before >= year:
        return None
    measures.change(measure, actor, last_year=year)
    return before


def _report(
    decision: CarryOver, left: Left, as_of: date | None, lang: Language, actor: Actor
) -> None:
    """Report what was decided; a day has one report, so one of the same day is corrected."""
    if as_of is None:
        raise Refused(_l("Give the date."))
    if as_of > clock.today():
        raise Refused(_l("The day is still to come."))
    if left.report and left.report.as_of > as_of:
        raise Refused(_l("Something has been reported of a later day."))
    status, note = STATUS_OF[decision.choice], f"note_{lang}"
    report = left.report
    if report and (report.as_of, report.precision) == (as_of, Precision.DAY):
        decision.status_before = report.status
        text = "\n".join(filter(None, (getattr(report, note), decision.reason)))
        correct_report(report, status, actor, **{note: text})
    else:
        report = report_status(
            left.measure.id, status, as_of, Precision.DAY, actor, **{note: decision.reason}
        )
    decision.report_id = report.id


def undo(item: Item, actor: Actor) -> bool:
    """Take a decision back, so that it can be made anew; False when nothing is decided.

    What continued is taken off the roadmap, and keeps a code that it was given. A report that was
    made stays where it has been corrected since.

    Args:
        item: What a roadmap left unfinished.
        actor: Who takes it back.

    Raises:
        Refused: The actor may not, the roadmap that left it is closed, or the city board has
            approved what continues or is asked to.
    """
    _check_right(actor)
    decision = queries.decision_on(item.id)
    if decision is None:
        return False
    before = db.session.get_one(Roadmap, item.roadmap_id)
    if before.phase is Phase.CLOSED:
        raise Refused(_l("The roadmap of %(year)s is closed.", year=before.year))
    measure_id = db.session.get_one(Entry, item.entry_id).measure_id
    said = given(values_of(decision))
    if decision.next_item_id:
        _take_off(decision, db.session.get_one(Measure, measure_id), actor)
    db.session.delete(decision)
    db.session.flush()
    if decision.report_id:
        said |= _take_back(decision, db.session.get_one(StatusReport, decision.report_id), actor)
    record(Tag.CARRY_OVER_UNDONE, actor, Kind.MEASURE, measure_id, before=said)
    return True


def _take_back(decision: CarryOver, report: StatusReport, actor: Actor) -> dict[str, Any]:
    """Take back what was reported, and return what is gone with it."""
    if report.status is not STATUS_OF[decision.choice]:
        return {}
    if decision.status_before is not None:
        notes = {
            name: getattr(report, name).removesuffix(decision.reason).rstrip("\n")
            for name in ("note_fi", "note_sv")
        }
        correct_report(report, decision.status_before, actor, **notes)
        return {}
    said = given(values_of(report))
    remove_report(report)
    return said


def _take_off(decision: CarryOver, measure: Measure, actor: Actor) -> None:
    """Take what continued off the roadmap again, and give it back its last year."""
    item = db.session.get_one(Item, decision.next_item_id)
    roadmap = db.session.get_one(Roadmap, item.roadmap_id)
    check_assembling(roadmap, actor)
    if item.membership is not Membership.PROPOSED:
        raise Refused(_l("The city board has approved this, so it stays on the roadmap."))
    item.membership = Membership.REMOVED
    item.carried_over_from_id = None
    db.session.flush()
    if decision.last_year_before and measure.last_year == roadmap.year:
        measures.change(measure, actor, last_year=decision.last_year_before)


def choose_theme(left: Left, theme: Theme, actor: Actor) -> bool:
    """Give what continues in a new programme its theme and code; False when it has a code.

    Raises:
        Refused: The actor may not, its roadmap is not being drafted, it does not continue, or the
            theme is of another programme.
    """
    if not left.stands or not (left.next_roadmap and left.next_item and left.next_entry):
        raise Refused(_l("This does not continue on the roadmap."))
    check_assembling(left.next_roadmap, actor)
    if theme.programme_id != left.next_roadmap.programme_id:
        raise Refused(_l("The theme is of another programme."))
    if left.next_entry.code:
        return False
    give_code(left.next_roadmap, left.next_item, theme, actor)
    return True
