"""The screen of the meeting room, and what the secretary chooses to show on it.

These views stand on the blueprint of `routes.py`; import it from here to have them all.
"""

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from app.core import clock
from app.core.database import writing
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other, wants_fragment
from app.core.policy import Action
from app.meetings import queries, screen
from app.meetings.invitation_routes import blueprint
from app.meetings.models import Decision, Meeting

__all__ = ["blueprint"]


@blueprint.get("/meetings/<int:meeting_id>/screen", endpoint="screen")
@requires(Action.READ_MEETINGS)
def show_screen(meeting_id: int) -> ResponseReturnValue:
    """Show the matter that is handled now, large; it asks every other second what has changed.

    Where nothing has, the answer is 204, after one small query.
    """
    if wants_fragment() and request.args.get("seen") == screen.state_of(clock.today()):
        response = Response(status=204)
        response.vary.add("HX-Request")
        return response
    return _page(meeting_id)


@blueprint.post("/meetings/<int:meeting_id>/screen")
@requires(Action.MANAGE_MEETINGS)
def show_agenda(meeting_id: int) -> ResponseReturnValue:
    """Let the screen show the agenda, and no matter."""
    with writing():
        screen.show(_meeting(meeting_id), None, current_actor())
    return _onward(meeting_id, None)


@blueprint.post("/meetings/<int:meeting_id>/decisions/<int:decision_id>/show")
@requires(Action.MANAGE_MEETINGS)
def show_matter(meeting_id: int, decision_id: int) -> ResponseReturnValue:
    """Let the screen show a matter."""
    with writing():
        meeting, decision = _meeting(meeting_id), _decision(meeting_id, decision_id)
        screen.show(meeting, decision, current_actor())
    return _onward(meeting_id, decision_id)


@blueprint.post("/meetings/<int:meeting_id>/decisions/<int:decision_id>/scores")
@requires(Action.MANAGE_MEETINGS)
def show_scores(meeting_id: int, decision_id: int) -> ResponseReturnValue:
    """Let the room see the scores of a matter."""
    with writing():
        screen.show_scores(_decision(meeting_id, decision_id), current_actor())
    return _onward(meeting_id, decision_id)


def _meeting(meeting_id: int) -> Meeting:
    return queries.meeting(meeting_id) or abort(404)


def _decision(meeting_id: int, decision_id: int) -> Decision:
    return queries.decision(meeting_id, decision_id) or abort(404)


def _onward(meeting_id: int, decision_id: int | None) -> ResponseReturnValue:
    """Answer where the secretary pressed: on the screen itself, or at the matter of the agenda."""
    if request.form.get("on") == "screen":
        if wants_fragment():
            return _page(meeting_id)
        return see_other("meetings.screen", meeting_id=meeting_id)
    anchor = f"matter-{decision_id}" if decision_id else "agenda"
    return see_other("meetings.meeting", meeting_id=meeting_id, _anchor=anchor)


def _page(meeting_id: int) -> ResponseReturnValue:
    today = clock.today()
    # What is seen is asked for first, so that a change that comes in between is asked for again.
    seen = screen.state_of(today)
    found = screen.screen_of(_meeting(meeting_id), current_actor(), today)
    return render(
        "meetings/screen.html",
        "meetings/_screen.html",
        screen=found,
        seen=seen,
        values=screen.VALUES,
    )
