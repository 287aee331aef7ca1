"""The secretary's pages of a scoring round, and the page that explains all figures.

These views stand on the blueprint of `routes.py`.
"""

from flask import abort, current_app, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.idempotency import earlier_result, keep_result
from app.core.policy import Action
from app.mail.operations import Words
from app.programmes.models import Roadmap
from app.programmes.queries import roadmaps
from app.scoring import queries, reminders, round_operations, seats
from app.scoring.criteria import DEFAULT_CRITERIA, CriterionFields
from app.scoring.figures import BUDGET, CONSENSUS, COSTS, SECTIONS, WEIGHTS, example
from app.scoring.models import Round
from app.scoring.round_forms import (
    NewRoundForm,
    ReminderForm,
    RoundForm,
    new_round_form,
    round_form,
)
from app.scoring.routes import blueprint

__all__ = ["blueprint"]


@blueprint.route("/scoring/new", methods=["GET", "POST"])
@requires(Action.MANAGE_ROUND)
def open_round() -> ResponseReturnValue:
    """Open the round of a year."""
    actor, today = current_actor(), clock.today()
    form = _new_round_form()
    if not form.is_submitted():
        return _new_round_page(form)
    key = form.key.data or ""
    if done := earlier_result(actor, key):
        return see_other("scoring.ranking", year=done)
    if not form.accepts_new(today):
        return _new_round_page(form, 422)
    wanted = form.fields()
    try:
        with writing():
            if earlier_result(actor, key) is None:
                round_operations.open_round(
                    _roadmap(form.year.data),
                    wanted.opens_on,
                    wanted.closes_on,
                    _criteria(form.criteria_of.data),
                    actor,
                    wanted.seats,
                    blindness=wanted.blindness,
                    capacity=wanted.capacity,
                )
                keep_result(actor, key, str(form.year.data))
    except Refused as refused:
        form.take(refused)
        return _new_round_page(form, 409)
    flash(_("The scoring round of %(year)s was opened.", year=form.year.data), "success")
    return see_other("scoring.ranking", year=form.year.data)


def _new_round_form() -> NewRoundForm:
    earlier = {row.Round.id: row.Roadmap.year for row in queries.rounds()}
    people = seats.candidates(None, clock.today())
    return new_round_form(people, round_operations.years_to_open(), earlier)


def _roadmap(year: int) -> Roadmap:
    return next((each for each in roadmaps() if each.year == year), None) or abort(404)


def _criteria(round_id: int | None) -> list[CriterionFields]:
    """Return the criteria of an earlier round, or those that come with the tool."""
    every = {row.Round.id: row.Round for row in queries.rounds()}
    if round_id not in every:
        return list(DEFAULT_CRITERIA)
    return [CriterionFields.of(criterion) for criterion in every[round_id].criteria]


def _new_round_page(form: NewRoundForm, code: int = 200) -> ResponseReturnValue:
    return render(
        "scoring/new_round.html",
        "scoring/_new_round_form.html",
        code,
        form=form,
        criteria=DEFAULT_CRITERIA,
        today=clock.today(),
    )


@blueprint.route("/scoring/<int:year>/round", methods=["GET", "POST"], endpoint="round")
@requires(Action.MANAGE_ROUND)
def edit_round(year: int) -> ResponseReturnValue:
    """Show and change the days of a round, its blindness, its room and its seats."""
    scoring_round = _round(year)
    form = _round_form(scoring_round)
    if not form.is_submitted():
        return _round_page(year, form)
    if form.version_seen == scoring_round.version and not form.accepts(scoring_round):
        return _round_page(year, form, 422)
    if not form.validate():
        return _round_page(year, form, 422)
    try:
        with writing():
            round_operations.edit_round(
                _round(year), form.fields(), form.version_seen, current_actor()
            )
    except Stale as stale:
        scoring_round = _round(year)
        form.version.data = str(scoring_round.version)
        saved = list(round_operations.seats_of(scoring_round))
        differences = form.differences(scoring_round, saved)
        return _round_page(year, form, 409, stale=stale, differences=differences)
    except Refused as refused:
        form.take(refused)
        return _round_page(year, form, 422)
    flash(_("The round was saved."), "success")
    return see_other("scoring.round", year=year)


def _round_form(scoring_round: Round) -> RoundForm:
    today = clock.today()
    people = seats.candidates(scoring_round, today)
    return round_form(scoring_round, people, can_seat=not scoring_round.is_closed(today))


def _round_page(
    year: int, form: RoundForm, code: int = 200, **given: object
) -> ResponseReturnValue:
    return render(
        "scoring/round.html",
        "scoring/_round_form.html",
        code,
        year=year,
        round=_round(year),
        form=form,
        today=clock.today(),
        **given,
    )


@blueprint.get("/scoring/<int:year>/scorers")
@requires(Action.MANAGE_ROUND)
def scorers(year: int) -> ResponseReturnValue:
    """Show how far each of those is who score; of what they think, nothing."""
    actor, scoring_round = current_actor(), _round(year)
    return render_template(
        "scoring/scorers.html",
        year=year,
        round=scoring_round,
        today=clock.today(),
        attendance=seats.attendance(scoring_round, year, actor, clock.today()),
        in_scoring=len(queries.ids_in_scoring(year, actor)),
        hindrances=reminders.plan(scoring_round, year, actor).hindrances,
    )


@blueprint.route("/scoring/<int:year>/reminder", methods=["GET", "POST"])
@requires(Action.MANAGE_ROUND)
def reminder(year: int) -> ResponseReturnValue:
    """Show who would get which reminder, and send it, once however often it is confirmed."""
    actor = current_actor()
    form = ReminderForm()
    if not form.is_submitted():
        return _reminder_page(year, form)
    if not form.validate():
        return _reminder_page(year, form, 422)
    key = form.key.data or ""
    try:
        with writing():
            done = earlier_result(actor, key)
            if done is None:
                done = str(reminders.remind(_round(year), year, form.seen.data or "", actor))
                keep_result(actor, key, done)
    except Refused as refused:
        return _reminder_page(year, form, 409, refused=refused)
    said = ngettext("%(num)s person gets a reminder.", "%(num)s people get a reminder.", int(done))
    flash(said, "success")
    return see_other("scoring.scorers", year=year)


def _reminder_page(
    year: int, form: ReminderForm, code: int = 200, refused: Refused | None = None
) -> ResponseReturnValue:
    scoring_round = _round(year)
    planned = reminders.plan(scoring_round, year, current_actor())
    form.seen.data = planned.fingerprint
    return render(
        "scoring/reminder.html",
        "scoring/_reminder.html",
        code,
        year=year,
        form=form,
        reminder=planned,
        letters=[
            {
                "lang": letter.lang,
                "people": letter.people,
                "words": _words(scoring_round, year, letter),
            }
            for letter in planned.letters
        ],
        address=f"{current_app.config['SETTINGS'].address}{reminders.path(year)}",
        refused=refused,
        stale=isinstance(refused, Stale),
    )


def _words(scoring_round: Round, year: int, letter: reminders.Letter) -> Words:
    """Return what a mail says, in its readers' language."""
    with force_locale(letter.lang):
        return reminders.words(scoring_round, year, letter.missing)


@blueprint.get("/scoring/figures")
@requires(Action.READ_RANKING)
def figures() -> ResponseReturnValue:
    """Explain how every figure is made, with an example that they are worked out by."""
    return render_template(
        "scoring/figures.html",
        example=example(),
        weights=WEIGHTS,
        costs=COSTS,
        budget=BUDGET,
        sections=SECTIONS,
        consensus=CONSENSUS.items(),
    )


def _round(year: int) -> Round:
    return queries.round_of_year(year) or abort(404)
