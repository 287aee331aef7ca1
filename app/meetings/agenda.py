"""The matters of a meeting and what may be added, with scores as the reader may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from flask_babel.speaklater import LazyString

from app.core.policy import Actor
from app.measures.models import Measure
from app.measures.workflow import WORKFLOW
from app.meetings import queries
from app.meetings.models import Decision
from app.scoring import ranking
from app.scoring.queries import rounds_of_years
from app.scoring.ranking import Score


@dataclass(frozen=True)
class Matter:
    """A measure on an agenda.

    Attributes:
        decision: Its place there, and what was decided.
        measure: The measure.
        score: Its score as the reader may see it; None when its year has no scoring round.
        unmet: Why it can't be approved as it is now.
    """

    decision: Decision
    measure: Measure
    score: Score | None
    unmet: Sequence[str | LazyString]

    @property
    def has_dropped_out(self) -> bool:
        """Whether it can no longer be decided, as the measure has been merged or withdrawn."""
        return self.decision.outcome is None and self.measure.state not in queries.READY


@dataclass(frozen=True)
class Candidate:
    """A measure that may be put on an agenda, with its score as the reader may see it."""

    measure: Measure
    score: Score | None


def matters(meeting_id: int, actor: Actor, today: date) -> list[Matter]:
    """Return the matters of a meeting, undone decisions too.

    Those on which the scorers are of two minds come first, as they need the time of the meeting;
    then the highest score, and equal ones as they were added. From whom a score is hidden sees all
    as they were added: an agenda of which they know a part would be in no order at all.
    """
    rows = queries.agenda(meeting_id, actor)
    found = _scores([row.Measure for row in rows], actor, today)
    every = [
        Matter(decision, measure, found.get(measure.id), WORKFLOW.unmet("approve", measure))
        for decision, measure in rows
    ]
    if any(score.hidden for score in found.values()):
        return every
    return sorted(every, key=lambda each: _turn(each.score))


def candidates(actor: Actor, today: date) -> list[Candidate]:
    """Return what may be put on an agenda, in the order in which it would stand there.

    Equal ones, and those without a score, stand by name. A score that the reader may not see yet
    does not order anything.
    """
    measures = queries.ready_measures(actor)
    found = _scores(measures, actor, today)
    every = [Candidate(measure, found.get(measure.id)) for measure in measures]
    return sorted(every, key=lambda each: _turn(each.score))


def _turn(score: Score | None) -> tuple[bool, Fraction]:
    """Return by what an agenda is sorted: what is conflicting, then the highest score, comes first.

    What has no score comes last.
    """
    if score is None:
        return True, Fraction(0)
    return not score.is_conflicting, -(score.total or Fraction(0))


def _scores(measures: Sequence[Measure], actor: Actor, today: date) -> Mapping[int, Score]:
    """Return the scores of measures, by id, in the rounds of their first years."""
    rounds = rounds_of_years({measure.first_year for measure in measures if measure.first_year})
    ids = [measure.id for measure in measures]
    found = ranking.scores(rounds.values(), actor, today, ids)
    return {
        measure.id: found.of(rounds[measure.first_year].id, measure.id)
        for measure in measures
        if measure.first_year in rounds
    }
