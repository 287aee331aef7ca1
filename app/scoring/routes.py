"""Scoring rounds, the ranking of a year, and a member's review of a measure."""

from fractions import Fraction

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from app.core import clock
from app.core.bilingual import text_of
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.i18n import language
from app.core.idempotency import earlier_result, keep_result
from app.core.pagination import Page, page_count
from app.core.policy import Action, can
from app.measures.models import Measure
from app.measures.reading import not_found, readable
from app.scoring import operations, queries, ranking, weights
from app.scoring.blindness import is_blind
from app.scoring.forms import SCALE, ReviewForm, data_of, review_form
from app.scoring.models import Review, Round
from app.scoring.round_operations import years_to_open

blueprint = Blueprint("scoring", __name__)

PAGE_SIZE = 50


@blueprint.app_template_filter("score")
def format_score(total: Fraction) -> str:
    """Write a score with two decimals, so that 4.2 and 4.25 are seen to differ."""
    return str(format_decimal(weights.rounded(total), "0.00"))


@blueprint.get("/scoring")
@requires(Action.READ_RANKING)
def rounds() -> ResponseReturnValue:
    """List the rounds; with a single one and none to open, go straight to its ranking."""
    if not _has_list():
        return redirect(url_for("scoring.ranking", year=queries.rounds()[0].Roadmap.year))
    return render_template(
        "scoring/rounds.html",
        rounds=queries.rounds(),
        today=clock.today(),
        can_open=_can_open(),
    )


def _can_open() -> bool:
    """Tell whether the reader may open a round, and there is a year that waits for one."""
    return can(current_actor(), Action.MANAGE_ROUND) and bool(years_to_open())


def _has_list() -> bool:
    """Tell whether the reader has a list of rounds to look at, or but one round."""
    return len(queries.rounds()) != 1 or _can_open()


@blueprint.get("/scoring/<int:year>", endpoint="ranking")
@requires(Action.READ_RANKING)
def ranking_page(year: int) -> ResponseReturnValue:
    """Show the ranking of a year as the reader may know it, and what waits to be scored."""
    actor = current_actor()
    today = clock.today()
    scoring_round = queries.round_of_year(year) or abort(404)
    measures = queries.ranked_measures(year, actor)
    names = {measure.id: text_of(measure, "name", language()).value for measure in measures}
    standings = ranking.standings(scoring_round, measures, actor, today, names)
    number = request.args.get("page", 1, type=int)
    if number not in range(1, page_count(len(standings), PAGE_SIZE) + 1):
        return redirect(_page_url(year, 1))
    first = (number - 1) * PAGE_SIZE
    return render_template(
        "scoring/ranking.html",
        year=year,
        round=scoring_round,
        today=today,
        page=Page(
            standings[first : first + PAGE_SIZE],
            number,
            PAGE_SIZE,
            len(standings),
            lambda to: _page_url(year, to),
        ),
        progress=ranking.progress(standings),
        blind=is_blind(scoring_round, actor, today),
        has_list=_has_list(),
        waiting=queries.waiting_measures(year, actor) if can(actor, Action.MANAGE_ROUND) else [],
    )


def _page_url(year: int, number: int) -> str:
    return url_for("scoring.ranking", year=year, page=number if number > 1 else None)


@blueprint.post("/scoring/<int:year>/<int:measure_id>/open")
@requires(Action.MANAGE_ROUND)
def open_scoring(year: int, measure_id: int) -> ResponseReturnValue:
    """Take a proposal into scoring."""
    actor = current_actor()
    with writing():
        measure = readable(measure_id)
        if measure.first_year != year:
            abort(404)
        operations.open_scoring(measure, actor)
        name = text_of(measure, "name", language()).value
    flash(_("Taken into scoring: %(name)s", name=name), "success")
    return see_other("scoring.ranking", year=year)


@blueprint.get("/scoring/<int:year>/<int:measure_id>")
@requires(Action.SCORE)
def review(year: int, measure_id: int) -> ResponseReturnValue:
    """Show a measure with the reader's own review of it."""
    scoring_round, measure = _found(year, measure_id, whole=True)
    own = queries.review_of(scoring_round, measure.id, current_actor())
    form = review_form(scoring_round, language(), data_of(scoring_round, measure, own))
    return _review_page(year, scoring_round, measure, own, form)


@blueprint.post("/scoring/<int:year>/<int:measure_id>")
@requires(Action.SCORE)
def save_review(year: int, measure_id: int) -> ResponseReturnValue:
    """Save the reader's own review, as a draft or submitted, and go on to the next where asked."""
    actor = current_actor()
    scoring_round = queries.round_of_year(year) or abort(404)
    form = review_form(scoring_round, language())
    intent = request.form.get("intent", "draft")
    submit = intent != "draft"
    if not form.accepts(scoring_round, submit=submit):
        return _form_again(year, measure_id, form, 422)
    key = form.key.data or ""
    try:
        with writing():
            if earlier_result(actor, key) is None:
                operations.save_review(
                    *_found(year, measure_id, whole=False),
                    actor,
                    form.judgement(),
                    submit=submit,
                    version=form.version.data or 0,
                )
                keep_result(actor, key, "saved")
    except Refused as refused:
        return _form_again(year, measure_id, form, 409, refused)
    return _onward(year, measure_id, intent)


def _found(year: int, measure_id: int, *, whole: bool) -> tuple[Round, Measure]:
    """Return the round of a year and a measure in it that the reader may read, or answer 404."""
    actor = current_actor()
    scoring_round = queries.round_of_year(year) or abort(404)
    measure = queries.ranked_measure(year, measure_id, actor, whole=whole)
    return scoring_round, measure or not_found(measure_id)


def _onward(year: int, measure_id: int, intent: str) -> ResponseReturnValue:
    """Lead on after a review was saved."""
    if intent == "draft":
        flash(_("The draft was saved. Others do not see it."), "success")
        return see_other("scoring.review", year=year, measure_id=measure_id)
    flash(_("Your review was submitted."), "success")
    if intent == "next":
        scoring_round = queries.round_of_year(year) or abort(404)
        following = queries.next_to_review(scoring_round, year, measure_id, current_actor())
        if following:
            return see_other("scoring.review", year=year, measure_id=following)
        flash(_("You have reviewed everything that is in scoring."), "info")
    return see_other("scoring.ranking", year=year)


def _form_again(
    year: int, measure_id: int, form: ReviewForm, code: int, refused: Refused | None = None
) -> ResponseReturnValue:
    """Answer with the form that the reader has sent.

    A stale form gets the version that is saved now: it shows both, and saving it again is then a
    decision of the reader.
    """
    scoring_round, measure = _found(year, measure_id, whole=True)
    own = queries.review_of(scoring_round, measure.id, current_actor())
    if isinstance(refused, Stale):
        form.take_version(own)
    return _review_page(year, scoring_round, measure, own, form, code, refused)


def _review_page(
    year: int,
    scoring_round: Round,
    measure: Measure,
    own: Review | None,
    form: ReviewForm,
    code: int = 200,
    refused: Refused | None = None,
) -> ResponseReturnValue:
    """Answer with the page of a review, or with its form alone."""
    actor = current_actor()
    found = ranking.scores([scoring_round], actor, clock.today(), [measure.id])
    return render(
        "scoring/review.html",
        "scoring/_review_form.html",
        code,
        year=year,
        round=scoring_round,
        measure=measure,
        form=form,
        review=own,
        scale=SCALE,
        refused=refused,
        stale=isinstance(refused, Stale),
        hindrances=operations.hindrances(scoring_round, measure, actor),
        score=ranking.score_of(found, scoring_round, measure.id, actor, clock.today()),
    )
