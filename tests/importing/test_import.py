"""What an import adds and changes, says, and leaves alone."""

import pytest
from sqlalchemy import text

from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.followup.operations import report_status
from app.followup.states import Precision, Status
from app.importing.plan import as_of
from app.programmes import operations as programmes
from app.programmes.models import Programme
from app.programmes.states import Phase
from tests.importing.conftest import DAYS, Run, as_csv, contents, demo_rows

NOTHING = "Nothing changes: the database is already as the file says."


def scalars(query: str) -> list[object]:
    found = list(db.session.scalars(text(query)))
    db.session.rollback()
    return found


def test_file_gives_measures_entries_items_and_dated_reports(run: Run) -> None:
    result = run("roadmap-2024.csv", *DAYS)
    assert result.output.startswith("26 rows: 26 added, 0 changed\n+ roadmap 2024: approved\n")
    query = """
        SELECT measure.name_fi, measure.problem_sv, value.key, impact, cost_class, state, publicity,
            theme.code, membership, number, item.position
        FROM measure
        JOIN entry ON entry.measure_id = measure.id
        JOIN item ON item.entry_id = entry.id
        JOIN theme ON theme.id = entry.theme_id
        JOIN classification_value AS value ON value.id = source_id
        WHERE number = 9
    """
    assert db.session.execute(text(query)).all() == [
        (
            "Hyödynnetään tekoälyä tunnistamaan esim vieraslajeja",
            "Naturens mångfald i Borgå behöver skyddas.",
            "strategy",
            "M",
            "S",
            "approved",
            "public",
            "B",
            "approved",
            9,
            9,
        )
    ]
    reports = """
        SELECT status, as_of, precision, newest FROM status_report
        JOIN measure ON measure.id = measure_id
        WHERE name_fi LIKE 'Speech-to-text%' ORDER BY as_of
    """
    assert [tuple(row) for row in db.session.execute(text(reports))] == [
        ("started", "2024-10-31", "month", 0),
        ("abandoned", "2025-12-02", "day", 1),
    ]


def test_empty_cells_stay_not_given(run: Run) -> None:
    run("roadmap-2026.csv")
    assert scalars("SELECT count(*) FROM measure WHERE source_id IS NULL AND impact IS NULL") == [
        28
    ]
    assert scalars("SELECT count(*) FROM status_report") == [0]
    assert scalars("SELECT phase FROM roadmap") == ["before_board"]


@pytest.mark.parametrize("options", [DAYS, ()], ids=["with the days", "without the days"])
def test_same_file_again_changes_nothing_and_says_so(run: Run, options: tuple[str, ...]) -> None:
    run("roadmap-2024.csv", *DAYS, "--board", "2024=2024-01-22")
    before = contents()
    result = run("roadmap-2024.csv", *options)
    assert result.exit_code == 0
    assert result.output == f"26 rows: 0 added, 0 changed\n{NOTHING}\n"
    assert contents() == before


def test_order_of_several_files_does_not_matter_to_a_second_import(run: Run) -> None:
    for name in ("roadmap-2024.csv", "roadmap-2024-additions.csv"):
        run(name, *DAYS)
    for name in ("roadmap-2024-additions.csv", "roadmap-2024.csv"):
        assert NOTHING in run(name).output
    assert scalars("SELECT position FROM item ORDER BY id") == list(range(1, 31))


def test_dry_run_says_the_same_and_writes_nothing(run: Run) -> None:
    before = contents()
    dry = run("roadmap-2024.csv", "--dry-run", *DAYS)
    assert contents() == before
    wet = run("roadmap-2024.csv", *DAYS)
    assert dry.output == wet.output + "This was a dry run: nothing was written.\n"


def test_changed_file_says_old_and_new_of_each_field(run_after_2024: Run) -> None:
    rows = demo_rows("roadmap-2024.csv")
    rows[0] |= {"name_fi": "Uusi nimi", "impact": "L", "source": "", "status_2025": "started"}
    rows[2] |= {"membership": "approved", "goal": "K"}
    result = run_after_2024(rows)
    assert result.output.splitlines() == [
        "26 rows: 0 added, 2 changed",
        "~ line 2, 2024 no. 1: Uusi nimi",
        "    name_fi: Hankitaan osallisuustyökalu kaavahankkeissa → Uusi nimi",
        "    impact: S → L",
        "    source: law → (empty)",
        "    status_2025 as of 2025-12-02: done → started",
        f"~ line 4, 2024 no. 3: {rows[2]['name_fi']}",
        "    membership: not_followed → approved",
        "    goal: A → K",
    ]
    assert scalars("SELECT name_fi FROM measure WHERE impact = 'L' AND source_id IS NULL") == [
        "Uusi nimi"
    ]
    assert scalars("SELECT count(*) FROM status_report") == [44]
    assert scalars("SELECT word FROM measure_word WHERE word = 'uusi'") == ["uusi"]
    assert NOTHING in run_after_2024(rows).output


def test_row_that_is_new_in_a_file_comes_in_its_place(run: Run) -> None:
    run("roadmap-2025.csv", *DAYS[2:])
    rows = demo_rows("roadmap-2025.csv")
    new = dict.fromkeys(rows[0], "") | {
        "year": "2025",
        "code": "B7",
        "goal": "B",
        "membership": "added",
        "name_fi": "Uusi toimenpide",
        "impact": "S",
        "status_2025": "planned",
    }
    rows.insert(8, new)
    result = run(rows)
    assert result.output.splitlines() == [
        "27 rows: 1 added, 0 changed",
        "~ roadmap 2025: the rows take the order of the file",
        "+ line 10, 2025 B7: Uusi toimenpide",
        "    membership added, code B7, goal B, impact S, status_2025 as of 2025-12-02 planned",
    ]
    ordered = "SELECT code FROM item JOIN entry ON entry.id = entry_id ORDER BY position"
    assert scalars(ordered) == [row["code"] for row in rows]
    assert NOTHING in run(rows).output


@pytest.mark.parametrize(
    "name", ["digitoidaan ARKISTOT", "  Digitoidaan\u00a0 arkistot ", "Digitoidaan\r\narkistot"]
)
def test_name_identifies_whatever_its_capitals_and_spaces(run_after_2024: Run, name: str) -> None:
    row = demo_rows("roadmap-2024.csv")[18] | {"number": "", "name_fi": name}
    assert run_after_2024([row]).output.splitlines()[0] == "1 rows: 0 added, 1 changed"
    assert scalars("SELECT count(*) FROM measure") == [26]


def test_measure_of_an_earlier_year_gets_a_further_item_and_keeps_what_is_known(
    run_after_2024: Run,
) -> None:
    row = dict.fromkeys(demo_rows("roadmap-2026.csv")[0], "") | {
        "year": "2026",
        "code": "K40",
        "membership": "proposed",
        "name_fi": "Digitoidaan arkistot",
        "cost_class": "L",
    }
    assert run_after_2024([row]).output.splitlines() == [
        "1 rows: 1 added, 0 changed",
        "+ roadmap 2026: before_board",
        "+ line 2, 2026 K40: Digitoidaan arkistot (a measure of another roadmap)",
        "    membership: (empty) → proposed",
        "    code: (empty) → K40",
        "    cost_class: M → L",
    ]
    assert scalars("SELECT count(*) FROM measure") == [26]
    assert scalars("SELECT count(*) FROM entry") == [26]
    known = (
        "SELECT problem_sv FROM measure JOIN entry ON measure_id = measure.id WHERE code = 'K40'"
    )
    assert scalars(known) != [""]
    assert NOTHING in run_after_2024([row]).output
    row_of_2024 = demo_rows("roadmap-2024.csv")[18]
    assert "cost_class: L → M" in run_after_2024([row_of_2024]).output
    assert scalars("SELECT code FROM entry WHERE code IS NOT NULL") == ["K40"]


def test_measure_of_another_programme_gets_a_further_entry(run_after_2024: Run) -> None:
    with writing():
        later = programmes.add_programme("Jatko", "Fortsättning", 2027, 2029, INSTALLER)
        programmes.add_theme(later, "X", "Muu teema", "Annat tema", INSTALLER)
    row = demo_rows("roadmap-2024.csv")[18]
    row |= {"year": "2027", "goal": "X", "number": "", "status_2024": "", "status_2025": ""}
    assert "(a measure of another roadmap)" in run_after_2024([row]).output
    assert scalars("SELECT count(*) FROM measure") == [26]
    codes = "SELECT theme.code FROM entry JOIN theme ON theme.id = theme_id ORDER BY entry.id DESC"
    assert scalars(codes)[:1] == ["X"]
    assert NOTHING in run_after_2024([row]).output


def test_files_of_several_years_may_be_one(run: Run) -> None:
    rows = demo_rows("roadmap-2024.csv") + demo_rows("roadmap-2025.csv")
    result = run(rows, *DAYS, "--board", "2024=2024-01-22", "--board", "2025=2025-01-13")
    assert result.output.splitlines()[:5] == [
        "52 rows: 52 added, 0 changed",
        "+ roadmap 2024: approved",
        "+ roadmap 2024: the city board's approval on 2024-01-22",
        "+ roadmap 2025: approved",
        "+ roadmap 2025: the city board's approval on 2025-01-13",
    ]
    assert scalars("SELECT count(*) FROM snapshot") == [2]


def test_board_may_be_told_later_and_again_but_not_otherwise(run_after_2024: Run) -> None:
    assert (
        "approval on 2024-01-22"
        in run_after_2024("roadmap-2024.csv", "--board", "2024=2024-01-22").output
    )
    assert NOTHING in run_after_2024("roadmap-2024.csv", "--board", "2024=2024-01-22").output
    result = run_after_2024("roadmap-2024.csv", "--board", "2024=2024-01-23")
    assert result.exit_code == 1
    assert "the city board's approval is recorded as of 2024-01-22" in result.output


def test_proposed_roadmap_becomes_approved_by_a_file_that_says_so(run: Run) -> None:
    run("roadmap-2026.csv")
    rows = [row | {"membership": "approved"} for row in demo_rows("roadmap-2026.csv")]
    assert "~ roadmap 2026: before_board → approved" in run(rows).output
    assert scalars("SELECT phase FROM roadmap") == ["approved"]
    result = run("roadmap-2026.csv")
    assert result.exit_code == 1
    assert "line 29, column membership: the roadmap 2026 is approved" in result.output


def test_planned_roadmap_is_filled_and_one_in_the_making_is_not(run: Run) -> None:
    with writing():
        programme = db.session.query(Programme).one()
        programmes.add_roadmap(programme, 2024, Phase.PLANNED, INSTALLER)
        programmes.add_roadmap(programme, 2026, Phase.COLLECTING, INSTALLER)
    assert "~ roadmap 2024: planned → approved" in run("roadmap-2024.csv", *DAYS).output
    assert scalars("SELECT imported FROM roadmap WHERE year = 2024") == [1]
    result = run("roadmap-2026.csv")
    assert result.exit_code == 1
    assert "line 2, column year: the roadmap 2026 is not imported" in result.output


def test_statuses_need_a_day_where_none_is_known(run: Run) -> None:
    before = contents()
    result = run("roadmap-2024.csv", "--as-of", "2024=2024-10")
    assert result.exit_code == 1
    assert "line 1, column status_2025: as of which day? Give --as-of 2025=" in result.output
    assert contents() == before


def test_later_report_of_one_measure_does_not_move_the_day_of_the_column(
    run_after_2024: Run,
) -> None:
    with writing():
        query = "SELECT measure_id FROM entry JOIN item ON entry_id = entry.id WHERE number = 9"
        measure_id = db.session.scalars(text(query)).one()
        day, _precision = as_of("2025-12-20")
        report_status(measure_id, Status.ABANDONED, day, Precision.DAY, Actor())
    assert NOTHING in run_after_2024("roadmap-2024.csv").output
    assert scalars("SELECT count(*) FROM status_report WHERE as_of = '2025-12-20'") == [1]


def test_emptied_status_leaves_the_report(run: Run) -> None:
    run("roadmap-2025.csv", *DAYS[2:])
    rows = [row | {"status_2025": ""} for row in demo_rows("roadmap-2025.csv")]
    assert NOTHING in run(rows).output
    assert scalars("SELECT count(*) FROM status_report") == [26]


@pytest.mark.parametrize(
    "option",
    [
        ("--as-of", "2024"),
        ("--as-of", "2024=2024-13"),
        ("--as-of", "2024=2025-01"),
        ("--as-of", "2024=2024-2-1"),
        ("--board", "2024=2024-01"),
        ("--board", "2024=22.1.2024"),
    ],
    ids=" ".join,
)
def test_option_that_is_no_day_is_refused(run: Run, option: tuple[str, str]) -> None:
    result = run("roadmap-2024.csv", *option)
    assert result.exit_code == 2
    assert f"Invalid value for '{option[0]}'" in result.output


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        (("--as-of", "2026=2026-05"), "line 1, column status_2026: --as-of 2026: the file has no"),
        (("--board", "2025=2025-01-13"), "line 1, column year: --board 2025: no row is of that"),
    ],
    ids=["as-of", "board"],
)
def test_option_that_the_file_knows_nothing_of_is_refused(
    run: Run, option: tuple[str, str], reason: str
) -> None:
    result = run("roadmap-2024.csv", *DAYS, *option)
    assert result.exit_code == 1
    assert reason in result.output


def test_byte_order_mark_and_order_of_columns_do_not_matter(run_after_2024: Run) -> None:
    rows = [dict(reversed(row.items())) for row in demo_rows("roadmap-2024.csv")]
    assert NOTHING in run_after_2024(b"\xef\xbb\xbf" + as_csv(rows)).output
