"""The screen of the meeting room: what it shows to whom, and that it follows the secretary."""

import re

import pytest

from app.audit.tags import Kind, Tag
from app.core.database import writing
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import State
from app.meetings.models import Disqualification
from app.meetings.states import Ruling
from tests.audit.events import new_events
from tests.client import HTMX
from tests.html import document_of, text_of
from tests.meetings.agendas import arranged, matter, on_agenda
from tests.scoring.rounds import close_round, judge, open_round

GROUP = ("member", "member2", "member3", "chair")
TOTAL = 'class="screen-total"'


@pytest.fixture
def meeting_id(app, actor) -> int:
    """Return a meeting of today, during an open round."""
    open_round(actor("secretary"))
    return arranged(actor("secretary"))


@pytest.fixture
def secretary(client, sign_in, meeting_id):
    """Return a client signed in as the secretary."""
    return sign_in(client, "secretary")


def page(meeting_id: int) -> str:
    return f"/meetings/{meeting_id}/screen"


def show(client, meeting_id: int, decision_id: int, what: str = "show"):
    return client.forge(f"/meetings/{meeting_id}/decisions/{decision_id}/{what}", {"on": "screen"})


def shown_in(response) -> str:
    """Return all words of the screen."""
    return text_of(document_of(response).root)


def asks_for(text: str) -> str:
    """Return the address that the screen asks every other second."""
    found = re.search(r'hx-get="([^"]+)"', text)
    assert found
    return found[1].replace("&amp;", "&")


def test_it_shows_the_agenda_until_a_matter_is_chosen(secretary, meeting_id, actor) -> None:
    first, _measure = on_agenda(actor("secretary"), meeting_id, name_fi="Ensimmäinen")
    on_agenda(actor("secretary"), meeting_id, name_fi="Toinen")
    text = shown_in(secretary.get(page(meeting_id)))
    assert "Ensimmäinen" in text
    assert "Toinen" in text
    response = secretary.submit(
        page(meeting_id), action=f"/meetings/{meeting_id}/decisions/{first}/show"
    )
    assert (response.status_code, response.location) == (303, page(meeting_id))
    text = shown_in(secretary.get(page(meeting_id)))
    assert "Ensimmäinen" in text
    assert "Toinen" not in text
    assert "Miksi ajan voi varata" in text
    assert "Kirjasto" in text
    secretary.submit(page(meeting_id), action=page(meeting_id))
    assert "Toinen" in shown_in(secretary.get(page(meeting_id)))


def test_from_the_agenda_one_comes_back_to_the_matter(secretary, meeting_id, actor) -> None:
    decision_id, _measure = on_agenda(actor("secretary"), meeting_id)
    response = secretary.forge(f"/meetings/{meeting_id}/decisions/{decision_id}/show")
    assert response.location == f"/meetings/{meeting_id}#matter-{decision_id}"


def test_previous_and_next_go_through_the_agenda(secretary, meeting_id, actor) -> None:
    ids = [on_agenda(actor("secretary"), meeting_id)[0] for _number in range(3)]

    def keys() -> dict[str, str]:
        root = document_of(secretary.get(page(meeting_id))).root
        return {
            button.get("data-key"): form.get("action", "")
            for form in root.iter("form")
            for button in form.iter("button")
            if button.get("data-key")
        }

    for before, after in ((None, ids[0]), (ids[0], ids[1]), (ids[1], ids[2])):
        found = keys()
        assert ("ArrowLeft" in found) is (before is not None and before != ids[0])
        assert found["ArrowRight"] == f"/meetings/{meeting_id}/decisions/{after}/show"
        show(secretary, meeting_id, after)
    assert "ArrowRight" not in keys()
    assert keys()["ArrowLeft"].endswith(f"{ids[1]}/show")


def test_nothing_new_is_answered_by_nothing(secretary, meeting_id, actor, query_counter) -> None:
    decision_id, _measure = on_agenda(actor("secretary"), meeting_id)
    show(secretary, meeting_id, decision_id)
    address = asks_for(secretary.get(page(meeting_id)).text)
    with query_counter() as statements:
        response = secretary.get(address, headers=HTMX)
    assert (response.status_code, response.data) == (204, b"")
    # The session, the person, and what has changed.
    assert len([each for each in statements if each.startswith("SELECT")]) <= 3
    # Somebody who opens the address sees the page.
    assert secretary.get(address).status_code == 200
    with writing():
        matter(decision_id).reason = "Lykätään"
    response = secretary.get(address, headers=HTMX)
    assert response.status_code == 200
    assert "Lykätään" in response.text
    assert "<html" not in response.text
    assert asks_for(response.text) != address
    assert secretary.get(page(meeting_id) + "?seen=%00x", headers=HTMX).status_code == 200


def test_scores_are_hidden_while_somebody_can_still_score(secretary, meeting_id, actor) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    show(secretary, meeting_id, decision_id)
    judge(actor("member"), measure_id, 4)
    judge(actor("member2"), measure_id, 2)
    text = secretary.get(page(meeting_id)).text
    assert "2/4 on pisteyttänyt" in text
    assert TOTAL not in text
    for key in ("member3", "chair"):
        judge(actor(key), measure_id, 3)
    text = secretary.get(page(meeting_id)).text
    assert TOTAL in text
    assert "<b>3,00</b>" in text


def test_scores_are_there_once_the_round_has_closed(secretary, meeting_id, actor) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    show(secretary, meeting_id, decision_id)
    judge(actor("member"), measure_id, 4)
    assert TOTAL not in secretary.get(page(meeting_id)).text
    close_round()
    assert TOTAL in secretary.get(page(meeting_id)).text


def test_the_secretary_shows_the_scores_and_that_is_recorded(secretary, meeting_id, actor) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    show(secretary, meeting_id, decision_id)
    judge(actor("member"), measure_id, 4)
    address = f"/meetings/{meeting_id}/decisions/{decision_id}/scores"
    with new_events() as events:
        assert secretary.submit(page(meeting_id), action=address).status_code == 303
        assert show(secretary, meeting_id, decision_id, "scores").status_code == 303
    assert [(each.tag, each.kind, each.subject_id) for each in events] == [
        (Tag.SCORES_SHOWN, Kind.MEASURE, measure_id)
    ]
    text = secretary.get(page(meeting_id)).text
    assert TOTAL in text
    assert address not in text


@pytest.mark.parametrize("key", GROUP)
def test_who_has_not_scored_sees_nothing_of_the_scores(
    client, sign_in, meeting_id, actor, key
) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    sign_in(client, "secretary")
    show(client, meeting_id, decision_id)
    show(client, meeting_id, decision_id, "scores")
    before = shown_in(sign_in(client, key).get(page(meeting_id)))
    for other in GROUP:
        if other != key:
            judge(actor(other), measure_id, 5)
    assert shown_in(client.get(page(meeting_id))) == before
    judge(actor(key), measure_id, 1)
    assert TOTAL in client.get(page(meeting_id)).text


def test_who_is_disqualified_stands_on_the_screen(secretary, meeting_id, actor) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    show(secretary, meeting_id, decision_id)
    said = {"disqualified": True, "disqualification_reason": "Oma hanke"}
    judge(actor("member"), measure_id, 0, **said)
    with writing():
        row = {"user_id": actor("chair").user_id, "ruling": Ruling.NOT_DISQUALIFIED}
        db.session.add(Disqualification(decision_id=decision_id, reason="Serkku", **row))
    text = shown_in(secretary.get(page(meeting_id)))
    assert actor("member").name in text
    assert actor("chair").name in text
    # Why is not for the wall.
    assert "Oma hanke" not in text
    assert "Serkku" not in text


def test_a_matter_that_has_dropped_out_leaves_the_screen(secretary, meeting_id, actor) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    show(secretary, meeting_id, decision_id)
    with writing():
        db.session.get_one(Measure, measure_id).state = State.WITHDRAWN
    assert "Asukas varaa" not in shown_in(secretary.get(page(meeting_id)))
    assert show(secretary, meeting_id, decision_id).status_code == 409


def test_choosing_what_is_shown_stops_nobody_who_writes(secretary, meeting_id, actor) -> None:
    decision_id, _measure = on_agenda(actor("secretary"), meeting_id)
    version = matter(decision_id).version
    with new_events() as events:
        show(secretary, meeting_id, decision_id)
    assert matter(decision_id).on_screen
    assert matter(decision_id).version == version
    assert events == []


def test_a_matter_is_of_its_meeting(secretary, meeting_id, actor) -> None:
    decision_id, _measure = on_agenda(actor("secretary"), meeting_id)
    other = arranged(actor("secretary"), 2)
    for what in ("show", "scores"):
        assert show(secretary, other, decision_id, what).status_code == 404


def test_members_look_and_do_not_choose(client, sign_in, meeting_id, actor) -> None:
    decision_id, _measure = on_agenda(actor("secretary"), meeting_id)
    sign_in(client, "member")
    text = client.get(page(meeting_id)).text
    assert "screen-buttons" not in text
    for what in ("show", "scores"):
        assert show(client, meeting_id, decision_id, what).status_code == 403
    assert client.forge(page(meeting_id)).status_code == 403


def test_htmx_gets_the_screen_alone(secretary, meeting_id, actor) -> None:
    decision_id, _measure = on_agenda(actor("secretary"), meeting_id)
    address = f"/meetings/{meeting_id}/decisions/{decision_id}/show"
    response = secretary.forge(address, {"on": "screen"}, headers=HTMX)
    assert response.status_code == 200
    assert response.text.strip().startswith('<div class="screen"')
    assert "Asukas varaa" in response.text
