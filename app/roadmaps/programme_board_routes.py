"""The page of a programme, with its way to the city board; on the blueprint of `routes.py`."""

from flask.typing import ResponseReturnValue

from app.core import clock
from app.core.errors import Refused
from app.core.guards import current_actor, requires
from app.core.htmx import render
from app.core.i18n import language
from app.core.policy import Action
from app.programmes.models import Programme
from app.roadmaps import board_queries
from app.roadmaps.assembling_routes import blueprint
from app.roadmaps.board_forms import BoardForm
from app.roadmaps.board_section import section_of
from app.roadmaps.buttons import buttons_of
from app.roadmaps.forms import TransitionForm
from app.roadmaps.programme_editing_routes import facts_of, the_programme

__all__ = ["blueprint"]


@blueprint.get("/programmes/<int:programme_id>")
@requires(Action.READ_ROADMAPS)
def programme(programme_id: int) -> ResponseReturnValue:
    """Show a programme."""
    return programme_page(the_programme(programme_id))


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
        buttons=buttons_of(found, actor, transition),
        city_board=section_of(found, actor, language(), board, refused),
        history=board_queries.steps(found),
        local=clock.local,
        **facts_of(found),
    )
