"""The status page and the page of a measure."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from flask import Blueprint, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.core import clock
from app.core.bilingual import text_of
from app.core.guards import current_actor, requires
from app.core.htmx import render, wants_fragment
from app.core.i18n import language
from app.core.pagination import Page, page_count
from app.core.policy import Action, can
from app.measures import queries as measures
from app.measures.workflow import WORKFLOW
from app.programmes import queries as programmes
from app.programmes.models import Roadmap
from app.programmes.states import Phase
from app.status_page import choices, figures, filters, listing, queries
from app.vocabulary import queries as vocabulary

blueprint = Blueprint("status_page", __name__)

PAGE_SIZE = 50


@blueprint.get("/")
@requires(Action.READ_STATUS)
def index() -> ResponseReturnValue:
    """Show what is on the roadmaps of the chosen years, and how it is going."""
    published = programmes.published_roadmaps()
    scope = _scope(published)
    chosen = scope.filters
    lang = language()
    cube = figures.cells(queries.cube(scope))
    total = figures.total(cube)
    last_page = page_count(total, PAGE_SIZE)
    if chosen.page > last_page:
        return redirect(chosen.url(page=last_page))
    rows = queries.rows(scope, PAGE_SIZE, lang)
    standings = queries.standings([row.entry_id for row in rows])
    lines = listing.lines(rows, standings, scope.themes, lang)
    options = choices.options(chosen, scope.themes, scope.values, lang)
    response = render(
        "status_page/index.html",
        "status_page/_results.html",
        filters=chosen,
        options=options,
        chips=choices.chips(chosen, options),
        all_url=chosen.url(chosen={}, not_updated=False, q=""),
        columns=choices.columns(chosen),
        labels=choices.labels(),
        theme_names={t.id: str(text_of(t, "name", lang)) for t in scope.themes.values()},
        published=published,
        proposed=[r.year for r in scope.roadmaps if r.phase is Phase.BEFORE_BOARD],
        figures=figures.key_figures(cube, chosen),
        charts=figures.charts(cube, chosen, scope.themes, lang),
        not_followed=queries.count_not_followed(scope),
        page=Page(lines, chosen.page, PAGE_SIZE, total, lambda number: chosen.url(page=number)),
    )
    if wants_fragment():
        response.headers["HX-Push-Url"] = chosen.url(page=chosen.page)
    return response


def _scope(published: Sequence[Roadmap]) -> queries.Scope:
    """Return what the address asks for, with the rows that its words stand for."""
    years, unknown = filters.parse_years(request.args, [roadmap.year for roadmap in published])
    today = clock.today()
    if not years:
        years = tuple(programmes.running_years(published, today))
    roadmaps = [roadmap for roadmap in published if roadmap.year in years]
    themes = queries.themes({roadmap.programme_id for roadmap in roadmaps})
    values = {
        kind.value: {value.key: value for value in of_kind}
        for kind, of_kind in vocabulary.by_kind().items()
    }
    known: dict[str, Iterable[str]] = {"theme": themes, **values}
    days = timedelta(days=current_app.config["SETTINGS"].not_updated_days)
    return queries.Scope(
        current_actor(),
        filters.parse(request.args, years, known, unknown),
        roadmaps,
        themes,
        values,
        today - days,
    )


@blueprint.get("/measures/<int:measure_id>")
@requires(Action.READ_STATUS)
def measure(measure_id: int) -> ResponseReturnValue:
    """Show all that is known of one measure: what it is, how it goes, what was decided."""
    actor = current_actor()
    found = measures.measure_for(actor, measure_id)
    if found is None:
        abort(404)
    entries = queries.entries_of(measure_id)
    standings = queries.standings([row.Entry.id for row in entries])
    return render_template(
        "status_page/measure.html",
        measure=found,
        entries=entries,
        standings=[standing for rows in standings.values() for standing in rows],
        posts=queries.further_posts_of(measure_id),
        reports=queries.reports_of(measure_id),
        decisions=queries.decisions_of(measure_id),
        board_decisions=queries.board_decisions_of(measure_id),
        lineage=queries.lineage_of(measure_id, actor),
        steps=queries.steps_of(measure_id)
        if can(actor, Action.READ_PROPOSALS, found.unit_id)
        else [],
        transitions=WORKFLOW.available(found, actor),
        written_date=listing.written_date,
        local=clock.local,
    )
