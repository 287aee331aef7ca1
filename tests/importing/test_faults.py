"""Every bad row is told with its line, its column and the reason, and nothing is written."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.extensions import db
from app.measures.operations import add_measure, enter
from app.measures.states import State
from app.programmes.models import Programme
from tests.importing.conftest import DAYS, Row, Run, as_csv, contents, demo_rows

Spoil = Callable[[list[Row]], object]


def set_cells(**cells: str) -> Spoil:
    """Return what gives these values to the third row, which stands on line 4."""
    return lambda rows: rows[2].update(cells)


BAD_ROWS: dict[str, tuple[Spoil, str]] = {
    "unknown source": (set_cells(source="laws"), "line 4, column source: “laws” is not a key of"),
    "unknown level": (set_cells(level="Law"), "line 4, column level: “Law” is not a key of level"),
    "unknown size": (set_cells(impact="XL"), "line 4, column impact: “XL” is not a size (S, M, L)"),
    "small letter as size": (set_cells(cost_class="m"), "line 4, column cost_class: “m” is not"),
    "unknown theme": (set_cells(goal="D"), "column goal: “D” is not a theme of the programme (A"),
    "unknown membership": (set_cells(membership="yes"), "column membership: “yes” is not a member"),
    "no membership": (set_cells(membership=" "), "line 4, column membership: the cell is empty"),
    "unknown status": (set_cells(status_2025="ready"), "column status_2025: “ready” is not a stat"),
    "no name": (set_cells(name_fi="", name_sv=""), "line 4, column name_fi: the cell is empty"),
    "no Finnish name": (set_cells(name_fi=" \n", name_sv="Namn"), "line 4, column name_fi: the"),
    "no year": (set_cells(year=""), "line 4, column year: the cell is empty"),
    "year in words": (set_cells(year="this"), "column year: “this” is not a whole number"),
    "year with decimals": (set_cells(year="2024.0"), "column year: “2024.0” is not a whole number"),
    "year in other digits": (
        set_cells(year="２０２４"),
        "line 4, column year: “２０２４” is not a",
    ),
    "year of no programme": (
        set_cells(year="2020"),
        "column year: no programme covers the year 20",
    ),
    "negative number": (set_cells(number="-3"), "column number: “-3” is not a whole number"),
    "number too large": (
        set_cells(number="10000"),
        "line 4, column number: “10000” is not a whole",
    ),
    "number zero": (set_cells(number="0"), "line 4, column number: “0” is not a whole number"),
    "number twice": (set_cells(number="02"), "column number: “2” stands already on line 3"),
    "code twice": (
        lambda rows: [row.update(code="A1") for row in rows[:2]],
        "line 3, column code: “A1” stands already on line 2",
    ),
    "name twice": (
        lambda rows: rows[1].update(name_fi=rows[0]["name_fi"].upper() + " "),
        "line 3, column name_fi: “hankitaan osallisuustyökalu kaavahankkeissa” stands already on",
    ),
    "code with a space": (set_cells(code="A 1"), "column code: “A 1” is not made of capitals"),
    "code in small letters": (set_cells(code="a1"), "line 4, column code: “a1” is not made of"),
    "code too long": (set_cells(code="A" * 17), "column code: the text has 17 characters, and at"),
    "code of many numbers": (set_cells(code="1.2.3.4.5"), "column code: “1.2.3.4.5” has too many"),
    "name too long": (set_cells(name_sv="å" * 301), "name_sv: the text has 301 characters, and at"),
    "problem too long": (set_cells(problem_fi="ä" * 10_001), "problem_fi: the text has 10001 char"),
    "null character": (set_cells(problem_sv="a\0b"), "column problem_sv: “a\\x00b” has a control"),
    "line of quotes": (
        lambda rows: rows[0].update(problem_fi="yksi\nkaksi\r\nkolme", goal="D"),
        "line 2, column goal: “D” is not",
    ),
    "after a cell of three lines": (
        lambda rows: (rows[0].update(problem_fi="yksi\nkaksi\r\nkolme"), rows[1].update(goal="D")),
        "line 5, column goal: “D” is not",
    ),
    "proposed among approved": (
        set_cells(membership="proposed"),
        "line 4, column membership: the roadmap 2024 is approved, so that nothing on it is only",
    ),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_bad_row(run: Run, name: str) -> None:
    spoil, reason = BAD_ROWS[name]
    rows = demo_rows("roadmap-2024.csv")
    spoil(rows)
    before = contents()
    result = run(rows, *DAYS)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert "nothing was written, 1 to correct" in result.stderr
    assert result.stdout == ""
    assert contents() == before


def lines_of(name: str) -> list[bytes]:
    return as_csv(demo_rows(name)).split(b"\r\n")


def replaced(old: bytes, new: bytes, line: int) -> bytes:
    """Return the roadmap 2024 where a part of one line, from 1, is another."""
    lines = lines_of("roadmap-2024.csv")
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    return b"\r\n".join(lines)


BAD_FILES: dict[str, tuple[bytes, list[str]]] = {
    "nothing": (b"", ["line 1, column year: the file is empty"]),
    "blank lines": (b"\r\n\n\n", ["line 1, column year: the file is empty"]),
    "header alone": (lines_of("roadmap-2024.csv")[0], ["line 1, column year: there are no rows"]),
    "semicolons": (
        b"\r\n".join(lines_of("roadmap-2024.csv")).replace(b",", b";"),
        ["line 1, column year: there is only one column; the cells must be separated by commas"],
    ),
    "Latin-1": (
        b"\r\n".join(lines_of("roadmap-2024.csv")[:2]).decode().encode("latin-1"),
        [
            "line 2, column name_fi: “Hankitaan osallisuusty\\udcf6kalu kaavahankkeissa” is not",
            "line 2, column name_sv: “Anskaffa verktyg f\\udcf6r delaktighet",
            "line 2, column problem_fi: “Asukkaiden mielipiteet j\\udce4\\udce4v",
            "line 2, column problem_sv: “Inv\\udce5narnas",
        ],
    ),
    "UTF-16": ("year,number".encode("utf-16"), ["column \\udcff\\udcfey\\x00e\\x00a\\x00r\\x00:"]),
    "missing column": (
        replaced(b",source,", b",grund,", 1),
        [
            "line 1, column grund: unknown column; the columns are year, number",
            "line 1, column source: the column is missing",
        ],
    ),
    "column twice": (
        replaced(b",source,", b",level,", 1),
        [
            "line 1, column level: the column stands here twice",
            "line 1, column source: the column is missing",
        ],
    ),
    "column without a name": (
        replaced(b",status_2025", b",", 1),
        ["line 1, column 18: unknown column"],
    ),
    "status of no year": (
        replaced(b"status_2025", b"status_25", 1),
        ["line 1, column status_25: unknown column"],
    ),
    "cell too few": (
        replaced(b",strategy,", b",", 5),
        ["line 5, column status_2025: the row has 17 cells, and the header 18"],
    ),
    "cells too many": (
        replaced(b",strategy,", b",strategy,,,", 5),
        ["line 5, column 19: the row has 20 cells, and the header 18"],
    ),
    "quote that does not end": (
        b"\r\n".join(lines_of("roadmap-2024.csv")[:2]) + b'\r\n2024,3,"A1',
        ["line 3: from here on the file is not valid CSV (unexpected end of data)"],
    ),
    "text after a quote": (
        replaced(b",Digitoidaan", b',"Digi"toidaan', 20),
        ["line 20: from here on the file is not valid CSV"],
    ),
    "cell of 200,000 characters": (
        replaced(b",Digitoidaan", b"," + b"D" * 200_000, 20),
        ["line 20: from here on the file is not valid CSV (field larger than field limit"],
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file(run: Run, name: str) -> None:
    data, reasons = BAD_FILES[name]
    before = contents()
    result = run(data)
    assert result.exit_code == 1
    for reason in reasons:
        assert reason in result.stderr
    assert contents() == before


def test_all_faults_are_told_at_once_in_the_order_of_the_file(run: Run) -> None:
    rows = demo_rows("roadmap-2024.csv")
    rows[0] |= {"year": "x", "impact": "XL", "source": "laws"}
    rows[4] |= {"goal": "D"}
    rows[5] |= {"name_fi": rows[4]["name_fi"]}
    result = run(rows)
    assert [line.split(": ")[1] for line in result.stderr.splitlines()[:-1]] == [
        "line 1, column status_2024",
        "line 1, column status_2025",
        "line 2, column impact",
        "line 2, column source",
        "line 2, column year",
        "line 6, column goal",
        "line 7, column name_fi",
    ]
    assert result.stderr.splitlines()[-1] == "roadmap.csv: nothing was written, 7 to correct"


def test_numbers_that_have_moved_are_a_fault_and_no_renaming(run_after_2024: Run) -> None:
    rows = demo_rows("roadmap-2024.csv")
    rows[0]["name_fi"], rows[1]["name_fi"] = rows[1]["name_fi"], rows[0]["name_fi"]
    result = run_after_2024(rows)
    assert result.exit_code == 1
    assert (
        "line 2, column name_fi: number 1 is “Hankitaan osallisuustyökalu kaavahankkeissa”, and "
        "this name is another measure's"
    ) in result.stderr


def test_code_and_number_of_two_measures_are_a_fault(run_after_2024: Run) -> None:
    rows = demo_rows("roadmap-2024.csv")
    coded = [rows[0] | {"code": "A1"}]
    assert "code: (empty) → A1" in run_after_2024(coded).output
    result = run_after_2024([rows[1] | {"code": "A1", "name_fi": "Uusi"}])
    assert result.exit_code == 1
    assert "line 2, column number: 2 is the number of “Otetaan käyttöön ajanv" in result.stderr


def test_two_rows_of_one_measure_are_a_fault(run_after_2024: Run) -> None:
    rows = demo_rows("roadmap-2024.csv")[:2]
    rows[1] |= {"number": "", "name_fi": rows[0]["name_fi"]}
    rows[0] |= {"name_fi": "Uusi nimi"}
    result = run_after_2024(rows)
    assert result.exit_code == 1
    assert "line 3, column name_fi: this is the same measure as on line 2" in result.stderr


def test_name_of_several_measures_needs_a_code(run_after_2024: Run) -> None:
    rows = demo_rows("roadmap-2024.csv")
    run_after_2024([rows[1] | {"name_fi": "Sama"}])
    assert run_after_2024([rows[2] | {"name_fi": "Sama"}]).exit_code == 1
    with writing():
        programme = db.session.query(Programme).one()
        enter(add_measure(INSTALLER, name_fi="sama", state=State.APPROVED), programme, INSTALLER)
    result = run_after_2024([rows[2] | {"number": "", "name_fi": "Sama"}])
    assert result.exit_code == 1
    assert "column name_fi: several measures have this name: a code is needed" in result.stderr


def test_proposal_in_the_process_is_not_imported_over(run: Run) -> None:
    with writing():
        programme = db.session.query(Programme).one()
        enter(
            add_measure(INSTALLER, name_fi="Digitoidaan arkistot", state=State.POSTPONED),
            programme,
            INSTALLER,
        )
    result = run("roadmap-2024.csv", *DAYS)
    assert result.exit_code == 1
    assert (
        "line 20, column name_fi: this is a proposal in the state “postponed”, and not yet a"
    ) in result.stderr
    assert db.session.scalars(text("SELECT count(*) FROM measure")).one() == 1


def test_board_can_not_have_approved_what_is_proposed(run: Run) -> None:
    result = run("roadmap-2026.csv", "--board", "2026=2026-01-12")
    assert result.exit_code == 1
    assert (
        "line 2, column membership: --board 2026: the rows of that year are only" in result.stderr
    )


def test_file_that_is_not_there(run: Run) -> None:
    assert run("roadmap-1999.csv").exit_code == 2
