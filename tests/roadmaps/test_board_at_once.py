"""The board decides while somebody edits, withdraws or decides too: one wins, the other is told."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from werkzeug.datastructures import MultiDict

from app.config import Settings
from app.core import clock
from app.extensions import db
from app.programmes.states import Phase
from app.roadmaps import board_queries
from tests.forms import forms_of
from tests.measures.proposals import fresh
from tests.roadmaps.drafts import (
    before_board,
    board_decides,
    edit,
    move,
    proposal,
    snapshots,
    take_off,
    the_roadmap,
)
from tests.scoring.rounds import YEAR
from tests.tools.server import Answer, Client, serving

PAGE = f"/roadmaps/{YEAR}"
BOARD = f"{PAGE}/board"


@pytest.fixture
def ids(app, actor) -> list[int]:
    """Return the measures of a roadmap that waits for the city board."""
    return before_board(actor("secretary"), actor("chair"), count=2)


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of the form of the decision."""
    form = page.partition(f'action="{BOARD}"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def decision(page: str, **given: str) -> dict[str, str]:
    """Return the form of a decision as it was opened, filled in."""
    day = (clock.today() - timedelta(days=1)).isoformat()
    return {**hidden(page), "outcome": "approved", "decided_on": day, "section": "310", **given}


def test_an_edit_before_the_approval_is_told_and_the_second_press_approves(
    client, sign_in, ids
) -> None:
    sign_in(client, "board-secretary")
    data = decision(client.get(f"{PAGE}?lang=fi").text, case_number="777/2026")
    edit(ids[0], cost_once=5)
    response = client.forge(f"{BOARD}?lang=fi", data)
    assert response.status_code == 409
    assert "Muokattu: A1 Asukas varaa ajan itse" in response.text
    assert "777/2026" in response.text
    assert the_roadmap().phase is Phase.BEFORE_BOARD
    assert client.forge(BOARD, decision(response.text)).status_code == 303
    assert snapshots()[0].content == proposal().content
    assert fresh(ids[0]).cost_once == 5


def test_an_approval_before_an_edit_is_told(client, sign_in, actor, ids) -> None:
    sign_in(client, "secretary")
    address = f"/measures/{ids[0]}/facts"
    given = {"name_fi": "Myöhästynyt nimi"}
    page = client.get(address)
    (form,) = (each for each in forms_of(page) if each.fits(given, None, None))
    board_decides(actor("board-secretary"))
    response = client.forge(address, MultiDict(form.filled(given)))
    assert response.status_code == 409
    assert "Myöhästynyt nimi" in response.text
    assert "kirjattiin" in response.text
    assert fresh(ids[0]).name_fi == "Asukas varaa ajan itse"


def test_a_change_that_another_wrote_down_is_told(client, sign_in, actor, ids) -> None:
    sign_in(client, "board-secretary")
    data = decision(client.get(f"{PAGE}?lang=fi").text)
    take_off(ids[0], actor("board-secretary"))
    response = client.forge(f"{BOARD}?lang=fi", data)
    assert response.status_code == 409
    assert "muutoksia on kirjattu" in response.text
    assert the_roadmap().phase is Phase.BEFORE_BOARD


def test_what_was_proposed_anew_must_be_looked_at(client, sign_in, actor, ids) -> None:
    sign_in(client, "board-secretary")
    data = decision(client.get(PAGE).text)
    move("withdraw_from_board", actor("chair"), "Yksi puuttui")
    move("propose_to_board", actor("chair"))
    response = client.forge(BOARD, data)
    assert response.status_code == 409
    # The form that comes back is still of what was seen, so that it is not decided blindly.
    assert client.forge(BOARD, decision(response.text)).status_code == 409
    assert client.forge(BOARD, decision(client.get(PAGE).text)).status_code == 303


@pytest.mark.parametrize(
    "given",
    [
        {"seen": "x" * 100_000},
        {"seen": "\0"},
        {"seen": ":"},
        {"proposal": "x"},
        {"proposal": "9" * 30},
        {"version": "-1"},
    ],
)
def test_forged_marks_decide_nothing(client, sign_in, ids, given: dict[str, str]) -> None:
    sign_in(client, "board-secretary")
    data = decision(client.get(PAGE).text, **given)
    assert client.forge(BOARD, data).status_code in {409, 422}
    assert board_queries.decisions(the_roadmap()) == []


@pytest.fixture
def port(app, settings: Settings) -> Iterator[int]:
    """Return the port of a server of the city's database, as `make run` starts it."""
    environment = {"INSTANCE": str(settings.instance), "DATABASE_URL": ""}
    with serving("wsgi:app", environment) as port:
        yield port


@pytest.fixture
def signed_in(port: int) -> Iterator[Callable[[str], Client]]:
    """Return a function that gives a client of the server that has signed in."""
    clients: list[Client] = []

    def sign_in(person: str) -> Client:
        clients.append(_signed_in(Client(port), person))
        return clients[-1]

    yield sign_in
    for client in clients:
        client.close()


def _signed_in(client: Client, person: str) -> Client:
    page = client.get("/sign-in", {"Accept-Encoding": "identity"}).body.decode()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    fields = [("csrf_token", token[1]), ("person", person)]
    assert client.post("/sign-in", fields).status == 303
    return client


def page_of(client: Client, path: str) -> str:
    return client.get(path, {"Accept-Encoding": "identity"}).body.decode()


def at_once(*works: Callable[[], Answer]) -> list[int]:
    """Let all works be done at the same moment, and return the statuses of their answers."""
    start, answers = Barrier(len(works)), []

    def do(work: Callable[[], Answer]) -> None:
        start.wait()
        answers.append(work().status)

    threads = [Thread(target=do, args=(each,)) for each in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return sorted(answers)


def test_two_who_decide_at_once_make_one_decision(ids, signed_in) -> None:
    clients = [signed_in("board-secretary") for _each in range(6)]
    forms = [list(decision(page_of(each, PAGE)).items()) for each in clients]
    answers = at_once(
        *(
            lambda client=client, form=form: client.post(BOARD, form)
            for client, form in zip(clients, forms, strict=True)
        )
    )
    assert answers == [303, 409, 409, 409, 409, 409]
    assert len(snapshots()) == len(board_queries.decisions(the_roadmap())) == 1


def test_who_withdraws_while_the_board_approves(ids, signed_in) -> None:
    chair, board = signed_in("chair"), signed_in("board-secretary")
    page = page_of(chair, PAGE)
    form_of_chair = page.partition("withdraw_from_board")[2]
    token = re.search(r'name="csrf_token" value="([^"]+)"', form_of_chair)
    assert token
    version = str(the_roadmap().version)
    db.session.rollback()
    withdrawal = [
        ("csrf_token", token[1]),
        ("withdraw_from_board-version", version),
        ("withdraw_from_board-reason", "Yksi puuttui"),
    ]
    form = list(decision(page_of(board, PAGE)).items())
    answers = at_once(
        lambda: chair.post(f"{PAGE}/phase/withdraw_from_board", withdrawal),
        lambda: board.post(BOARD, form),
    )
    assert answers == [303, 409]
    is_approved = the_roadmap().phase is Phase.APPROVED
    assert is_approved or the_roadmap().phase is Phase.DRAFTING
    assert len(snapshots()) == is_approved


def test_who_edits_while_the_board_approves(app, ids, signed_in) -> None:
    board = signed_in("board-secretary")
    form = list(decision(page_of(board, PAGE)).items())

    reader = signed_in("viewer")

    def change() -> Answer:
        with app.app_context():
            edit(ids[0], cost_once=5)
        return reader.get("/healthz")

    answers = at_once(change, lambda: board.post(BOARD, form))
    assert answers in ([200, 303], [200, 409])
    assert fresh(ids[0]).cost_once == 5
    assert all(each.content == proposal().content for each in snapshots())
