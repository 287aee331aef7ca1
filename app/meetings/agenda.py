"""The matters of a meeting and what may be added, with scores as the reader may see them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from flask_babel.speaklater import LazyString

from app.accounts.queries import names_of
from app.core.policy import Actor
from app.measures.models import Measure
from app.measures.workflow import WORKFLOW
from app.meetings import queries
from app.meetings.assembly import Assembly
from app.meetings.models import Decision, Meeting
from app.meetings.sections import sections_of
from app.meetings.states import Ruling, Stage
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
        section: Its section; empty without one.
        rulings: Who was disqualified, or has declared it, by name; an empty one for somebody who
            was erased.
        hindrances: Why the reader cannot record a decision on it now.
    """

    decision: Decision
    measure: Measure
    score: Score | None
    unmet: Sequence[str | LazyString]
    remarks: Remarks
    section: str
    rulings: Sequence[tuple[str, Ruling]]
    hindrances: Sequence[LazyString]

    @property
    def has_dropped_out(self) -> bool:
        """Whether it can no longer be decided, as the measure has been merged or withdrawn."""
        return self.decision.stage is not Stage.DECIDED and self.measure.state not in queries.READY


@dataclass(frozen=True)
class Candidate:
    """A measure that may be put on an agenda, with its score as the reader may see it."""

    measure: Measure
    score: Score | None


def matters(meeting: Meeting, actor: Actor, today: date, room: Assembly) -> list[Matter]:
    """Return the matters of a meeting in the order of its agenda, undone decisions too.

    The order is the same for every reader, as are the sections that follow from it.

    Args:
        meeting: The meeting.
        actor: The reader.
        today: The day in Finland.
        room: Who is there, as the reader may know it.
    """
    rows = queries.agenda(meeting.id, actor)
    measures = [row.Measure for row in rows]
    rounds = _rounds(measures)
    found = _scores(measures, rounds, actor, today)
    said = remarks(rounds.values(), actor, today, [measure.id for measure in measures])
    sections = sections_of(meeting, [(row.Decision, row.Measure) for row in rows])
    names = names_of({user_id for each in room.rulings.values() for user_id in each})
    return [
        Matter(
            decision,
            measure,
            found.get(measure.id),
            WORKFLOW.unmet("approve", measure),
            _said_of(measure, rounds, said),
            sections.get(decision.id, decision.section),
            sorted(
                (names[user_id], ruling)
                for user_id, ruling in room.rulings.get(decision.id, {}).items()
            ),
            room.hindrances(decision.id, actor),
        )
        for decision, measure in rows
    ]


def candidates(actor: Actor, today: date) -> list[Candidate]:
    """Return what may be put on an agenda: what is conflicting first, then the highest score.

    Equal ones, and those without a score, stand by name. A score that the reader may not see yet
    does not order anything.
    """
    measures = queries.ready_measures(actor)
    found = _scores(measures, _rounds(measures), actor, today)
    every = [Candidate(measure, found.get(measure.id)) for measure in measures]
    return sorted(every, key=lambda each: _turn(each.score))


def in_turn(measures: Sequence[Measure], actor: Actor, today: date) -> list[Measure]:
    """Return measures in the order in which a meeting takes them up.

    Those on which the scorers are of two minds come first, as they need the time of the meeting;
    then the highest score, and equal ones as they were. The whole group sees the order, so it
    tells of scores only when all rounds have closed; until then all stay as they were.
    """
    rounds = _rounds(measures)
    if not may_tell(rounds.values(), today):
        return list(measures)
    found = _scores(measures, rounds, actor, today)
    return sorted(measures, key=lambda each: _turn(found.get(each.id)))


def may_tell(rounds: Iterable[Round], today: date) -> bool:
    """Tell whether an order may tell of the scores of rounds: nobody is blind any more."""
    return all(each.is_closed(today) for each in rounds)


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
