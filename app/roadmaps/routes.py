"""The roadmaps of the years: what stands on them, their phases, the city board, the snapshots."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from app.core import clock
from app.core.errors import Refused
from app.core.guards import current_actor, requires
from app.core.htmx import render
from app.core.i18n import language
from app.core.policy import Action, can
from app.programmes.models import Roadmap
from app.programmes.queries import programme_of, roadmap_of
from app.programmes.queries import roadmaps as all_roadmaps
from app.programmes.states import DECIDED, Phase
from app.roadmaps import checks, dates, queries, workflow
from app.roadmaps.board_forms import BoardForm
from app.roadmaps.board_section import section_of
from app.roadmaps.buttons import buttons_of
from app.roadmaps.forms import TransitionForm
from app.roadmaps.listing import listing
from app.roadmaps.states import APPROVALS

blueprint = Blueprint("roadmaps", __name__)

OVER = frozenset({Phase.APPROVED, Phase.CLOSED})
"""Phases in which nothing is on its way to the city board."""


@blueprint.get("/roadmaps")
@requires(Action.READ_ROADMAPS)
def roadmaps() -> ResponseReturnValue:
    """List the roadmaps of all years."""
    rows = all_roadmaps()
    decisions = queries.board_decisions([roadmap.id for roadmap in rows])
    # The latest stands first and is to win.
    approvals = {
        decision.roadmap_id: decision
        for decision in reversed(decisions)
        if decision.outcome in APPROVALS
    }
    return render_template(
        "roadmaps/roadmaps.html",
        roadmaps=rows,
        counts=queries.membership_counts(current_actor()),
        approvals=approvals,
    )


@blueprint.get("/roadmaps/<int:year>")
@requires(Action.READ_ROADMAPS)
def roadmap(year: int) -> ResponseReturnValue:
    """Show a year's roadmap."""
    return roadmap_page(the_roadmap(year))


def the_roadmap(year: int) -> Roadmap:
    """Return the roadmap of a year, or answer 404."""
    return roadmap_of(year) or abort(404)


def roadmap_page(
    found: Roadmap,
    code: int = 200,
    *,
    transition: TransitionForm | None = None,
    board: BoardForm | None = None,
    refused: Refused | None = None,
) -> ResponseReturnValue:
    """Answer with the page of a roadmap, or with the form that was sent alone.

    Args:
        found: The roadmap.
        code: The HTTP status.
        transition: The form of a transition, if it was sent.
        board: The form of the city board, if it was sent.
        refused: Why what was sent could not be done.
    """
    actor = current_actor()
    works_on_it = can(actor, Action.MANAGE_ROADMAP) or can(actor, Action.PROPOSE_TO_BOARD)
    page = "roadmaps/roadmap.html"
    return render(
        page,
        "roadmaps/_board_form.html" if board else page,
        code,
        **listing(found, actor, request.args.get("page", 1, type=int)),
        programme=programme_of(found.year),
        steps=workflow.steps(found.phase),
        buttons=buttons_of(found, actor, transition),
        gaps=checks.findings(found) if works_on_it and found.phase not in OVER else [],
        milestones=dates.shown(found, clock.today()),
        is_after_budget=dates.is_after_budget(found),
        decided=found.phase in DECIDED,
        city_board=section_of(found, actor, language(), board, refused),
        history=queries.steps(found),
        local=clock.local,
    )
