"""Meetings and their agendas for tests."""

from datetime import timedelta

from app.core import clock
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import State
from app.meetings import deciding, matters, operations
from app.meetings.models import Decision, Meeting
from app.meetings.states import Outcome
from tests.measures.proposals import saved


def arranged(actor: Actor, number: int = 1, days: int = 0) -> int:
    """Arrange a meeting so many days from today, and return its id."""
    with writing():
        held_on = clock.today() + timedelta(days=days)
        return operations.arrange(held_on, number, "Raatihuone", actor).id


def on_agenda(
    actor: Actor, meeting_id: int, state: State = State.IN_SCORING, **given
) -> tuple[int, int]:
    """Put a new measure on an agenda, and return the ids of the matter and of the measure."""
    measure_id = saved(state, **given)
    return added(actor, meeting_id, measure_id), measure_id


def added(actor: Actor, meeting_id: int, measure_id: int) -> int:
    """Put a measure on an agenda, and return the id of the matter."""
    with writing():
        meeting = db.session.get_one(Meeting, meeting_id)
        measure = db.session.get_one(Measure, measure_id)
        return operations.add_to_agenda(meeting, measure, actor).id


def other_matter(actor: Actor, meeting_id: int, **given: object) -> int:
    """Add a matter that is no measure to a meeting, and return its id."""
    with writing():
        meeting = db.session.get_one(Meeting, meeting_id)
        fields = {"title_fi": "Kokouksen avaus", "title_sv": "Mötets öppnande", **given}
        return matters.add(meeting, fields, actor).id


def matter(decision_id: int) -> Decision:
    """Return a matter as the database has it now."""
    return db.session.get_one(Decision, decision_id, populate_existing=True)


def decided(
    actor: Actor, decision_id: int, outcome: Outcome = Outcome.APPROVE, reason: str = ""
) -> None:
    """Record a decision."""
    with writing():
        deciding.decide(matter(decision_id), outcome, reason, "12", actor)


def prepared(
    actor: Actor, decision_id: int, outcome: Outcome = Outcome.APPROVE, reason: str = ""
) -> None:
    """Prepare a decision."""
    with writing():
        deciding.prepare(matter(decision_id), deciding.Words(outcome, reason), actor)
