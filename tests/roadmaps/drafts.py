"""Roadmaps on their way for tests."""

from datetime import timedelta

from sqlalchemy import select

from app.accounts.operations import INSTALLER
from app.core import clock
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.measures import operations as measures
from app.measures.models import Entry, Measure
from app.measures.states import State
from app.programmes.models import Programme, Roadmap
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase
from app.roadmaps import assembling, board, board_queries, changes, operations, queries
from app.roadmaps.models import BoardProposal, Item, Snapshot
from app.roadmaps.states import BoardOutcome
from tests.measures.proposals import saved
from tests.scoring.rounds import YEAR


def the_roadmap() -> Roadmap:
    """Return the roadmap of the year as the database has it now."""
    found = roadmap_of(YEAR)
    assert found is not None
    return found


def put_into(phase: Phase) -> None:
    """Let the roadmap be in a phase, however it came there."""
    with writing():
        the_roadmap().phase = phase


def approved(**given) -> int:
    """Add a measure that the steering group has approved, and return its id."""
    return saved(State.APPROVED, **given)


def assemble(actor: Actor) -> int:
    """Assemble the roadmap, and return how many measures were put on it."""
    with writing():
        return assembling.assemble(the_roadmap(), actor)


def move(name: str, actor: Actor, reason: str = "") -> None:
    """Make a transition of the roadmap."""
    with writing():
        operations.move(the_roadmap(), name, actor, reason)


def drafted(actor: Actor, *, count: int = 1, **given) -> list[int]:
    """Return the measures of a roadmap that was assembled from so many."""
    ids = [approved(**given) for _each in range(count)]
    put_into(Phase.DRAFTING)
    assemble(actor)
    return ids


def before_board(secretary: Actor, chair: Actor, **given) -> list[int]:
    """Return the measures of a roadmap that the chair has proposed to the city board."""
    ids = drafted(secretary, **given)
    move("propose_to_board", chair)
    return ids


def board_decides(actor: Actor, outcome: BoardOutcome = BoardOutcome.APPROVED) -> None:
    """Record what the city board decided yesterday."""
    day = clock.today() - timedelta(days=1)
    with writing():
        board.record_board_decision(
            the_roadmap(), outcome, day, "310", "1/2026", "Muutoksin", actor
        )


def codes() -> dict[int, str | None]:
    """Return the codes of all measures that have an entry, by the id of the measure."""
    return {entry.measure_id: entry.code for entry in db.session.scalars(select(Entry))}


def item_of(measure_id: int) -> Item:
    """Return the item of a measure on the roadmap."""
    rows = queries.contents(the_roadmap())
    return next(row.Item for row in rows if row.Measure.id == measure_id)


def measure(measure_id: int) -> Measure:
    """Return a measure as the database has it now."""
    return db.session.get_one(Measure, measure_id, populate_existing=True)


def snapshots() -> list[Snapshot]:
    """Return the snapshots of the roadmap, the first one first."""
    return list(reversed(queries.snapshots(the_roadmap())))


def proposals() -> list[BoardProposal]:
    """Return what was proposed to the city board, the first one first."""
    return list(reversed(board_queries.all_of(BoardProposal, the_roadmap())))


def proposal() -> BoardProposal:
    """Return what was proposed last."""
    return proposals()[-1]


def take_off(measure_id: int, actor: Actor) -> None:
    """Write down that the city board takes a measure off."""
    with writing():
        changes.take_off(the_roadmap(), proposal(), ("measure", measure_id), actor)


def write_down(measure_id: int, field: str, actor: Actor, **values) -> None:
    """Write down what the city board lets a field of a measure say."""
    key = ("measure", measure_id)
    with writing():
        changes.write_down(the_roadmap(), proposal(), key, field, values, actor)


def edit(measure_id: int, **values) -> None:
    """Let a measure say another thing."""
    with writing():
        measures.change(measure(measure_id), INSTALLER, **values)


def the_programme() -> Programme:
    """Return the programme of the year as the database has it now."""
    return db.session.get_one(Programme, the_roadmap().programme_id, populate_existing=True)


def propose_programme(chair: Actor) -> None:
    """Propose the programme to the city board."""
    with writing():
        operations.move(the_programme(), "propose_to_board", chair)


def programme_approved(chair: Actor, secretary: Actor) -> None:
    """Let the city board approve the programme that the chair proposes."""
    propose_programme(chair)
    with writing():
        board.record_board_decision(
            the_programme(), BoardOutcome.APPROVED, clock.today(), "12", "", "", secretary
        )
