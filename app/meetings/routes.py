"""Meetings of the steering group: their list, arranging and changing them, their agendas."""

import re
from collections.abc import Collection

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.idempotency import earlier_result, keep_result
from app.core.pagination import Page, page_count
from app.core.policy import Action
from app.meetings import agenda, operations, queries
from app.meetings.forms import MeetingForm, MinutesForm
from app.meetings.models import Meeting
from app.meetings.page import decision_of, meeting_answer, meeting_of
from app.meetings.sections import next_section
from app.meetings.states import RecordKind
from app.meetings.times import time_of

blueprint = Blueprint("meetings", __name__)
blueprint.add_app_template_global(time_of)

PAGE_SIZE = 20

ID = re.compile("[0-9]{1,9}")
"""What an id is written as."""


@blueprint.get("/meetings")
@requires(Action.READ_MEETINGS)
def meetings() -> ResponseReturnValue:
    """List the meetings, those to come and those that have been."""
    today = clock.today()
    number = int(text) if ID.fullmatch(text := request.args.get("page", "1")) else 1
    total = queries.count_past(today)
    number = min(max(number, 1), page_count(total, PAGE_SIZE))
    past = queries.past(today, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    return render_template(
        "meetings/meetings.html",
        coming=queries.coming(today),
        page=Page(past, number, PAGE_SIZE, total, lambda each: f"/meetings?page={each}"),
    )


@blueprint.get("/meetings/new")
@requires(Action.MANAGE_MEETINGS)
def new() -> ResponseReturnValue:
    """Show the form that arranges a meeting."""
    settings: Settings = current_app.config["SETTINGS"]
    year = clock.today().year
    proposed = {
        "number": queries.next_number(year),
        "record_kind": RecordKind.parse(settings.meeting_record),
        "first_section": next_section(year, current_actor()),
    }
    return _new_page(MeetingForm(data=proposed))


@blueprint.post("/meetings")
@requires(Action.MANAGE_MEETINGS)
def arrange() -> ResponseReturnValue:
    """Arrange a meeting."""
    actor = current_actor()
    form = MeetingForm()
    if not form.validate():
        return _new_page(form, 422)
    key = form.key.data or ""
    further = form.fields()
    held_on, number, place = (further.pop(name) for name in ("held_on", "number", "place"))
    try:
        with writing():
            meeting_id = earlier_result(actor, key)
            if meeting_id is None:
                meeting = operations.arrange(held_on, number, place, actor, further)
                meeting_id = str(meeting.id)
                keep_result(actor, key, meeting_id)
    except Refused as refused:
        form.take(refused)
        return _new_page(form, 422)
    return see_other("meetings.meeting", meeting_id=meeting_id)


def _new_page(form: MeetingForm, code: int = 200) -> ResponseReturnValue:
    return render("meetings/new.html", "meetings/_new_form.html", code, form=form)


@blueprint.get("/meetings/<int:meeting_id>")
@requires(Action.READ_MEETINGS)
def meeting(meeting_id: int) -> ResponseReturnValue:
    """Show a meeting: its agenda, its decisions, and what could be added."""
    return meeting_answer(meeting_id)


@blueprint.route("/meetings/<int:meeting_id>/edit", methods=["GET", "POST"])
@requires(Action.MANAGE_MEETINGS)
def edit(meeting_id: int) -> ResponseReturnValue:
    """Change when and where a meeting is."""
    found = meeting_of(meeting_id)
    form = MeetingForm(obj=found)
    if not form.is_submitted():
        return _edit_page(found, form)
    if not form.validate():
        return _edit_page(found, form, 422)
    try:
        with writing():
            operations.edit(
                meeting_of(meeting_id), form.version_seen, form.fields(), current_actor()
            )
    except Stale as stale:
        found = meeting_of(meeting_id)
        form.version.data = str(found.version)
        return _edit_page(found, form, 409, stale=stale, differences=form.differences(found))
    except Refused as refused:
        form.take(refused)
        return _edit_page(meeting_of(meeting_id), form, 409)
    flash(_("The meeting was saved."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


def _edit_page(
    found: Meeting, form: MeetingForm, code: int = 200, **given: object
) -> ResponseReturnValue:
    return render(
        "meetings/edit.html", "meetings/_edit_form.html", code, meeting=found, form=form, **given
    )


@blueprint.route("/meetings/<int:meeting_id>/cancel", methods=["GET", "POST"])
@requires(Action.MANAGE_MEETINGS)
def cancel(meeting_id: int) -> ResponseReturnValue:
    """Cancel a meeting that has decided nothing, after telling what that means."""
    actor = current_actor()
    if request.method == "GET":
        found = meeting_of(meeting_id)
        return render_template(
            "meetings/cancel.html",
            meeting=found,
            waiting=len(queries.undecided(meeting_id)),
            has_decided=queries.has_decided(meeting_id, undone=True),
        )
    key = f"meeting-cancelled-{meeting_id}"
    with writing():
        if done := earlier_result(actor, key):
            flash(_("The meeting has been cancelled already."), "info")
        else:
            operations.cancel(meeting_of(meeting_id), actor)
            keep_result(actor, key, "cancelled")
    if not done:
        flash(_("The meeting was cancelled."), "success")
    return see_other("meetings.meetings")


@blueprint.post("/meetings/<int:meeting_id>/agenda")
@requires(Action.MANAGE_MEETINGS)
def fill_agenda(meeting_id: int) -> ResponseReturnValue:
    """Put one measure on the agenda, those that are ticked, or all that are ready."""
    actor, today = current_actor(), clock.today()
    is_all, only = "all" in request.form, request.form.getlist("only")
    ids = {int(each) for each in only or request.form.getlist("id") if ID.fullmatch(each)}
    if not is_all and not ids:
        meeting_of(meeting_id)
        flash(_("Tick the measures first."), "error")
        return redirect(_ready(meeting_id), 303)
    added = 0
    with writing():
        found = meeting_of(meeting_id)
        measures = queries.ready_measures(actor, None if is_all else ids)
        if not _is_done(meeting_id, ids, is_all=is_all, ready=len(measures)):
            if len(measures) < len(ids):
                # One of them is not ready, which the operation puts into words.
                measures = []
            added = len(
                operations.fill_agenda(found, agenda.in_turn(measures, actor, today), actor)
            )
    if added:
        text = ngettext(
            "%(num)s measure was put on the agenda.",
            "%(num)s measures were put on the agenda.",
            added,
        )
        flash(text, "success")
    else:
        flash(_("That is on the agenda already."), "info")
    return redirect(_ready(meeting_id) if only else f"/meetings/{meeting_id}", 303)


def _is_done(meeting_id: int, ids: Collection[int], *, is_all: bool, ready: int) -> bool:
    """Tell whether the button was pressed before, and all is as it asks for."""
    return ready == 0 if is_all else queries.waits_on(meeting_id, ids)


def _ready(meeting_id: int) -> str:
    """Return where on the page of a meeting one goes on adding."""
    return f"/meetings/{meeting_id}#ready"


@blueprint.post("/meetings/<int:meeting_id>/agenda/sort")
@requires(Action.MANAGE_MEETINGS)
def sort_agenda(meeting_id: int) -> ResponseReturnValue:
    """Let what is conflicting come first on the agenda, then the highest scores."""
    with writing():
        operations.sort_agenda(meeting_of(meeting_id), current_actor())
    flash(_("What is conflicting stands first, then the highest scores."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


@blueprint.post("/meetings/<int:meeting_id>/decisions/<int:decision_id>/remove")
@requires(Action.MANAGE_MEETINGS)
def remove_from_agenda(meeting_id: int, decision_id: int) -> ResponseReturnValue:
    """Take a matter that is not decided off the agenda."""
    actor = current_actor()
    key = f"matter-removed-{decision_id}"
    with writing():
        found = meeting_of(meeting_id)
        done = earlier_result(actor, key)
        if not done:
            operations.remove_from_agenda(found, decision_of(meeting_id, decision_id), actor)
            keep_result(actor, key, "removed")
    if done:
        flash(_("It has been taken off the agenda already."), "info")
    else:
        flash(_("Taken off the agenda."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


@blueprint.post("/meetings/<int:meeting_id>/minutes")
@requires(Action.MANAGE_MEETINGS)
def approve_minutes(meeting_id: int) -> ResponseReturnValue:
    """Record that the minutes are approved."""
    form = MinutesForm()
    if not form.validate():
        return meeting_answer(meeting_id, 422, form)
    day = form.approved_on.data or abort(422)
    try:
        with writing():
            found = meeting_of(meeting_id)
            done = found.minutes_approved_on == day
            if not done:
                operations.approve_minutes(found, day, current_actor())
    except Refused as refused:
        form.take(refused)
        return meeting_answer(meeting_id, 409, form)
    if done:
        flash(_("The minutes have been approved already."), "info")
    else:
        flash(_("The minutes are approved."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)
