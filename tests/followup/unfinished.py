"""Roadmaps that leave something unfinished, for tests."""

from datetime import date

from sqlalchemy import select

from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.followup.carry_over import decide
from app.followup.carry_over_queries import Left, left_by, taking
from app.followup.models import CarryOver
from app.followup.operations import report_status
from app.followup.states import Choice, Precision, Status
from app.measures import operations as measures
from app.measures.models import Measure
from app.programmes import operations as programmes
from app.programmes.models import Programme, Theme
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase
from app.roadmaps import assembling
from app.roadmaps.models import Item
from app.roadmaps.queries import measure_ids
from app.roadmaps.states import Membership
from tests.measures.proposals import fresh
from tests.roadmaps.drafts import approved, put_into, the_roadmap
from tests.scoring.rounds import YEAR

PAGE = f"/roadmaps/{YEAR - 1}/carry-over"


def before():
    """Return the roadmap of the year before as the database has it now."""
    found = roadmap_of(YEAR - 1)
    assert found is not None
    return found


def left_unfinished(
    code: str = "A1",
    *,
    membership: Membership = Membership.APPROVED,
    status: Status | None = None,
    as_of: date = date(2025, 12, 31),
    **given,
) -> int:
    """Put a measure with a code on last year's roadmap, and return the id of its item."""
    measure_id = approved(**{"first_year": YEAR - 1, **given})
    with writing():
        programme = db.session.scalars(select(Programme).order_by(Programme.id)).first()
        theme = db.session.scalars(
            select(Theme).where(Theme.programme_id == programme.id, Theme.code == code[0])
        ).one()
        entry = measures.enter(
            db.session.get_one(Measure, measure_id), programme, INSTALLER, theme, code
        )
        if status:
            report_status(measure_id, status, as_of, Precision.DAY, INSTALLER)
        position = int(code[1:])
        return assembling.place(before(), entry, membership, position, INSTALLER).id


def drafting() -> None:
    """Let the roadmap of this year be drafted."""
    put_into(Phase.DRAFTING)


def new_programme() -> list[int]:
    """Let this year belong to a new programme, and return the ids of its themes A and B."""
    with writing():
        db.session.scalars(select(Programme)).one().last_year = YEAR - 1
    with writing():
        programme = programmes.add_programme(
            "Digiohjelma 2026–2029", "Digiprogram 2026–2029", YEAR, YEAR + 3, INSTALLER
        )
        rows = (("A", "Palvelut", "Tjänster"), ("B", "Ilmasto", "Klimat"))
        ids = [programmes.add_theme(programme, *row, INSTALLER).id for row in rows]
        programme_id = programme.id
    with writing():
        the_roadmap().programme_id = programme_id
    return ids


def left(item_id: int) -> Left | None:
    """Return what was left as the database has it now; None when it is finished."""
    return next(iter(left_by(before(), None, item_id)), None)


def measure_of(item_id: int) -> Measure:
    """Return the measure of an item as the database has it now."""
    return fresh(measure_ids([db.session.get_one(Item, item_id)])[0])


def decided(item_id: int, choice: Choice, actor: Actor, **given) -> None:
    """Decide on what was left."""
    with writing():
        found = left(item_id)
        assert found is not None
        decide(taking(before()), found, choice, actor, **given)


def decisions() -> dict[int, Choice]:
    """Return what was decided, by the item."""
    return {each.item_id: each.choice for each in db.session.scalars(select(CarryOver))}
