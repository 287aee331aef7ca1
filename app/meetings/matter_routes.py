"""The matters of a meeting that are no measures.

These views stand on the blueprint of `routes.py`.
"""

from flask import abort, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.idempotency import earlier_result, keep_result
from app.core.policy import Action
from app.meetings import matters, queries
from app.meetings.attendance_routes import blueprint
from app.meetings.forms import OtherMatterForm
from app.meetings.models import Meeting, OtherMatter
from app.meetings.page import meeting_of

__all__ = ["blueprint"]


@blueprint.route("/meetings/<int:meeting_id>/matters/new", methods=["GET", "POST"])
@requires(Action.MANAGE_MEETINGS)
def new_matter(meeting_id: int) -> ResponseReturnValue:
    """Add a matter that is no measure."""
    actor, meeting = current_actor(), meeting_of(meeting_id)
    form = OtherMatterForm()
    if not form.is_submitted():
        return _matter_page(meeting, form)
    if not form.validate():
        return _matter_page(meeting, form, 422)
    key = form.key.data or ""
    try:
        with writing():
            if earlier_result(actor, key) is None:
                matter = matters.add(meeting_of(meeting_id), form.fields(), actor)
                keep_result(actor, key, str(matter.id))
    except Refused as refused:
        form.take(refused)
        return _matter_page(meeting_of(meeting_id), form, 409)
    flash(_("The matter was added."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


@blueprint.route("/meetings/<int:meeting_id>/matters/<int:matter_id>", methods=["GET", "POST"])
@requires(Action.MANAGE_MEETINGS)
def matter(meeting_id: int, matter_id: int) -> ResponseReturnValue:
    """Change a matter that is no measure."""
    meeting, found = meeting_of(meeting_id), _matter(meeting_id, matter_id)
    form = OtherMatterForm(obj=found, comes_first="yes" if found.comes_first else "no")
    if not form.is_submitted():
        form.comes_first.data = "yes" if found.comes_first else "no"
        return _matter_page(meeting, form, matter=found)
    if not form.validate():
        return _matter_page(meeting, form, 422, matter=found)
    try:
        with writing():
            matters.edit(
                meeting_of(meeting_id),
                _matter(meeting_id, matter_id),
                form.version_seen,
                form.fields(),
                current_actor(),
            )
    except Stale as stale:
        found = _matter(meeting_id, matter_id)
        form.version.data = str(found.version)
        return _matter_page(
            meeting_of(meeting_id),
            form,
            409,
            matter=found,
            stale=stale,
            differences=form.differences(found),
        )
    except Refused as refused:
        form.take(refused)
        return _matter_page(
            meeting_of(meeting_id), form, 409, matter=_matter(meeting_id, matter_id)
        )
    flash(_("The matter was saved."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


@blueprint.post("/meetings/<int:meeting_id>/matters/<int:matter_id>/up")
@requires(Action.MANAGE_MEETINGS)
def move_matter_up(meeting_id: int, matter_id: int) -> ResponseReturnValue:
    """Let a matter come before the one that it follows."""
    with writing():
        matters.move_up(meeting_of(meeting_id), _matter(meeting_id, matter_id), current_actor())
    return see_other("meetings.meeting", meeting_id=meeting_id, _anchor=f"other-{matter_id}")


@blueprint.post("/meetings/<int:meeting_id>/matters/<int:matter_id>/remove")
@requires(Action.MANAGE_MEETINGS)
def remove_matter(meeting_id: int, matter_id: int) -> ResponseReturnValue:
    """Take a matter off a meeting."""
    actor = current_actor()
    key = f"other-matter-removed-{matter_id}"
    with writing():
        meeting = meeting_of(meeting_id)
        done = earlier_result(actor, key)
        if not done:
            matters.remove(meeting, _matter(meeting_id, matter_id), actor)
            keep_result(actor, key, "removed")
    if done:
        flash(_("The matter has been removed already."), "info")
    else:
        flash(_("The matter was removed."), "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


def _matter(meeting_id: int, matter_id: int) -> OtherMatter:
    return queries.other_matter(meeting_id, matter_id) or abort(404)


def _matter_page(
    meeting: Meeting,
    form: OtherMatterForm,
    code: int = 200,
    matter: OtherMatter | None = None,
    **given: object,
) -> ResponseReturnValue:
    return render(
        "meetings/matter.html",
        "meetings/_matter_form.html",
        code,
        meeting=meeting,
        matter=matter,
        form=form,
        is_locked=meeting.minutes_approved_on is not None,
        **given,
    )
