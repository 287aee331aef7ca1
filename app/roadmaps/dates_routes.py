"""Setting the days of a roadmap; on the blueprint of `routes.py`."""

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.policy import Action
from app.programmes.models import Roadmap
from app.programmes.queries import roadmap_of
from app.roadmaps import dates
from app.roadmaps.dates_forms import DatesForm
from app.roadmaps.routes import blueprint, the_roadmap

__all__ = ["blueprint"]


@blueprint.route("/roadmaps/<int:year>/dates", methods=["GET", "POST"])
@requires(Action.MANAGE_ROADMAP)
def set_dates(year: int) -> ResponseReturnValue:
    """Show and set the days that matter to a roadmap."""
    found = the_roadmap(year)
    form = DatesForm(found, roadmap_of(year - 1))
    if not form.is_submitted():
        return _page(found, form)
    if not form.accepts():
        return _page(found, form, 422)
    try:
        with writing():
            dates.set_dates(the_roadmap(year), form.version_seen, form.fields(), current_actor())
    except Stale as stale:
        found = the_roadmap(year)
        form.version.data = str(found.version)
        rows = form.differences(found)
        return _page(found, form, 409, stale=stale, differences=rows)
    except Refused as refused:
        form.take(refused)
        return _page(the_roadmap(year), form, 422)
    flash(_("The dates were saved."), "success")
    if dates.is_after_budget(the_roadmap(year)):
        flash(_("The city board would decide after the budget is made."), "warning")
    return see_other("roadmaps.roadmap", year=year)


def _page(
    found: Roadmap, form: DatesForm, code: int = 200, **context: object
) -> ResponseReturnValue:
    return render(
        "roadmaps/dates.html",
        "roadmaps/_dates_form.html",
        code,
        roadmap=found,
        form=form,
        milestones=dates.MILESTONES,
        is_after_budget=dates.is_after_budget(found),
        today=clock.today(),
        **context,
    )
