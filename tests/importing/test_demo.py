"""The demo has the numbers of the real roadmaps, and what is invented says so."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, text

from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.importing.demo import make_demo
from app.programmes.queries import roadmap_of
from app.roadmaps.clock import cautions
from app.roadmaps.dates import MILESTONES, days_of, faults, is_after_budget
from app.scoring.models import Round
from tests.conftest import running
from tests.importing.conftest import contents

ITEMS = """
    FROM item
    JOIN roadmap ON roadmap.id = item.roadmap_id
    JOIN entry ON entry.id = item.entry_id
    JOIN measure ON measure.id = entry.measure_id
    LEFT JOIN theme ON theme.id = entry.theme_id
    LEFT JOIN status_report ON status_report.measure_id = measure.id AND status_report.newest
"""
BY_BOARD = "item.membership IN ('approved', 'not_followed')"
NOW = "item.membership IN ('proposed', 'approved', 'added')"


def counts(what: str, where: str) -> Mapping[Any, int]:
    query = f"SELECT {what}, count(*) {ITEMS} WHERE {where} GROUP BY {what}"
    rows = db.session.execute(text(query)).all()
    return {(row[0] if len(row) == 2 else tuple(row[:-1])): row[-1] for row in rows}


@pytest.mark.parametrize(
    ("where", "themes"),
    [
        (f"year = 2024 AND {BY_BOARD}", {"A": 7, "B": 2, "C": 8, "K": 9}),
        (f"year = 2024 AND {NOW}", {"A": 6, "B": 2, "C": 8, "K": 6, None: 4}),
        (f"year = 2025 AND {NOW}", {"A": 4, "B": 6, "C": 9, "K": 7}),
        (f"year = 2026 AND {NOW}", {"A": 8, "B": 1, "C": 9, "K": 10}),
    ],
)
def test_themes_of_the_real_roadmaps(
    demo_app: Flask, where: str, themes: Mapping[Any, int]
) -> None:
    assert counts("theme.code", where) == themes


def test_impact_and_cost_of_what_the_board_approved_in_2024(demo_app: Flask) -> None:
    assert counts("impact, cost_class", f"year = 2024 AND {BY_BOARD}") == {
        ("S", "S"): 4,
        ("M", "S"): 3,
        ("M", "M"): 10,
        ("L", "M"): 8,
        ("L", "L"): 1,
    }


def test_statuses_of_2024_and_2025_together(demo_app: Flask) -> None:
    status = "coalesce(status_report.status, 'no_info')"
    found = counts(status, f"year IN (2024, 2025) AND {NOW}")
    assert found == {"started": 21, "done": 18, "no_info": 6, "planned": 5, "abandoned": 2}


def test_approvals_of_the_board_are_kept_with_a_snapshot_and_no_made_up_section(
    demo_app: Flask,
) -> None:
    query = """
        SELECT year, phase, roadmap.imported, decided_on, section, snapshot.number
        FROM roadmap
        LEFT JOIN board_decision ON board_decision.roadmap_id = roadmap.id
        LEFT JOIN snapshot ON snapshot.board_decision_id = board_decision.id
        WHERE year < 2027 ORDER BY year
    """
    assert [tuple(row) for row in db.session.execute(text(query))] == [
        (2024, "approved", 1, "2024-01-22", "", 1),
        (2025, "approved", 1, "2025-01-13", "", 1),
        (2026, "before_board", 1, None, None, None),
    ]


def test_the_real_programme_is_approved_without_a_made_up_decision(demo_app: Flask) -> None:
    found = db.session.execute(
        text("SELECT first_year, phase, imported, once_approved FROM programme ORDER BY first_year")
    )
    assert [tuple(row) for row in found] == [(2024, "approved", 1, 1), (2027, "drafting", 0, 0)]
    assert scalars("SELECT count(*) FROM board_decision WHERE programme_id IS NOT NULL") == [0]


def test_the_clock_has_all_days_and_warns_where_the_board_comes_after_the_budget(
    demo_app: Flask,
) -> None:
    today = clock.today()
    both = [roadmap for year in (2026, 2027) if (roadmap := roadmap_of(year))]
    assert [each.name for each in MILESTONES for row in both if each.of(row) is None] == []
    assert [faults(days_of(row), row.year) for row in both] == [{}, {}]
    assert [is_after_budget(row) for row in both] == [True, False]
    assert [each.roadmap.year for each in cautions(both, today)] == [2026]
    closes_on = db.session.scalar(select(Round.closes_on))
    assert closes_on == both[1].score_by, "the round ends when the roadmap is to be scored"


INVENTED = "FROM measure WHERE invented"


def scalars(query: str) -> list[Any]:
    return list(db.session.scalars(text(query)))


def test_the_coming_roadmap_collects_forty_invented_proposals_in_all_states(
    demo_app: Flask,
) -> None:
    found = db.session.execute(text(f"SELECT state, count(*) {INVENTED} GROUP BY state"))
    assert dict(found.all()) == {
        "approved": 4,
        "draft": 6,
        "in_scoring": 10,
        "merged": 2,
        "postponed": 2,
        "rejected": 2,
        "returned": 4,
        "submitted": 8,
        "withdrawn": 2,
    }
    assert scalars(f"SELECT DISTINCT first_year {INVENTED}") == [2027]
    assert scalars("SELECT count(*) FROM measure WHERE first_year = 2027") == [40]
    assert scalars("SELECT name FROM user_account WHERE NOT invented") == []


def test_proposals_come_from_all_units_and_from_people_of_both_languages(demo_app: Flask) -> None:
    assert len(scalars(f"SELECT DISTINCT unit_id {INVENTED}")) >= 6
    languages = scalars("""
        SELECT language FROM measure JOIN user_account ON user_account.id = created_by_id
        WHERE measure.invented
    """)
    assert 18 <= languages.count("sv") <= 22


@pytest.mark.parametrize(
    "where",
    [
        "name_fi = ''",
        "name_sv = ''",
        "stale = 'fi'",
        "stale = 'sv'",
        "problem_fi = '' AND problem_sv = ''",
        "publicity = 'secret' AND secrecy_basis <> ''",
        "legal_act <> '' AND legal_section <> '' AND legal_deadline IS NOT NULL",
        "funding_call <> ''",
        "partners <> ''",
        "contact_id IS NOT NULL",
        "last_year > first_year",
        "id IN (SELECT measure_id FROM measure_post)",
        "id IN (SELECT measure_id FROM comment WHERE audience = 'signed_in')",
        "id IN (SELECT measure_id FROM comment WHERE audience = 'steering_group')",
        "id IN (SELECT measure_id FROM attachment WHERE kind = 'pdf')",
    ],
)
def test_there_is_a_proposal_with(demo_app: Flask, where: str) -> None:
    assert scalars(f"SELECT count(*) {INVENTED} AND {where}") > [0]


def test_proposals_follow_from_one_another(demo_app: Flask) -> None:
    kinds = scalars("SELECT kind FROM lineage ORDER BY kind")
    assert kinds == ["carried_over", "duplicate", "duplicate", "split"]


def test_whoever_returns_a_proposal_names_the_fields_concerned(demo_app: Flask) -> None:
    returned = scalars("SELECT concerned FROM measure_step WHERE transition = 'return'")
    assert len(returned) == 4
    assert all(returned)


def test_every_proposal_came_to_its_state_by_the_workflow(demo_app: Flask) -> None:
    query = """
        SELECT measure.name_fi FROM measure
        LEFT JOIN measure_step ON measure_step.measure_id = measure.id
            AND measure_step.target = measure.state
        WHERE measure.invented AND measure.state <> 'draft' AND measure_step.id IS NULL
    """
    assert db.session.scalars(text(query)).all() == []


def test_most_of_eight_members_have_scored_the_coming_year(demo_app: Flask) -> None:
    assert scalars("SELECT count(*) FROM scorer") == [8]
    reviews = dict(
        db.session.execute(
            text(
                "SELECT user_account.key, count(*) FROM review"
                " JOIN user_account ON user_account.id = user_id"
                " WHERE state = 'submitted' GROUP BY user_account.key"
            )
        ).all()
    )
    members = {"member2", "member3", "member4", "member5", "member6", "member7", "chair"}
    assert reviews.keys() == members
    assert min(reviews.values()) >= 10
    # Every proposal that was decided was scored before.
    unscored = "SELECT id FROM measure WHERE invented AND state IN ('approved', 'rejected')"
    assert scalars(f"{unscored} AND id NOT IN (SELECT measure_id FROM review)") == []


def test_a_person_has_each_role(demo_app: Flask) -> None:
    roles = db.session.scalars(text("SELECT DISTINCT role FROM role_grant ORDER BY role")).all()
    assert roles == [
        "administrator",
        "board_secretary",
        "chair",
        "member",
        "proposer",
        "secretary",
        "viewer",
    ]
    # All of them are offered on the sign-in page.
    assert scalars("SELECT count(*) FROM user_account WHERE disabled_on IS NULL")[0] <= 18


def test_posts_have_holders_and_deputies_one_role_is_a_deputys_and_somebody_has_left(
    demo_app: Flask,
) -> None:
    def count(table: str, where: str) -> Any:
        return db.session.scalar(text(f"SELECT count(*) FROM {table} WHERE {where}"))

    assert count("post", "holder_id IS NOT NULL") == 5
    assert count("post", "holder_id IS NOT NULL AND deputy_id IS NOT NULL") == 3
    assert count("role_grant", "deputy_for_id IS NOT NULL AND last_day IS NOT NULL") == 1
    assert count("user_account", "disabled_on IS NOT NULL") == 1


def test_second_start_changes_nothing_and_names_the_sign_ins(demo_app: Flask) -> None:
    before = contents()
    result = demo_app.test_cli_runner().invoke(args=["start-up"])
    assert result.exit_code == 0
    assert "http://127.0.0.1:5000" in result.output
    assert "board-secretary" in result.output
    assert contents() == before


def test_demo_that_is_cut_off_leaves_nothing(settings: Settings, compiled: Path) -> None:
    def cut_off() -> None:
        with writing():
            make_demo()
            raise KeyboardInterrupt

    settings.instance.mkdir()
    with running(settings, compiled) as app:
        upgrade()
        empty = contents()
        with pytest.raises(KeyboardInterrupt):
            cut_off()
        assert contents() == empty
        assert app.test_cli_runner().invoke(args=["start-up"]).exit_code == 0
        assert len(contents()["item"]) == 84
