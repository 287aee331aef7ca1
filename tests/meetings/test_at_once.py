"""What several people do to a matter at the same moment, over connections of their own to the
processes and threads of a real server: one wins, the other is told, and no text is lost."""

import re
from collections.abc import Callable, Iterator
from threading import Barrier, Thread
from urllib.parse import urlencode

import pytest

from app.config import Settings
from app.extensions import db
from app.measures.models import Step
from app.measures.states import State
from app.meetings import queries
from app.meetings.models import Meeting
from app.meetings.states import Outcome, Stage
from tests.measures.proposals import fresh
from tests.meetings.agendas import arranged, matter, on_agenda, prepared
from tests.scoring.rounds import YEAR, open_round, review_of
from tests.tools.server import Answer, Client, serving


@pytest.fixture
def port(app, settings: Settings) -> Iterator[int]:
    """Return the port of a server of the city's database, as `make run` starts it."""
    environment = {"INSTANCE": str(settings.instance), "DATABASE_URL": ""}
    with serving("wsgi:app", environment) as port:
        yield port


@pytest.fixture
def meeting_id(app, actor) -> int:
    """Return a meeting of today."""
    return arranged(actor("secretary"))


def text_of(answer: Answer) -> str:
    return answer.body.decode()


def page_of(client: Client, path: str) -> str:
    return text_of(client.get(path, {"Accept-Encoding": "identity"}))


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.fixture
def signed_in(port: int) -> Iterator[Callable[[str], Client]]:
    """Return what gives a client of the server that has signed in, on a connection of its own."""
    clients: list[Client] = []

    def begin(person: str) -> Client:
        client = Client(port)
        clients.append(client)
        fields = [("csrf_token", token(page_of(client, "/sign-in"))), ("person", person)]
        assert client.post("/sign-in", fields).status == 303
        return client

    yield begin
    for client in clients:
        client.close()


def at_once(*works: Callable[[], Answer]) -> list[Answer]:
    """Let all do their work at the same moment; return the answers in their order."""
    start, answers = Barrier(len(works)), {}

    def do(number: int, work: Callable[[], Answer]) -> None:
        start.wait()
        answers[number] = work()

    threads = [Thread(target=do, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return [answers[number] for number in range(len(works))]


def form_of(client: Client, page: str, prefix: str = "") -> list[tuple[str, str]]:
    """Return the token and the hidden fields of a form as its page gives them."""
    text = page_of(client, page)
    hidden = re.findall(
        rf'<input type="hidden" name="({prefix}(?:key|seen|version|measure_version))" '
        r'value="([^"]*)"',
        text.partition("<main")[2],
    )
    return [("csrf_token", token(text)), *hidden]


def sender(client: Client, address: str, fields: list[tuple[str, str]]) -> Callable[[], Answer]:
    # An answer is asked for as it is, so that its text can be read.
    def send() -> Answer:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept-Encoding": "identity",
        }
        return client._request("POST", address, encoded(fields), headers)

    return send


def encoded(fields: list[tuple[str, str]]) -> bytes:
    return urlencode(fields).encode()


def test_of_two_secretaries_one_decides(app, signed_in, actor, meeting_id) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    page, prefix = f"/meetings/{meeting_id}", f"decision-{decision_id}-"
    texts = {"postpone": "Ensimmäisen perustelu", "reject": "Toisen perustelu"}
    works = []
    for outcome, reason in texts.items():
        client = signed_in("secretary")
        fields = form_of(client, page, prefix)
        fields += [(f"{prefix}outcome", outcome), (f"{prefix}reason", reason), ("do", "decide")]
        works.append(sender(client, f"{page}/decisions/{decision_id}", fields))
    answers = at_once(*works)
    assert sorted(each.status for each in answers) == [303, 409]
    winner = [each.status for each in answers].index(303)
    outcome = Outcome(list(texts)[winner])
    found = matter(decision_id)
    assert (found.outcome, found.reason) == (outcome, texts[outcome])
    assert db.session.query(Step).filter_by(measure_id=measure_id).count() == 1
    refused = text_of(answers[1 - winner])
    assert all(reason in refused for reason in texts.values())


@pytest.mark.parametrize("time", range(3))
def test_a_decision_while_a_member_still_scores(
    app, signed_in, actor, meeting_id, time: int
) -> None:
    open_round(actor("secretary"))
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    page, prefix = f"/meetings/{meeting_id}", f"decision-{decision_id}-"
    secretary, member = signed_in("secretary"), signed_in("member")
    decision = form_of(secretary, page, prefix)
    decision += [(f"{prefix}outcome", "approve"), ("do", "decide")]
    address = f"/scoring/{YEAR}/{measure_id}"
    review = form_of(member, address)
    review += [("comment", "Jäsenen oma ajatus"), ("intent", "draft")]
    works = [
        sender(secretary, f"{page}/decisions/{decision_id}", decision),
        sender(member, address, review),
    ]
    if time == 0:
        answers = at_once(*works)
    else:
        # In either order, one after the other.
        order = works if time == 1 else works[::-1]
        done = {id(work): work() for work in order}
        answers = [done[id(work)] for work in works]
        db.session.rollback()
    decided, saved = answers
    # The decision does not wait for scores; whoever comes too late with theirs keeps their text.
    assert decided.status == 303
    assert fresh(measure_id).state is State.APPROVED
    assert saved.status in ({303, 409}, {409}, {303})[time]
    kept = review_of(actor("member"), measure_id)
    if saved.status == 409:
        assert "Jäsenen oma ajatus" in text_of(saved)
        assert kept is None
    else:
        assert kept is not None
        assert kept.comment == "Jäsenen oma ajatus"


def test_the_end_of_a_meeting_and_somebody_who_still_types(
    app, signed_in, actor, meeting_id
) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    prepared(actor("secretary"), decision_id, Outcome.POSTPONE, "Valmisteltu")
    page, prefix = f"/meetings/{meeting_id}", f"decision-{decision_id}-"
    first, second = signed_in("secretary"), signed_in("secretary")
    end = form_of(first, f"{page}/end")
    typed = form_of(second, page, prefix)
    typed += [(f"{prefix}outcome", "reject"), (f"{prefix}reason", "Kirjoitettu lopussa")]
    ended, kept = at_once(
        sender(first, f"{page}/end", end),
        sender(second, f"{page}/decisions/{decision_id}/prepare", typed),
    )
    found = matter(decision_id)
    is_over = db.session.get_one(Meeting, meeting_id).ended_at is not None
    if is_over:
        assert (ended.status, kept.status) == (303, 409)
        assert (found.stage, found.reason) == (Stage.DECIDED, "Valmisteltu")
        assert fresh(measure_id).state is State.POSTPONED
        assert "Kirjoitettu lopussa" in text_of(kept)
    else:
        # Something else would have been decided than was confirmed.
        assert (ended.status, kept.status) == (409, 303)
        assert (found.stage, found.reason) == (Stage.PREPARED, "Kirjoitettu lopussa")
        assert fresh(measure_id).state is State.IN_SCORING
        assert "Kirjoitettu lopussa" in text_of(ended)


def test_the_agenda_is_filled_once(app, signed_in, actor, meeting_id) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    page = f"/meetings/{meeting_id}"
    address = f"{page}/decisions/{decision_id}/remove"
    clients = [signed_in("secretary") for _time in range(5)]
    tokens = [form_of(each, page)[0] for each in clients]
    works = [sender(each, address, [given]) for each, given in zip(clients, tokens, strict=True)]
    assert {each.status for each in at_once(*works)} == {303}
    assert queries.undecided(meeting_id) == []
    only = ("only", str(measure_id))
    works = [
        sender(each, f"{page}/agenda", [given, only])
        for each, given in zip(clients, tokens, strict=True)
    ]
    assert {each.status for each in at_once(*works)} == {303}
    assert len(queries.undecided(meeting_id)) == 1
