"""Proposals on PostgreSQL: what two do to one at the same moment comes one after the other."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select

from app.core.database import writing
from app.core.errors import Refused
from app.desk.models import BulkAction
from app.extensions import db
from app.measures import operations
from app.measures.models import Measure, Step
from app.measures.states import State
from app.measures.workflow import missing
from tests.client import LintingClient, sign_in_as
from tests.desk.city import address
from tests.forms import forms_of


def in_state(state: State) -> int:
    """Return a proposal of the demo that lacks nothing."""
    query = select(Measure).where(Measure.state == state).order_by(Measure.id)
    found = next(each.id for each in db.session.scalars(query) if not missing(each))
    db.session.rollback()
    return found


def count(model: type) -> int:
    number = db.session.scalars(select(func.count()).select_from(model)).one()
    db.session.rollback()
    return number


def together(works: Sequence[Callable[[], object]]) -> list[object]:
    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(lambda work: work(), works))


def test_of_several_who_move_a_proposal_at_once_one_does(demo_app: Flask, actor) -> None:
    secretary, measure_id = actor("secretary"), in_state(State.SUBMITTED)
    before, all_have_read = count(Step), Barrier(4)

    def give_back() -> bool:
        with demo_app.app_context():
            try:
                with writing():
                    measure = db.session.get_one(Measure, measure_id)
                    all_have_read.wait(30)
                    operations.move(measure, "return", secretary, "Kerro hinta.")
            except Refused:
                return False
        return True

    assert sorted(together([give_back] * 4)) == [False, False, False, True]
    assert count(Step) == before + 1


def test_what_is_submitted_meanwhile_is_not_edited(demo_app: Flask, actor) -> None:
    proposer, measure_id = actor("proposer"), in_state(State.SUBMITTED)
    with writing():
        measure = db.session.get_one(Measure, measure_id)
        measure.state, measure.unit_id = State.DRAFT, min(proposer.unit_ids)
    name = measure.name_fi
    db.session.rollback()
    read, submitted = Barrier(2), Barrier(2)

    def submit() -> bool:
        with demo_app.app_context():
            read.wait(30)
            with writing():
                operations.move(db.session.get_one(Measure, measure_id), "submit", proposer)
            submitted.wait(30)
        return True

    def edit() -> bool:
        with demo_app.app_context():
            try:
                with writing():
                    measure = db.session.get_one(Measure, measure_id)
                    version = measure.version
                    read.wait(30)
                    submitted.wait(30)
                    fields = {"name_fi": "Jälkikäteen"}
                    operations.edit_proposal(measure, version, fields, proposer)
            except Refused:
                return False
        return True

    assert together([submit, edit]) == [True, False]
    assert db.session.get_one(Measure, measure_id).name_fi == name


def test_a_bulk_action_that_is_confirmed_at_once_several_times_is_done_once(
    demo_app: Flask, demo_client: LintingClient
) -> None:
    measure_id, before = in_state(State.SUBMITTED), count(BulkAction)
    sign_in_as(demo_client, "secretary")
    page = demo_client.get(address("return", measure_id))
    (form,) = (each for each in forms_of(page) if each.action == "/desk/preview")
    fields = {
        name: "Kerro hinta." if name.startswith("reason") else value
        for name, value in form.filled({})
    }
    cookie = demo_client.get_cookie("session")
    assert cookie is not None
    all_are_ready = Barrier(6)

    def confirm() -> int:
        with demo_app.app_context():
            client = demo_app.test_client()
            client.set_cookie("session", cookie.value)
            all_are_ready.wait(30)
            return client.post("/desk/preview", data=fields).status_code

    assert together([confirm] * 6) == [303] * 6
    assert count(BulkAction) == before + 1
