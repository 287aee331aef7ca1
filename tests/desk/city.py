"""Proposals on the desk, and what is done to many of them, for tests."""

from sqlalchemy import func, select, update

from app.accounts.models import User
from app.core.database import writing
from app.desk.models import BulkAction, BulkChange
from app.extensions import db
from app.mail.models import Message
from app.measures.models import Measure, Step
from app.measures.states import State
from tests.client import LintingClient
from tests.html import document_of, elements, text_of
from tests.measures.proposals import saved, unit_id


def user_id(key: str) -> int:
    """Return the id of a person."""
    return db.session.scalars(select(User.id).where(User.key == key)).one()


def give_addresses() -> None:
    """Give everybody an e-mail address."""
    with writing():
        db.session.execute(update(User).values(email=User.key + "@example.org"))


def proposed(person: str = "proposer", state: State = State.SUBMITTED, **given) -> int:
    """Add a proposal that a person has begun, and return its id."""
    unit = "library" if person == "proposer" else "streets"
    measure_id = saved(state, **{"unit_id": unit_id(unit), **given})
    with writing():
        db.session.get_one(Measure, measure_id).created_by_id = user_id(person)
    return measure_id


def states(*measure_ids: int) -> list[State]:
    """Return the states of measures as the database has them now."""
    db.session.rollback()
    return [db.session.get_one(Measure, each, populate_existing=True).state for each in measure_ids]


def address(deed: str, *measure_ids: int) -> str:
    """Return the address of the preview of doing something to proposals."""
    return f"/desk/preview?deed={deed}" + "".join(f"&id={each}" for each in measure_ids)


def done(client: LintingClient, deed: str, *measure_ids: int, **reasons: str) -> int:
    """Do something to proposals by the preview, and return the id of the bulk action."""
    response = client.submit(address(deed, *measure_ids), reasons, action="/desk/preview")
    assert response.status_code == 303, response.status
    return int(response.location.rpartition("done=")[2])


def messages() -> list[tuple[str, str]]:
    """Return to whom the messages in the outbox go and where they lead, in their order."""
    query = select(User.key, Message.path).join(User, User.id == Message.user_id)
    return [tuple(row) for row in db.session.execute(query.order_by(Message.id))]


def written() -> list[int]:
    """Return how many rows there are of what a bulk action writes."""
    tables = (BulkAction, BulkChange, Step, Message)
    return [db.session.scalars(select(func.count()).select_from(each)).one() for each in tables]


def items(response, heading: str) -> list[str]:
    """Return the texts of the list items of the section with the id `heading`."""
    for section in elements(document_of(response).root, "section"):
        if section.get("aria-labelledby") == heading:
            return [text_of(each) for each in section.iter("li")]
    return []
