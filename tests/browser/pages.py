"""All pages of the tool, as each role meets them in the demo."""

from typing import NamedTuple

from flask import Flask
from flask.testing import FlaskClient

from app.accounts import sessions
from app.accounts.queries import user_by_key
from app.accounts.states import Method
from app.core.database import writing
from app.core.policy import ANONYMOUS
from app.extensions import db
from app.meetings.models import Decision
from app.meetings.states import Outcome, Stage
from tests.conventions.addresses import addresses

PEOPLE = (
    "",
    "viewer",
    "proposer",
    "member",
    "chair",
    "secretary",
    "board-secretary",
    "administrator",
)


class Seen(NamedTuple):
    """A page that a person is given.

    Attributes:
        url: Its address.
        endpoint: The route that answers.
        person: Key of the person who looks; empty for somebody who has not signed in.
        size: Characters of its content: the more, the more there is to check.
    """

    url: str
    endpoint: str
    person: str
    size: int


def pages_of(app: Flask, person: str) -> list[Seen]:
    """Return the largest page of each route that `person` may open."""
    client = FlaskClient(app, app.response_class, use_cookies=True)
    user = user_by_key(person)
    if user:
        with writing():
            token = sessions.begin(user, Method.DEMO, "", ANONYMOUS).token
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
    largest: dict[str, Seen] = {}
    found = [(address.url, address.endpoint) for address in addresses(app, "GET")]
    for url, endpoint in [*found, (_preview(), "meetings.preview")]:
        with app.app_context():
            response = client.get(url, buffered=True)
        if response.status_code != 200 or response.mimetype != "text/html":
            continue
        content = response.text.partition("<main")[2]
        seen = Seen(url, endpoint, person, len(content))
        known = largest.get(endpoint)
        if known is None or known.size < seen.size:
            largest[endpoint] = seen
    assert not person or "own_page.page" in largest, f"{person} is not signed in"
    return list(largest.values())


def _preview() -> str:
    """Return the address of a preview of decisions, which is nothing without its question."""
    waiting = db.session.query(Decision).filter(Decision.stage != Stage.DECIDED).all()
    ids = "".join(f"&id={each.id}" for each in waiting)
    return f"/meetings/{waiting[0].meeting_id}/preview?outcome={Outcome.APPROVE}{ids}"
