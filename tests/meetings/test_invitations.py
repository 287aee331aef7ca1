"""Inviting to a meeting: who is written to, in which words, and what has changed since."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import RoleGrant, User
from app.accounts.states import Mail
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.core.policy import Role
from app.extensions import db
from app.mail.models import Message
from app.mail.states import Topic
from tests.audit.events import new_events
from tests.client import HTMX
from tests.mail.conftest import give_addresses, want
from tests.meetings.agendas import arranged, on_agenda
from tests.meetings.test_documents import change

SEND = "invitation"


@pytest.fixture
def meeting_id(app, actor) -> int:
    """Return a meeting in a week, whose people have addresses."""
    give_addresses()
    meeting_id = arranged(actor("secretary"), 3, days=7)
    change(meeting_id, starts_at=time(9), link="https://video.example.org/3")
    return meeting_id


@pytest.fixture
def secretary(client, sign_in, meeting_id):
    """Return a client signed in as the secretary."""
    return sign_in(client, "secretary")


def page(meeting_id: int) -> str:
    return f"/meetings/{meeting_id}/invitation"


def sent() -> dict[str, Message]:
    """Return the newest message of each person, by their keys."""
    db.session.rollback()
    query = select(User.key, Message).join(User, User.id == Message.user_id).order_by(Message.id)
    return dict(db.session.execute(query).all())


def group() -> set[str]:
    """Return the keys of those who are in the steering group."""
    grants = select(RoleGrant.user_id).where(RoleGrant.role.in_((Role.MEMBER, Role.CHAIR)))
    return set(db.session.scalars(select(User.key).where(User.id.in_(grants))))


def test_the_group_is_invited_in_its_languages(secretary, meeting_id, actor) -> None:
    on_agenda(actor("secretary"), meeting_id)
    with writing():
        user = db.session.get_one(User, actor("member2").user_id)
        user.language = "sv"
    text = secretary.get(page(meeting_id)).text
    assert "Kutsu: johtoryhmän kokous" in text
    assert "Kallelse: ledningsgruppens möte" in text
    assert sent() == {}
    with new_events() as events:
        response = secretary.submit(page(meeting_id), action=page(meeting_id))
    assert (response.status_code, response.location) == (303, f"/meetings/{meeting_id}")
    found = sent()
    assert found.keys() == group()
    day = clock.today() + timedelta(days=7)
    for key, words in (("member", "9.00"), ("member2", "kl. 9.00")):
        message = found[key]
        assert message.topic is Topic.INVITED
        assert message.path == f"/meetings/{meeting_id}"
        for each in (f"{day.day}.{day.month}.{day.year}", "Raatihuone", words, "video.example.org"):
            assert each in f"{message.subject} {message.text}"
    (event,) = events
    assert (event.tag, event.kind, event.subject_id) == (
        Tag.MEETING_INVITED,
        Kind.MEETING,
        meeting_id,
    )
    ids = {actor(key).user_id for key in found}
    assert {row["user_id"] for row in event.after["invited"]} == ids


def test_who_gets_no_mail_is_named(secretary, meeting_id, actor) -> None:
    want(Mail.NEVER, "member")
    text = secretary.get(page(meeting_id)).text
    assert "Yksi henkilö ei saa postia" in text or "1 henkilö ei saa" in text
    secretary.submit(page(meeting_id), action=page(meeting_id))
    assert sent().keys() == group() - {"member"}


def test_a_deputy_is_told_for_whom(secretary, meeting_id, actor) -> None:
    with writing():
        grant = {"role": Role.MEMBER, "deputy_for_id": actor("member").user_id}
        db.session.add(RoleGrant(user_id=actor("viewer").user_id, **grant))
    secretary.submit(page(meeting_id), action=page(meeting_id))
    found = sent()
    assert actor("member").name in found["viewer"].text
    assert actor("member").name not in found["member2"].text


def test_what_has_changed_since_is_called_changed(secretary, meeting_id, actor) -> None:
    secretary.submit(page(meeting_id), action=page(meeting_id))
    assert sent()["member"].subject.startswith("Kutsu")
    secretary.submit(page(meeting_id), action=page(meeting_id))
    assert sent()["member"].subject.startswith("Kutsu")
    with writing():
        after = {"place": "Kirjasto"}
        record(Tag.MEETING_EDITED, actor("secretary"), Kind.MEETING, meeting_id, after=after)
    assert "muuttunut" in secretary.get(page(meeting_id)).text
    secretary.submit(page(meeting_id), action=page(meeting_id))
    assert sent()["member"].subject.startswith("Muuttunut")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_was_not_seen_is_not_sent(secretary, meeting_id, headers) -> None:
    seen = {"seen": "0" * 64, "key": "0123456789abcdef"}
    response = secretary.forge(page(meeting_id), seen, headers=headers)
    assert response.status_code == 409
    assert sent() == {}
    assert 'name="seen"' in response.text


def test_a_form_that_comes_twice_invites_once(secretary, meeting_id) -> None:
    response = secretary.get(page(meeting_id))
    seen = response.text.partition('name="seen"')[2].partition('value="')[2].partition('"')[0]
    data = {"seen": seen, "key": "0123456789abcdef"}
    assert [secretary.forge(page(meeting_id), data).status_code for _n in range(2)] == [303, 303]
    assert db.session.query(Message).count() == len(group())


def test_nobody_is_invited_to_what_has_been(secretary, meeting_id) -> None:
    change(meeting_id, held_on=clock.today() - timedelta(days=1))
    assert 'name="seen"' not in secretary.get(page(meeting_id)).text
    assert secretary.forge(page(meeting_id), {"seen": ""}).status_code == 409


@pytest.mark.parametrize("given", [{"seen": "\0" * 3}, {"seen": "\ud800"}, {"key": "x" * 100_000}])
def test_nonsense_is_refused(secretary, meeting_id, given) -> None:
    data = {name: value.encode("utf-8", "surrogatepass") for name, value in given.items()}
    assert secretary.forge(page(meeting_id), data).status_code in {409, 422}
