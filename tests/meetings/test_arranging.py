"""Changing and cancelling meetings, the lists of those to come and of the past, other matters."""

from datetime import time, timedelta

import pytest

from app.audit.models import Event
from app.audit.tags import Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.extensions import db
from app.measures.states import State
from app.meetings import matters, operations
from app.meetings.models import Decision, Meeting, OtherMatter
from app.meetings.routes import PAGE_SIZE
from tests.client import HTMX
from tests.html import document_of, text_of
from tests.measures.proposals import fresh
from tests.meetings.agendas import arranged, decided, on_agenda, other_matter


@pytest.fixture
def meeting_id(app, actor) -> int:
    """Return a meeting of today."""
    return arranged(actor("secretary"))


def the_meeting(meeting_id: int) -> Meeting:
    return db.session.get_one(Meeting, meeting_id, populate_existing=True)


def test_a_meeting_is_changed(client, sign_in, meeting_id) -> None:
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/edit"
    data = {
        "starts_at": "09:00",
        "ends_at": "11:30",
        "place": "Etänä",
        "link": "https://example.org/kokous?x=1",
        "record_kind": "memo",
        "first_section": "12",
    }
    assert client.submit(page, data, action=page).status_code == 303
    found = the_meeting(meeting_id)
    assert (found.starts_at, found.ends_at, found.first_section) == (time(9), time(11, 30), 12)
    text = client.get(f"/meetings/{meeting_id}").text
    assert 'href="https://example.org/kokous?x=1"' in text
    assert "9.00–11.30" in text
    # What is saved as it is leaves nothing.
    assert client.submit(page, action=page).status_code == 303
    assert db.session.query(Event).filter_by(tag=Tag.MEETING_EDITED).count() == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("held_on", "0001-01-01"),
        ("starts_at", "25:00"),
        ("ends_at", "08:00"),
        ("link", "javascript:alert(1)"),
        ("link", "//example.org"),
        ("link", "https://"),
        ("link", "https://example.org/ x"),
        ("first_section", "0"),
        ("first_section", "9" * 30),
        ("place", "x" * 201),
    ],
)
def test_what_is_wrong_is_told(client, sign_in, meeting_id, headers, name, value) -> None:
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/edit"
    data = {"starts_at": "09:00", name: value}
    answer = client.submit(page, data, action=page, headers=headers)
    assert answer.status_code == 422
    assert f'id="{name}-error"' in answer.text
    assert the_meeting(meeting_id).version == 1


def test_a_change_that_came_first_is_shown(client, sign_in, actor, meeting_id) -> None:
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/edit"
    today = clock.today()
    form = {"held_on": today.isoformat(), "number": "1", "record_kind": "minutes", "version": "1"}
    fields = {"held_on": today, "number": 1, "place": "Toisen paikka"}
    with writing():
        operations.edit(the_meeting(meeting_id), 1, fields, actor("secretary"))
    answer = client.forge(page, {**form, "place": "Oma paikka"})
    assert answer.status_code == 409
    assert "Toisen paikka" in answer.text
    assert "Oma paikka" in answer.text
    assert the_meeting(meeting_id).place == "Toisen paikka"
    again = {**form, "place": "Oma paikka", "version": "2"}
    assert client.forge(page, again).status_code == 303
    assert the_meeting(meeting_id).place == "Oma paikka"


def test_the_day_of_a_decision_and_a_taken_number_stay(client, sign_in, actor, meeting_id) -> None:
    arranged(actor("secretary"), 2)
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
    decided(actor("secretary"), decision_id)
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/edit"
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    for data in ({"held_on": yesterday}, {"number": "2"}):
        assert client.submit(page, data, action=page).status_code == 409
    assert the_meeting(meeting_id).version == 1


def test_a_meeting_that_decided_nothing_is_cancelled(client, sign_in, actor, meeting_id) -> None:
    _decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    other_matter(actor("secretary"), meeting_id)
    sign_in(client, "secretary")
    attendance = f"/meetings/{meeting_id}/attendance"
    client.submit(attendance, button="all", action=attendance)
    page = f"/meetings/{meeting_id}/cancel"
    assert client.submit(page, button="Peru kokous").status_code == 303
    assert db.session.get(Meeting, meeting_id) is None
    assert db.session.query(OtherMatter).count() == db.session.query(Decision).count() == 0
    assert "on jo peruttu" in client.forge(page, follow_redirects=True).text
    assert fresh(measure_id).state is State.IN_SCORING
    on_next = arranged(actor("secretary"), 2)
    client.submit(f"/meetings/{on_next}", button="all", action=f"/meetings/{on_next}/agenda")
    assert db.session.query(Decision).one().meeting_id == on_next


def test_a_meeting_that_decided_is_not_cancelled(client, sign_in, actor, meeting_id) -> None:
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
    decided(actor("secretary"), decision_id)
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/cancel"
    assert "ei voi perua" in client.get(page).text
    assert client.forge(page).status_code == 409
    assert db.session.get(Meeting, meeting_id) is not None


def test_coming_and_past_stand_apart(client, sign_in, actor, query_counter) -> None:
    for number in range(1, PAGE_SIZE + 2):
        arranged(actor("secretary"), number, days=-number)
    for number, days in ((30, 0), (31, 9)):
        arranged(actor("secretary"), number, days=days)
    sign_in(client, "member")

    def listed(address: str) -> list[int]:
        tables = document_of(client.get(address)).root.iter("table")
        return [len(list(table.iterfind(".//tbody/tr"))) for table in tables]

    assert listed("/meetings") == [2, PAGE_SIZE]
    assert listed("/meetings?page=2") == [2, 1]
    assert listed("/meetings?page=99") == listed("/meetings?page=2")
    assert listed("/meetings?page=x") == listed("/meetings")


def test_other_matters_are_added_changed_moved_and_removed(
    client, sign_in, actor, meeting_id
) -> None:
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    new = f"{page}/matters/new"
    assert client.submit(new, action=new).status_code == 422
    for title in ("Avaus", "Läsnäolijat"):
        data = {"title_fi": title, "comes_first": "yes"}
        assert client.submit(new, data, action=new).status_code == 303
    first, second = (each.id for each in db.session.query(OtherMatter).order_by("id"))

    def titles() -> list[str]:
        root = document_of(client.get(page)).root
        return [text_of(each) for each in root.iterfind(".//h3")]

    assert titles() == ["Avaus", "Läsnäolijat"]
    client.submit(page, action=f"{page}/matters/{second}/up")
    # The first one stays where it is.
    client.forge(f"{page}/matters/{second}/up")
    assert titles() == ["Läsnäolijat", "Avaus"]
    edit = f"{page}/matters/{first}"
    data = {"comes_first": "no", "outcome_fi": "Todettiin", "title_sv": "Öppnande"}
    assert client.submit(edit, data, action=edit).status_code == 303
    assert "Todettiin" in client.get(page).text
    client.submit(page, action=f"{page}/matters/{second}/remove")
    again = client.forge(f"{page}/matters/{second}/remove", follow_redirects=True)
    assert "on jo poistettu" in again.text
    assert titles() == ["Avaus"]


def test_another_matter_that_was_changed_first_is_shown(client, sign_in, actor, meeting_id) -> None:
    matter_id = other_matter(actor("secretary"), meeting_id)
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/matters/{matter_id}"
    with writing():
        matter = db.session.get_one(OtherMatter, matter_id)
        matters.edit(the_meeting(meeting_id), matter, 1, {"text_fi": "Toisen"}, actor("secretary"))
    data = {"title_fi": "Avaus", "text_fi": "Oma", "comes_first": "yes", "version": "1"}
    answer = client.forge(page, data)
    assert answer.status_code == 409
    assert "Toisen" in answer.text
    assert "Oma" in answer.text
    assert db.session.get_one(OtherMatter, matter_id).text_fi == "Toisen"


def test_after_the_minutes_nothing_is_changed(app, actor, meeting_id) -> None:
    secretary = actor("secretary")
    matter_id = other_matter(secretary, meeting_id)
    with writing():
        operations.approve_minutes(the_meeting(meeting_id), clock.today(), secretary)
    meeting, matter = the_meeting(meeting_id), db.session.get_one(OtherMatter, matter_id)
    fields = {"held_on": meeting.held_on, "number": 9}
    for work in (
        lambda: operations.edit(meeting, meeting.version, fields, secretary),
        lambda: operations.cancel(meeting, secretary),
        lambda: matters.add(meeting, {"title_fi": "Myöhässä"}, secretary),
        lambda: matters.edit(meeting, matter, 1, {"title_fi": "Myöhässä"}, secretary),
        lambda: matters.move_up(meeting, matter, secretary),
        lambda: matters.remove(meeting, matter, secretary),
    ):
        with pytest.raises(Refused):
            work()
