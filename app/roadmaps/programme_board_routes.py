"""The page of a programme, with its way to the city board; on the blueprint of `routes.py`."""

from flask import abort, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.guards import check, current_actor, requires
from app.core.htmx import render, see_other
from app.core.i18n import language
from app.core.policy import NO_UNIT, Action
from app.programmes.models import Programme
from app.roadmaps import board_queries, operations
from app.roadmaps.assembling_routes import blueprint
from app.roadmaps.board_forms import BoardForm
from app.roadmaps.board_section import section_of
from app.roadmaps.forms import TransitionForm
from app.roadmaps.programme_editing_routes import facts_of, the_programme
from app.roadmaps.programme_workflow import PROGRAMME, made_alone, offered
from app.roadmaps.routes import Button

__all__ = ["blueprint"]


@blueprint.get("/programmes/<int:programme_id>")
@requires(Action.READ_ROADMAPS)
def programme(programme_id: int) -> ResponseReturnValue:
    """Show a programme."""
    return programme_page(the_programme(programme_id))


@blueprint.post("/programmes/<int:programme_id>/phase/<transition>")
@requires(Action.READ_ROADMAPS)
def programme_move(programme_id: int, transition: str) -> ResponseReturnValue:
    """Make a transition; what the city board decides has a form of its own."""
    found, actor = the_programme(programme_id), current_actor()
    row = made_alone(found, transition) or abort(404)
    check(row.action, NO_UNIT)
    form = TransitionForm(row.name, found)
    if not form.accepts(needs_reason=row.needs_reason):
        return programme_page(found, 422, transition=form)
    with writing():
        found = the_programme(programme_id)
        if not operations.has_just_made(found, row.name, form.version.data, actor):
            operations.check_version(found, form.version.data)
            operations.move(found, row.name, actor, form.reason.data or "")
        label = found.phase.label
    flash(_("The phase is now: %(phase)s", phase=label), "success")
    return see_other("roadmaps.programme", programme_id=programme_id)


def programme_page(
    found: Programme,
    code: int = 200,
    *,
    transition: TransitionForm | None = None,
    board: BoardForm | None = None,
    refused: Refused | None = None,
) -> ResponseReturnValue:
    """Answer with the page of a programme, or with the form that was sent alone.

    Args:
        found: The programme.
        code: The HTTP status.
        transition: The form of a transition, if it was sent.
        board: The form of the city board, if it was sent.
        refused: Why what was sent could not be done.
    """
    page, actor = "roadmaps/programme.html", current_actor()
    return render(
        page,
        "roadmaps/_board_form.html" if board else page,
        code,
        programme=found,
        buttons=_buttons(found, transition),
        city_board=section_of(found, actor, language(), board, refused),
        history=board_queries.steps(found),
        local=clock.local,
        **facts_of(found),
    )


def _buttons(found: Programme, sent: TransitionForm | None) -> list[Button]:
    """Return the reader's transitions; the form `sent` in the place of its own."""
    buttons = []
    for row in offered(found, current_actor()):
        form = TransitionForm(row.name, found)
        if sent is not None and sent.reason.name == form.reason.name:
            form = sent
        buttons.append(Button(row, form, PROGRAMME.unmet(row.name, found)))
    return buttons
