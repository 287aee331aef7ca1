"""What somebody may not see or do is refused, and that they tried is recorded."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.audit import refusals
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.measures.states import State
from tests.client import HTMX, sign_in_as
from tests.measures.proposals import saved


def attempts() -> list[tuple[Kind, int | None, str, str]]:
    """Return what was recorded: kind and id of the thing, the action, the page."""
    query = (
        select(Event, Values.after)
        .join(Values, Values.event_id == Event.id)
        .where(Event.tag == Tag.ACCESS_REFUSED)
        .order_by(Event.id)
    )
    found = []
    for event, after in db.session.execute(query):
        assert event.person_id is None
        given = json.loads(after)
        found.append((event.kind, event.subject_id, given.pop("action"), given.pop("page")))
        assert given == {}
    return found


def test_a_page_of_another_role(client, actor) -> None:
    sign_in_as(client, "viewer")
    assert client.get("/proposals?q=salasana").status_code == 403
    assert attempts() == [(Kind.PAGE, None, "read_proposals", "proposing.proposals")]
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event.actor_id == actor("viewer").user_id


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_measure_that_one_may_not_see(client, headers, method: str) -> None:
    draft = saved()
    sign_in_as(client, "member")
    assert client.open(f"/measures/{draft}", method=method, headers=headers).status_code == 404
    assert attempts() == [(Kind.MEASURE, draft, "read_status", "status_page.measure")]


@pytest.mark.parametrize(
    ("person", "page", "action", "endpoint"),
    [
        ("proposer2", "/proposals/{}/edit", "edit_proposal", "proposing.edit"),
        ("proposer2", "/proposals/{}/withdraw", "read_proposals", "proposing.move"),
        ("viewer", "/proposals/{}/withdraw", "read_proposals", "proposing.move"),
        ("secretary", "/proposals/{}/withdraw", "submit_proposal", "proposing.move"),
        ("member", "/scoring/2026/{}", "score", "scoring.save_review"),
    ],
)
def test_a_form_that_one_may_not_send(client, person, page, action, endpoint) -> None:
    draft = saved()
    client.submit("/sign-in", button="secretary")
    client.submit(
        "/scoring/new",
        {"year": "2026", "opens_on": "2026-01-01", "closes_on": "2099-01-01"},
    )
    sign_in_as(client, person)
    assert client.forge(page.format(draft)).status_code in {403, 404}
    assert attempts() == [(Kind.MEASURE, draft, action, endpoint)]


def test_what_does_not_exist_is_no_attempt(client) -> None:
    public = saved(State.APPROVED)
    sign_in_as(client, "secretary")
    for page in (
        "/measures/999999",
        "/no-such-page",
        "/proposals/999999/edit",
        f"/proposals/{public}/nonsense",
        f"/scoring/2026/{public}",
        "/meetings/999999",
    ):
        assert client.get(page).status_code in {403, 404}
    assert [each for each in attempts() if each[0] is Kind.MEASURE] == [
        (Kind.MEASURE, public, "score", "scoring.review")
    ]


def test_those_who_have_not_signed_in_are_not_recorded(client, caplog) -> None:
    draft = saved()
    assert client.get("/proposals").status_code == 302
    assert client.get(f"/measures/{draft}").status_code == 404
    assert attempts() == []
    assert "access refused: READ_PROPOSALS on proposing.proposals" in caplog.text
    assert "access refused: READ_STATUS on status_page.measure" in caplog.text


def test_nobody_floods_the_record(client) -> None:
    draft = saved()
    sign_in_as(client, "viewer")
    for _ in range(3):
        client.get(f"/measures/{draft}")
        client.get("/proposals")
    assert len(attempts()) == 2
    drafts = [saved() for _ in range(refusals.MOST)]
    for each in drafts:
        client.get(f"/measures/{each}")
    assert len(attempts()) == refusals.MOST
    sign_in_as(client, "member")
    client.get(f"/measures/{draft}")
    assert len(attempts()) == refusals.MOST + 1


def test_after_a_while_it_is_recorded_again(client, actor) -> None:
    draft = saved()
    with writing():
        refusals.record(
            Tag.ACCESS_REFUSED,
            actor("viewer"),
            Kind.MEASURE,
            draft,
            after={"action": "read_status", "page": "status_page.measure"},
        )
    sign_in_as(client, "viewer")
    client.get(f"/measures/{draft}")
    assert len(attempts()) == 1
    with writing():
        db.session.execute(text("DROP TRIGGER audit_event_refuses_UPDATE"))
        earlier = clock.now() - refusals.ONCE_IN - timedelta(seconds=1)
        db.session.execute(Event.__table__.update().values(happened_at=earlier))
    client.get(f"/measures/{draft}")
    assert len(attempts()) == 2


def test_the_answer_does_not_depend_on_the_record(client, caplog) -> None:
    draft = saved()
    sign_in_as(client, "viewer")
    with writing():
        db.session.execute(text("ALTER TABLE audit_values RENAME TO lost"))
    assert client.get(f"/measures/{draft}").status_code == 404
    assert client.get("/proposals").status_code == 403
    assert "a refused access could not be recorded" in caplog.text


def test_a_refusal_does_not_make_pages_anew(client, query_counter) -> None:
    draft = saved()
    sign_in_as(client, "viewer")
    client.get("/")
    client.get(f"/measures/{draft}")
    with query_counter() as statements:
        client.get("/")
    assert [each for each in statements if "entry" in each] == []
