"""Sending a proposal on or back: what the page before it says, and what a press does."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, select, update

from app.accounts.models import User
from app.core.database import writing
from app.extensions import db
from app.mail.models import Message
from app.measures import operations
from app.measures.models import Step
from app.measures.states import State
from tests.client import HTMX, sign_in_as
from tests.forms import forms_of
from tests.html import document_of, first, text_of
from tests.measures.proposals import fresh, saved, unit_id

REASON = "Paljonko se maksaa?"


@pytest.fixture
def ella(client):
    return sign_in_as(client, "proposer")


@pytest.fixture
def saara(app):
    return sign_in_as(app.test_client(), "secretary")


def submitted(actor, key: str = "proposer", **given) -> int:
    measure_id = saved(**given)
    with writing():
        operations.move(fresh(measure_id), "submit", actor(key))
    return measure_id


def steps() -> list[str]:
    return list(db.session.scalars(select(Step.transition).order_by(Step.id)))


def last_step() -> Step:
    return db.session.scalars(select(Step).order_by(Step.id.desc()).limit(1)).one()


def page_of(measure_id: int, name: str) -> str:
    return f"/proposals/{measure_id}/{name}"


def form_on(client, address: str):
    """Return what the form of a page is sent with, as the page was when it was opened."""
    form = next(form for form in forms_of(client.get(address)) if form.action == address)
    return lambda **data: client.post(address, data=dict(form.filled(data)))


def test_a_return_says_why_and_which_fields_it_concerns(saara, actor) -> None:
    measure_id = submitted(actor)
    address = page_of(measure_id, "return")
    data = {"reason": f" {REASON} ", "concerned": ["problem", "cost_once"]}
    answer = saara.submit(address, data, action=address)
    assert (answer.status_code, answer.location) == (303, f"/measures/{measure_id}")
    step = last_step()
    assert (step.transition, step.reason) == ("return", REASON)
    assert step.concerned == "problem cost_once"
    assert fresh(measure_id).state is State.RETURNED


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"reason": " "}, 422),
        ({"reason": "x" * 2001}, 422),
        ({"reason": "x" * 1_000_000}, 422),
        ({"reason": "a\0b"}, 422),
        ({"reason": "\ud800"}, 303),
        ({"reason": REASON, "concerned": "state"}, 422),
        ({"reason": REASON, "concerned": "' OR 1=1"}, 422),
        ({"reason": REASON, "seen": "nonsense"}, 409),
        ({"reason": REASON, "seen": "9" * 400}, 409),
    ],
)
def test_what_cannot_be_a_reason_is_refused(saara, actor, data: dict[str, str], code: int) -> None:
    measure_id = submitted(actor)
    encoded = {name: value.encode("utf-8", "surrogatepass") for name, value in data.items()}
    answer = saara.forge(page_of(measure_id, "return"), encoded)
    assert answer.status_code == code
    assert (fresh(measure_id).state is State.SUBMITTED) == (code != 303)


def test_a_reason_that_is_refused_stays_as_it_was_typed(saara, actor) -> None:
    address = page_of(submitted(actor), "return")
    answer = saara.submit(address, {"concerned": ["theme_id"]}, action=address)
    assert answer.status_code == 422
    form = next(form for form in forms_of(answer) if form.action == address)
    assert ("concerned", "theme_id") in form.filled({})


@pytest.mark.parametrize(
    ("key", "unit", "lang", "says"),
    [
        ("proposer", "library", "fi", "Kirjoita suomeksi"),
        ("proposer2", "streets", "sv", "Kirjoita ruotsiksi"),
    ],
)
def test_the_reason_is_asked_for_in_the_proposers_language(
    saara, actor, key: str, unit: str, lang: str, says: str
) -> None:
    address = page_of(submitted(actor, key, unit_id=unit_id(unit)), "return")
    root = document_of(saara.get(f"{address}?lang=fi")).root
    assert says in text_of(root)
    assert first(root, ".//textarea").get("lang") == lang


def test_the_page_says_who_will_hear_of_it(saara, ella, actor) -> None:
    with writing():
        db.session.execute(update(User).values(email=User.key + "@example.org"))
    measure_id = submitted(actor)
    assert "Ella Esimerkki" in text_of(document_of(saara.get(page_of(measure_id, "return"))).root)
    withdrawing = text_of(document_of(ella.get(page_of(measure_id, "withdraw"))).root)
    assert "Saara Sepite" in withdrawing


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED])
def test_withdrawing_asks_once_more_and_may_say_why(ella, state: State) -> None:
    measure_id = saved(state)
    address = page_of(measure_id, "withdraw")
    assert f'href="{address}"' in ella.get(f"/measures/{measure_id}").text
    assert fresh(measure_id).state is state
    assert ella.submit(address, action=address).status_code == 303
    assert fresh(measure_id).state is State.WITHDRAWN
    assert last_step().reason == ""


def test_what_was_withdrawn_by_mistake_is_reopened(ella, saara) -> None:
    measure_id = saved()
    withdraw, reopen = page_of(measure_id, "withdraw"), page_of(measure_id, "reopen")
    ella.submit(withdraw, {"reason": "Erehdys"}, action=withdraw)
    assert last_step().reason == "Erehdys"
    saara.submit(reopen, {"reason": "Peruutettiin vahingossa"}, action=reopen)
    assert fresh(measure_id).state is State.DRAFT


@pytest.mark.parametrize(
    ("name", "key", "state"),
    [
        ("submit", "proposer", State.DRAFT),
        ("withdraw", "proposer", State.SUBMITTED),
        ("return", "secretary", State.SUBMITTED),
        ("cancel_scoring", "secretary", State.IN_SCORING),
        ("reopen", "secretary", State.REJECTED),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_second_press_says_that_it_is_done(client, name, key, state, headers) -> None:
    measure_id = saved(state)
    person = sign_in_as(client, key)
    address = page_of(measure_id, name)
    page = f"/measures/{measure_id}" if name == "submit" else address
    form = next(form for form in forms_of(person.get(page)) if form.action == address)
    reason = {"reason": REASON} if name not in {"submit", "withdraw"} else {}
    data = dict(form.filled(reason))
    codes = {person.post(address, data=data, headers=headers).status_code for _press in range(2)}
    assert codes == {204 if headers else 303}
    assert steps() == [name]


def test_another_reason_is_not_taken_for_a_second_press(saara, actor) -> None:
    measure_id = submitted(actor)
    send = form_on(saara, page_of(measure_id, "return"))
    assert send(reason=REASON).status_code == 303
    answer = send(reason="Toinen syy")
    assert answer.status_code == 409
    # Both texts are there, so that none is lost.
    text = text_of(document_of(answer).root)
    assert REASON in text
    assert "Toinen syy" in text
    assert steps() == ["submit", "return"]


def test_what_somebody_else_did_is_no_second_press(saara, actor) -> None:
    measure_id = submitted(actor)
    send = form_on(saara, page_of(measure_id, "return"))
    with writing():
        operations.move(fresh(measure_id), "return", actor("secretary"), REASON)
        last_step().actor_id = actor("proposer").user_id
    assert send(reason=REASON).status_code == 409


def test_a_page_that_was_opened_before_the_proposal_came_back_is_stale(saara, actor) -> None:
    measure_id = submitted(actor)
    address = page_of(measure_id, "return")
    send = form_on(saara, address)
    with writing():
        operations.move(fresh(measure_id), "return", actor("secretary"), REASON)
        operations.move(fresh(measure_id), "submit", actor("proposer"))
    answer = send(reason="Kysymys vanhasta tekstistä")
    assert answer.status_code == 409
    assert fresh(measure_id).state is State.SUBMITTED
    # The reader knows now what has happened, and sends it all the same.
    form = next(form for form in forms_of(answer) if form.action == address)
    again = saara.post(address, data=dict(form.filled({})))
    assert (again.status_code, last_step().reason) == (303, "Kysymys vanhasta tekstistä")


def test_nobody_submits_past_a_reason_that_they_have_not_seen(ella, actor) -> None:
    measure_id = saved()
    address = page_of(measure_id, "submit")
    page = ella.get(f"/measures/{measure_id}")
    form = next(form for form in forms_of(page) if form.action == address)
    with writing():
        operations.move(fresh(measure_id), "submit", actor("proposer"))
        operations.move(fresh(measure_id), "return", actor("secretary"), REASON)
    answer = ella.post(address, data=dict(form.filled({})))
    assert answer.status_code == 409
    assert fresh(measure_id).state is State.RETURNED
    assert ella.submit(f"/measures/{measure_id}", action=address).status_code == 303


@pytest.mark.parametrize(("name", "state"), [("return", State.DRAFT), ("reopen", State.SUBMITTED)])
def test_what_can_no_longer_be_done_is_said_at_once(saara, name: str, state: State) -> None:
    measure_id = saved(state)
    address = page_of(measure_id, name)
    assert saara.get(address).status_code == 409
    assert saara.forge(address, {"reason": REASON}).status_code == 409
    assert fresh(measure_id).state is state


def test_an_edit_in_between_makes_no_page_stale(saara, actor) -> None:
    measure_id = submitted(actor)
    send = form_on(saara, page_of(measure_id, "return"))
    with writing():
        measure = fresh(measure_id)
        operations.edit_proposal(measure, measure.version, {"name_sv": "Nytt"}, actor("secretary"))
    assert send(reason=REASON).status_code == 303


@pytest.mark.parametrize(("name", "key"), [("return", "secretary"), ("withdraw", "proposer")])
def test_eight_presses_at_once_are_one(app, actor, name: str, key: str) -> None:
    """The same person's form, each time through a connection of its own."""
    with writing():
        db.session.execute(update(User).values(email=User.key + "@example.org"))
    measure_id = submitted(actor)
    with writing():
        db.session.execute(delete(Message))
    address = page_of(measure_id, name)
    clients = [sign_in_as(app.test_client(), key) for _each in range(8)]
    sends = [form_on(client, address) for client in clients]
    start = Barrier(len(clients))
    codes: list[int] = []

    def press(send) -> None:
        with app.app_context():
            start.wait()
            codes.append(send(reason=REASON).status_code)

    threads = [Thread(target=press, args=[send]) for send in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert codes == [303] * 8
    assert steps() == ["submit", name]
    # And it is told once.
    assert len(db.session.scalars(select(Message.id)).all()) == 1
