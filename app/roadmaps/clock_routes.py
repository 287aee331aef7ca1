"""The annual clock; on the blueprint of `routes.py`."""

from typing import NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from app.core import clock as core_clock
from app.core.guards import current_actor, requires
from app.core.policy import Action
from app.programmes.queries import roadmaps as all_roadmaps
from app.roadmaps import clock
from app.roadmaps.dates import years_of
from app.roadmaps.dates_routes import blueprint
from app.roadmaps.duties import next_for_all

__all__ = ["blueprint"]


class Tab(NamedTuple):
    """A link to the clock of a year."""

    label: int
    url: str
    current: bool


@blueprint.get("/annual-clock")
@requires(Action.READ_ROADMAPS)
def annual_clock() -> ResponseReturnValue:
    """Show what runs when in a year, this one by itself, and what is next for whom."""
    today = core_clock.today()
    every = all_roadmaps()
    years = {today.year, *(year for roadmap in every for year in years_of(roadmap))}
    asked = request.args.get("year", type=int)
    found = clock.clock_of(asked if asked in years else today.year, today)
    return render_template(
        "roadmaps/clock.html",
        clock=found,
        tabs=[_tab(year, found.year) for year in sorted(years)],
        today=today,
        cautions=clock.cautions(found.roadmaps, today),
        next_for_all=next_for_all(every, current_actor(), today),
        month_name=lambda month: format_date(month.first, "LLL"),
        left=clock.LEFT,
        width=clock.WIDTH,
    )


def _tab(year: int, shown: int) -> Tab:
    return Tab(year, url_for("roadmaps.annual_clock", year=year), year == shown)
