"""What the app changes it records: every table has its events or its reason to have none."""

import pytest
from flask import Flask, Response
from sqlalchemy import delete, update

from app.accounts.models import Unit, User
from app.core import clock
from app.core.database import writing
from app.core.guards import requires
from app.core.policy import Action
from app.extensions import db
from tests.client import LintingClient
from tests.recording import KINDS, UNRECORDED


def test_every_table_is_recorded_or_says_why_not() -> None:
    assert KINDS.keys() | UNRECORDED.keys() == db.metadata.tables.keys()
    assert not KINDS.keys() & UNRECORDED.keys()
    assert all(UNRECORDED.values())


def test_every_table_that_is_recorded_has_a_column_to_record() -> None:
    for table in KINDS:
        columns = db.metadata.tables[table].columns
        assert any(not column.info.get("unrecorded") for column in columns), table


FORGETFUL = {
    "row": lambda: setattr(db.session.query(Unit).first(), "name_fi", "Toinen nimi"),
    "statement": lambda: db.session.execute(update(Unit).values(name_fi="Toinen nimi")),
    "new": lambda: db.session.add(Unit(key="new", name_fi="Uusi", name_sv="Ny")),
    "gone": lambda: db.session.execute(delete(Unit).where(Unit.key == "streets")),
}
SILENT = {
    "nothing": lambda: None,
    "unrecorded column": lambda: db.session.execute(update(User).values(last_seen_at=clock.now())),
}


def answer_of(client: LintingClient, app: Flask, change) -> int:
    """Return what a view of the app answers that changes something and records nothing."""

    @requires(Action.SEE_OPEN_PAGES)
    def view() -> Response:
        with writing():
            change()
        return Response(status=204, mimetype="text/plain")

    app.add_url_rule("/forgetful", view_func=view)
    client.expects_errors = True
    return client.get("/forgetful").status_code


@pytest.mark.parametrize("change", FORGETFUL.values(), ids=FORGETFUL)
def test_a_change_without_an_event_fails(client, app, change) -> None:
    before = [unit.name_fi for unit in db.session.query(Unit)]
    assert answer_of(client, app, change) == 500
    assert [unit.name_fi for unit in db.session.query(Unit)] == before


@pytest.mark.parametrize("change", SILENT.values(), ids=SILENT)
def test_what_needs_no_event_passes(client, app, change) -> None:
    assert answer_of(client, app, change) == 204


def test_a_test_may_set_its_scene(app) -> None:
    with writing():
        FORGETFUL["row"]()
    assert db.session.query(Unit).filter_by(name_fi="Toinen nimi").count() == 1
