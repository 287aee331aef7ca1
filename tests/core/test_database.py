"""The ways of SQLite: real transactions, foreign keys, and nothing lost between two writers."""

from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Unit
from app.core.database import writing
from app.extensions import db
from tests.conftest import copy_database, make_settings, running

WRITERS, TIMES = 4, 25


def library() -> Unit:
    return db.session.scalars(sa.select(Unit).where(Unit.key == "library")).one()


def test_read_then_write_of_several_threads_loses_nothing(app: Flask) -> None:
    with writing():
        library().name_fi = "0"
    start = Barrier(WRITERS)

    def count_up() -> None:
        with app.app_context():
            start.wait()
            for _ in range(TIMES):
                with writing():
                    unit = library()
                    unit.name_fi = str(int(unit.name_fi) + 1)

    threads = [Thread(target=count_up) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert library().name_fi == str(WRITERS * TIMES)


def test_writing_reads_anew_what_was_read_before(app: Flask) -> None:
    unit = library()
    before = unit.name_fi
    with app.app_context(), writing():
        library().name_fi = "Uusi kirjasto"
    assert unit.name_fi == before
    with writing():
        assert unit.name_fi == "Uusi kirjasto"


def test_writing_leaves_nothing_of_what_failed(app: Flask) -> None:
    before = library().name_fi

    def fail() -> None:
        with writing():
            library().name_fi = "Halfway"
            db.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert library().name_fi == before


def test_writing_commits_without_being_told(app: Flask) -> None:
    with writing():
        library().name_fi = "Uusi kirjasto"
    with app.app_context():
        assert library().name_fi == "Uusi kirjasto"


def test_a_reader_is_not_held_up_by_a_writer(app: Flask) -> None:
    with writing():
        library().name_fi = "Not yet"
        db.session.flush()
        with app.app_context():
            assert library().name_fi == "Kirjasto"


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("foreign_keys", 1),
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("busy_timeout", 5000),
        ("recursive_triggers", 1),
    ],
)
def test_every_connection_has_its_settings(app: Flask, pragma: str, value: object) -> None:
    with db.engine.connect() as first, db.engine.connect() as second:
        for connection in (first, second):
            assert connection.scalar(sa.text(f"PRAGMA {pragma}")) == value


def test_foreign_keys_are_enforced(app: Flask) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="FOREIGN KEY"), writing():
        db.session.add(Unit(key="lost", name_fi="x", name_sv="x", parent_id=999))


@pytest.mark.parametrize("counted", [True, False])
def test_queries_are_counted_only_where_the_setting_says_so(
    tmp_path, city_database, compiled, counted: bool
) -> None:
    settings = make_settings(tmp_path / "instance", query_count_header=counted)
    copy_database(city_database, settings)
    with running(settings, compiled) as app:
        client = app.test_client()
        counts = [client.get(path).headers.get("X-Query-Count") for path in ("/healthz", "/readyz")]
    if counted:
        assert counts[0] == "0"
        assert int(counts[1]) > 0
    else:
        assert counts == [None, None]
