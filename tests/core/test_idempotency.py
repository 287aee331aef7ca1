from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.core.database import writing
from app.core.idempotency import Receipt, earlier_result, keep_result, new_key
from app.core.policy import ANONYMOUS
from app.extensions import db

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC).replace(tzinfo=None)


def receipts() -> int:
    return db.session.scalars(select(func.count()).select_from(Receipt)).one()


def test_result_is_found_again_by_its_key(app, actor) -> None:
    ella, key = actor("proposer"), new_key()
    with writing():
        assert earlier_result(ella, key) is None
        keep_result(ella, key, "/proposals/5", NOON)
    assert earlier_result(ella, key) == "/proposals/5"
    assert earlier_result(ella, new_key()) is None


def test_keys_of_two_people_are_apart(app, actor) -> None:
    with writing():
        keep_result(actor("proposer"), "same", "1", NOON)
        keep_result(actor("proposer2"), "same", "2", NOON)
    assert earlier_result(actor("proposer"), "same") == "1"
    assert earlier_result(actor("proposer2"), "same") == "2"


@pytest.mark.parametrize("key", ["", "k" * 65, "two words", "ä"])
def test_nothing_is_kept_under_a_key_that_is_none_of_ours(app, actor, key: str) -> None:
    with writing():
        keep_result(actor("proposer"), key, "1", NOON)
    assert earlier_result(actor("proposer"), key) is None
    assert receipts() == 0


def test_nothing_is_kept_without_a_person(app) -> None:
    with writing():
        keep_result(ANONYMOUS, new_key(), "1", NOON)
    assert receipts() == 0


def test_keys_do_not_repeat() -> None:
    assert len({new_key() for _ in range(1000)}) == 1000
