"""Proposals on PostgreSQL: what two do to one at the same moment comes one after the other."""

from collections.abc import Callable, Sequence

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.database import writing
from app.core.errors import Refused
from app.desk.models import BulkAction
from app.extensions import db
from app.measures import lineage, operations
from app.measures.models import Lineage, Measure, Step
from app.measures.states import LineageKind, State
from app.measures.workflow import missing
from tests.client import LintingClient, sign_in_as
from tests.desk.city import address
from tests.postgresql.rush import after_all_have_read, at_once, sending


def in_state(state: State, after: int = 0) -> int:
    """Return the first proposal of the demo after another one that lacks nothing."""
    query = select(Measure).where(Measure.state == state, Measure.id > after).order_by(Measure.id)
    found = next(each.id for each in db.session.scalars(query) if not missing(each))
    db.session.rollback()
    return found


def count(model: type) -> int:
    number = db.session.scalars(select(func.count()).select_from(model)).one()
    db.session.rollback()
    return number


def read(measure_id: int) -> Measure:
    return db.session.get_one(Measure, measure_id)


def in_the_app(app: Flask, work: Callable[[], object]) -> Callable[[], bool]:
    """Return a function that does `work` in a thread of its own, and tells whether it was let."""

    def do() -> bool:
        with app.app_context():
            try:
                with writing():
                    work()
            except Refused:
                return False
        return True

    return do


def test_of_several_who_move_a_proposal_at_once_one_does(demo_app: Flask, actor) -> None:
    secretary, measure_id, before = actor("secretary"), in_state(State.SUBMITTED), count(Step)

    def give_back() -> None:
        operations.move(read(measure_id), "return", secretary, "Kerro hinta.")

    works = [in_the_app(demo_app, give_back)] * 4
    assert sorted(after_all_have_read(works)) == [False, False, False, True]
    assert count(Step) == before + 1


def test_what_is_submitted_meanwhile_is_not_edited(demo_app: Flask, actor) -> None:
    proposer, measure_id = actor("proposer"), in_state(State.SUBMITTED)
    with writing():
        measure = read(measure_id)
        measure.state, measure.unit_id = State.DRAFT, min(proposer.unit_ids)
    version, name = measure.version, measure.name_fi

    def submit() -> None:
        operations.move(read(measure_id), "submit", proposer)

    def edit() -> None:
        fields = {"name_fi": "Jälkikäteen"}
        operations.edit_proposal(read(measure_id), version, fields, proposer)

    submitted, edited = after_all_have_read([in_the_app(demo_app, each) for each in (submit, edit)])
    db.session.rollback()
    assert submitted
    assert (read(measure_id).name_fi == name) == (not edited)


@pytest.mark.parametrize("way", [lineage.mark, lineage.merge])
def test_two_measures_are_not_related_both_ways_at_once(demo_app: Flask, actor, way) -> None:
    secretary = actor("secretary")
    one, two = (in_state(State.SUBMITTED, after) for after in (0, in_state(State.SUBMITTED)))
    how = (LineageKind.SPLIT, secretary) if way is lineage.mark else (secretary, "Sama asia.")
    works = [lambda: way(read(one), read(two), *how), lambda: way(read(two), read(one), *how)]
    assert sorted(after_all_have_read([in_the_app(demo_app, each) for each in works * 2])) == (
        [False, False, True, True] if way is lineage.mark else [False, False, False, True]
    )
    query = select(Lineage).where(Lineage.measure_id.in_((one, two)))
    (link,) = db.session.scalars(query.where(Lineage.earlier_id.in_((one, two)))).all()
    merged = [each for each in (one, two) if read(each).state is State.MERGED]
    assert merged == ([] if way is lineage.mark else [link.measure_id])


def test_of_two_secretaries_who_merge_both_ways_the_second_is_told(
    demo_app: Flask, actor, secretaries: Sequence[LintingClient]
) -> None:
    one, two = (in_state(State.SUBMITTED, after) for after in (0, in_state(State.SUBMITTED)))
    given = {"relation": "merge", "which": "this", "reason": "Sama asia."}
    works = [
        sending(client, f"/measures/{this}/lineage/{other}", **given)
        for client, this, other in zip(secretaries, (one, two), (two, one), strict=True)
    ]
    answers = after_all_have_read(works)
    done, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (done.status_code, refused.status_code) == (303, 409)
    assert "ei voi yhdistää mitään" in refused.text
    db.session.rollback()
    assert {read(one).state, read(two).state} == {State.MERGED, State.SUBMITTED}


def test_of_two_secretaries_who_handle_the_same_rows_at_once_one_does(
    demo_app: Flask, secretaries: Sequence[LintingClient]
) -> None:
    one, two = (in_state(State.SUBMITTED, after) for after in (0, in_state(State.SUBMITTED)))
    before, steps = count(BulkAction), count(Step)

    page, reasons = address("return", one, two), {"reason_fi": "Hinta?", "reason_sv": "Priset?"}
    works = [sending(client, page, **reasons) for client in secretaries]
    answers = after_all_have_read(works)
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    db.session.rollback()
    assert (count(BulkAction), count(Step)) == (before + 1, steps + 2)


def test_a_bulk_action_that_is_confirmed_at_once_several_times_is_done_once(
    demo_app: Flask, demo_client: LintingClient
) -> None:
    measure_id, before = in_state(State.SUBMITTED), count(BulkAction)
    sign_in_as(demo_client, "secretary")
    works = [sending(demo_client, address("return", measure_id), reason_fi="Kerro hinta.")] * 6
    assert [answer.status_code for answer in at_once(works)] == [303] * 6
    assert count(BulkAction) == before + 1
