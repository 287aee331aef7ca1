"""What the city board approved on PostgreSQL: every change is refused, or found afterwards."""

import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.measures.models import Measure
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase
from app.roadmaps import board_queries, snapshot
from app.roadmaps.models import BoardProposal, Snapshot
from tests.client import sign_in_as
from tests.postgresql.rush import after_all_have_read, sending
from tests.roadmaps.tampering import harmless_changes, not_found, not_refused, tamperings

PAGE = "/roadmaps/2026"


def verify(app: Flask) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["roadmap", "verify"])
    return result.exit_code, result.output


def execute(*statements: str) -> None:
    with writing():
        for statement in statements:
            db.session.execute(sa.text(statement))


def test_the_demo_verifies(demo_app: Flask) -> None:
    code, said = verify(demo_app)
    assert code == 0, said
    assert "Roadmap 2024, approval 1: city board 2024-01-22, section unknown" in said


def test_every_tampering_is_refused_or_found(demo_app: Flask) -> None:
    tables = ("board_proposal", "snapshot")
    emptied = [f"TRUNCATE {table} CASCADE" for table in tables]
    assert not_refused([*harmless_changes(), *emptied]) == []
    switch_off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
    assert not_found(tamperings(), switch_off) == []
    # What nobody tampered with is found to be whole even then.
    assert not_found([["SELECT 1"]], switch_off) == [["SELECT 1"]]


def test_a_trigger_that_is_switched_off_is_named(demo_app: Flask) -> None:
    execute("ALTER TABLE snapshot DISABLE TRIGGER snapshot_refuses_update")
    code, said = verify(demo_app)
    assert code == 1
    assert "snapshot_refuses_update" in said


def approval() -> dict[str, str]:
    return {"outcome": "approved", "decided_on": clock.today().isoformat(), "section": "310"}


def kept() -> list[Snapshot]:
    db.session.rollback()
    return list(board_queries.all_of(Snapshot, roadmap_of(2026)))


def test_an_approval_that_is_sent_twice_at_once_is_one(demo_app: Flask) -> None:
    client = sign_in_as(demo_app.test_client(), "board-secretary")
    send = sending(client, PAGE, **approval())
    assert [each.status_code for each in after_all_have_read([send, send])] == [303, 303]
    assert len(kept()) == 1
    assert len(board_queries.decisions(roadmap_of(2026))) == 1


def test_of_an_approval_and_an_edit_at_once_one_is_told(demo_app: Flask) -> None:
    proposal = board_queries.newest(BoardProposal, roadmap_of(2026))
    measure_id, proposed = snapshot.measure_ids(proposal)[0], proposal.content
    clients = [sign_in_as(demo_app.test_client(), key) for key in ("board-secretary", "secretary")]
    name = "Samaan aikaan muokattu"
    works = [
        sending(clients[0], PAGE, **approval()),
        sending(clients[1], f"/measures/{measure_id}/facts", name_fi=name),
    ]
    board, edit = after_all_have_read(works)
    assert sorted((board.status_code, edit.status_code)) == [303, 409]
    # Whoever comes second is shown what happened, and what they typed is still there.
    if board.status_code == 303:
        (approved,) = kept()
        assert approved.content == proposed
        assert "kirjattiin" in edit.text
        assert name in edit.text
    else:
        assert kept() == []
        assert roadmap_of(2026).phase is Phase.BEFORE_BOARD
        assert db.session.get_one(Measure, measure_id).name_fi == name
        assert name in board.text
        assert 'value="310"' in board.text
