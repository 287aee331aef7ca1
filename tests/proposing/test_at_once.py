"""A form that is sent many times at once, to the processes and threads of a real server, does its
work once; also while what is typed into it is being kept."""

import re
from collections.abc import Callable, Iterator
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from app.config import Settings
from app.extensions import db
from app.measures.models import Measure, Step
from app.proposing.models import WorkingCopy
from tests.measures.proposals import filled_in, saved
from tests.tools.server import Answer, Client, serving

TIMES = 20


@pytest.fixture
def port(app, settings: Settings) -> Iterator[int]:
    """Return the port of a server of the city's database, as `make run` starts it."""
    environment = {"INSTANCE": str(settings.instance), "DATABASE_URL": ""}
    with serving("wsgi:app", environment) as port:
        yield port


def page_of(client: Client, path: str) -> str:
    return client.get(path, {"Accept-Encoding": "identity"}).body.decode()


def hidden(client: Client, path: str) -> dict[str, str]:
    """Return the hidden fields of the form of a proposal that have a value."""
    form = page_of(client, path).partition("data-autosave=")[2]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', form))


@pytest.fixture
def ella(port: int) -> Iterator[Client]:
    """Return a client of the server that has signed in."""
    client = Client(port)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page_of(client, "/sign-in"))
    assert token
    answer = client.post("/sign-in", [("csrf_token", token[1]), ("person", "proposer")])
    assert answer.status == 303
    yield client
    client.close()


def at_once(ella: Client, *asked: Callable[[Client], Answer]) -> list[Answer]:
    """Let each of `asked` do its work over a connection of its own, all at the same moment."""
    start, answers = Barrier(len(asked)), []

    def ask(work: Callable[[Client], Answer]) -> None:
        client = Client(ella.port, dict(ella.cookies))
        start.wait()
        answers.append(work(client))
        client.close()

    threads = [Thread(target=ask, args=(each,)) for each in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(asked)
    db.session.rollback()
    return answers


def count(model: type) -> int:
    return db.session.scalars(select(func.count()).select_from(model)).one()


@pytest.mark.parametrize("is_typing", [False, True])
@pytest.mark.parametrize("button", ["save", "submit"])
def test_a_new_proposal_becomes_one(ella: Client, button: str, is_typing: bool) -> None:
    fields = list({**hidden(ella, "/proposals/new"), **filled_in()}.items())

    def send(client: Client) -> Answer:
        return client.post("/proposals/new", [*fields, ("then", button)])

    def keep(client: Client) -> Answer:
        return client.post("/proposals/working-copy", fields)

    if is_typing:
        assert keep(ella).status == 200
    typing = [keep] * 5 if is_typing else []
    answers = at_once(ella, *[send] * TIMES, *typing)
    sent = [each for each in answers if each.headers["Location"]]
    assert len(sent) == TIMES
    assert {(each.status, each.headers["Location"]) for each in sent} == {
        (303, "/measures/1" if button == "submit" else "/proposals/1/edit")
    }
    assert {each.status for each in answers if each not in sent} <= {200, 409}
    assert (count(Measure), count(WorkingCopy)) == (1, 0)
    assert count(Step) == (1 if button == "submit" else 0)
    # One that comes later still brings nothing back.
    assert keep(ella).status == 409
    db.session.rollback()
    assert count(WorkingCopy) == 0


def test_an_edit_becomes_one_version(ella: Client) -> None:
    measure_id = saved()
    page, keep_at = f"/proposals/{measure_id}/edit", f"/proposals/working-copy/{measure_id}"
    given = {**hidden(ella, page), **filled_in(name_fi="Uusi nimi")}
    fields = list(given.items())

    def send(client: Client) -> Answer:
        return client.post(page, [*fields, ("then", "submit")])

    def keep(client: Client) -> Answer:
        return client.post(keep_at, fields)

    answers = at_once(ella, *[send] * TIMES, *[keep] * 5)
    assert [each.status for each in answers].count(303) == TIMES
    measure = db.session.get_one(Measure, measure_id)
    assert (measure.name_fi, measure.version) == ("Uusi nimi", 2)
    assert (count(WorkingCopy), count(Step)) == (0, 1)


def test_what_is_typed_in_many_tabs_at_once_is_all_kept(ella: Client) -> None:
    forms = [hidden(ella, "/proposals/new") for _ in range(8)]

    def keeping(number: int) -> Callable[[Client], Answer]:
        given = {**forms[number], "name_fi": f"Nimi {number}"}
        return lambda client: client.post("/proposals/working-copy", list(given.items()))

    answers = at_once(ella, *[keeping(number) for number in range(8)] * 2)
    assert {each.status for each in answers} == {200}
    texts = {dict(copy.typed)["name_fi"] for copy in db.session.scalars(select(WorkingCopy))}
    assert texts == {f"Nimi {number}" for number in range(8)}
    assert count(WorkingCopy) == 8
