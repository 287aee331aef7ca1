"""Deciding on many matters at once, ending a meeting and reopening it: as previewed, or nothing."""

import re

import pytest

from app.accounts.models import User
from app.audit.models import Event
from app.audit.tags import Tag
from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.mail.models import Message
from app.measures.operations import change
from app.measures.states import State
from app.meetings.models import Decision, Meeting
from app.meetings.states import Outcome, Stage
from tests.measures.proposals import fresh
from tests.meetings.agendas import arranged, decided, matter, on_agenda, prepared


@pytest.fixture
def meeting_id(app, actor) -> int:
    """Return a meeting of today."""
    return arranged(actor("secretary"))


@pytest.fixture
def matters(app, actor, meeting_id) -> list[tuple[int, int]]:
    """Return three matters on the agenda and their measures, the first two of them prepared."""
    secretary = actor("secretary")
    found = [on_agenda(secretary, meeting_id) for _time in range(3)]
    prepared(secretary, found[0][0], Outcome.APPROVE)
    prepared(secretary, found[1][0], Outcome.POSTPONE, "Odotetaan")
    return found


def states(matters: list[tuple[int, int]]) -> list[State]:
    return [fresh(measure_id).state for _decision_id, measure_id in matters]


def ended(meeting_id: int) -> bool:
    found = db.session.get_one(Meeting, meeting_id, populate_existing=True)
    return found.ended_at is not None


WAITING = [State.IN_SCORING] * 3
DONE = [State.APPROVED, State.POSTPONED, State.IN_SCORING]


def test_what_is_prepared_is_decided_when_the_meeting_ends(
    client, sign_in, actor, meeting_id, matters
) -> None:
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    preview = client.get(f"{page}/end").text
    assert "Odotetaan" in preview
    assert "2 toimenpiteen tila muuttuu" in preview
    assert "1 asia on päättämättä" in preview
    assert states(matters) == WAITING
    response = client.submit(f"{page}/end", action=f"{page}/end")
    assert (response.status_code, response.location) == (303, page)
    assert states(matters) == DONE
    assert ended(meeting_id)
    found = [matter(decision_id) for decision_id, _measure_id in matters]
    assert [each.stage for each in found] == [Stage.DECIDED, Stage.DECIDED, Stage.ON_AGENDA]
    assert {each.decided_on for each in found[:2]} == {clock.today()}
    assert db.session.query(Event).filter_by(tag=Tag.MEETING_ENDED).count() == 1


def test_the_end_comes_once_however_often_it_is_sent(client, sign_in, meeting_id, matters) -> None:
    sign_in(client, "secretary")
    address = f"/meetings/{meeting_id}/end"
    data = hidden(client.get(address).text)
    assert [client.forge(address, data).status_code for _time in range(2)] == [303, 303]
    assert states(matters) == DONE
    # Another form is told that it is over.
    other = {**data, "key": "f" * 32}
    assert client.forge(address, other).status_code == 409


def hidden(text: str) -> dict[str, str]:
    main = text.partition("<main")[2]
    return dict(re.findall(r'<input type="hidden" name="(key|seen)" value="([^"]*)"', main))


@pytest.mark.parametrize("what", ["matter", "measure", "removed", "decided"])
def test_nothing_is_done_when_something_has_changed(
    client, sign_in, actor, meeting_id, matters, what: str
) -> None:
    secretary = actor("secretary")
    sign_in(client, "secretary")
    address = f"/meetings/{meeting_id}/end"
    data = hidden(client.get(address).text)
    decision_id, measure_id = matters[0]
    if what == "matter":
        prepared(secretary, decision_id, Outcome.REJECT, "Toinen mieli")
    elif what == "measure":
        with writing():
            change(fresh(measure_id), secretary, partners="Naapurikunta")
    elif what == "removed":
        client.submit(address[:-4], action=f"{address[:-4]}/decisions/{decision_id}/remove")
    else:
        decided(secretary, decision_id)
    before = states(matters)
    answer = client.forge(address, data)
    assert answer.status_code == 409
    assert "Mitään ei tehty" in answer.text
    assert states(matters) == before
    assert not ended(meeting_id)
    # The page that tells of it shows what would happen now, which is then done.
    assert client.forge(address, hidden(answer.text)).status_code == 303
    assert ended(meeting_id)


def test_a_part_that_cannot_be_done_holds_all_back(
    client, sign_in, actor, meeting_id, matters
) -> None:
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id, problem_sv="")
    prepared(actor("secretary"), decision_id, Outcome.APPROVE)
    sign_in(client, "secretary")
    address = f"/meetings/{meeting_id}/end"
    page = client.get(address).text
    assert "Kokousta ei voi vielä päättää" in page
    assert hidden(page) == {}
    data = {"seen": "x", "key": "0" * 32}
    assert client.forge(address, data).status_code == 409
    assert states(matters) == WAITING


def test_a_meeting_to_come_does_not_end(client, sign_in, actor) -> None:
    meeting_id = arranged(actor("secretary"), days=1)
    prepared(actor("secretary"), on_agenda(actor("secretary"), meeting_id)[0])
    sign_in(client, "secretary")
    assert hidden(client.get(f"/meetings/{meeting_id}/end").text) == {}
    assert client.forge(f"/meetings/{meeting_id}/end", {"seen": "x"}).status_code == 409


@pytest.mark.parametrize("was_sent", [False, True])
def test_the_end_is_undone_as_a_whole(
    client, sign_in, actor, meeting_id, matters, was_sent: bool
) -> None:
    secretary, proposer = actor("secretary"), actor("proposer")
    with writing():
        db.session.get_one(User, proposer.user_id).email = "ella@example.org"
        for _decision_id, measure_id in matters:
            fresh(measure_id).created_by_id = proposer.user_id
    alone, of_alone = on_agenda(secretary, meeting_id)
    decided(secretary, alone, Outcome.REJECT, "Ei kuulu tähän")
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    client.submit(f"{page}/end", action=f"{page}/end")
    told = db.session.query(Message).filter(Message.batch.is_not(None)).count()
    assert told
    if was_sent:
        with writing():
            for message in db.session.query(Message):
                message.sent_at = clock.now()
    address = f"{page}/reopen"
    assert client.submit(address, action=address).status_code == 422
    assert client.submit(address, {"reason": "Liian aikaisin"}, action=address).status_code == 303
    assert states(matters) == WAITING
    assert not ended(meeting_id)
    # What was decided before the end stays.
    assert fresh(of_alone).state is State.REJECTED
    standing = db.session.query(Decision).filter_by(undone_at=None).order_by(Decision.position)
    assert [(each.stage, each.outcome, each.reason) for each in standing] == [
        (Stage.PREPARED, Outcome.APPROVE, ""),
        (Stage.PREPARED, Outcome.POSTPONE, "Odotetaan"),
        (Stage.ON_AGENDA, None, ""),
        (Stage.DECIDED, Outcome.REJECT, "Ei kuulu tähän"),
    ]
    left = db.session.query(Message).filter(Message.subject.contains("kumottu")).count()
    assert bool(left) is was_sent
    # And it can end again.
    client.submit(f"{page}/end", action=f"{page}/end")
    assert states(matters) == DONE


def test_after_the_minutes_nothing_is_reopened(client, sign_in, meeting_id, matters) -> None:
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    client.submit(page, action=f"{page}/decisions/{matters[2][0]}/remove")
    client.submit(f"{page}/end", action=f"{page}/end")
    data = hidden(client.get(f"{page}/reopen").text)
    minutes = {"approved_on": clock.today().isoformat()}
    assert client.submit(page, minutes, action=f"{page}/minutes").status_code == 303
    answer = client.forge(f"{page}/reopen", {**data, "reason": "Myöhässä"})
    assert answer.status_code == 409
    assert "Myöhässä" not in client.get(page).text
    assert states(matters) == DONE


@pytest.mark.parametrize("do", ["prepare", "decide"])
def test_several_are_decided_alike(client, sign_in, actor, meeting_id, matters, do: str) -> None:
    secretary = actor("secretary")
    unfinished, of_unfinished = on_agenda(secretary, meeting_id, problem_sv="")
    sign_in(client, "secretary")
    ids = [matters[1][0], matters[2][0], unfinished]
    query = "&".join(f"id={each}" for each in ids)
    page = f"/meetings/{meeting_id}"
    preview = f"{page}/preview?{query}&outcome=approve"
    text = client.get(preview).text
    assert "2 toimenpiteen tila muuttuu" in text
    assert "1 asia jää pois" in text
    response = client.submit(preview, button=do, action=f"{page}/preview")
    assert (response.status_code, response.location) == (303, page)
    found = [matter(each) for each in ids]
    stage = Stage.PREPARED if do == "prepare" else Stage.DECIDED
    assert [each.stage for each in found] == [stage, stage, Stage.ON_AGENDA]
    assert {each.outcome for each in found[:2]} == {Outcome.APPROVE}
    expected = State.APPROVED if do == "decide" else State.IN_SCORING
    assert states(matters[1:]) == [expected, expected]
    assert fresh(of_unfinished).state is State.IN_SCORING


def test_several_need_a_reason_where_one_has_none(client, sign_in, meeting_id, matters) -> None:
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    preview = f"{page}/preview?id={matters[1][0]}&id={matters[2][0]}&outcome=postpone"
    address = f"{page}/preview"
    assert client.submit(preview, button="decide", action=address).status_code == 422
    answer = client.submit(preview, {"reason": "Ensi vuonna"}, button="decide", action=address)
    assert answer.status_code == 303
    found = [matter(decision_id).reason for decision_id, _measure_id in matters[1:]]
    assert found == ["Ensi vuonna", "Ensi vuonna"]


def test_several_are_done_once_and_only_as_seen(
    client, sign_in, actor, meeting_id, matters
) -> None:
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    ids = [str(decision_id) for decision_id, _measure_id in matters]
    preview = f"{page}/preview?{'&'.join(f'id={each}' for each in ids)}&outcome=reject"
    data = {**hidden(client.get(preview).text), "id": ids, "outcome": "reject", "do": "decide"}
    data["reason"] = "Kaikki hylätään"
    with writing():
        change(fresh(matters[0][1]), actor("secretary"), partners="Naapurikunta")
    answer = client.forge(f"{page}/preview", data)
    assert answer.status_code == 409
    assert "Kaikki hylätään" in answer.text
    assert states(matters) == WAITING
    data |= hidden(answer.text)
    statuses = [client.forge(f"{page}/preview", data).status_code for _time in range(2)]
    assert statuses == [303, 303]
    assert states(matters) == [State.REJECTED] * 3
    # Somebody else's preview of the same matters, confirmed after that.
    answer = client.forge(f"{page}/preview", {**data, "key": "another", "seen": "old"})
    assert answer.status_code == 409
    assert answer.text.count("Asia on jo päätetty.") == 3


@pytest.mark.parametrize(
    "query", ["", "?outcome=approve", "?id=x&outcome=approve", "?id=1&outcome=x"]
)
def test_a_preview_of_nothing_leads_back(client, sign_in, meeting_id, matters, query) -> None:
    sign_in(client, "secretary")
    assert client.get(f"/meetings/{meeting_id}/preview{query}").status_code == 303


def test_a_preview_has_a_limit_and_knows_its_meeting(
    client, sign_in, actor, meeting_id, matters
) -> None:
    other = arranged(actor("secretary"), 2)
    sign_in(client, "secretary")
    many = "&".join(f"id={each}" for each in range(1, 102))
    assert client.get(f"/meetings/{meeting_id}/preview?{many}&outcome=approve").status_code == 400
    address = f"/meetings/{other}/preview?id={matters[0][0]}&outcome=approve"
    assert client.get(address).status_code == 404


def test_queries_do_not_grow_with_the_matters(
    client, sign_in, actor, meeting_id, matters, query_counter
) -> None:
    sign_in(client, "secretary")
    address = f"/meetings/{meeting_id}/end"

    def number() -> int:
        with query_counter() as statements:
            assert client.get(address).status_code == 200
        return len(statements)

    number()
    few = number()
    for _time in range(3):
        prepared(actor("secretary"), on_agenda(actor("secretary"), meeting_id)[0])
    assert number() == few
