"""What the secretary does to the contents of a roadmap; on the blueprint of `routes.py`."""

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.database import writing
from app.core.fields import version_in
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other, wants_fragment
from app.core.policy import Action
from app.programmes.models import Roadmap
from app.roadmaps import assembling, listing, order, queries
from app.roadmaps.models import Item
from app.roadmaps.programme_editing_routes import blueprint
from app.roadmaps.routes import the_roadmap

__all__ = ["blueprint"]


@blueprint.post("/roadmaps/<int:year>/assemble")
@requires(Action.MANAGE_ROADMAP)
def assemble(year: int) -> ResponseReturnValue:
    """Put the approved measures of the year on the roadmap."""
    with writing():
        count = assembling.assemble(the_roadmap(year), current_actor())
    if count:
        flash(_("Measures added to the roadmap: %(count)s", count=count), "success")
    else:
        flash(_("Everything that is approved stands on the roadmap already."), "info")
    return see_other("roadmaps.roadmap", year=year)


@blueprint.post("/roadmaps/<int:year>/items/<int:item_id>/remove")
@requires(Action.MANAGE_ROADMAP)
def remove_item(year: int, item_id: int) -> ResponseReturnValue:
    """Take a proposed measure off the roadmap."""
    with writing():
        done = assembling.remove_item(*_item(year, item_id), current_actor())
    if done:
        flash(_("The measure was taken off the roadmap."), "success")
    else:
        flash(_("The measure had been taken off the roadmap already."), "info")
    return see_other("roadmaps.roadmap", year=year)


@blueprint.post("/roadmaps/<int:year>/items/<int:item_id>/put-back")
@requires(Action.MANAGE_ROADMAP)
def put_back_item(year: int, item_id: int) -> ResponseReturnValue:
    """Put a removed measure back on the roadmap."""
    with writing():
        done = assembling.put_back_item(*_item(year, item_id), current_actor())
    if done:
        flash(_("The measure is on the roadmap again."), "success")
    else:
        flash(_("The measure was on the roadmap already."), "info")
    return see_other("roadmaps.roadmap", year=year)


@blueprint.post("/roadmaps/<int:year>/items/<int:item_id>/move")
@requires(Action.MANAGE_ROADMAP)
def move_item(year: int, item_id: int) -> ResponseReturnValue:
    """Move a measure up or down by one."""
    _item(year, item_id)
    up = request.form.get("way") == "up"
    if not up and request.form.get("way") != "down":
        abort(400)
    with writing():
        found, item = _item(year, item_id)
        seen = version_in(request.form.get("position", ""))
        order.move_item(found, item, seen, current_actor(), up=up)
        number = listing.page_of(found, item)
    if not wants_fragment():
        return redirect(f"{listing.page_url(year, number)}#item-{item_id}", 303)
    found = the_roadmap(year)
    fragment = "roadmaps/_measures.html"
    context = listing.listing(found, current_actor(), number)
    return render(fragment, fragment, moved=item_id, up=up, **context)


@blueprint.post("/roadmaps/<int:year>/sort")
@requires(Action.MANAGE_ROADMAP)
def sort_items(year: int) -> ResponseReturnValue:
    """Put the measures in the order of themes and codes."""
    with writing():
        done = order.sort_by_code(the_roadmap(year), current_actor())
    if done:
        flash(_("The measures are in the order of themes and codes."), "success")
    else:
        flash(_("The measures were in the order of themes and codes already."), "info")
    return see_other("roadmaps.roadmap", year=year)


def _item(year: int, item_id: int) -> tuple[Roadmap, Item]:
    found = the_roadmap(year)
    return found, queries.item(found, item_id) or abort(404)
