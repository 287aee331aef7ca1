"""How measures are related; these views stand on the blueprint of `routes.py`."""

from flask import Response, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import queries as accounts
from app.core.database import writing
from app.core.errors import Refused
from app.core.fields import printable
from app.core.guards import check, current_actor, requires
from app.core.htmx import render, see_other
from app.core.i18n import language
from app.core.policy import NO_UNIT, Action
from app.measures import lineage, queries
from app.measures.models import Measure
from app.measures.reading import readable
from app.measures.states import State
from app.measures.workflow import WORKFLOW
from app.proposing import lookalikes
from app.proposing.lineage_forms import ONE_WAY, RelationForm, UnmergeForm
from app.proposing.lookalike_routes import blueprint
from app.proposing.moving import language_wanted

__all__ = ["blueprint"]

_LONGEST_SEARCH = 200


@blueprint.get("/measures/<int:measure_id>/lineage")
@requires(Action.MANAGE_PROPOSALS)
def relations(measure_id: int) -> ResponseReturnValue:
    """Show how a measure is related to others, and look for another one."""
    return _relations_page(_managed(measure_id), UnmergeForm())


@blueprint.route("/measures/<int:measure_id>/lineage/<int:other_id>", methods=["GET", "POST"])
@requires(Action.MANAGE_PROPOSALS)
def relate(measure_id: int, other_id: int) -> ResponseReturnValue:
    """Say how two measures are related."""
    this, other = _managed(measure_id), _managed(other_id)
    if this is other:
        abort(404)
    form = RelationForm(this, other, language())
    if not form.is_submitted():
        return _relation_page(form, this, other)
    if not form.accepts():
        return _relation_page(form, this, other, 422)
    try:
        with writing():
            this, other = _managed(measure_id), _managed(other_id)
            if not form.is_done(this, other):
                form.relate(this, other, current_actor())
    except Refused as refused:
        return _relation_page(form, readable(measure_id), readable(other_id), 409, refused=refused)
    flash(
        _("The proposal has been merged.") if form.is_merge else _("The relation has been marked."),
        "success",
    )
    return see_other("status_page.measure", measure_id=measure_id)


@blueprint.post("/measures/<int:measure_id>/lineage/<int:other_id>/remove")
@requires(Action.MANAGE_PROPOSALS)
def remove_relation(measure_id: int, other_id: int) -> ResponseReturnValue:
    """Take a wrong mark away; one that is away already stays so."""
    with writing():
        link = lineage.link_between(_managed(measure_id), _managed(other_id))
        if link:
            lineage.remove(link, current_actor())
    flash(_("The mark has been removed."), "success")
    return see_other("proposing.relations", measure_id=measure_id)


@blueprint.post("/measures/<int:measure_id>/unmerge")
@requires(Action.MANAGE_PROPOSALS)
def unmerge(measure_id: int) -> ResponseReturnValue:
    """Undo a merge, so that the proposal goes on by itself."""
    form = UnmergeForm()
    if not form.validate_on_submit():
        return _relations_page(_managed(measure_id), form, 422)
    with writing():
        measure = _managed(measure_id)
        # A button that is pressed twice has done its work the first time.
        if measure.state is State.MERGED:
            lineage.unmerge(measure, current_actor(), form.reason.data or "")
    flash(_("The merge has been undone."), "success")
    return see_other("status_page.measure", measure_id=measure_id)


def _managed(measure_id: int) -> Measure:
    """Return the measure that an address names; 404 or 403 where the reader may not relate it."""
    measure = readable(measure_id)
    check(Action.MANAGE_PROPOSALS, measure.unit_id or NO_UNIT)
    return measure


def _search_text() -> str:
    return printable(request.args.get("q", "")).strip()[:_LONGEST_SEARCH]


def _relations_page(measure: Measure, form: UnmergeForm, code: int = 200) -> Response:
    actor, text = current_actor(), _search_text()
    found = lookalikes.lines(lineage.found_by(text, measure, actor)) if text else []
    return render(
        "proposing/relations.html",
        "proposing/_unmerge.html",
        code,
        measure=measure,
        form=form,
        relations=lineage.relations(measure, actor),
        is_merged=measure.state is State.MERGED,
        text=text,
        found=found,
        look_alikes=[] if text else lookalikes.like_measure(actor, measure),
    )


def _relation_page(
    form: RelationForm, this: Measure, other: Measure, code: int = 200, **context: object
) -> Response:
    proposer_id = queries.last_submitter(this.id) or this.created_by_id
    proposer = accounts.person(proposer_id) if proposer_id else None
    return render(
        "proposing/relation.html",
        "proposing/_relation.html",
        code,
        form=form,
        measure=this,
        other=other,
        one_way=ONE_WAY,
        language_wanted=language_wanted(WORKFLOW.named("merge"), proposer),
        **context,
    )
