"""The secretary's pages of a round's criteria.

These views stand on the blueprint of `routes.py`; import it from here to have them all.
"""

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.i18n import language
from app.core.idempotency import earlier_result, keep_result, new_key
from app.core.policy import Action
from app.scoring import criterion_operations, queries
from app.scoring.criterion_forms import CriterionForm, WeightsForm, criterion_form, weights_form
from app.scoring.forms import SCALE
from app.scoring.models import Criterion, Round
from app.scoring.round_routes import blueprint

__all__ = ["blueprint"]


@blueprint.route("/scoring/<int:year>/criteria", methods=["GET", "POST"])
@requires(Action.MANAGE_ROUND)
def criteria(year: int) -> ResponseReturnValue:
    """Show what a round judges by, and change the weights and the order."""
    form = weights_form(_round(year).criteria, language())
    if not form.is_submitted():
        return _criteria_page(year, form)
    if not form.validate():
        return _criteria_page(year, form, 422)
    try:
        with writing():
            criterion_operations.weigh(
                _round(year), form.wanted(), form.seen.data or "", current_actor()
            )
    except Stale as stale:
        form.seen.data = criterion_operations.fingerprint(_round(year).criteria)
        rows = form.differences(language())
        return _criteria_page(year, form, 409, stale=stale, differences=rows)
    except Refused as refused:
        form.take(refused)
        return _criteria_page(year, form, 422)
    flash(_("The criteria were saved. All scores are worked out by them from now on."), "success")
    return see_other("scoring.criteria", year=year)


def _criteria_page(
    year: int, form: WeightsForm, code: int = 200, **given: object
) -> ResponseReturnValue:
    scoring_round = _round(year)
    return render(
        "scoring/criteria.html",
        "scoring/_weights_form.html",
        code,
        year=year,
        round=scoring_round,
        form=form,
        total=sum(each.weight for each in scoring_round.criteria if each.counted),
        rated=queries.rated_criteria(scoring_round),
        is_closed=scoring_round.is_closed(clock.today()),
        **given,
    )


@blueprint.route("/scoring/<int:year>/criteria/new", methods=["GET", "POST"])
@requires(Action.MANAGE_ROUND)
def new_criterion(year: int) -> ResponseReturnValue:
    """Add a criterion to a round."""
    actor = current_actor()
    form = criterion_form()
    if not form.is_submitted():
        return _criterion_page(year, form)
    if not form.accepts():
        return _criterion_page(year, form, code=422)
    key = form.key.data or ""
    try:
        with writing():
            if earlier_result(actor, key) is None:
                criterion_operations.add(_round(year), form.fields(), actor)
                keep_result(actor, key, "added")
    except Refused as refused:
        form.take(refused)
        return _criterion_page(year, form, code=422)
    flash(_("The criterion was added."), "success")
    return see_other("scoring.criteria", year=year)


@blueprint.route("/scoring/<int:year>/criteria/<int:criterion_id>", methods=["GET", "POST"])
@requires(Action.MANAGE_ROUND)
def criterion(year: int, criterion_id: int) -> ResponseReturnValue:
    """Show and change what a criterion says and how it counts."""
    found = _criterion(_round(year), criterion_id)
    form = criterion_form(found)
    if not form.is_submitted():
        return _criterion_page(year, form, found)
    if not form.accepts():
        return _criterion_page(year, form, found, 422)
    try:
        with writing():
            scoring_round = _round(year)
            criterion_operations.edit(
                scoring_round,
                _criterion(scoring_round, criterion_id),
                form.fields(),
                form.seen.data or "",
                current_actor(),
            )
    except Stale as stale:
        found = _criterion(_round(year), criterion_id)
        form.seen.data = criterion_operations.fingerprint([found])
        rows = form.differences(found)
        return _criterion_page(year, form, found, 409, stale=stale, differences=rows)
    except Refused as refused:
        form.take(refused)
        return _criterion_page(year, form, _criterion(_round(year), criterion_id), 422)
    flash(_("The criterion was saved. All scores are worked out by it from now on."), "success")
    return see_other("scoring.criteria", year=year)


def _criterion_page(
    year: int,
    form: CriterionForm,
    found: Criterion | None = None,
    code: int = 200,
    **given: object,
) -> ResponseReturnValue:
    scoring_round = _round(year)
    return render(
        "scoring/criterion.html",
        "scoring/_criterion_form.html",
        code,
        year=year,
        form=form,
        criterion=found,
        scale=SCALE,
        rated=queries.rated_criteria(scoring_round).get(found.id, 0) if found else 0,
        begun=bool(queries.given_by(scoring_round)),
        is_closed=scoring_round.is_closed(clock.today()),
        kept_by=criterion_operations.kept_by(scoring_round, found) if found else None,
        removal=new_key(),
        **given,
    )


@blueprint.post("/scoring/<int:year>/criteria/<int:criterion_id>/remove")
@requires(Action.MANAGE_ROUND)
def remove_criterion(year: int, criterion_id: int) -> ResponseReturnValue:
    """Take away a criterion that nobody has rated, once however often it is pressed."""
    actor, key = current_actor(), request.form.get("key", "")
    with writing():
        if earlier_result(actor, key) is None:
            scoring_round = _round(year)
            found = _criterion(scoring_round, criterion_id)
            criterion_operations.remove(scoring_round, found, actor)
            keep_result(actor, key, "removed")
    flash(_("The criterion was removed."), "success")
    return see_other("scoring.criteria", year=year)


def _round(year: int) -> Round:
    return queries.round_of_year(year) or abort(404)


def _criterion(scoring_round: Round, criterion_id: int) -> Criterion:
    every = {each.id: each for each in scoring_round.criteria}
    return every.get(criterion_id) or abort(404)
