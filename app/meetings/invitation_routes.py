"""The invitation to a meeting: who would get what, and sending it.

These views stand on the blueprint of `routes.py`; import it from here to have them all.
"""

from flask import abort, current_app, flash
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_wtf import FlaskForm

from app.core import idempotency
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.fields import hidden
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.idempotency import earlier_result, keep_result
from app.core.policy import Action
from app.meetings import invitations, queries
from app.meetings.document_routes import blueprint
from app.meetings.models import Meeting
from app.meetings.papers import papers_of

__all__ = ["blueprint"]


class InvitationForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The confirmation of an invitation; `seen` is the fingerprint of what was looked at."""

    key = hidden(default=idempotency.new_key)
    seen = hidden()


@blueprint.route("/meetings/<int:meeting_id>/invitation", methods=["GET", "POST"])
@requires(Action.MANAGE_MEETINGS)
def invitation(meeting_id: int) -> ResponseReturnValue:
    """Show who would get which invitation, and send it, once however often it is confirmed."""
    actor = current_actor()
    form = InvitationForm()
    if not form.is_submitted():
        return _page(meeting_id, form)
    if not form.validate():
        return _page(meeting_id, form, 422)
    key = form.key.data or ""
    try:
        with writing():
            done = earlier_result(actor, key)
            if done is None:
                meeting = _meeting(meeting_id)
                matters = _matters(meeting)
                done = str(invitations.invite(meeting, matters, form.seen.data or "", actor))
                keep_result(actor, key, done)
    except Refused as refused:
        return _page(meeting_id, form, 409, refused)
    said = ngettext(
        "%(num)s person gets the invitation.", "%(num)s people get the invitation.", int(done)
    )
    flash(said, "success")
    return see_other("meetings.meeting", meeting_id=meeting_id)


def _meeting(meeting_id: int) -> Meeting:
    return queries.meeting(meeting_id) or abort(404)


def _matters(meeting: Meeting) -> int:
    """Return how many proposals stand on the agenda as its papers have it."""
    return len(papers_of(meeting, current_actor()).matters)


def _page(
    meeting_id: int, form: InvitationForm, code: int = 200, refused: Refused | None = None
) -> ResponseReturnValue:
    meeting = _meeting(meeting_id)
    planned = invitations.plan(meeting, _matters(meeting), current_actor())
    form.seen.data = planned.fingerprint
    return render(
        "meetings/invitation.html",
        "meetings/_invitation.html",
        code,
        meeting=meeting,
        form=form,
        invitation=planned,
        address=f"{current_app.config['SETTINGS'].address}{invitations.path(meeting)}",
        refused=refused,
        stale=isinstance(refused, Stale),
    )
