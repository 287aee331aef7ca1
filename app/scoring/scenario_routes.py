"""Choosing within limits, and the scenarios that are saved of it.

These views stand on the blueprint of `routes.py`; import it from here to have them all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from fractions import Fraction
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from flask import abort, current_app, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.i18n import language
from app.core.idempotency import earlier_result, keep_result
from app.core.policy import Action
from app.measures.models import Measure
from app.scoring import queries, scenario_operations, scenarios
from app.scoring.choosing import Candidate, Choice, Conflict, Limits, choose
from app.scoring.models import Round, Scenario
from app.scoring.options import Options, Wanted, digest_of, options_of
from app.scoring.picture_routes import blueprint
from app.scoring.scenario_forms import LimitsForm, RemoveForm, ScenarioForm, limits_form
from app.scoring.solver import NotInstalled, TooHard, load

__all__ = ["blueprint"]

COMPARED = 4
"""So many scenarios stand side by side unless the reader chooses others."""

TOO_EARLY = _l("Some of the round is still hidden from you, and so is what is made of all of it.")


class Answer(NamedTuple):
    """What came of the limits.

    Attributes:
        wanted: The limits.
        found: The best choice, or which limits conflict; None when it was too hard.
    """

    wanted: Wanted
    found: Choice | Conflict | None


@blueprint.get("/scoring/<int:year>/choose", endpoint="choose")
@requires(Action.READ_RANKING)
def choose_page(year: int) -> ResponseReturnValue:
    """Show the best measures within the limits that the address gives; nothing is saved."""
    scoring_round, options = _found(year)
    if options is None:
        return _hidden(year, scoring_round)
    asked = any(name in request.args for name in ("set", "once", "yearly", "number"))
    form = limits_form(options, language(), request.args if asked else None, scoring_round.capacity)
    if asked and not form.accepts():
        return _choose_page(year, options, form, 422)
    return _choose_page(year, options, form, answer=_answer(options, form))


def _found(year: int) -> tuple[Round, Options | None]:
    """Return the round of a year, and what can be chosen in it; None while something is hidden."""
    scoring_round = queries.round_of_year(year) or abort(404)
    settings = current_app.config["SETTINGS"]
    return scoring_round, options_of(scoring_round, year, current_actor(), clock.today(), settings)


def _hidden(year: int, scoring_round: Round) -> ResponseReturnValue:
    return render_template("scoring/choose_hidden.html", year=year, round=scoring_round)


def _answer(options: Options, form: LimitsForm) -> Answer | None:
    """Work the best choice out; None without limits, or without the solver."""
    wanted = form.wanted()
    if not form.limited or not _is_installed():
        return None
    try:
        return Answer(wanted, choose(options.candidates(wanted.large), wanted.limits))
    except TooHard:
        current_app.logger.warning("no best choice was proven for round limits %s", wanted.limits)
        return Answer(wanted, None)


def _is_installed() -> bool:
    try:
        load()
    except NotInstalled:
        return False
    return True


def _choose_page(
    year: int,
    options: Options,
    form: LimitsForm,
    code: int = 200,
    *,
    answer: Answer | None = None,
    saving: ScenarioForm | None = None,
    refused: Refused | None = None,
) -> ResponseReturnValue:
    """Answer with the page, or with the form that saves a scenario alone."""
    candidates = options.candidates(form.large.data if not form.large.errors else None)
    by_id = {each.id: each for each in candidates}
    found = answer.found if answer else None
    if answer and isinstance(found, Choice) and saving is None:
        saving = ScenarioForm(formdata=None)
        saving.limits.data = urlencode(answer.wanted.arguments(), doseq=True)
        saving.seen.data = digest_of(candidates)
    context: dict[str, Any] = {
        "year": year,
        "options": options,
        "form": form,
        "measures": {each.id: each for each in options.measures},
        "candidates": by_id,
        "is_installed": _is_installed(),
        "answer": answer,
        "choice": found if isinstance(found, Choice) else None,
        "conflict": found if isinstance(found, Conflict) else None,
        "saving": saving,
        "refused": refused,
    }
    if isinstance(found, Choice) and answer:
        context |= _of_choice(found, answer.wanted.limits, by_id)
    if isinstance(found, Conflict) and answer:
        pinned = [by_id[each] for each in answer.wanted.limits.inside - found.left.unknown]
        context["pinned_sums"] = scenarios.Sums(pinned)
    if saving is None or not saving.is_submitted():
        return render_template("scoring/choose.html", **context), code
    return render("scoring/choose.html", "scoring/_save_scenario.html", code, **context)


def _of_choice(
    choice: Choice, limits: Limits, candidates: Mapping[int, Candidate]
) -> dict[str, Any]:
    """Return what the page shows of a choice besides itself; ids are those of measures."""
    unknown = choice.left.unknown - limits.outside
    return {
        "sums": scenarios.Sums([candidates[each] for each in choice.chosen]),
        # The best first, as in the ranking; what nobody has scored comes last.
        "order": sorted(choice.chosen, key=lambda each: (-(candidates[each].score or 0), each)),
        "pinned_in": bool(choice.prices.keys() & limits.inside),
        "pinned_out": sorted(choice.prices.keys() & limits.outside),
        "unknown": sorted(unknown),
        "unknown_pinned": sorted(unknown & limits.inside),
        "unscored": sorted(choice.left.unscored - limits.outside - unknown),
    }


@blueprint.post("/scoring/<int:year>/scenarios")
@requires(Action.SAVE_SCENARIO)
def save_scenario(year: int) -> ResponseReturnValue:
    """Save the limits that the reader has looked at, and what is best within them."""
    actor = current_actor()
    options = _found(year)[1]
    saving = ScenarioForm()
    if earlier_result(actor, saving.key.data or ""):
        return see_other("scoring.scenarios", year=year)
    if options is None:
        raise Refused(TOO_EARLY)
    form = limits_form(options, language(), MultiDict(parse_qsl(saving.limits.data or "")))
    if not form.accepts():
        abort(400)
    answer = _answer(options, form)
    if answer is None or not isinstance(answer.found, Choice):
        raise Refused(_l("There is nothing to save: the limits lead to no choice."))
    if not saving.validate():
        return _choose_page(year, options, form, 422, answer=answer, saving=saving)
    candidates = options.candidates(answer.wanted.large)
    by_id = {each.id: each for each in candidates}
    digest = digest_of(candidates)
    if saving.seen.data != digest:
        saving.seen.raw_data, saving.seen.data = None, digest
        refused = Refused(
            _l("Scores or costs have changed since. Look at the result as it is now, and save.")
        )
        return _choose_page(year, options, form, 409, answer=answer, saving=saving, refused=refused)
    chosen = scenarios.Chosen({each: by_id[each] for each in answer.found.chosen}, digest)
    try:
        with writing():
            if earlier_result(actor, saving.key.data or "") is None:
                scenario_operations.save_scenario(
                    queries.round_of_year(year) or abort(404),
                    saving.name.data or "",
                    answer.wanted,
                    chosen,
                    actor,
                )
                keep_result(actor, saving.key.data or "", "saved")
    except scenario_operations.NameRefused as refused:
        saving.take(refused.reasons)
        return _choose_page(year, options, form, 422, answer=answer, saving=saving)
    flash(_("The scenario was saved: %(name)s", name=saving.name.data), "success")
    return see_other("scoring.scenarios", year=year)


@blueprint.get("/scoring/<int:year>/scenarios", endpoint="scenarios")
@requires(Action.READ_RANKING)
def scenarios_page(year: int) -> ResponseReturnValue:
    """List the scenarios of a round, and show some side by side."""
    scoring_round, options = _found(year)
    if options is None:
        return _hidden(year, scoring_round)
    every = scenarios.columns(scoring_round, options)
    asked = request.args.getlist("with")
    compared = [each for each in every if str(each.scenario.id) in asked]
    if not asked:
        compared = every[:COMPARED]
    ids = {number for column in compared for number in column.chosen.measures}
    rows = _rows(compared, queries.ranked_measures(year, current_actor(), ids))
    return render_template(
        "scoring/scenarios.html",
        year=year,
        columns=every,
        compared=compared,
        options=options,
        rows=rows,
        gone=_gone(compared, {each.id for each in rows}),
    )


def _gone(compared: Sequence[scenarios.Column], known: Set[int]) -> dict[int, int]:
    """Return how many measures of each scenario stand in the ranking no longer, by its id."""
    gone = {each.scenario.id: len(each.chosen.measures.keys() - known) for each in compared}
    return {scenario_id: number for scenario_id, number in gone.items() if number}


def _rows(compared: Sequence[scenarios.Column], measures: Sequence[Measure]) -> list[Measure]:
    """Return the measures of some scenarios, what most of them have chosen first, then the best."""
    chosen = [each for column in compared for each in column.chosen.measures.values()]
    number = Counter(each.id for each in chosen)
    best = {each.id: each.score or Fraction(0) for each in chosen}
    return sorted(measures, key=lambda each: (-number[each.id], -best[each.id], each.id))


@blueprint.route("/scoring/<int:year>/scenarios/<int:scenario_id>/remove", methods=["GET", "POST"])
@requires(Action.SAVE_SCENARIO)
def remove_scenario(year: int, scenario_id: int) -> ResponseReturnValue:
    """Ask whether a scenario is to be removed, and remove it."""
    actor = current_actor()
    form = RemoveForm()
    if form.is_submitted() and earlier_result(actor, form.key.data or ""):
        return see_other("scoring.scenarios", year=year)
    scenario = _scenario(year, scenario_id)
    if not form.is_submitted():
        return render_template(
            "scoring/remove_scenario.html", year=year, scenario=scenario, form=form
        )
    name = scenario.name
    with writing():
        if earlier_result(actor, form.key.data or "") is None:
            scenario_operations.remove_scenario(_scenario(year, scenario_id), actor)
            keep_result(actor, form.key.data or "", "removed")
    flash(_("The scenario was removed: %(name)s", name=name), "success")
    return see_other("scoring.scenarios", year=year)


def _scenario(year: int, scenario_id: int) -> Scenario:
    """Return a scenario, or answer 404 where there is none."""
    scoring_round, options = _found(year)
    scenario = scenarios.scenario_of(scoring_round, scenario_id) or abort(404)
    if options is None:
        raise Refused(TOO_EARLY)
    return scenario
