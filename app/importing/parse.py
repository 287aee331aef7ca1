"""A roadmap file: from bytes to rows, with everything that is wrong in its cells."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core import csv_file
from app.core.csv_file import LONGEST_TEXT, Cells, Fault, normal, shown
from app.followup.states import Status
from app.measures.models import Measure
from app.measures.operations import code_order
from app.measures.states import Size
from app.roadmaps.states import Membership
from app.vocabulary.states import Kind

COLUMNS = (
    "year",
    "number",
    "code",
    "goal",
    "membership",
    "name_fi",
    "name_sv",
    "problem_fi",
    "problem_sv",
    "source",
    "long_term_benefit",
    "beneficiary",
    "impact",
    "cost_class",
    "level",
    "development_model",
)
"""The columns that every file has; besides, one `status_YYYY` for each year reported on."""

LONGEST_NAME: int = Measure.__table__.c.name_fi.type.length  # type: ignore[attr-defined]
LONGEST_CODE = 16
LONGEST_CODE_ORDER = 24

_STATUS_COLUMN = re.compile(r"status_(20[0-9]{2})")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,4}")
_CODE = re.compile(r"[A-ZÅÄÖ0-9][A-ZÅÄÖ0-9.-]*")


@dataclass(frozen=True)
class Known:
    """What the database has that a file may refer to.

    Attributes:
        values: Ids of the classification values by kind and key.
        programmes: Id of the programme of each year.
        themes: Ids of the themes by programme and code.
    """

    values: Mapping[Kind, Mapping[str, int]]
    programmes: Mapping[int, int]
    themes: Mapping[int, Mapping[str, int]]


@dataclass(frozen=True)
class Row:
    """One row without faults; `fields` are those of the measure, by the names of its columns."""

    line: int
    year: int
    programme_id: int
    number: int | None
    code: str | None
    theme_id: int | None
    membership: Membership
    fields: Mapping[str, Any]
    statuses: Mapping[int, Status]


@dataclass
class Sheet:
    """What a file holds.

    Attributes:
        rows: Its rows without faults, in their order.
        status_counts: How many rows give a status, by the year of the column.
        faults: What is wrong with the others.
    """

    rows: list[Row] = field(default_factory=list)
    status_counts: dict[int, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def parse(data: bytes, known: Known) -> Sheet:
    """Read a roadmap file.

    Args:
        data: The file: CSV with commas, in UTF-8, with or without a byte order mark.
        known: What its cells may refer to.
    """
    sheet = Sheet()
    records = csv_file.records(data, sheet.faults)
    line, header = next(records, (1, []))
    names = [name.strip() for name in header]
    if len(names) < 2:
        if not sheet.faults:
            sheet.faults.append(_no_header(line, names))
        return sheet
    _check_header(line, names, sheet)
    _read_rows(records, names, sheet, known)
    return sheet


def name_key(name: str) -> str:
    """Return what two names have in common that differ only in capitals and spaces."""
    return unicodedata.normalize("NFC", " ".join(name.casefold().split()))


def _no_header(line: int, names: list[str]) -> Fault:
    only_one = "there is only one column; the cells must be separated by commas"
    return Fault(line, COLUMNS[0], only_one if names else csv_file.EMPTY)


def _check_header(line: int, names: list[str], sheet: Sheet) -> None:
    reported = [name for name in names if _STATUS_COLUMN.fullmatch(name)]
    sheet.status_counts = {int(name.removeprefix("status_")): 0 for name in reported}
    sheet.faults += csv_file.header_faults(
        line, names, COLUMNS, {*COLUMNS, *reported}, (*COLUMNS, "status_YYYY")
    )


def _read_rows(
    records: Iterator[tuple[int, list[str]]], names: list[str], sheet: Sheet, known: Known
) -> None:
    """Check every row, and keep those without faults where the header has none either."""
    usable = not sheet.faults
    uniqueness = _Uniqueness(known.programmes, sheet.faults)
    last_line = 1
    for last_line, values in records:
        if len(values) != len(names):
            sheet.faults.append(csv_file.wrong_width(last_line, values, names))
            continue
        before = len(sheet.faults)
        cells = dict(zip(names, values, strict=True))
        row = _read_row(_Cells(last_line, cells, sheet.faults), known)
        uniqueness.check(last_line, cells)
        for year in sheet.status_counts:
            sheet.status_counts[year] += bool(normal(cells[f"status_{year}"]))
        if row is not None and usable and len(sheet.faults) == before:
            sheet.rows.append(row)
    if last_line == 1 and not sheet.faults:
        sheet.faults.append(Fault(1, COLUMNS[0], csv_file.NO_ROWS))


def _read_row(cells: "_Cells", known: Known) -> Row | None:
    """Return the row; None when a cell that it can't do without is faulty."""
    year = cells.whole_number("year", required=True)
    programme_id = known.programmes.get(year) if year is not None else None
    if year is not None and programme_id is None:
        cells.fault("year", f"no programme covers the year {year}")
    themes = known.themes.get(programme_id, {}) if programme_id is not None else None
    number = cells.whole_number("number")
    code = cells.code()
    theme_id = cells.one_of("goal", themes, "a theme of the programme")
    membership = cells.one_of(
        "membership", {each.value: each for each in Membership}, "a membership", required=True
    )
    sizes = {each.value: each for each in Size}
    statuses = {each.value: each for each in Status}
    fields: dict[str, Any] = {
        "name_fi": cells.line_of_text("name_fi", LONGEST_NAME, required=True),
        "name_sv": cells.line_of_text("name_sv", LONGEST_NAME),
        "problem_fi": cells.text("problem_fi", LONGEST_TEXT),
        "problem_sv": cells.text("problem_sv", LONGEST_TEXT),
        "impact": cells.one_of("impact", sizes, "a size"),
        "cost_class": cells.one_of("cost_class", sizes, "a size"),
    }
    for kind in Kind:
        values = known.values[kind]
        fields[f"{kind}_id"] = cells.one_of(kind.value, values, f"a key of {kind.value}")
    reported = {
        int(match[1]): cells.one_of(name, statuses, "a status")
        for name in cells.names
        if (match := _STATUS_COLUMN.fullmatch(name))
    }
    if year is None or programme_id is None or membership is None:
        return None
    given = {year: status for year, status in reported.items() if status is not None}
    return Row(cells.line, year, programme_id, number, code, theme_id, membership, fields, given)


class _Cells(Cells):
    """The cells of a row of a roadmap."""

    def whole_number(self, column: str, *, required: bool = False) -> int | None:
        value = self.text(column, LONGEST_TEXT, required=required)
        if not value:
            return None
        if _WHOLE_NUMBER.fullmatch(value) and int(value) > 0:
            return int(value)
        self.fault(column, f"“{shown(value)}” is not a whole number from 1 to 9999")
        return None

    def code(self) -> str | None:
        value = self.text("code", LONGEST_CODE)
        if value and not _CODE.fullmatch(value):
            self.fault("code", f"“{shown(value)}” is not made of capitals and digits alone")
        elif len(code_order(value)) > LONGEST_CODE_ORDER:
            self.fault("code", f"“{shown(value)}” has too many separate numbers")
        return value or None


class _Uniqueness:
    """What may stand in a file only once: a code, a number, a name."""

    def __init__(self, programmes: Mapping[int, int], faults: list[Fault]) -> None:
        self._programmes = programmes
        self._faults = faults
        self._first: dict[tuple[str, object, str], int] = {}

    def check(self, line: int, cells: Mapping[str, str]) -> None:
        """Note the row that begins on `line`, and what an earlier one has already."""
        year = normal(cells.get("year", ""))
        programme = self._programmes.get(int(year)) if _WHOLE_NUMBER.fullmatch(year) else None
        for column, scope, value in (
            ("code", programme, normal(cells.get("code", ""))),
            ("number", year, normal(cells.get("number", "")).lstrip("0")),
            ("name_fi", None, name_key(cells.get("name_fi", ""))),
        ):
            if value:
                first = self._first.setdefault((column, scope, value), line)
                if first != line:
                    reason = f"“{shown(value)}” stands already on line {first}"
                    self._faults.append(Fault(line, column, reason))
