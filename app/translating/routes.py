"""The translator's queue, and one translation beside the text that it is made from."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.config import Language
from app.core import clock
from app.core.bilingual import other, text_of
from app.core.database import writing
from app.core.errors import Refused
from app.core.fields import Difference, version_in
from app.core.guards import check, current_actor, refuse, requires
from app.core.htmx import render, see_other, wants_fragment
from app.core.i18n import LANGUAGES
from app.core.pagination import Page, page_count
from app.core.policy import NO_UNIT, Action
from app.measures.editing import reason_not_to_edit
from app.measures.models import Measure
from app.measures.reading import readable
from app.roadmaps.since_approval import why_not_saved
from app.translating import operations, queries, workflow
from app.translating.forms import TranslationForm
from app.translating.queries import Filters
from app.translating.sources import sources_of

blueprint = Blueprint("translating", __name__)

_COLUMNS = frozenset(Measure.__table__.columns.keys()) - {"version"}


_DIRECTIONS: Mapping[Language, LazyString] = {
    "sv": _l("From Finnish into Swedish"),
    "fi": _l("From Swedish into Finnish"),
}
"""The directions of translation, by the language to write in."""


@blueprint.get("/translations")
@requires(Action.TRANSLATE)
def queue() -> ResponseReturnValue:
    """List what waits for a translation, the most urgent first."""
    actor, filters = current_actor(), Filters.parse(request.args)
    counts = queries.count_waiting(actor)
    total = counts.of(filters)
    if filters.page not in range(1, page_count(total, queries.PAGE_SIZE) + 1):
        return redirect(_queue_url(filters))
    return render(
        "translating/queue.html",
        "translating/_queue.html",
        page=Page(
            queries.rows(actor, filters),
            filters.page,
            queries.PAGE_SIZE,
            total,
            lambda number: _queue_url(filters, page=number),
        ),
        counts=counts,
        states=workflow.states_for(actor),
        directions=tuple(_DIRECTIONS.items()),
        filters=filters,
        chips=_chips(filters),
        fragment=wants_fragment(),
        waiting=workflow.waiting,
        source_of=lambda measure, into: text_of(measure, "name", other(into)),
        translation_url=lambda measure, into: _translation_url(measure, into, filters),
        local=clock.local,
        today=clock.today(),
    )


def _chips(filters: Filters) -> list[tuple[str, str]]:
    """Return each choice that narrows the queue, in words, and the address without it."""
    found = []
    if filters.into:
        found.append((str(_DIRECTIONS[filters.into]), _queue_url(filters, into=None)))
    if filters.state:
        text = _("State: %(state)s", state=filters.state.label)
        found.append((text, _queue_url(filters, state=None)))
    return found


def _queue_url(filters: Filters, **changes: Any) -> str:
    return url_for("translating.queue", **filters.args(**changes))


def _translation_url(measure: Measure, into: Language, filters: Filters) -> str:
    """Return the address of a translation, which goes on with the same part of the queue."""
    return url_for(
        "translating.translation", measure_id=measure.id, language=into, **filters.args()
    )


@blueprint.route("/translations/<int:measure_id>/<language>", methods=["GET", "POST"])
@requires(Action.TRANSLATE)
def translation(measure_id: int, language: str) -> ResponseReturnValue:
    """Write the texts of a measure in one language, beside those of the other."""
    if language not in LANGUAGES:
        abort(404)
    into, measure = cast(Language, language), readable(measure_id)
    check(Action.TRANSLATE, measure.unit_id or NO_UNIT)
    if _is_forged(measure):
        refuse(Action.TRANSLATE)
    form = TranslationForm(measure, into)
    if not form.is_submitted():
        return _page(form, measure, into)
    if not form.accepts():
        return _page(form, measure, into, 422)
    actor, filters = current_actor(), Filters.parse(request.args)
    try:
        with writing():
            measure = readable(measure_id)
            coming = _next(measure, filters)
            changed = operations.translate(
                measure,
                into,
                form.version_seen,
                form.texts(),
                actor,
                still_fits=form.says_still_fits,
            )
            # A button that is pressed twice has done its work the first time.
            is_idle = not changed and form.version_seen == measure.version
    except Refused as refused:
        measure = readable(measure_id)
        form.version.data = str(measure.version)
        rows = form.differences(measure)
        stale = Refused(*refused.reasons, *filter(None, [why_not_saved(measure)]))
        return _page(form, measure, into, 409, stale=stale, differences=rows)
    if is_idle:
        form.complain_of_nothing()
        return _page(form, readable(measure_id), into, 422)
    flash(_("The translation has been saved."), "success")
    if coming and request.form.get("then") == "next":
        return see_other("translating.translation", **coming)
    return see_other("translating.queue", **filters.args())


def _is_forged(measure: Measure) -> bool:
    """Tell whether this request sets what no form here names, or has a version of the future."""
    sets_more = request.form.keys() & _COLUMNS
    return bool(sets_more) or version_in(request.form.get("version", "")) > measure.version


def _next(measure: Measure, filters: Filters) -> dict[str, Any] | None:
    """Return the parts of the address of what comes next in the queue; None when nothing does."""
    coming = queries.following(current_actor(), filters, measure.id)
    if coming is None:
        return None
    into = workflow.waiting(coming, filters.into)[0].language
    return {"measure_id": coming.id, "language": into, **filters.args()}


def _page(
    form: TranslationForm,
    measure: Measure,
    into: Language,
    code: int = 200,
    *,
    stale: Refused | None = None,
    differences: Sequence[Difference] = (),
) -> Response:
    """Answer with the translation of `measure` into a language."""
    actor, filters = current_actor(), Filters.parse(request.args)
    coming = _next(measure, filters)
    return render(
        "translating/translation.html",
        "translating/_translation.html",
        code,
        form=form,
        measure=measure,
        into=into,
        source=other(into),
        sources=sources_of(measure, into),
        waiting=next(iter(workflow.waiting(measure, into)), None),
        may_translate=workflow.may_translate(measure, actor),
        reason_not_to_edit=reason_not_to_edit,
        stale=stale,
        differences=differences,
        left=queries.count_waiting(actor).of(filters),
        here=_translation_url(measure, into, filters),
        next_url=url_for("translating.translation", **coming) if coming else None,
        queue_url=_queue_url(filters),
    )
