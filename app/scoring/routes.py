"""Scoring rounds, and a member's review of a measure."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.bilingual import text_of
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.guards import current_actor, requires
from app.core.htmx import go_to, render, see_other
from app.core.i18n import language
from app.core.idempotency import earlier_result, keep_result, key_with
from app.core.policy import Action, can
from app.measures.content import content_of, differing, unpacked
from app.measures.lineage import relations
from app.measures.models import Measure
from app.measures.queries import further_posts_of
from app.measures.reading import not_found, readable
from app.scoring import operations, queries, ranking, weights
from app.scoring.forms import ReviewForm, data_of, review_form, words_of
from app.scoring.involvement import involvement
from app.scoring.models import Review, Round
from app.scoring.operations import ProposalChanged
from app.scoring.round_operations import years_to_open
from app.scoring.walk import walk_of

blueprint = Blueprint("scoring", __name__)


@blueprint.app_template_filter("score")
def format_score(total: Fraction) -> str:
    """Write a score with two decimals, so that 4.2 and 4.25 are seen to differ."""
    return _formatted(weights.rounded(total), str(get_locale()))


@lru_cache(maxsize=1000)
def _formatted(score: Decimal, _locale: str) -> str:
    """Write a rounded score; a ranking has hundreds of them, and there are 401 in a language."""
    return str(format_decimal(score, "0.00"))


@blueprint.get("/scoring")
@requires(Action.READ_RANKING)
def rounds() -> ResponseReturnValue:
    """List the rounds; with a single one and none to open, go straight to its ranking."""
    if not has_list():
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


def has_list() -> bool:
    """Tell whether the reader has a list of rounds to look at, or but one round."""
    return len(queries.rounds()) != 1 or _can_open()


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


@blueprint.get("/scoring/<int:year>/continue")
@requires(Action.SCORE)
def go_on(year: int) -> ResponseReturnValue:
    """Lead to the measure that the reader reviews next, wherever they left off."""
    scoring_round = queries.round_of_year(year) or abort(404)
    return redirect(_next_address(scoring_round, year, []))


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
    judgement = form.judgement(disqualified=intent == "disqualify")
    submit = intent not in _DRAFTS
    if not form.accepts(scoring_round, judgement, submit=submit):
        return _form_again(year, measure_id, form, 422)
    if intent == "skip" and judgement.is_empty:
        return go_to(_next_address(scoring_round, year, [*_skipped(), measure_id]))
    # Whoever goes back to a form finds it with its key: other words in it are another review.
    key = key_with(form.key.data or "", repr(judgement), intent)
    try:
        with writing():
            scoring_round, measure = _found(year, measure_id, whole=False)
            if earlier_result(actor, key) is None:
                version = form.version.data or 0
                operations.save_review(
                    scoring_round, measure, actor, judgement, submit=submit, version=version
                )
                keep_result(actor, key, "saved")
            name = text_of(measure, "name", language()).value
    except Refused as refused:
        return _form_again(year, measure_id, form, 409, refused)
    flash(_SAVED.get(intent, _SUBMITTED) % {"name": name}, "success")
    return _onward(scoring_round, year, measure_id, intent)


_DRAFTS = frozenset({"draft", "skip"})
"""The buttons that leave a review unfinished; the others submit it."""

_DRAFT_SAVED = _l("The draft was saved, and others do not see it: %(name)s")
_SUBMITTED = _l("Your review was saved: %(name)s")
_SAVED = {
    "draft": _DRAFT_SAVED,
    "skip": _DRAFT_SAVED,
    "disqualify": _l("You have declared that you are disqualified: %(name)s"),
}


@blueprint.post("/scoring/<int:year>/<int:measure_id>/take-back")
@requires(Action.SCORE)
def take_back(year: int, measure_id: int) -> ResponseReturnValue:
    """Take back the reader's declaration that they are disqualified."""
    actor = current_actor()
    key, version = request.form.get("key", ""), request.form.get("version", 0, type=int)
    with writing():
        scoring_round, measure = _found(year, measure_id, whole=False)
        if earlier_result(actor, key) is None:
            operations.take_back(scoring_round, measure, actor, version)
            keep_result(actor, key, "taken back")
    flash(_("You have taken back that you are disqualified. Score the proposal."), "success")
    return see_other(
        "scoring.review", year=year, measure_id=measure_id, skipped=_written(_skipped())
    )


def _found(year: int, measure_id: int, *, whole: bool) -> tuple[Round, Measure]:
    """Return the round of a year and a measure in it that the reader may read, or answer 404."""
    actor = current_actor()
    scoring_round = queries.round_of_year(year) or abort(404)
    measure = queries.ranked_measure(year, measure_id, actor, whole=whole)
    return scoring_round, measure or not_found(measure_id)


def _onward(scoring_round: Round, year: int, measure_id: int, intent: str) -> ResponseReturnValue:
    """Lead on after a review was saved."""
    if intent == "draft":
        skipped = _written(_skipped())
        return see_other("scoring.review", year=year, measure_id=measure_id, skipped=skipped)
    if intent == "submit":
        return see_other("scoring.ranking", year=year)
    passed = [measure_id] if intent == "skip" else []
    return go_to(_next_address(scoring_round, year, [*_skipped(), *passed]))


def _next_address(scoring_round: Round, year: int, skipped: Sequence[int]) -> str:
    """Return where the reader reviews next; the ranking, and a word of it, when all is done."""
    walk = walk_of(scoring_round, year, current_actor())
    following = walk.next(skipped)
    if following is None:
        flash(_("You have reviewed everything that is in scoring."), "info")
        return url_for("scoring.ranking", year=year)
    # When everything else is done, what was skipped comes once more, one after the other.
    left = skipped if following not in skipped else skipped[-1:]
    return url_for("scoring.review", year=year, measure_id=following, skipped=_written(left))


def _skipped() -> list[int]:
    """Return what the reader has skipped on their way, as the address of the page carries it.

    It is forgotten when they come back another time: they have skipped it only for now.
    """
    parts = request.args.get("skipped", "").split(".")
    return [int(part) for part in parts if part.isdecimal() and len(part) < _DIGITS][-_MOST:]


def _written(skipped: Sequence[int]) -> str | None:
    """Return what was skipped as `_skipped` reads it; None, so that the address has none of it."""
    return ".".join(str(each) for each in dict.fromkeys(skipped)) or None


_DIGITS = 10
_MOST = 300


def _form_again(
    year: int, measure_id: int, form: ReviewForm, code: int, refused: Refused | None = None
) -> ResponseReturnValue:
    """Answer with the form that the reader has sent.

    A stale form gets the versions that are saved now: the page shows these, and saving it again is
    then a decision of the reader.
    """
    scoring_round, measure = _found(year, measure_id, whole=True)
    actor = current_actor()
    own = queries.review_of(scoring_round, measure.id, actor)
    if refused is None and (reasons := operations.hindrances(scoring_round, measure, actor)):
        # What is missing in the form matters no more.
        code, refused = 409, Refused(*reasons)
    if refused:
        # The criteria may have been changed while the reader's save waited for its turn.
        form = review_form(scoring_round, language())
    if isinstance(refused, Stale | ProposalChanged):
        form.take_versions(measure, own)
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
    """Answer with the page of a review, or with the measure and the review alone."""
    actor = current_actor()
    found = ranking.scores([scoring_round], actor, clock.today(), [measure.id])
    walk = walk_of(scoring_round, year, actor)
    return render(
        "scoring/review.html",
        "scoring/_review.html",
        code,
        year=year,
        round=scoring_round,
        today=clock.today(),
        measure=measure,
        posts=further_posts_of(measure.id),
        lineage=relations(measure, actor),
        form=form,
        review=own,
        words={each.id: words_of(each, language()) for each in scoring_round.criteria},
        changes=_changes_since(own, measure),
        involvement=involvement(measure, actor),
        refused=refused,
        stale=isinstance(refused, Stale),
        proposal_changed=isinstance(refused, ProposalChanged),
        hindrances=operations.hindrances(scoring_round, measure, actor),
        walk=walk,
        beside=walk.beside(measure.id),
        skipped=_written(_skipped()),
        score=found.of(scoring_round.id, measure.id),
    )


def _changes_since(own: Review | None, measure: Measure) -> Sequence[dict[str, Any]]:
    """Return what differs of the proposal from what the reader judged, before and now."""
    if own is None or own.content is None or own.measure_version == measure.version:
        return ()
    return differing(unpacked(own.content), content_of(measure))
