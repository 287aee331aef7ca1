"""Who was at a meeting, and who was disqualified in its matters.

These views stand on the blueprint of `routes.py`.
"""

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.queries import names_of, people_to_choose
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.policy import Action
from app.measures.reading import readable
from app.meetings import attendance, disqualifying, queries
from app.meetings.assembly import declared, quorum
from app.meetings.attendance_forms import (
    AttendanceForm,
    DisqualificationForm,
    attendance_form,
    disqualification_form,
)
from app.meetings.decision_routes import blueprint
from app.meetings.disqualifying import Found
from app.meetings.models import Decision, Meeting
from app.meetings.page import decision_of, meeting_of

__all__ = ["blueprint"]


@blueprint.route(
    "/meetings/<int:meeting_id>/attendance", methods=["GET", "POST"], endpoint="attendance"
)
@requires(Action.MANAGE_MEETINGS)
def take_attendance(meeting_id: int) -> ResponseReturnValue:
    """Write down who was at a meeting."""
    meeting = meeting_of(meeting_id)
    form = _attendance_form(meeting)
    if not form.is_submitted():
        return _attendance_page(meeting, form)
    said = form.said(all_present=request.form.get("do") == "all")
    faults = attendance.faults(said)
    if not form.validate() or faults:
        form.tell(faults)
        return _attendance_page(meeting, form, 422)
    others = form.others.data or ""
    try:
        with writing():
            found = meeting_of(meeting_id)
            attendance.save(found, form.seen.data or "", said, others, current_actor())
    except Stale as stale:
        meeting = meeting_of(meeting_id)
        form.seen.data = attendance.digest_of(meeting)
        return _attendance_page(meeting, form, 409, stale=stale)
    except Refused as refused:
        form.take(refused)
        return _attendance_page(meeting_of(meeting_id), form, 409)
    flash(_("Attendance was saved."), "success")
    if form.add_id.data:
        return see_other("meetings.attendance", meeting_id=meeting_id)
    return see_other("meetings.meeting", meeting_id=meeting_id)


def _attendance_form(meeting: Meeting) -> AttendanceForm:
    people = attendance.expected(meeting)
    ids = {each.user_id for each in people} | {
        each.deputy_for_id for each in people if each.deputy_for_id
    }
    return attendance_form(
        people,
        names_of(ids),
        people_to_choose(clock.today()),
        meeting.others,
        attendance.digest_of(meeting),
    )


def _attendance_page(
    meeting: Meeting, form: AttendanceForm, code: int = 200, stale: Stale | None = None
) -> ResponseReturnValue:
    """Answer with the form; after a conflict with what is saved of each person beside it."""
    saved = {each.user_id: each for each in attendance.expected(meeting)} if stale else {}
    ids = {each.user_id for each in form.people} | {
        each.deputy_for_id for each in form.people if each.deputy_for_id
    }
    return render(
        "meetings/attendance.html",
        "meetings/_attendance_form.html",
        code,
        meeting=meeting,
        form=form,
        names=names_of(ids),
        saved=saved,
        stale=stale,
        quorum=quorum(),
        is_locked=meeting.minutes_approved_on is not None,
    )


@blueprint.route(
    "/meetings/<int:meeting_id>/decisions/<int:decision_id>/disqualifications",
    methods=["GET", "POST"],
)
@requires(Action.MANAGE_MEETINGS)
def disqualifications(meeting_id: int, decision_id: int) -> ResponseReturnValue:
    """Write down who was disqualified in a matter, and what the group found."""
    meeting, decision = meeting_of(meeting_id), decision_of(meeting_id, decision_id)
    form = _disqualification_form(meeting, decision)
    if not form.is_submitted():
        return _disqualification_page(meeting, decision, form)
    if not form.validate():
        return _disqualification_page(meeting, decision, form, 422)
    try:
        with writing():
            disqualifying.save(
                meeting_of(meeting_id),
                decision_of(meeting_id, decision_id),
                form.seen.data or "",
                form.said(),
                current_actor(),
            )
    except Refused as refused:
        meeting, decision = meeting_of(meeting_id), decision_of(meeting_id, decision_id)
        stale = refused if isinstance(refused, Stale) else None
        if stale is None:
            form.take(refused)
        form.seen.data = disqualifying.digest_of(decision)
        return _disqualification_page(meeting, decision, form, 409, stale=stale)
    flash(_("The disqualifications were saved."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id, _anchor=f"matter-{decision_id}")


def _disqualification_form(meeting: Meeting, decision: Decision) -> DisqualificationForm:
    in_scoring = declared(meeting.id, current_actor(), clock.today()).get(decision.id, {})
    rows = queries.disqualifications(decision.id)
    known = {row.user_id: Found(row.ruling, row.reason) for row in rows}
    group = {each.user_id for each in attendance.expected(meeting)}
    return disqualification_form(
        known, in_scoring, names_of(group), disqualifying.digest_of(decision)
    )


def _disqualification_page(
    meeting: Meeting,
    decision: Decision,
    form: DisqualificationForm,
    code: int = 200,
    stale: Stale | None = None,
) -> ResponseReturnValue:
    """Answer with the form; after a conflict with what is saved of each person beside it."""
    rows = queries.disqualifications(decision.id)
    saved = {row.user_id: row for row in rows}
    return render(
        "meetings/disqualifications.html",
        "meetings/_disqualifications_form.html",
        code,
        meeting=meeting,
        decision=decision,
        measure=readable(decision.measure_id),
        form=form,
        names=names_of({*form.people, *saved}),
        saved=saved if stale else {},
        stale=stale,
        is_locked=meeting.minutes_approved_on is not None or decision.stage == "decided",
    )
