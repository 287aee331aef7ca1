"""The status page and the page of a measure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from flask import (
    Blueprint,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from app.accounts import queries as accounts
from app.attachments import queries as attachments
from app.attachments.workflow import may_attach, until_when
from app.comments.thread import thread_of
from app.config import Language
from app.core import clock, revision
from app.core.bilingual import text_of
from app.core.guards import current_actor, requires
from app.core.htmx import wants_fragment
from app.core.i18n import language, person_name
from app.core.pagination import Page, page_count
from app.core.policy import NO_UNIT, Action, Actor, can
from app.extensions import db
from app.measures import queries as measures
from app.measures.editing import may_edit
from app.measures.lineage import may_be_merged, relations
from app.measures.models import Measure
from app.measures.reading import readable
from app.measures.states import State
from app.measures.workflow import EDITED, offered
from app.programmes import queries as programmes
from app.programmes.models import Roadmap
from app.proposing.lookalikes import like_measure
from app.roadmaps.since_approval import changed_measures, of_measure
from app.scoring import queries as scoring
from app.status_page import choices, figures, filters, listing, measure_queries, queries
from app.status_page.changes import Changes, changes_of
from app.status_page.outlook import outlook
from app.status_page.timeline import timeline
from app.translating import workflow as translating
from app.vocabulary import queries as vocabulary

blueprint = Blueprint("status_page", __name__)

PAGE_SIZE = 50


class Content(NamedTuple):
    """What the status page shows under its heading, and the address that says the same."""

    html: Markup
    url: str
    page: int
    pages: int


@blueprint.get("/")
@requires(Action.READ_STATUS)
def index() -> ResponseReturnValue:
    """Show what is on the roadmaps of the chosen years, and how it is going."""
    content = _content(
        str(db.engine.url),
        revision.current(),
        clock.today(),
        language(),
        measures.reader(current_actor()),
        tuple(request.args.items(multi=True)),
        wants_fragment(),
    )
    if content.page > content.pages:
        return redirect(content.url)
    response = make_response(
        content.html
        if wants_fragment()
        else render_template("status_page/index.html", content=content.html)
    )
    response.vary.add("HX-Request")
    if wants_fragment():
        response.headers["HX-Push-Url"] = content.url
    return response


@lru_cache(maxsize=200)
def _content(
    _database: str,
    _revision: int,
    today: date,
    lang: Language,
    reader: Actor,
    args: tuple[tuple[str, str], ...],
    fragment: bool,
) -> Content:
    """Return the page's content for all readers who may see the same.

    The arguments are all that it depends on. Every change in the database has a new revision, so
    that what is kept is never older than the database.
    """
    published = programmes.published_roadmaps()
    scope = _scope(published, today, reader, MultiDict(args))
    chosen = scope.filters
    cube = figures.cells(queries.cube(scope))
    total = figures.total(cube)
    pages = page_count(total, PAGE_SIZE)
    if chosen.page > pages:
        return Content(Markup(), chosen.url(page=pages), chosen.page, pages)
    rows = queries.rows(scope, PAGE_SIZE, lang)
    standings = queries.standings([row.entry_id for row in rows])
    lines = listing.lines(rows, standings, scope.themes, scope.changed, lang)
    options = choices.options(chosen, scope.themes, scope.values, lang)
    donuts = figures.donuts(cube, chosen, scope.themes, lang)
    matrix = figures.matrix(cube, chosen)
    html = render_template(
        "status_page/_results.html" if fragment else "status_page/_content.html",
        filters=chosen,
        options=options,
        chips=choices.chips(chosen, options),
        all_url=chosen.url(chosen={}, not_updated=False, changed=False, q=""),
        columns=choices.columns(chosen),
        labels=choices.labels(),
        theme_names={t.id: str(text_of(t, "name", lang)) for t in scope.themes.values()},
        published=published,
        proposed=[r.year for r in scope.roadmaps if not r.once_approved],
        figures=figures.key_figures(cube, chosen),
        charts={
            "lang": lang,
            "donuts": donuts,
            "matrix": matrix.drawn,
        },
        matrix=matrix,
        not_followed=queries.count_not_followed(scope),
        changed=queries.count_changed(scope),
        not_updated_days=(today - scope.updated_before).days,
        page=Page(lines, chosen.page, PAGE_SIZE, total, lambda number: chosen.url(page=number)),
    )
    return Content(Markup(html), chosen.url(page=chosen.page), chosen.page, pages)  # noqa: S704


def _scope(
    published: Sequence[Roadmap], today: date, reader: Actor, args: MultiDict[str, str]
) -> queries.Scope:
    """Return what the address asks for, with the rows that its words stand for."""
    years, unknown = filters.parse_years(args, [roadmap.year for roadmap in published])
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
        reader,
        filters.parse(args, years, known, unknown),
        roadmaps,
        themes,
        values,
        today - days,
        _changed(str(db.engine.url), revision.current()),
    )


@lru_cache(maxsize=2)
def _changed(_database: str, _revision: int) -> frozenset[int]:
    """Return the measures that have changed since the city board approved them.

    It is asked for once in a revision, whatever is chosen and whoever reads.
    """
    return changed_measures()


@blueprint.get("/measures/<int:measure_id>")
@requires(Action.READ_STATUS)
def measure(measure_id: int) -> ResponseReturnValue:
    """Show all that is known of one measure: what it is, how it goes, what was decided."""
    actor = current_actor()
    found = readable(measure_id, whole=True)
    works_on_it = can(actor, Action.READ_PROPOSALS, found.unit_id or NO_UNIT)
    rows = measure_queries.steps_of(measure_id) if works_on_it else []
    steps = [row.Step for row in rows]
    last = next((step for step in steps if step.transition != EDITED), None)
    reports = measure_queries.reports_of(measure_id)
    entries = measure_queries.entries_of(measure_id)
    standings = queries.standings([row.Entry.id for row in entries])
    return render_template(
        "status_page/measure.html",
        measure=found,
        entries=entries,
        standings=[standing for rows in standings.values() for standing in rows],
        posts=measures.further_posts_of(measure_id),
        newest=next((report for report in reports if report.newest), None),
        outlook=outlook(found, last, clock.today()) if works_on_it else None,
        changes=changes_of(found, steps, actor, language()) if works_on_it else Changes(),
        since_approval=of_measure(found, actor, language()),
        timeline=timeline(found, reports, rows if works_on_it else None, actor, language()),
        lineage=relations(found, actor),
        marks_lineage=can(actor, Action.MANAGE_PROPOSALS, found.unit_id or NO_UNIT),
        look_alikes=like_measure(actor, found) if works_on_it and may_be_merged(found) else [],
        reads_history=can(actor, Action.READ_HISTORY, found.unit_id or NO_UNIT),
        works_on_it=works_on_it,
        seen=last.id if last else 0,
        contact=_contact(found) if works_on_it else "",
        transitions=offered(found, actor),
        editable=may_edit(found, actor),
        files=attachments.files(measure_id, actor),
        keeps_files=may_attach(found, actor),
        until_when=until_when(found, actor),
        thread=thread_of(found),
        translations=translating.waiting(found) if translating.may_translate(found, actor) else [],
        to_score=_is_scored_by(found, actor),
        written_date=listing.written_date,
    )


def _is_scored_by(measure: Measure, actor: Actor) -> bool:
    """Tell whether `actor` may score a measure today."""
    if measure.state is not State.IN_SCORING or not can(actor, Action.SCORE):
        return False
    scoring_round = scoring.round_of_year(measure.first_year)
    return scoring_round is not None and scoring_round.is_open(clock.today())


def _contact(measure: Measure) -> str:
    """Return the name of the person who answers questions about a measure; empty if nobody does."""
    if measure.contact_id is None:
        return ""
    return person_name(accounts.names_of([measure.contact_id]).get(measure.contact_id, ""))
