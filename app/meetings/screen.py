"""The screen of the meeting room: which matter it shows, and what of it.

Everybody in the room looks at it, members too who have not scored the matter yet. So the scores
are there at once only when nobody is left who may still score; else when the secretary shows them.
And whoever opens the page sees no more than they may see elsewhere: it is projected by somebody
who may see the scores, while a member who opens it and has not scored sees none.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update

from app.accounts.queries import names_of
from app.audit.operations import recorded
from app.audit.tags import Kind, Tag
from app.core import revision
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.measures.models import Measure
from app.meetings.assembly import assembly
from app.meetings.models import Decision, Meeting
from app.meetings.papers import standing
from app.meetings.states import Ruling
from app.scoring import ranking
from app.scoring.models import Criterion, Rating, Review, Round
from app.scoring.queries import rounds_of_years, scorers_of
from app.scoring.ranking import Score
from app.scoring.states import ReviewState

VALUES = (1, 2, 3, 4, 5)


class Spread(NamedTuple):
    """How the scorers have rated a measure by one criterion.

    Attributes:
        criterion: The criterion.
        numbers: How many gave each of the ratings 1-5, in this order.
    """

    criterion: Criterion
    numbers: Sequence[int]

    @property
    def mean(self) -> Fraction | None:
        """The mean of the ratings; None when nobody has given any."""
        given = sum(self.numbers)
        points = sum(value * number for value, number in zip(VALUES, self.numbers, strict=True))
        return Fraction(points, given) if given else None


class Scores(NamedTuple):
    """What the screen shows of the scores of a matter.

    Attributes:
        score: The score as the reader may see it.
        shown: Whether the room sees it.
        scored: Of how many seats somebody has judged the matter; 0 where that is hidden.
        seats: How many seats there are.
        spreads: How it was rated, criterion by criterion; nothing where the room does not see it.
    """

    score: Score
    shown: bool
    scored: int
    seats: int
    spreads: Sequence[Spread]

    @property
    def highest(self) -> int:
        """The largest of all numbers in the spreads, which fills the height of a column."""
        return max((max(each.numbers) for each in self.spreads), default=0)


class Shown(NamedTuple):
    """The matter on the screen.

    Attributes:
        decision: Its place on the agenda, and what is written of it so far.
        measure: The measure.
        scores: Its scores; None where its year has no scoring round.
        rulings: The names of who is disqualified, or was found not to be.
    """

    decision: Decision
    measure: Measure
    scores: Scores | None
    rulings: Sequence[tuple[str, Ruling]]


class Screen(NamedTuple):
    """What the screen of a meeting shows.

    Attributes:
        meeting: The meeting.
        matters: All matters of the agenda in their order.
        place: Which of them is shown; None when it is the agenda itself.
        shown: The matter that is shown.
    """

    meeting: Meeting
    matters: Sequence[tuple[Decision, Measure]]
    place: int | None
    shown: Shown | None

    @property
    def previous(self) -> Decision | None:
        """The matter before the one that is shown."""
        return self.matters[self.place - 1][0] if self.place else None

    @property
    def next(self) -> Decision | None:
        """The matter after the one that is shown; the first when it is the agenda."""
        following = 0 if self.place is None else self.place + 1
        return self.matters[following][0] if following < len(self.matters) else None


def state_of(today: date) -> str:
    """Return what stays the same as long as every screen shows the same; one small query."""
    return f"{revision.current()}-{today:%Y%m%d}"


def screen_of(meeting: Meeting, actor: Actor, today: date) -> Screen:
    """Return what the screen of a meeting shows to `actor`."""
    matters = standing(meeting, actor)
    place = next((n for n, (decision, _m) in enumerate(matters) if decision.on_screen), None)
    if place is None:
        return Screen(meeting, matters, None, None)
    decision, measure = matters[place]
    rulings = assembly(meeting, actor, today).rulings.get(decision.id, {})
    names = names_of(rulings.keys())
    named = sorted((names[user_id], ruling) for user_id, ruling in rulings.items())
    shown = Shown(decision, measure, _scores(decision, measure, actor, today), named)
    return Screen(meeting, matters, place, shown)


def _scores(decision: Decision, measure: Measure, actor: Actor, today: date) -> Scores | None:
    scoring_round = rounds_of_years({measure.first_year or 0}).get(measure.first_year or 0)
    if scoring_round is None:
        return None
    found = ranking.scores([scoring_round], actor, today, [measure.id])
    score = found.of(scoring_round.id, measure.id)
    if score.hidden:
        return Scores(score, shown=False, scored=0, seats=0, spreads=())
    seats = len(scorers_of(scoring_round))
    is_over = scoring_round.is_closed(today) or not score.missing
    shown = decision.scores_shown or is_over
    spreads = _spreads(scoring_round, measure) if shown else ()
    return Scores(score, shown, seats - score.missing, seats, spreads)


def _spreads(scoring_round: Round, measure: Measure) -> list[Spread]:
    query = (
        select(Rating.criterion_id, Rating.value, func.count())
        .join(Review, Review.id == Rating.review_id)
        .where(
            Review.round_id == scoring_round.id,
            Review.measure_id == measure.id,
            Review.state == ReviewState.SUBMITTED,
        )
        .group_by(Rating.criterion_id, Rating.value)
    )
    given: Mapping[int, dict[int, int]] = defaultdict(dict)
    for criterion_id, value, number in db.session.execute(query):
        given[criterion_id][value] = number
    return [
        Spread(each, [given[each.id].get(value, 0) for value in VALUES])
        for each in scoring_round.criteria
    ]


def show(meeting: Meeting, decision: Decision | None, actor: Actor) -> None:
    """Let the screen show a matter, or the agenda when it is None.

    It is not recorded, as nothing changes but what people look at, and it makes no form of the
    matter out of date; so it goes past the ORM, which would count a version.

    Raises:
        Refused: The actor may not.
        Stale: The matter is no longer on the agenda.
    """
    if not can(actor, Action.MANAGE_MEETINGS):
        raise Refused(_l("Your role does not include this action."))
    if decision and decision.id not in [row.id for row, _measure in standing(meeting, actor)]:
        raise Stale
    of_meeting = update(Decision).where(Decision.meeting_id == meeting.id)
    db.session.execute(of_meeting.where(Decision.on_screen).values(on_screen=False))
    if decision:
        chosen = update(Decision).where(Decision.id == decision.id)
        db.session.execute(chosen.values(on_screen=True))


def show_scores(decision: Decision, actor: Actor) -> None:
    """Let the room see the scores of a matter, though somebody may still score it.

    It is recorded, as from then on members know what others think.

    Raises:
        Refused: The actor may not.
    """
    if not can(actor, Action.MANAGE_MEETINGS):
        raise Refused(_l("Your role does not include this action."))
    if decision.scores_shown:
        return
    with recorded(
        Tag.SCORES_SHOWN,
        actor,
        Kind.MEASURE,
        decision,
        subject_id=decision.measure_id,
        naming=("meeting_id",),
    ):
        decision.scores_shown = True
