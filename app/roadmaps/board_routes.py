"""What the city board decides on a roadmap, and what it approved; on that of `routes.py`."""

from flask import Response, abort, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.guards import current_actor, hide, requires
from app.core.htmx import see_other
from app.core.idempotency import earlier_result, keep_result
from app.core.policy import Action
from app.roadmaps import operations, queries, snapshot
from app.roadmaps.assembling_routes import blueprint
from app.roadmaps.board import record_board_decision
from app.roadmaps.forms import BoardForm
from app.roadmaps.routes import roadmap_page, the_roadmap

__all__ = ["blueprint"]


@blueprint.post("/roadmaps/<int:year>/board")
@requires(Action.DECIDE_FOR_BOARD)
def board(year: int) -> ResponseReturnValue:
    """Record what the city board decided."""
    actor = current_actor()
    form = BoardForm(the_roadmap(year), clock.today())
    if not form.accepts():
        return roadmap_page(the_roadmap(year), 422, board=form)
    key = form.key.data or ""
    try:
        with writing():
            if earlier_result(actor, key) is None:
                found = the_roadmap(year)
                operations.check_version(found, form.version.data)
                record_board_decision(found, **form.fields(), actor=actor)
                keep_result(actor, key, "recorded")
    except Refused as refused:
        return roadmap_page(the_roadmap(year), 409, board=form, refused=refused)
    flash(_("The decision of the city board was recorded."), "success")
    return see_other("roadmaps.roadmap", year=year)


@blueprint.get("/roadmaps/<int:year>/snapshots/<int:number>.json", endpoint="snapshot")
@requires(Action.READ_ROADMAPS)
def snapshot_file(year: int, number: int) -> ResponseReturnValue:
    """Give a snapshot exactly as it is kept, so that the file has the digest on the page."""
    found = queries.snapshot(year, number) or abort(404)
    if not queries.may_read_all(current_actor(), snapshot.measure_ids(found)):
        hide()
    response = Response(found.content, mimetype="application/json")
    name = f"digital-roadmap-{year}-{number}.json"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
