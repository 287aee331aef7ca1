"""A file of people: from bytes to rows, with everything that is wrong in its cells."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import lazy_gettext as _l

from app.accounts.models import Unit
from app.accounts.operations import EMAIL, KEY, KEY_RULE
from app.config import Language
from app.core import csv_file
from app.core.csv_file import LONGEST_TEXT, Cells, Fault, shown
from app.core.i18n import LANGUAGES
from app.core.policy import Role

REQUIRED = ("key", "name")
COLUMNS = (
    *REQUIRED,
    "email",
    "language",
    "unit",
    "roles",
    "first_day",
    "last_day",
    "issuer",
    "subject",
)
"""The columns of a file; only those of `REQUIRED` must be there."""

LARGEST = 300_000
"""The most bytes that a file may have: about 3,000 people."""

_SEPARATORS = ",;\t"
_LONGEST_NAME = 200
_LONGEST_EMAIL = 254
_LONGEST_ISSUER = 500
_LONGEST_SUBJECT = 255
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FINNISH_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


@dataclass(frozen=True)
class Row:
    """One row without faults; what it doesn't say is empty or None."""

    line: int
    key: str
    name: str
    email: str = ""
    language: Language | None = None
    unit: str = ""
    roles: tuple[Role, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    issuer: str = ""
    subject: str = ""


@dataclass
class Sheet:
    """What a file holds: the rows without faults, and what is wrong with the others."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def parse(data: bytes, unit_keys: Mapping[str, Unit]) -> Sheet:
    """Read a file of people.

    Args:
        data: The file: CSV in UTF-8, its cells separated by commas, semicolons or tabs.
        unit_keys: The units that its cells may refer to, by key.
    """
    sheet = Sheet()
    records = csv_file.records(data, sheet.faults, _SEPARATORS)
    line, header = next(records, (1, []))
    names = [name.strip().lower() for name in header]
    if not names:
        if not sheet.faults:
            sheet.faults.append(Fault(line, COLUMNS[0], csv_file.EMPTY))
        return sheet
    sheet.faults += csv_file.header_faults(line, names, REQUIRED, COLUMNS, COLUMNS)
    if sheet.faults:
        return sheet
    first: dict[tuple[str, ...], int] = {}
    for line, values in records:
        if not any(value.strip() for value in values):
            continue
        if len(values) != len(names):
            sheet.faults.append(csv_file.wrong_width(line, values, names))
            continue
        cells = _Cells(line, dict(zip(names, values, strict=True)), sheet.faults)
        row = cells.row(unit_keys)
        cells.check_once(row, first)
        sheet.rows.append(row)
    if not sheet.rows and not sheet.faults:
        sheet.faults.append(Fault(1, COLUMNS[0], csv_file.NO_ROWS))
    return sheet


class _Cells(Cells):
    """The cells of a row of people."""

    def row(self, unit_keys: Mapping[str, Unit]) -> Row:
        """Return what the row says; where a cell is faulty, it says nothing."""
        language = self.one_of("language", {code: code for code in LANGUAGES}, _l("a language"))
        first_day, last_day = self.day("first_day"), self.day("last_day")
        if first_day and last_day and last_day < first_day:
            self.fault("last_day", _l("The last day is before the first day."))
        issuer = self.line_of_text("issuer", _LONGEST_ISSUER)
        subject = self.line_of_text("subject", _LONGEST_SUBJECT)
        if bool(issuer) != bool(subject):
            self.fault("subject" if issuer else "issuer", _l("issuer and subject go together"))
        return Row(
            self.line,
            self.key(),
            self.line_of_text("name", _LONGEST_NAME, required=True),
            self.email(),
            language,
            self.unit(unit_keys),
            self.roles(),
            first_day,
            last_day,
            issuer,
            subject,
        )

    def key(self) -> str:
        value = self.line_of_text("key", LONGEST_TEXT, required=True).lower()
        if value and not KEY.fullmatch(value):
            self.fault("key", KEY_RULE)
        return value

    def email(self) -> str:
        value = self.line_of_text("email", _LONGEST_EMAIL)
        if value and not EMAIL.fullmatch(value):
            self.fault("email", _l("“%(value)s” is not an e-mail address", value=shown(value)))
        return value

    def unit(self, unit_keys: Mapping[str, Unit]) -> str:
        value = self.text("unit", LONGEST_TEXT)
        if value and value not in unit_keys:
            self.fault("unit", csv_file.not_one_of(value, unit_keys, _l("the key of a unit")))
        elif value and unit_keys[value].retired:
            self.fault("unit", _l("The unit is retired: it gets nothing new."))
        return value

    def roles(self) -> tuple[Role, ...]:
        """Return the roles; in the cell there are spaces, commas or bars between them."""
        known = {role.value: role for role in Role}
        found = dict.fromkeys(re.split(r"[\s,;|]+", self.text("roles", LONGEST_TEXT).lower()))
        for name in found:
            if name and name not in known:
                self.fault("roles", csv_file.not_one_of(name, known, _l("a role")))
        return tuple(known[name] for name in found if name in known)

    def day(self, column: str) -> date | None:
        value = self.text(column, LONGEST_TEXT)
        if not value:
            return None
        parts: Sequence[str] = ()
        if match := _DAY.fullmatch(value):
            parts = match.groups()
        elif match := _FINNISH_DAY.fullmatch(value):
            parts = match.groups()[::-1]
        try:
            return date(*map(int, parts))
        except (TypeError, ValueError):
            reason = _l(
                "“%(value)s” is not a day: write 2026-12-31 or 31.12.2026", value=shown(value)
            )
            self.fault(column, reason)
            return None

    def check_once(self, row: Row, first: dict[tuple[str, ...], int]) -> None:
        """Note what may stand in a file only once, and what an earlier row has already."""
        for column, value in (
            ("key", (row.key,)),
            ("subject", (row.issuer, row.subject)),
        ):
            if all(value):
                earlier = first.setdefault((column, *value), self.line)
                if earlier != self.line:
                    reason = _l(
                        "“%(value)s” stands already on line %(line)s",
                        value=shown(value[-1]),
                        line=earlier,
                    )
                    self.fault(column, reason)
