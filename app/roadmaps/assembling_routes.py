"""What the secretary does to the contents of a roadmap; on the blueprint of `routes.py`."""

from flask import abort, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.database import writing
from app.core.guards import current_actor, requires
from app.core.htmx import see_other
from app.core.policy import Action
from app.programmes.models import Roadmap
from app.roadmaps import assembling, queries
from app.roadmaps.models import Item
from app.roadmaps.routes import blueprint, the_roadmap

__all__ = ["blueprint"]


@blueprint.post("/roadmaps/<int:year>/assemble")
@requires(Action.MANAGE_ROADMAP)
def assemble(year: int) -> ResponseReturnValue:
    """Put the approved measures of the year on the roadmap."""
    with writing():
        count = assembling.assemble(the_roadmap(year), current_actor())
    flash(_("Measures added to the roadmap: %(count)s", count=count), "success")
    return see_other("roadmaps.roadmap", year=year)


@blueprint.post("/roadmaps/<int:year>/items/<int:item_id>/remove")
@requires(Action.MANAGE_ROADMAP)
def remove_item(year: int, item_id: int) -> ResponseReturnValue:
    """Take a proposed measure off the roadmap."""
    with writing():
        assembling.remove_item(*_item(year, item_id), current_actor())
    flash(_("The measure was taken off the roadmap."), "success")
    return see_other("roadmaps.roadmap", year=year)


@blueprint.post("/roadmaps/<int:year>/items/<int:item_id>/put-back")
@requires(Action.MANAGE_ROADMAP)
def put_back_item(year: int, item_id: int) -> ResponseReturnValue:
    """Put a removed measure back on the roadmap."""
    with writing():
        assembling.put_back_item(*_item(year, item_id), current_actor())
    flash(_("The measure is on the roadmap again."), "success")
    return see_other("roadmaps.roadmap", year=year)


def _item(year: int, item_id: int) -> tuple[Roadmap, Item]:
    found = the_roadmap(year)
    return found, queries.item(found, item_id) or abort(404)
