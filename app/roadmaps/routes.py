"""The roadmaps of the years: what stands on them, their phases, the city board, the snapshots."""

from typing import NamedTuple

from flask import Blueprint, abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.guards import check, current_actor, requires
from app.core.htmx import render, see_other
from app.core.pagination import Page, page_count
from app.core.policy import NO_UNIT, Action, can
from app.core.transitions import Transition
from app.programmes.models import Roadmap
from app.programmes.queries import programme_of, roadmap_of
from app.programmes.queries import roadmaps as all_roadmaps
from app.programmes.states import DECIDED, Phase
from app.roadmaps import operations, queries, snapshot, workflow
from app.roadmaps.forms import BoardForm, DatesForm, TransitionForm
from app.roadmaps.states import APPROVALS

blueprint = Blueprint("roadmaps", __name__)

PAGE_SIZE = 50


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


class Button(NamedTuple):
    """A transition that the reader may make, with its form and what holds it back."""

    transition: Transition[Phase]
    form: TransitionForm
    unmet: list[str | LazyString]


@blueprint.get("/roadmaps/<int:year>")
@requires(Action.READ_ROADMAPS)
def roadmap(year: int) -> ResponseReturnValue:
    """Show a year's roadmap."""
    return roadmap_page(the_roadmap(year))


@blueprint.post("/roadmaps/<int:year>/dates")
@requires(Action.MANAGE_ROADMAP)
def set_dates(year: int) -> ResponseReturnValue:
    """Set the days that matter to a roadmap."""
    form = DatesForm(the_roadmap(year))
    if not form.validate():
        return roadmap_page(the_roadmap(year), 422, dates=form)
    with writing():
        operations.set_dates(the_roadmap(year), **form.fields(), actor=current_actor())
    flash(_("The dates were saved."), "success")
    return see_other("roadmaps.roadmap", year=year)


@blueprint.post("/roadmaps/<int:year>/<transition>")
@requires(Action.READ_ROADMAPS)
def move(year: int, transition: str) -> ResponseReturnValue:
    """Make a transition; what the city board decides has a form of its own."""
    row = workflow.made_alone(transition) or abort(404)
    check(row.action, NO_UNIT)
    found = the_roadmap(year)
    form = TransitionForm(row.name, found)
    if not form.accepts(needs_reason=row.needs_reason):
        return roadmap_page(found, 422, transition=form)
    with writing():
        found = the_roadmap(year)
        operations.check_version(found, form.version.data)
        operations.move(found, row.name, current_actor(), form.reason.data or "")
        label = found.phase.label
    flash(_("The phase is now: %(phase)s", phase=label), "success")
    return see_other("roadmaps.roadmap", year=year)


def the_roadmap(year: int) -> Roadmap:
    """Return the roadmap of a year, or answer 404."""
    return roadmap_of(year) or abort(404)


def _page_url(year: int, number: int) -> str:
    return url_for("roadmaps.roadmap", year=year, page=number if number > 1 else None)


def roadmap_page(
    found: Roadmap,
    code: int = 200,
    *,
    dates: DatesForm | None = None,
    transition: TransitionForm | None = None,
    board: BoardForm | None = None,
    refused: Refused | None = None,
) -> ResponseReturnValue:
    """Answer with the page of a roadmap, or with the form that was sent alone.

    Args:
        found: The roadmap.
        code: The HTTP status.
        dates: The form of the days, if it was sent.
        transition: The form of a transition, if it was sent.
        board: The form of the city board, if it was sent.
        refused: Why what was sent could not be done.
    """
    actor = current_actor()
    rows = queries.contents(found, actor)
    number = request.args.get("page", 1, type=int)
    if number not in range(1, page_count(len(rows), PAGE_SIZE) + 1):
        number = 1
    first = (number - 1) * PAGE_SIZE
    snapshots = queries.snapshots(found)
    decides = can(actor, Action.DECIDE_FOR_BOARD) and found.phase is Phase.BEFORE_BOARD
    works_on_it = can(actor, Action.MANAGE_ROADMAP) or can(actor, Action.PROPOSE_TO_BOARD)
    page = "roadmaps/roadmap.html"
    return render(
        page,
        "roadmaps/_board_form.html" if board else page,
        code,
        roadmap=found,
        programme=programme_of(found.year),
        page=Page(
            rows[first : first + PAGE_SIZE],
            number,
            PAGE_SIZE,
            len(rows),
            lambda to: _page_url(found.year, to),
        ),
        steps=workflow.steps(found.phase),
        buttons=_buttons(found, transition),
        assembling=found.phase in workflow.ASSEMBLING,
        gaps=workflow.gaps(found) if works_on_it and found.phase not in DECIDED else [],
        dates=dates or DatesForm(found),
        decided=found.phase in DECIDED,
        board=board or (BoardForm(found, clock.today()) if decides else None),
        refused=refused,
        decisions=queries.board_decisions([found.id]),
        snapshots=snapshots,
        is_intact=snapshot.is_intact,
        may_download=queries.may_read_all(
            actor, {each for kept in snapshots for each in snapshot.measure_ids(kept)}
        ),
        history=queries.steps(found),
        local=clock.local,
    )


def _buttons(found: Roadmap, sent: TransitionForm | None) -> list[Button]:
    """Return the reader's transitions; the form `sent` in the place of its own."""
    buttons = []
    for row in workflow.offered(found, current_actor()):
        form = TransitionForm(row.name, found)
        if sent is not None and sent.reason.name == form.reason.name:
            form = sent
        buttons.append(Button(row, form, workflow.WORKFLOW.unmet(row.name, found)))
    return buttons
