"""What can happen to the members' reviews."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.audit.operations import given, record, record_difference, values_of
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.measures.content import content_of, packed
from app.measures.models import Measure, Step
from app.measures.operations import move
from app.measures.states import State
from app.scoring import queries
from app.scoring.models import Rating, Review, Round
from app.scoring.states import ProposedOutcome, ReviewState

RATING = "rating_"
"""Before the key of a criterion: the field of its rating."""


NO_ROUND = _l("No scoring round is open for the year of the proposal.")
"""Why a proposal cannot be opened for scoring although the workflow allows it."""


def open_scoring(measure: Measure, actor: Actor, *, batch: str | None = None) -> Step:
    """Take a submitted or a postponed proposal into the round that is open for its first year.

    Args:
        measure: The proposal.
        actor: Who takes it there.
        batch: The bulk action that this is a part of; it marks the mail, too.

    Raises:
        Refused: No such round is open, or the workflow of measures does not allow it.
    """
    scoring_round = queries.round_of_year(measure.first_year)
    if scoring_round is None or not scoring_round.is_open(clock.today()):
        raise Refused(NO_ROUND)
    name = "rescore" if measure.state is State.POSTPONED else "open_scoring"
    return move(measure, name, actor, batch=batch)


class ProposalChanged(Refused):
    """The proposal says another thing than what the member saw when they judged it."""

    def __init__(self) -> None:
        super().__init__(_l("The proposal was changed after you opened it."))


@dataclass(frozen=True)
class Judgement:
    """What a member says of a measure.

    Attributes:
        measure_version: The version of the measure that the member saw.
        ratings: 1-5 by the key of the criterion; what was skipped is absent.
        proposed_outcome: What the meeting should decide.
        comment: A remark for the steering group.
        disqualified: Whether the member has a conflict of interest and does not judge.
        disqualification_reason: The conflict of interest.
    """

    measure_version: int
    ratings: Mapping[str, int] = field(default_factory=dict)
    proposed_outcome: ProposedOutcome | None = None
    comment: str = ""
    disqualified: bool = False
    disqualification_reason: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been said yet."""
        return not (self.ratings or self.proposed_outcome or self.comment or self.disqualified)


def save_review(
    scoring_round: Round,
    measure: Measure,
    actor: Actor,
    judgement: Judgement,
    *,
    submit: bool,
    version: int = 0,
) -> Review:
    """Save what a member thinks of a measure, as a draft or for all to count on.

    Somebody who declares a disqualification takes no part in the matter, so what they may have
    rated before is removed (Administrative Procedure Act 434/2003, 27-28 §).

    Args:
        scoring_round: The round.
        measure: The measure.
        actor: The member.
        judgement: What they say.
        submit: Whether the group may count on it. Once submitted, a review stays so.
        version: The version of the review that the member changes; 0 for a new one.

    Raises:
        Stale: The member has saved another version since.
        ProposalChanged: The measure is another version than the member saw.
        Refused: The member may not score this now, or the review is not complete enough.
    """
    review = _of_version(version, scoring_round, measure, actor)
    if judgement.measure_version != measure.version:
        raise ProposalChanged
    before = _said(review, scoring_round) if review else None
    if review is None:
        review = Review(
            round_id=scoring_round.id,
            measure_id=measure.id,
            user_id=actor.user_id,
            state=ReviewState.DRAFT,
        )
    submit = submit or review.state is ReviewState.SUBMITTED
    if lacking := shortcomings(scoring_round, judgement, submit=submit):
        raise Refused(*lacking.values())
    # Read before anything is written: a query in between would make two versions of it.
    content = packed(content_of(measure))
    _write(review, scoring_round, judgement)
    review.content = content
    if submit:
        review.state = ReviewState.SUBMITTED
        review.submitted_at = review.saved_at
    db.session.add(review)
    db.session.flush()
    after = _said(review, scoring_round)
    if before is None:
        record(Tag.REVIEW_SAVED, actor, Kind.MEASURE, measure.id, after=given(after))
    else:
        record_difference(Tag.REVIEW_SAVED, actor, Kind.MEASURE, measure.id, before, after)
    return review


def take_back(scoring_round: Round, measure: Measure, actor: Actor, version: int) -> Review:
    """Take back a disqualification that `actor` has declared; a draft without ratings is left.

    Args:
        scoring_round: The round.
        measure: The measure.
        actor: The member.
        version: The version of the review that the member saw.

    Raises:
        Stale: The member has saved another version since.
        Refused: The member may not score this now, or is not disqualified.
    """
    review = _of_version(version, scoring_round, measure, actor)
    if review is None or not review.disqualified:
        raise Refused(_l("You have not declared that you are disqualified."))
    before = _said(review, scoring_round)
    review.disqualified = False
    review.disqualification_reason = ""
    review.state = ReviewState.DRAFT
    review.submitted_at = None
    review.saved_at = clock.now()
    db.session.flush()
    after = _said(review, scoring_round)
    record_difference(Tag.REVIEW_SAVED, actor, Kind.MEASURE, measure.id, before, after)
    return review


def _of_version(
    version: int, scoring_round: Round, measure: Measure, actor: Actor
) -> Review | None:
    """Return the review that `actor` has begun, if they may change it and saw it as it is."""
    if reasons := hindrances(scoring_round, measure, actor):
        raise Refused(*reasons)
    review = queries.review_of(scoring_round, measure.id, actor)
    if version != (review.version if review else 0):
        raise Stale
    return review


def _said(review: Review, scoring_round: Round) -> dict[str, Any]:
    """Return what a review says, for the record; its ratings by the keys of the criteria."""
    keys = {criterion.id: criterion.key for criterion in scoring_round.criteria}
    ratings = {keys[rating.criterion_id]: rating.value for rating in review.ratings}
    return {**values_of(review), "ratings": ratings}


def hindrances(scoring_round: Round, measure: Measure, actor: Actor) -> list[LazyString]:
    """Return why `actor` can't score the measure in the round today; nothing when they can."""
    found = []
    if not can(actor, Action.SCORE):
        found.append(_l("Only the members of the steering group score."))
    elif (seat := queries.seat_of(scoring_round, actor)) is None:
        found.append(_l("You are not among those who score in this round."))
    elif queries.has_scored(scoring_round, measure.id, seat.other_than(actor.user_id)):
        found.append(_l("Of you and the person whom you share a seat with, the other has scored."))
    if not scoring_round.is_open(clock.today()):
        found.append(_l("The scoring round is not open."))
    if measure.state is not State.IN_SCORING:
        found.append(_l("The proposal is not in scoring."))
    return found


def shortcomings(
    scoring_round: Round, judgement: Judgement, *, submit: bool
) -> dict[str, LazyString]:
    """Return what a review lacks before it can be saved: the field, and what to do.

    Args:
        scoring_round: The round.
        judgement: What the member says. Its ratings are the fields `RATING` + key of the criterion.
        submit: Whether the group may count on it; a draft may be half-way.
    """
    if judgement.disqualified:
        if judgement.disqualification_reason.strip():
            return {}
        return {"disqualification_reason": _l("Say why you are disqualified.")}
    if not submit:
        return {}
    found = {
        RATING + criterion.key: _l("Rate this criterion.")
        for criterion in scoring_round.criteria
        if criterion.required and criterion.key not in judgement.ratings
    }
    if judgement.proposed_outcome is None:
        found["proposed_outcome"] = _l("Choose the outcome that you propose.")
    return found


def _write(review: Review, scoring_round: Round, judgement: Judgement) -> None:
    """Put `judgement` into `review`; its moment changes, and with it the review's version."""
    disqualified = judgement.disqualified
    review.saved_at = clock.now()
    review.measure_version = judgement.measure_version
    review.comment = judgement.comment
    review.disqualified = disqualified
    review.disqualification_reason = judgement.disqualification_reason if disqualified else ""
    review.proposed_outcome = None if disqualified else judgement.proposed_outcome
    ratings = {} if disqualified else judgement.ratings
    kept = {rating.criterion_id: rating for rating in review.ratings}
    review.ratings = [
        _rating(kept.get(criterion.id), criterion.id, ratings[criterion.key])
        for criterion in scoring_round.criteria
        if criterion.key in ratings
    ]


def _rating(kept: Rating | None, criterion_id: int, value: int) -> Rating:
    if kept is None:
        return Rating(criterion_id=criterion_id, value=value)
    kept.value = value
    return kept
