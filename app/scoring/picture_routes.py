"""The ranking of a year and the pictures of its round: impact and cost, and what-if.

These views stand on the blueprint of `routes.py`.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal

from app.core import clock
from app.core.bilingual import text_of
from app.core.guards import current_actor, requires
from app.core.htmx import render, wants_fragment
from app.core.i18n import language
from app.core.pagination import Page, page_count
from app.core.policy import Action, can
from app.measures.models import Measure
from app.scoring import orders, queries, ranking, weights
from app.scoring.blindness import is_blind
from app.scoring.criterion_routes import blueprint
from app.scoring.models import Round
from app.scoring.orders import Seen, View
from app.scoring.picture import (
    Picture,
    counted_weights,
    lines,
    matrix_of,
    moves,
    picture_of,
    reliance,
)
from app.scoring.ranking import Place
from app.scoring.routes import has_list
from app.scoring.states import Side
from app.scoring.walk import Walk, walk_of
from app.scoring.what_if import what_if_form

__all__ = ["blueprint"]

PAGE_SIZE = 50

DENSE = 60
"""From so many measures on the matrix shows their ranks without their names."""


@blueprint.app_template_filter("alpha")
def format_alpha(alpha: Fraction | None) -> str:
    """Write an alpha with two decimals, halves away from zero."""
    if alpha is None:
        return "–"
    size = weights.rounded(abs(alpha))
    sign = "\N{MINUS SIGN}" if alpha < 0 and size else ""
    return f"{sign}{format_decimal(size, '0.00')}"


class Ranked(NamedTuple):
    """The ranking of a year as its reader may know it.

    Attributes:
        round: The round.
        names: What each measure is called, by its id.
        places: Where each stands.
        picture: What is worked out of the whole round; None while a part of it is hidden.
    """

    round: Round
    names: Mapping[int, str]
    places: Sequence[Place]
    picture: Picture | None


def _ranked(year: int) -> Ranked:
    """Return the ranking of a year, or answer 404 where it has no round."""
    actor, today = current_actor(), clock.today()
    found = queries.round_of_year(year) or abort(404)
    rows = queries.ranked_names(year, actor)
    lang = language()
    names = {row.id: text_of(row, "name", lang).value for row in rows}
    places = ranking.places(found, names, actor, today)
    return Ranked(found, names, places, picture_of(found, names, actor, today))


@blueprint.get("/scoring/<int:year>", endpoint="ranking")
@requires(Action.READ_RANKING)
def ranking_page(year: int) -> ResponseReturnValue:
    """Show the ranking of a year as the reader may know it, and what waits to be scored."""
    actor, today = current_actor(), clock.today()
    ranked = _ranked(year)
    by = orders.sorts(ranked.round, ranked.picture, scores=can(actor, Action.SCORE))
    view = orders.view_of(year, request.args, by)
    places = ranked.places if view.is_whole else _seen_in(view, by, ranked)
    number = request.args.get("page", 1, type=int)
    if number not in range(1, page_count(len(places), PAGE_SIZE) + 1):
        return redirect(view.url())
    shown = places[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    measures = queries.ranked_measures(year, actor, [place.measure_id for place in shown])
    standings = ranking.standings(ranked.round, shown, measures, actor, today)
    is_manager = can(actor, Action.MANAGE_ROUND)
    return render(
        "scoring/ranking.html",
        "scoring/_ranking.html",
        year=year,
        round=ranked.round,
        today=today,
        ranked=ranked,
        view=view,
        columns=orders.columns(ranked.round, view, by, language()),
        criteria={each.id: each for each in ranked.round.criteria},
        lines=lines(places, ranked.round.capacity) if view.is_whole else {},
        page=Page(standings, number, PAGE_SIZE, len(places), view.url),
        counts=ranked.picture.counts if ranked.picture else {},
        consensus=orders.CONSENSUS,
        reliance=reliance,
        out_of_band=wants_fragment(),
        own=_own_work(ranked.round, year) if can(actor, Action.SCORE) else None,
        blind=is_blind(ranked.round, actor, today),
        has_list=has_list(),
        waiting=queries.waiting_measures(year, actor) if is_manager else [],
    )


def _seen_in(view: View, by: Mapping[str, orders.Sort], ranked: Ranked) -> list[Place]:
    """Return the places that a view of the ranking shows, in its order."""
    if ranked.picture and view.order != orders.OWN:
        found = ranked.picture.scores
    else:
        found = ranking.scores([ranked.round], current_actor(), clock.today(), ranked.names)
    seen = [
        Seen(place, ranked.names[place.measure_id], found.of(ranked.round.id, place.measure_id))
        for place in ranked.places
    ]
    return [each.place for each in orders.ordered(seen, view, by)]


class OwnWork(NamedTuple):
    """What a scorer has before them in a round.

    Attributes:
        walk: Their way through it.
        drafts: What they have begun to review.
        changed: What has changed since they reviewed it.
    """

    walk: Walk
    drafts: Sequence[Measure]
    changed: Sequence[Measure]


def _own_work(scoring_round: Round, year: int) -> OwnWork | None:
    """Return what the reader has before them in a round; None where they do not score now."""
    actor, today = current_actor(), clock.today()
    if not scoring_round.is_open(today) or not queries.seat_of(scoring_round, actor):
        return None
    walk = walk_of(scoring_round, year, actor)
    return OwnWork(
        walk,
        queries.ranked_measures(year, actor, walk.drafts),
        [each for each in queries.changed_since_review(actor, today) if each.first_year == year],
    )


@blueprint.get("/scoring/<int:year>/matrix")
@requires(Action.READ_RANKING)
def matrix(year: int) -> ResponseReturnValue:
    """Show the measures of a ranking by their impact and their cost."""
    actor, today = current_actor(), clock.today()
    ranked = _ranked(year)
    measures = queries.ranked_measures(year, actor) if ranked.picture else []
    standings = ranking.standings(ranked.round, ranked.places, measures, actor, today)
    return render_template(
        "scoring/matrix.html",
        year=year,
        round=ranked.round,
        today=today,
        ranked=ranked,
        matrix=matrix_of(standings),
        dense=len(standings) >= DENSE,
        sides=[each for each in Side if any(row.side is each for row in standings)],
        unranked=any(row.rank is None for row in standings),
    )


@blueprint.get("/scoring/<int:year>/what-if")
@requires(Action.READ_RANKING)
def what_if(year: int) -> ResponseReturnValue:
    """Show how the ranking would move by other weights. Nothing is saved."""
    actor = current_actor()
    ranked = _ranked(year)
    criteria = [each for each in ranked.round.criteria if each.counted]
    form = what_if_form(criteria, request.args, language())
    accepted = form.accepts()
    found = []
    if ranked.picture and accepted:
        own, tried = counted_weights(ranked.round), form.tried()
        room = ranked.round.capacity
        found = moves(ranked.picture.ballots, own, tried, room, ranked.names)
    address = form.address() if accepted else {}
    number = request.args.get("page", 1, type=int)
    if number not in range(1, page_count(len(found), PAGE_SIZE) + 1):
        return redirect(url_for("scoring.what_if", year=year, **address))
    shown = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    crossing = [each for each in found if each.crosses]
    ids = {each.measure_id for each in (*shown, *crossing)}
    return render(
        "scoring/what_if.html",
        "scoring/_what_if.html",
        200 if accepted or not ranked.picture else 422,
        year=year,
        round=ranked.round,
        today=clock.today(),
        ranked=ranked,
        form=form,
        criteria=criteria,
        changed=form.tried() != counted_weights(ranked.round) if accepted else True,
        moved=sum(1 for each in found if each.after != each.before),
        crossing=crossing,
        measures={each.id: each for each in queries.ranked_measures(year, actor, ids)},
        page=Page(
            shown,
            number,
            PAGE_SIZE,
            len(found),
            lambda to: url_for(
                "scoring.what_if", year=year, **address, page=to if to > 1 else None
            ),
        ),
    )
