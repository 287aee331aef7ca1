"""The record for administrators, its export, and the history of a measure."""

from collections.abc import Callable

from flask import (
    Blueprint,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.audit import verification
from app.audit.operations import record as write_down
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.core.guards import check, current_actor, requires
from app.core.htmx import render, wants_fragment
from app.core.i18n import language
from app.core.pagination import Page
from app.core.policy import NO_UNIT, Action
from app.history import choices, disclosure, export, filters, queries, retention, wording
from app.history.wording import Line
from app.measures.reading import readable

blueprint = Blueprint("history", __name__)
# The rooms above show changes in the same words.
blueprint.add_app_template_global(wording.changes, "changes_in_words")

PAGE_SIZE = 50


@blueprint.get("/record")
@requires(Action.READ_RECORD)
def record() -> ResponseReturnValue:
    """Show all changes, or those that the address asks for, the newest first."""
    actor = current_actor()
    chosen = filters.parse(request.args)
    condition = disclosure.in_record(chosen, actor, clock.today())
    page = _page(condition, chosen.page, lambda number: chosen.url(page=number))
    if page.number > page.pages:
        return redirect(chosen.url(page=page.pages))
    response = render(
        "history/record.html",
        "history/_results.html",
        filters=chosen,
        chips=choices.chips(chosen, actor, language()),
        tag_groups=choices.TAG_GROUPS,
        kinds=Kind,
        page=page,
        by_day=wording.by_day,
        weekday=wording.written_day,
        fragment=wants_fragment(),
        head=verification.head(),
        export_url=chosen.url(url_for("history.export")),
    )
    if wants_fragment():
        response.headers["HX-Push-Url"] = chosen.url(page=chosen.page)
    return response


@blueprint.get("/record.csv", endpoint="export")
@requires(Action.READ_RECORD)
def export_record() -> ResponseReturnValue:
    """Give what the address asks for as a file, and record that it was given."""
    actor = current_actor()
    chosen = filters.parse(request.args)
    with writing(counted=False):
        last = write_down(Tag.EXPORTED, actor, Kind.RECORD, None, after=chosen.given)
    condition = disclosure.in_record(chosen, actor, clock.today())
    lines = export.lines(queries.chunks(condition, last), actor)
    name = f"record-{clock.today().isoformat()}.csv"
    return Response(
        stream_with_context(lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/measures/<int:measure_id>/history", endpoint="measure")
@requires(Action.READ_HISTORY)
def history_of_measure(measure_id: int) -> ResponseReturnValue:
    """Show what happened to a measure, the newest first."""
    actor = current_actor()
    found = readable(measure_id)
    check(Action.READ_HISTORY, found.unit_id or NO_UNIT)
    asked = filters.parse(request.args)

    def url(number: int) -> str:
        return url_for(
            "history.measure", measure_id=measure_id, page=number, lang=asked.lang or None
        )

    page = _page(disclosure.in_history(found, actor, clock.today()), asked.page, url)
    if page.number > page.pages:
        return redirect(url(page.pages))
    return render(
        "history/measure.html",
        "history/_log.html",
        measure=found,
        page=page,
        by_day=wording.by_day,
        weekday=wording.written_day,
    )


@blueprint.get("/retention", endpoint="retention")
@requires(Action.MANAGE_PEOPLE)
def show_retention() -> ResponseReturnValue:
    """Show how long each kind of data is kept, and how much of it is older now."""
    last = retention.last_run()
    return render_template(
        "history/retention.html",
        due=retention.due(current_app.config["SETTINGS"], clock.now()),
        last_run=clock.local(last).date() if last else None,
        local=clock.local,
    )


def _page(condition: queries.Condition, number: int, url: Callable[[int], str]) -> Page[Line]:
    """Return a page of the events that meet a condition, in words."""
    actor = current_actor()
    total = queries.count(condition)
    rows = queries.events(condition, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    lines = wording.lines(disclosure.Disclosure(actor).disclosed(rows), actor, language())
    return Page(lines, number, PAGE_SIZE, total, url)
