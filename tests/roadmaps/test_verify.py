"""Whatever is done to what the city board approved, past the triggers, is found."""

import pytest
from flask import Flask
from sqlalchemy import text

from app.core.database import writing
from app.extensions import db
from app.programmes.queries import roadmap_of
from app.roadmaps import snapshot
from app.roadmaps.states import BoardOutcome
from tests.roadmaps.drafts import before_board, board_decides, take_off, write_down
from tests.roadmaps.drafts import snapshots as kept
from tests.scoring.rounds import YEAR

DIGEST = "a" * 64


@pytest.fixture(params=[False, True])
def approved(request, app, actor) -> None:
    """Let the city board approve the roadmap: as proposed, or with a change."""
    ids = before_board(actor("secretary"), actor("chair"), count=2)
    outcome = BoardOutcome.APPROVED
    if request.param:
        take_off(ids[0], actor("board-secretary"))
        write_down(
            ids[1], "name", actor("board-secretary"), name_fi="Uusi nimi", name_sv="Nytt namn"
        )
        outcome = BoardOutcome.APPROVED_WITH_CHANGES
    board_decides(actor("board-secretary"), outcome)


def verify(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["roadmap", "verify", *arguments])
    return result.exit_code, result.output


def test_what_is_unchanged_says_so(app, approved) -> None:
    code, said = verify(app, str(YEAR))
    assert code == 0, said
    assert f"Roadmap {YEAR}, approval 1: city board " in said
    assert "section 310, 1/2026" in said
    assert f"SHA-256 {kept()[0].sha256}: unchanged" in said
    assert "Programme" not in said


def test_without_a_year_it_tells_of_all(app, approved) -> None:
    with writing():
        roadmap_of(2025).imported = True
    code, said = verify(app)
    assert code == 0, said
    assert "Programme 2024-2026" in said
    assert "Roadmap 2025: the city board has not approved it" in said


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


COPY = "INSERT INTO snapshot (roadmap_id, board_decision_id, number, content, sha256, made_at)"


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE snapshot SET content = replace(content, 'A2', 'A9')"],
        ["UPDATE snapshot SET content = ' ' || content"],
        ["UPDATE snapshot SET content = '{}'"],
        ["UPDATE snapshot SET content = 'nonsense'"],
        [f"UPDATE snapshot SET sha256 = '{DIGEST}'"],
        ["UPDATE snapshot SET number = 2"],
        ["UPDATE snapshot SET id = id + 1"],
        ["UPDATE snapshot SET roadmap_id = roadmap_id - 1"],
        ["UPDATE snapshot SET roadmap_id = NULL, programme_id = 1"],
        ["UPDATE snapshot SET made_at = '2020-01-01 00:00:00.000000'"],
        ["UPDATE snapshot SET made_at = 'nonsense'"],
        ["DELETE FROM snapshot"],
        ["DELETE FROM snapshot", "UPDATE board_decision SET outcome = 'tabled'"],
        [f"{COPY} SELECT roadmap_id, board_decision_id, 2, content, sha256, made_at FROM snapshot"],
        [
            (
                f"{COPY} SELECT roadmap_id - 1, board_decision_id, 1, content, sha256, made_at"
                " FROM snapshot"
            )
        ],
        [
            (
                "REPLACE INTO snapshot (id, roadmap_id, board_decision_id, number, content, sha256,"
                " made_at) SELECT id, roadmap_id, board_decision_id, number,"
                " replace(content, 'A2', 'A9'), sha256, made_at FROM snapshot"
            )
        ],
        ["UPDATE board_decision SET decided_on = '2020-01-01'"],
        ["UPDATE board_decision SET section = '1'"],
        ["UPDATE board_decision SET case_number = ''"],
        ["UPDATE board_decision SET proposal_id = NULL"],
        ["UPDATE board_proposal SET content = replace(content, 'A2', 'A9')"],
        ["UPDATE board_proposal SET made_at = '2020-01-01 00:00:00.000000'"],
        [
            "UPDATE board_proposal SET content = '{}'",
            f"UPDATE board_proposal SET sha256 = '{DIGEST}'",
        ],
    ],
)
def test_tampering_is_found(app, approved, statements: list[str]) -> None:
    tamper(*statements)
    code, said = verify(app)
    assert code == 1
    assert said.endswith(".\n")


def test_a_text_with_its_own_digest_is_found(app, approved) -> None:
    digest = snapshot.digest(kept()[0].content.replace("A2", "A9"))
    tamper(
        "UPDATE snapshot SET content = replace(content, 'A2', 'A9')",
        f"UPDATE snapshot SET sha256 = '{digest}'",
    )
    code, said = verify(app, str(YEAR))
    assert code == 1
    assert "the record has" in said


@pytest.mark.parametrize("table", ["snapshot", "board_proposal", "audit_event"])
@pytest.mark.parametrize("event", ["update", "delete", "insert"])
def test_a_trigger_that_is_missing_is_named(app, approved, table: str, event: str) -> None:
    with writing():
        db.session.execute(text(f"DROP TRIGGER {table}_refuses_{event}"))
    code, said = verify(app, str(YEAR))
    assert code == 1
    assert f"{table}_refuses_{event}" in said


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
