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
from app.meetings.states import Stage
from app.scoring import ranking
from app.scoring.models import Round
from app.scoring.queries import rounds_of_years
from app.scoring.ranking import Score
from app.scoring.remarks import Remarks, remarks


@dataclass(frozen=True)
class Matter:
    """A measure on an agenda.

    Attributes:
        decision: Its place there, and what was decided.
        measure: The measure.
        score: Its score as the reader may see it; None when its year has no scoring round.
        unmet: Why it can't be approved as it is now.
        remarks: What the scorers have written on it, as the reader may see it.
    """

    decision: Decision
    measure: Measure
    score: Score | None
    unmet: Sequence[str | LazyString]
    remarks: Remarks

    @property
    def has_dropped_out(self) -> bool:
        """Whether it can no longer be decided, as the measure has been merged or withdrawn."""
        return self.decision.stage is not Stage.DECIDED and self.measure.state not in queries.READY


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
    measures = [row.Measure for row in rows]
    rounds = _rounds(measures)
    found = _scores(measures, rounds, actor, today)
    said = remarks(rounds.values(), actor, today, [measure.id for measure in measures])
    every = [
        Matter(
            decision,
            measure,
            found.get(measure.id),
            WORKFLOW.unmet("approve", measure),
            _said_of(measure, rounds, said),
        )
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
    found = _scores(measures, _rounds(measures), actor, today)
    every = [Candidate(measure, found.get(measure.id)) for measure in measures]
    return sorted(every, key=lambda each: _turn(each.score))


def _turn(score: Score | None) -> tuple[bool, Fraction]:
    """Return by what an agenda is sorted: what is conflicting, then the highest score, comes first.

    What has no score comes last.
    """
    if score is None:
        return True, Fraction(0)
    return not score.is_conflicting, -(score.total or Fraction(0))


def _rounds(measures: Sequence[Measure]) -> Mapping[int, Round]:
    """Return the rounds of the first years of measures, by the year."""
    return rounds_of_years({each.first_year for each in measures if each.first_year})


def _scores(
    measures: Sequence[Measure], rounds: Mapping[int, Round], actor: Actor, today: date
) -> Mapping[int, Score]:
    """Return the scores of measures, by id, in the rounds of their first years."""
    ids = [measure.id for measure in measures]
    found = ranking.scores(rounds.values(), actor, today, ids)
    return {
        measure.id: found.of(scoring_round.id, measure.id)
        for measure in measures
        if (scoring_round := rounds.get(measure.first_year or 0))
    }


def _said_of(
    measure: Measure,
    rounds: Mapping[int, Round],
    said: Mapping[tuple[int, int], Remarks],
) -> Remarks:
    """Return what was written on a measure in the round of its first year."""
    scoring_round = rounds.get(measure.first_year or 0)
    found = said.get((scoring_round.id, measure.id)) if scoring_round else None
    return found or Remarks()
