"""Whatever a file holds, importing it ends in a list of faults or in exactly what it says."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.database import writing
from app.extensions import db
from app.importing.apply import apply_plan
from app.importing.parse import COLUMNS
from app.importing.plan import as_of, plan_import
from app.importing.report import lines
from tests.importing.conftest import Run, as_csv, demo_rows

DAYS = {2024: as_of("2024-10"), 2025: as_of("2025-12-02")}
ROWS = demo_rows("roadmap-2024.csv")[:3] + demo_rows("roadmap-2025.csv")[:3]
HEADER = (",".join([*COLUMNS, "status_2024", "status_2025"]) + "\n").encode()

WORDS = st.sampled_from(
    [
        *("", " ", "2024", "2025", "2027", "1", "A", "A1", "K", "S", "\0", "\r\n", '"', "\ud800"),
        *("proposed", "approved", "added", "law", "resident", "done", "no_info", "Nimi", "nimi"),
        "å" * 301,
    ]
)
CELLS = st.one_of(WORDS, st.text(max_size=8))

# Every example is undone, so that one database serves all of them.
checks = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Undone(Exception):
    """Ends an import without keeping it."""


def check(data: bytes) -> None:
    """Import a file: it has faults, or a second import of it changes nothing."""
    with pytest.raises(Undone), writing():
        import_and_undo(data)


def import_and_undo(data: bytes) -> None:
    plan = plan_import(data, DAYS, {})
    assert not [*db.session.new, *db.session.dirty, *db.session.deleted]
    if not plan.faults:
        said = list(lines(plan))
        apply_plan(plan)
        assert said == list(lines(plan))
        again = plan_import(data, DAYS, {})
        assert again.faults == []
        assert list(lines(again))[1].startswith("Nothing changes")
    for fault in plan.faults:
        assert fault.line >= 1
        assert fault.reason
        assert str(fault).isprintable()
        assert str(fault).encode()
    raise Undone


@checks
@given(data=st.binary(max_size=200))
def test_any_bytes(run: Run, data: bytes) -> None:
    check(data)


@checks
@given(data=st.binary(max_size=200))
def test_any_bytes_below_the_header(run: Run, data: bytes) -> None:
    check(HEADER + data)


@checks
@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(ROWS) - 1), st.sampled_from(list(ROWS[0])), CELLS), max_size=4
    ),
    seed=st.integers(0, 99),
)
def test_rows_with_other_cells_in_another_order(
    run_after_2024: Run, changes: list[tuple[int, str, str]], seed: int
) -> None:
    rows = [dict(row) for row in ROWS]
    for number, column, value in changes:
        rows[number][column] = value
    random.Random(seed).shuffle(rows)
    check(as_csv(rows, errors="surrogatepass"))


@checks
@given(position=st.integers(0, 1500), byte=st.binary(min_size=0, max_size=2))
def test_file_with_a_byte_changed(run_after_2024: Run, position: int, byte: bytes) -> None:
    data = as_csv(ROWS)
    check(data[:position] + byte + data[position + 1 :])
