"""Preparing decisions while somebody types: kept as it is, never over somebody else's text."""

import pytest

from app.audit.models import Event
from app.audit.tags import Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.extensions import db
from app.measures.states import State
from app.meetings import deciding
from app.meetings.deciding import Words, digest_of
from app.meetings.models import Meeting
from app.meetings.states import Outcome, Stage
from tests.client import HTMX
from tests.measures.proposals import fresh
from tests.meetings.agendas import arranged, decided, matter, on_agenda, prepared

KEY = "0123456789abcdef"


@pytest.fixture
def meeting_id(app, actor) -> int:
    """Return a meeting of today."""
    return arranged(actor("secretary"))


@pytest.fixture
def waiting(app, actor, meeting_id) -> tuple[int, int]:
    """Return the ids of a matter on the agenda and of its measure."""
    return on_agenda(actor("secretary"), meeting_id)


def typed(decision_id: int, **given: str) -> dict[str, str]:
    """Return the fields of the form of a matter, opened as the matter is now."""
    values = {"seen": digest_of(matter(decision_id)), "key": KEY, "section": "", **given}
    return {f"decision-{decision_id}-{name}": value for name, value in values.items()}


def address(meeting_id: int, decision_id: int, what: str = "/prepare") -> str:
    return f"/meetings/{meeting_id}/decisions/{decision_id}{what}"


def test_what_is_typed_keeps_itself_and_changes_nothing(
    client, sign_in, actor, meeting_id, waiting
) -> None:
    decision_id, measure_id = waiting
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    assert f'hx-post="{address(meeting_id, decision_id)}"' in client.get(page).text
    form = typed(decision_id)
    # The form says what it has seen once; its own earlier texts do not stop it.
    steps = (
        ({"reason": "Odotetaan"}, Stage.ON_AGENDA),
        ({"reason": "Odotetaan lisää tietoa"}, Stage.ON_AGENDA),
        ({"reason": "Odotetaan lisää tietoa", "outcome": "postpone"}, Stage.PREPARED),
        ({"reason": "", "outcome": "approve"}, Stage.PREPARED),
    )
    for said, stage in steps:
        data = form | {f"decision-{decision_id}-{name}": value for name, value in said.items()}
        answer = client.forge(address(meeting_id, decision_id), data, headers=HTMX)
        assert answer.status_code == 200
        found = matter(decision_id)
        assert (found.stage, found.reason) == (stage, said["reason"])
        assert found.decided_on is None
    assert found.outcome is Outcome.APPROVE
    assert fresh(measure_id).state is State.IN_SCORING
    assert db.session.query(Event).filter_by(tag=Tag.DECISION_PREPARED).count() == len(steps)


def test_the_same_text_again_is_no_change(client, sign_in, meeting_id, waiting) -> None:
    decision_id, _measure_id = waiting
    sign_in(client, "secretary")
    data = typed(decision_id, reason="Sama", outcome="approve")
    for _time in range(3):
        assert client.forge(address(meeting_id, decision_id), data).status_code == 200
    assert db.session.query(Event).filter_by(tag=Tag.DECISION_PREPARED).count() == 1


def test_nobody_writes_over_what_somebody_else_has_prepared(
    client, sign_in, actor, meeting_id, waiting
) -> None:
    decision_id, _measure_id = waiting
    sign_in(client, "secretary")
    mine = typed(decision_id, reason="Oma teksti", outcome="reject")
    prepared(actor("secretary"), decision_id, Outcome.POSTPONE, "Toisen teksti")
    for what, data in (
        ("/prepare", mine),
        ("", {**mine, "do": "prepare"}),
        ("", {**mine, "do": "decide"}),
    ):
        answer = client.forge(address(meeting_id, decision_id, what), data)
        assert answer.status_code == 409
        assert "Toisen teksti" in answer.text
        found = matter(decision_id)
        assert (found.stage, found.reason) == (Stage.PREPARED, "Toisen teksti")
        if not what:
            assert "Oma teksti" in answer.text
    # The page that told of it sends the text again, and it replaces the other.
    again = typed(decision_id, reason="Oma teksti", outcome="reject", key="f" * 16)
    answer = client.forge(address(meeting_id, decision_id, ""), {**again, "do": "prepare"})
    assert answer.status_code == 303
    assert matter(decision_id).reason == "Oma teksti"


def test_a_button_asks_for_all_that_is_needed(client, sign_in, meeting_id, waiting) -> None:
    decision_id, _measure_id = waiting
    sign_in(client, "secretary")
    page, action = f"/meetings/{meeting_id}", address(meeting_id, decision_id, "")
    name = f"decision-{decision_id}-"
    assert client.submit(page, button="prepare", action=action).status_code == 422
    data = {f"{name}outcome": "reject"}
    assert client.submit(page, data, button="prepare", action=action).status_code == 422
    data[f"{name}reason"] = "Ei nyt"
    assert client.submit(page, data, button="prepare", action=action).status_code == 303
    assert matter(decision_id).stage is Stage.PREPARED
    assert "Ei nyt" in client.get(page).text


@pytest.mark.parametrize("reason", ["x" * 2001, "\x00nolla"])
def test_what_cannot_be_kept_is_told(client, sign_in, meeting_id, waiting, reason) -> None:
    decision_id, _measure_id = waiting
    sign_in(client, "secretary")
    data = typed(decision_id, reason=reason)
    answer = client.forge(address(meeting_id, decision_id), data, headers=HTMX)
    assert answer.status_code == 422
    assert 'class="error-summary"' in answer.text
    assert matter(decision_id).reason == ""


def test_what_is_prepared_is_taken_back(client, sign_in, actor, meeting_id, waiting) -> None:
    decision_id, _measure_id = waiting
    prepared(actor("secretary"), decision_id, Outcome.POSTPONE, "Odotetaan")
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    action = address(meeting_id, decision_id, "/clear")
    assert client.submit(page, action=action).status_code == 303
    found = matter(decision_id)
    assert (found.stage, found.outcome, found.reason) == (Stage.ON_AGENDA, None, "Odotetaan")
    assert "Mitään ei ole valmisteltu" in client.forge(action, follow_redirects=True).text


def test_the_group_sees_what_is_prepared_and_the_unit_does_not(
    client, sign_in, actor, meeting_id, waiting
) -> None:
    decision_id, measure_id = waiting
    prepared(actor("secretary"), decision_id, Outcome.POSTPONE, "Vielä salassa")
    sign_in(client, "member")
    assert "Vielä salassa" in client.get(f"/meetings/{meeting_id}").text
    sign_in(client, "proposer")
    for page in (f"/measures/{measure_id}", f"/measures/{measure_id}/history"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "Vielä salassa" not in answer.text


def test_a_matter_that_is_decided_or_over_is_not_prepared(app, actor, meeting_id, waiting) -> None:
    decision_id, _measure_id = waiting
    secretary = actor("secretary")
    with writing():
        db.session.get_one(Meeting, meeting_id).ended_at = clock.now()
    with pytest.raises(Refused):
        prepared(secretary, decision_id)
    decided(secretary, decision_id)
    with pytest.raises(Stale):
        prepared(secretary, decision_id)
    with pytest.raises(Stale), writing():
        deciding.clear(matter(decision_id), secretary)
    with pytest.raises(Refused), writing():
        deciding.prepare(matter(decision_id), Words(Outcome.APPROVE), actor("member"))


def test_sections_follow_the_agenda_until_they_are_typed(
    client, sign_in, actor, meeting_id, waiting
) -> None:
    first, _measure_id = waiting
    second, _measure_id = on_agenda(actor("secretary"), meeting_id)
    with writing():
        db.session.get_one(Meeting, meeting_id).first_section = 41
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    text = client.get(page).text
    assert "41&nbsp;§" in text
    assert "42&nbsp;§" in text
    data = {f"decision-{second}-outcome": "approve"}
    client.submit(page, data, button="prepare", action=f"{page}/decisions/{second}")
    assert matter(second).section == ""
    client.submit(page, action=f"{page}/decisions/{first}/remove")
    text = client.get(page).text
    assert "41&nbsp;§" in text
    assert "42&nbsp;§" not in text
    client.submit(page, button="decide", action=f"{page}/decisions/{second}")
    assert matter(second).section == "41"
