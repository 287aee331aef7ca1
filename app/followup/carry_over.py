"""What becomes of a measure that a year's roadmap left unfinished; one decision each."""

from datetime import date

from flask_babel import lazy_gettext as _l

from app.audit.operations import given, record, record_added, values_of
from app.audit.tags import Kind, Tag
from app.config import Language
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.policy import Actor
from app.extensions import db
from app.followup import carry_over_queries as queries
from app.followup.carry_over_queries import Left
from app.followup.models import CarryOver, StatusReport
from app.followup.operations import remove_report, report_status
from app.followup.states import Choice, Precision, Status
from app.measures import operations as measures
from app.measures.models import Entry, Measure
from app.programmes.models import Programme, Roadmap, Theme
from app.roadmaps.assembling import give_code, put_on
from app.roadmaps.codes import next_code
from app.roadmaps.models import Item
from app.roadmaps.order import check_assembling
from app.roadmaps.states import Membership

STATUS_OF = {Choice.DONE: Status.DONE, Choice.DROP: Status.ABANDONED}
"""What is reported of a measure that does not go on."""


def decide(
    roadmap: Roadmap,
    left: Left,
    choice: Choice,
    actor: Actor,
    *,
    as_of: date | None = None,
    reason: str = "",
    lang: Language = "fi",
    theme: Theme | None = None,
) -> CarryOver:
    """Decide what becomes, in the year of a roadmap, of what the year before left unfinished.

    Args:
        roadmap: The year's roadmap, which is being drafted.
        left: What was left, read in the same transaction.
        choice: What becomes of it.
        actor: Who decides.
        as_of: Since when it is done, or abandoned.
        reason: Why it is dropped.
        lang: The language that the reason is written in.
        theme: Under which theme of a new programme it goes on; None while nobody knows. In the
            same programme it keeps its theme and its code.

    Raises:
        Refused: The actor may not, the roadmap is not being drafted, the day or the reason is
            missing or of no use, or the theme is of another programme.
        Stale: Somebody has decided already, or it is no longer unfinished.
    """
    check_assembling(roadmap, actor)
    if not left.is_open or queries.decision_on(left.item.id):
        raise Stale
    decision = CarryOver(
        item_id=left.item.id,
        choice=choice,
        reason=reason.strip() if choice is Choice.DROP else "",
        decided_by_id=actor.user_id,
        decided_at=clock.now(),
    )
    if choice is Choice.CONTINUE:
        decision.next_item_id = _go_on(roadmap, left, theme, actor).id
        decision.last_year_before = _move_last_year(left.measure, roadmap.year, actor)
    else:
        if choice is Choice.DROP and not decision.reason:
            raise Refused(_l("Give a reason."))
        decision.report_id = _report(left, choice, as_of, decision.reason, lang, actor).id
    db.session.add(decision)
    db.session.flush()
    record_added(Tag.CARRIED_OVER, actor, Kind.MEASURE, decision, subject_id=left.measure.id)
    return decision


def _go_on(roadmap: Roadmap, left: Left, theme: Theme | None, actor: Actor) -> Item:
    """Put what continues on the roadmap."""
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
    left: Left, choice: Choice, as_of: date | None, reason: str, lang: Language, actor: Actor
) -> StatusReport:
    if as_of is None:
        raise Refused(_l("Give the date."))
    if as_of > clock.today():
        raise Refused(_l("The day is still to come."))
    if left.report and left.report.as_of >= as_of:
        raise Refused(_l("Something has been reported of a later day, or of the same."))
    return report_status(
        left.measure.id,
        STATUS_OF[choice],
        as_of,
        Precision.DAY,
        actor,
        **{f"note_{lang}": reason},
    )


def undo(roadmap: Roadmap, item: Item, actor: Actor) -> bool:
    """Take a decision back, so that it can be made anew; False when nothing is decided.

    What continued is taken off the roadmap, and keeps a code that it was given. A report that was
    made stays where it has been corrected since.

    Args:
        roadmap: The year's roadmap.
        item: What the year before left unfinished.
        actor: Who takes it back.

    Raises:
        Refused: The actor may not, the roadmap is not being drafted, or the city board has
            approved what continues.
    """
    check_assembling(roadmap, actor)
    decision = queries.decision_on(item.id)
    if decision is None:
        return False
    measure_id = db.session.get_one(Entry, item.entry_id).measure_id
    before = given(values_of(decision))
    choice, report_id = decision.choice, decision.report_id
    if decision.next_item_id:
        _take_off(decision, db.session.get_one(Measure, measure_id), roadmap, actor)
    db.session.delete(decision)
    db.session.flush()
    if report_id:
        report = db.session.get_one(StatusReport, report_id)
        if report.status is STATUS_OF[choice]:
            before |= given(values_of(report))
            remove_report(report)
    record(Tag.CARRY_OVER_UNDONE, actor, Kind.MEASURE, measure_id, before=before)
    return True


def _take_off(decision: CarryOver, measure: Measure, roadmap: Roadmap, actor: Actor) -> None:
    """Take what continued off the roadmap again, and give it back its last year."""
    item = db.session.get_one(Item, decision.next_item_id)
    if item.membership is not Membership.PROPOSED:
        raise Refused(_l("The city board has approved this, so it stays on the roadmap."))
    item.membership = Membership.REMOVED
    item.carried_over_from_id = None
    db.session.flush()
    if decision.last_year_before and measure.last_year == roadmap.year:
        measures.change(measure, actor, last_year=decision.last_year_before)


def choose_theme(roadmap: Roadmap, left: Left, theme: Theme, actor: Actor) -> bool:
    """Give what continues in a new programme its theme and code; False when it has a code.

    Raises:
        Refused: The actor may not, the roadmap is not being drafted, it does not continue, or the
            theme is of another programme.
    """
    check_assembling(roadmap, actor)
    if left.next_item is None or left.next_entry is None or not left.stands:
        raise Refused(_l("This does not continue on the roadmap."))
    if theme.programme_id != roadmap.programme_id:
        raise Refused(_l("The theme is of another programme."))
    if left.next_entry.code:
        return False
    give_code(roadmap, left.next_item, theme, actor)
    return True
