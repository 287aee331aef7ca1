"""Who may sit in a round, and how far those are who do.

How many reviews somebody has given tells nothing of what they say. So blindness does not hide it
from the secretary, who may score too and has to remind the others all the same; that some of them
declare a disqualification it does hide. Which measures somebody has judged is told to nobody here.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from app.accounts import queries as accounts
from app.accounts.models import User
from app.core.policy import RULES, Action, Actor
from app.scoring import queries
from app.scoring.blindness import is_blind
from app.scoring.models import Round, Scorer
from app.scoring.queries import Given, Seat
from app.scoring.states import ReviewState


class Candidate(NamedTuple):
    """Somebody whom a form of a round offers a seat.

    Attributes:
        user_id: The person.
        name: Their name; empty for one who was erased.
        may_score: Whether they are in the steering group and may sign in today.
        given: What they have given in the round so far.
        seat: The seat that they have now, or have by their role in a new round.
        keeps_seat: Whether the seat stays theirs, as somebody on it has submitted reviews.
        keeps_deputy: Whether its deputy stays, for the same reason.
    """

    user_id: int
    name: str
    may_score: bool
    given: Given
    seat: Seat | None
    keeps_seat: bool
    keeps_deputy: bool


def candidates(scoring_round: Round | None, today: date) -> list[Candidate]:
    """Return whom the form of a round offers a seat: first those who have one, all by name.

    Args:
        scoring_round: The round; None for one that is to be opened.
        today: The day in Finland.
    """
    if scoring_round is None:
        seats, given = queries.seats_of_members(today), dict[int, Given]()
    else:
        seats = [Seat(row.user_id, row.deputy_id) for row in queries.scorers_of(scoring_round)]
        given = queries.given_by(scoring_round)
    may_score = {user.id for user in who_may_score(today)}
    own = {seat.user_id: seat for seat in seats}
    everybody = may_score | {user_id for seat in seats for user_id in seat if user_id}
    names = accounts.names_of(everybody)
    submitted = {user_id for user_id, each in given.items() if each.submitted}
    found = [
        Candidate(
            user_id,
            names[user_id],
            user_id in may_score,
            given.get(user_id, Given(0, 0)),
            own.get(user_id),
            keeps_seat=bool(submitted.intersection(own.get(user_id, ()))),
            keeps_deputy=user_id in own and own[user_id].deputy_id in submitted,
        )
        for user_id in everybody
    ]
    return sorted(found, key=lambda each: (each.seat is None, each.name.casefold(), each.user_id))


def who_may_score(today: date) -> Sequence[User]:
    """Return who may score on a day: members and chairs, and those who stand in for them."""
    return accounts.holding(RULES[Action.SCORE].roles, today)


class Attendance(NamedTuple):
    """How far those on one seat are.

    Attributes:
        seat: The seat.
        member: Whose it is.
        deputy: Who may score in their place.
        done: Of how many measures one of the two has submitted scores; where blindness hides who is
            disqualified, also those of which the member is.
        disqualified: Of how many the member is disqualified, and the deputy hasn't scored either;
            None where blindness hides it.
        missing: How many measures in scoring wait for the seat.
        drafts: Of how many of these there is a draft.
        saved_at: When one of them last saved anything; None when nobody has begun.
        deputy_began: Whether the deputy has saved anything in the round.
    """

    seat: Scorer
    member: User
    deputy: User | None
    done: int
    disqualified: int | None
    missing: int
    drafts: int
    saved_at: datetime | None
    deputy_began: bool


class _Reviewed(NamedTuple):
    """A person's review of a measure: how far it is, without what it says."""

    measure_id: int
    is_submitted: bool
    disqualified: bool
    saved_at: datetime


def attendance(scoring_round: Round, year: int, actor: Actor, today: date) -> list[Attendance]:
    """Return how far each seat of a round is, by the members' names.

    A seat has judged a measure when one of its people has submitted scores, or the member has
    declared a disqualification; then the deputy may still score, but nobody has to.
    """
    waiting = queries.ids_in_scoring(year, actor)
    reviews: dict[int | None, list[_Reviewed]] = defaultdict(list)
    for measure_id, user_id, state, disqualified, saved_at in queries.reviews_in(scoring_round):
        submitted = state is ReviewState.SUBMITTED
        reviews[user_id].append(_Reviewed(measure_id, submitted, disqualified, saved_at))
    rows = queries.scorers_of(scoring_round)
    ids = {user_id for row in rows for user_id in (row.user_id, row.deputy_id) if user_id}
    people = {user.id: user for user in accounts.people(ids)}
    found = [_attendance(row, people, reviews, waiting) for row in rows]
    if is_blind(scoring_round, actor, today):
        found = [
            each._replace(done=each.done + (each.disqualified or 0), disqualified=None)
            for each in found
        ]
    return sorted(found, key=lambda each: (each.member.name.casefold(), each.seat.id))


def _attendance(
    seat: Scorer,
    people: Mapping[int, User],
    reviews: Mapping[int | None, Sequence[_Reviewed]],
    waiting: Collection[int],
) -> Attendance:
    own = reviews.get(seat.user_id, ())
    deputys = reviews.get(seat.deputy_id, ()) if seat.deputy_id else ()
    every = [*own, *deputys]
    scored = {each.measure_id for each in every if each.is_submitted and not each.disqualified}
    disqualified = {each.measure_id for each in own if each.is_submitted and each.disqualified}
    missing = set(waiting) - scored - disqualified
    return Attendance(
        seat,
        people[seat.user_id],
        people.get(seat.deputy_id or 0),
        done=len(scored),
        disqualified=len(disqualified - scored),
        missing=len(missing),
        drafts=len(missing & {each.measure_id for each in every if not each.is_submitted}),
        saved_at=max((each.saved_at for each in every), default=None),
        deputy_began=bool(deputys),
    )
