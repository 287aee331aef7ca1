"""Whatever is done to what the city board approved, past the triggers, is found."""

import pytest
from flask import Flask
from sqlalchemy import text

from app.core.database import writing
from app.extensions import db
from app.programmes.queries import roadmap_of
from app.roadmaps import snapshot, verification
from app.roadmaps.states import BoardOutcome
from tests.roadmaps.drafts import (
    before_board,
    board_decides,
    programme_approved,
    take_off,
    write_down,
)
from tests.roadmaps.drafts import snapshots as kept
from tests.roadmaps.tampering import harmless_changes, not_found, not_refused, tamperings
from tests.scoring.rounds import YEAR


@pytest.fixture
def approved(request, app, actor) -> None:
    """Let the city board approve its programme and the roadmap: as proposed, or with a change."""
    with writing():
        roadmap_of(2025).imported = True
    programme_approved(actor("chair"), actor("board-secretary"))
    ids = before_board(actor("secretary"), actor("chair"), count=2)
    outcome = BoardOutcome.APPROVED
    if getattr(request, "param", False):
        take_off(ids[0], actor("board-secretary"))
        write_down(
            ids[1], "name", actor("board-secretary"), name_fi="Uusi nimi", name_sv="Nytt namn"
        )
        outcome = BoardOutcome.APPROVED_WITH_CHANGES
    board_decides(actor("board-secretary"), outcome)


def verify(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["roadmap", "verify", *arguments])
    return result.exit_code, result.output


BOTH = pytest.mark.parametrize("approved", [False, True], indirect=True)


@BOTH
def test_what_is_unchanged_says_so(app, approved) -> None:
    code, said = verify(app, str(YEAR))
    assert code == 0, said
    assert f"Roadmap {YEAR}, approval 1: city board " in said
    assert "section 310, 1/2026" in said
    assert f"SHA-256 {kept()[0].sha256}: unchanged" in said
    assert "Programme" not in said


def test_without_a_year_it_tells_of_all(app, approved) -> None:
    code, said = verify(app)
    assert code == 0, said
    assert "Programme 2024-2026" in said
    assert "Roadmap 2025: approved before the tool came into use" in said


def test_a_year_without_a_roadmap(app) -> None:
    assert verify(app, "2090")[0] == 1


def tamper(*statements: str) -> None:
    """Write past the triggers, as somebody with the database in their hands would."""
    names = db.session.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_refuses_%'")
    ).all()
    made = [
        db.session.scalars(text(f"SELECT sql FROM sqlite_master WHERE name = '{name}'")).one()
        for name in names
    ]
    with writing():
        for name in names:
            db.session.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            db.session.execute(text(statement))
        for sql in made:
            db.session.connection().exec_driver_sql(sql)


@BOTH
def test_every_tampering_is_refused_or_found(app, approved) -> None:
    assert not_refused(harmless_changes()) == []
    names = db.session.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_refuses_%'")
    )
    switch_off = [f"DROP TRIGGER {name}" for name in names]
    replaced = (
        "REPLACE INTO snapshot (id, roadmap_id, board_decision_id, number, content, sha256,"
        " made_at) SELECT id, roadmap_id, board_decision_id, number, ' ' || content, sha256,"
        " made_at FROM snapshot WHERE roadmap_id IS NOT NULL"
    )
    no_time = "UPDATE snapshot SET made_at = 'nonsense'"
    assert not_refused([replaced]) == []
    assert not_found([*tamperings(), [replaced], [no_time]], switch_off) == []
    # What nobody tampered with is found to be whole even then.
    assert not_found([["SELECT 1"]], switch_off) == [["SELECT 1"]]


def test_a_text_with_its_own_digest_is_found(app, approved) -> None:
    digest = snapshot.digest(kept()[0].content.replace("A2", "A9"))
    tamper(
        "UPDATE snapshot SET content = replace(content, 'A2', 'A9')",
        f"UPDATE snapshot SET sha256 = '{digest}'",
    )
    code, said = verify(app, str(YEAR))
    assert code == 1
    assert "the record has" in said


def test_a_trigger_that_is_missing_is_named(app) -> None:
    for trigger in sorted(verification.TRIGGERS):
        db.session.execute(text(f"DROP TRIGGER {trigger}"))
        assert verification.missing_triggers() == [trigger]
        db.session.rollback()
    with writing():
        db.session.execute(text("DROP TRIGGER audit_event_refuses_update"))
    code, said = verify(app, str(YEAR))
    assert code == 1
    assert "audit_event_refuses_update" in said


def test_a_trigger_that_refuses_nothing_is_named(app, approved) -> None:
    with writing():
        db.session.execute(text("DROP TRIGGER snapshot_refuses_update"))
        db.session.connection().exec_driver_sql(
            "CREATE TRIGGER snapshot_refuses_update BEFORE UPDATE ON snapshot BEGIN SELECT 1; END"
        )
    code, said = verify(app, str(YEAR))
    assert code == 1
    assert "snapshot_refuses_update" in said


def test_a_record_that_is_not_whole_proves_nothing(app, approved) -> None:
    tamper("UPDATE audit_event SET happened_at = '2020-01-01 00:00:00.000000' WHERE id = 3")
    code, said = verify(app, str(YEAR))
    assert code == 1
    assert "event 3" in said


def test_the_demo_verifies_with_its_real_dates(demo_app: Flask) -> None:
    code, said = verify(demo_app)
    assert code == 0, said
    assert "Programme 2024-2026: approved before the tool came into use, nothing is kept" in said
    assert "Programme 2027-2029: the city board has not approved it" in said
    assert "Roadmap 2024, approval 1: city board 2024-01-22, section unknown" in said
    assert "Roadmap 2025, approval 1: city board 2025-01-13, section unknown" in said
    assert "Roadmap 2026: the city board has not approved it" in said
