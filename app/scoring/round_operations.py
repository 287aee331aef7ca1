"""What can happen to a scoring round: it is opened, and its days, seats and limits are changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm.attributes import flag_modified

from app.accounts import queries as accounts
from app.audit.operations import record, record_difference, values_of
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.i18n import person_name
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.programmes.models import Roadmap
from app.programmes.queries import roadmaps
from app.programmes.states import Phase
from app.scoring import queries
from app.scoring.criteria import CriterionFields
from app.scoring.models import Criterion, Round, Scorer
from app.scoring.queries import Seat
from app.scoring.states import Blindness

ROUND_PHASES = frozenset({Phase.COLLECTING, Phase.SCORING})
"""Phases of a roadmap in which its scoring round may be opened."""

SEAT, DEPUTY = "seat_", "deputy_"
"""Before the id of a person: the field that gives them a seat, and that of their deputy."""


@dataclass(frozen=True)
class RoundFields:
    """What a round is to be like.

    Attributes:
        opens_on: The first day on which members score.
        closes_on: The last one.
        blindness: How long a scorer sees nothing of the others' reviews.
        capacity: How many measures the year has room for; None while nobody has said.
        seats: Who scores, with their deputies.
        close_at_once: Whether a last day that has passed is meant to be one.
    """

    opens_on: date
    closes_on: date
    blindness: Blindness
    capacity: int | None
    seats: Sequence[Seat]
    close_at_once: bool = False


def years_to_open() -> list[int]:
    """Return the years for which a round may be opened."""
    taken = {row.Roadmap.year for row in queries.rounds()}
    return [
        roadmap.year
        for roadmap in roadmaps()
        if roadmap.phase in ROUND_PHASES and roadmap.year not in taken
    ]


def open_round(
    roadmap: Roadmap,
    opens_on: date,
    closes_on: date,
    criteria: Iterable[CriterionFields],
    actor: Actor,
    seats: Collection[Seat] | None = None,
    *,
    blindness: Blindness = Blindness.UNTIL_OWN,
    capacity: int | None = None,
) -> Round:
    """Arrange the scoring round of a year.

    Args:
        roadmap: The roadmap of the year.
        opens_on: The first day on which members score.
        closes_on: The last one.
        criteria: What they judge by, in the order of the page.
        actor: Who arranges it.
        seats: Who scores; all members and the chair, with their deputies, when None.
        blindness: How long a scorer sees nothing of the others' reviews.
        capacity: How many measures the year has room for.

    Raises:
        Refused: The actor may not, the year has a round already, its roadmap is in no phase in
            which one may be opened, or somebody would have two seats.
    """
    _must_manage(actor)
    if roadmap.phase not in ROUND_PHASES:
        raise Refused(_l("A round can be opened while proposals are collected or scored."))
    if queries.round_of(roadmap):
        raise Refused(_l("The year already has a scoring round."))
    wanted = queries.seats_of_members(clock.today()) if seats is None else list(seats)
    if found := unfit(wanted):
        raise Refused(*found.values())
    scoring_round = Round(
        roadmap_id=roadmap.id,
        opens_on=opens_on,
        closes_on=closes_on,
        blindness=blindness,
        capacity=capacity,
        criteria=[
            Criterion(position=position, **fields._asdict())
            for position, fields in enumerate(criteria, start=1)
        ],
    )
    db.session.add(scoring_round)
    db.session.flush()
    db.session.add_all(Scorer(round_id=scoring_round.id, **seat._asdict()) for seat in wanted)
    db.session.flush()
    rows = [CriterionFields.of(criterion)._asdict() for criterion in scoring_round.criteria]
    after = {**_said(scoring_round), "criteria": rows}
    record(Tag.ROUND_OPENED, actor, Kind.ROUND, scoring_round.id, after=after)
    return scoring_round


def edit_round(scoring_round: Round, wanted: RoundFields, version: int, actor: Actor) -> None:
    """Change the days of a round, its blindness, its room, and who scores in it.

    Args:
        scoring_round: The round.
        wanted: What it is to be like.
        version: The version of the round that the actor has seen.
        actor: Who changes it.

    Raises:
        Stale: Somebody has changed the round since.
        Refused: The actor may not, or `obstacles` stand in the way.
    """
    _must_manage(actor)
    if scoring_round.version != version:
        raise Stale
    if found := obstacles(scoring_round, wanted):
        raise Refused(*found.values())
    before = _said(scoring_round)
    for name in ("opens_on", "closes_on", "blindness", "capacity"):
        setattr(scoring_round, name, getattr(wanted, name))
    _seat(scoring_round, wanted.seats)
    after = _said(scoring_round)
    if after != before:
        # Seats are rows of their own, and changing them is to make a form out of date as well.
        flag_modified(scoring_round, "opens_on")
        db.session.flush()
    record_difference(Tag.ROUND_EDITED, actor, Kind.ROUND, scoring_round.id, before, after)


def obstacles(scoring_round: Round, wanted: RoundFields) -> dict[str, LazyString]:
    """Return what keeps a round from being changed, by the field that is concerned.

    Once somebody has begun to review, a promise has been given: blindness only becomes stricter, a
    round that has closed, and shown all scores to all, isn't opened again, and nobody's submitted
    reviews are lost by taking their seat away.
    """
    today = clock.today()
    given = queries.given_by(scoring_round)
    was_closed, closes = scoring_round.is_closed(today), today > wanted.closes_on
    found = unfit(wanted.seats) | _unseated(scoring_round, wanted.seats, given)
    if was_closed and seats_of(scoring_round) != set(wanted.seats):
        found["seats"] = _l("The round has closed. Who scores in it stays as it is.")
    if given and wanted.opens_on > max(today, scoring_round.opens_on):
        found["opens_on"] = _l("Scoring has begun. The first day can no longer be in the future.")
    if given and was_closed and not closes:
        found["closes_on"] = _l(
            "The round has closed, and the steering group has seen all scores. It cannot be opened "
            "again."
        )
    elif closes and not was_closed and not wanted.close_at_once:
        found["close_at_once"] = _l(
            "The last day has passed already, so the round would close at once. Tick this if that "
            "is what you want, or choose a later day."
        )
    if given and scoring_round.blindness is Blindness.UNTIL_CLOSE is not wanted.blindness:
        found["blindness"] = _l(
            "The members have begun in the belief that nobody sees their scores before the round "
            "has closed. That can no longer be changed."
        )
    return found


def seats_of(scoring_round: Round) -> set[Seat]:
    """Return who has a seat in a round."""
    return {Seat(row.user_id, row.deputy_id) for row in queries.scorers_of(scoring_round)}


def unfit(seats: Collection[Seat]) -> dict[str, LazyString]:
    """Return what is wrong with seats, by the field that is concerned: nobody sits on two."""
    if not seats:
        return {"seats": _l("Choose at least one person who scores.")}
    members = {seat.user_id for seat in seats}
    deputies: set[int] = set()
    found = {}
    for seat in seats:
        if seat.deputy_id in members:
            found[f"{DEPUTY}{seat.user_id}"] = _l(
                "The deputy has a seat of their own in this round. Choose somebody else."
            )
        elif seat.deputy_id in deputies:
            found[f"{DEPUTY}{seat.user_id}"] = _l(
                "The deputy stands in for another member already. Choose somebody else."
            )
        if seat.deputy_id:
            deputies.add(seat.deputy_id)
    return found


def _unseated(
    scoring_round: Round, seats: Collection[Seat], given: Mapping[int, queries.Given]
) -> dict[str, LazyString]:
    """Return who has submitted reviews and would lose their place, by the field of the seat."""
    before, after = _places(seats_of(scoring_round)), _places(seats)
    leaving = [
        user_id
        for user_id, place in before.items()
        if user_id in given and given[user_id].submitted and after.get(user_id) != place
    ]
    names = accounts.names_of(leaving)
    return {
        f"{SEAT}{before[user_id].user_id}": _l(
            "%(name)s has submitted reviews in this round and stays where they are.",
            name=person_name(names[user_id]),
        )
        for user_id in leaving
    }


class _Place(NamedTuple):
    """The seat of a member, and whether somebody sits there as the deputy."""

    user_id: int
    is_deputy: bool


def _places(seats: Collection[Seat]) -> dict[int, _Place]:
    """Return where people sit, by their ids."""
    members = {seat.user_id: _Place(seat.user_id, is_deputy=False) for seat in seats}
    deputies = {
        seat.deputy_id: _Place(seat.user_id, is_deputy=True) for seat in seats if seat.deputy_id
    }
    return deputies | members


def _seat(scoring_round: Round, seats: Collection[Seat]) -> None:
    """Give a round these seats; a seat that stays keeps its row."""
    wanted = {seat.user_id: seat.deputy_id for seat in seats}
    rows = {row.user_id: row for row in queries.scorers_of(scoring_round)}
    for user_id, row in rows.items():
        if user_id not in wanted:
            db.session.delete(row)
        elif row.deputy_id != wanted[user_id]:
            # Two may change their deputies with each other, of whom none may be there twice.
            row.deputy_id = None
    db.session.flush()
    for user_id, deputy_id in wanted.items():
        if user_id in rows:
            rows[user_id].deputy_id = deputy_id
        else:
            db.session.add(Scorer(round_id=scoring_round.id, user_id=user_id, deputy_id=deputy_id))
    db.session.flush()


def _said(scoring_round: Round) -> dict[str, Any]:
    """Return what a round is like, for the record."""
    seats = [
        {"user_id": row.user_id, "deputy_id": row.deputy_id}
        for row in queries.scorers_of(scoring_round)
    ]
    return {**values_of(scoring_round), "scorers": seats}


def _must_manage(actor: Actor) -> None:
    if not can(actor, Action.MANAGE_ROUND):
        raise Refused(_l("Your role does not include this action."))
