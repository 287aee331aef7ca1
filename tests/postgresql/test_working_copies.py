"""What one person sends at once from the form of a proposal, on PostgreSQL: it becomes one."""

from collections.abc import Callable, Sequence

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.database import writing
from app.extensions import db
from app.measures.models import Measure, Step
from app.measures.states import Size
from app.measures.workflow import LAW, NETWORK
from app.programmes.models import Theme
from app.proposing import working_copies
from app.proposing.models import WorkingCopy
from app.proposing.working_copies import Mark
from app.vocabulary.models import ClassificationValue
from tests.client import LintingClient, sign_in_as
from tests.forms import forms_of
from tests.measures.proposals import unit_id
from tests.postgresql.rush import at_once

TIMES = 20
NEW = "/proposals/new"
KEEP = "/proposals/working-copy"
KEY = "0123456789abcdef0123456789abcdef"
NO_MARK = Mark("", "")


def count(model: type) -> int:
    number = db.session.scalars(select(func.count()).select_from(model)).one()
    db.session.rollback()
    return number


def form_of(client: LintingClient, path: str, **given: str) -> dict[str, str]:
    """Return the fields of the form of a proposal, filled in so that nothing is missing."""
    forms = forms_of(client.get(path))
    (form,) = (each for each in forms if each.element.get("data-autosave"))
    theme = db.session.scalars(select(func.max(Theme.id)).where(Theme.code == "A")).one()
    # Some ask for more.
    plain = ClassificationValue.key.not_in((LAW, NETWORK))
    query = select(ClassificationValue.kind, func.min(ClassificationValue.id)).where(plain)
    chosen = db.session.execute(query.group_by(ClassificationValue.kind))
    return {
        **dict(form.filled({})),
        "problem_fi": "Miksi ajan voi varata vain soittamalla?",
        "name_fi": "Asukas varaa ajan itse",
        **{f"{kind}_id": str(value_id) for kind, value_id in chosen},
        "impact": Size.M.value,
        "cost_class": Size.S.value,
        "theme_id": str(theme),
        "unit_id": str(unit_id("library")),
        "first_year": "2027",
        **given,
    }


@pytest.fixture
def ella(demo_client: LintingClient) -> LintingClient:
    """Return a client in which somebody proposes for the library."""
    return sign_in_as(demo_client, "proposer")


@pytest.fixture
def send(demo_app: Flask, ella: LintingClient) -> Callable[..., Callable[[], tuple[int, str]]]:
    """Return what makes a function that sends a form of that person in a thread of its own."""

    def prepare(path: str, fields: dict[str, str]) -> Callable[[], tuple[int, str]]:
        cookie = ella.get_cookie("session")
        assert cookie is not None

        def do() -> tuple[int, str]:
            with demo_app.app_context():
                client = demo_app.test_client()
                client.set_cookie("session", cookie.value)
                answer = client.post(path, data=fields)
                return answer.status_code, answer.location or ""

        return do

    return prepare


@pytest.mark.parametrize("button", ["save", "submit"])
def test_a_new_proposal_becomes_one(ella: LintingClient, send, button: str) -> None:
    fields = form_of(ella, NEW, then=button)
    measures, steps, copies = count(Measure), count(Step), count(WorkingCopy)
    assert send(KEEP, fields)()[0] == 200
    sending, typing = [send(NEW, fields)] * TIMES, [send(KEEP, fields)] * 5
    answers = at_once([*sending, *typing])
    assert len(set(answers[:TIMES])) == 1
    assert answers[0][0] == 303
    assert {status for status, _location in answers[TIMES:]} <= {200, 409}
    assert (count(Measure), count(WorkingCopy)) == (measures + 1, copies)
    assert count(Step) == steps + (button == "submit")
    # One that comes later still brings nothing back.
    assert send(KEEP, fields)()[0] == 409
    assert count(WorkingCopy) == copies


def test_an_edit_becomes_one_version(ella: LintingClient, send) -> None:
    status, location = send(NEW, form_of(ella, NEW, then="save"))()
    assert status == 303
    measure_id = int(location.split("/")[2])
    fields = form_of(ella, location, name_fi="Uusi nimi", then="submit")
    steps, copies = count(Step), count(WorkingCopy)
    sending, typing = [send(location, fields)] * TIMES, [send(f"{KEEP}/{measure_id}", fields)] * 5
    answers = at_once([*sending, *typing])
    assert {status for status, _location in answers[:TIMES]} == {303}
    measure = db.session.get_one(Measure, measure_id)
    assert (measure.name_fi, measure.version) == ("Uusi nimi", 2)
    assert (count(Step), count(WorkingCopy)) == (steps + 1, copies)


def test_two_tabs_of_one_person_keep_both_texts(ella: LintingClient, send) -> None:
    forms = [form_of(ella, NEW, name_fi=f"Nimi {number}") for number in range(8)]
    before = count(WorkingCopy)
    answers = at_once([send(KEEP, fields) for fields in forms * 2])
    assert {status for status, _location in answers} == {200}
    assert count(WorkingCopy) == before + 8


def test_of_two_that_take_over_the_same_copy_one_gets_its_own(demo_app: Flask, actor) -> None:
    proposer, before = actor("proposer"), count(WorkingCopy)
    keys: Sequence[str] = [f"{number:032x}" for number in range(6)]
    with writing(counted=False):
        copy = working_copies.keep(proposer, KEY, [("name_fi", "Alku")], NO_MARK, None, 0)
        assert copy is not None
        mark = Mark(KEY, copy.saved_at.isoformat())

    def typing(key: str) -> Callable[[], object]:
        def keep() -> None:
            with demo_app.app_context(), writing(counted=False):
                working_copies.keep(proposer, key, [("name_fi", key)], mark, None, 0)

        return keep

    at_once([typing(key) for key in keys])
    assert count(WorkingCopy) == before + len(keys)
    db.session.rollback()
    assert working_copies.find(proposer, KEY) is None
    for key in keys:
        copy = working_copies.find(proposer, key)
        assert copy is not None
        assert copy.typed == [("name_fi", key)]
