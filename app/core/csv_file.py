"""Files of rows under a header (CSV): their cells, and what is wrong in them, in words."""

import csv
import io
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

LONGEST_TEXT = 10_000
EMPTY = _l("the file is empty")
NO_ROWS = _l("there are no rows below the header")
_MOST_LISTED = 30

T = TypeVar("T")


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong in a file.

    Attributes:
        line: The physical line on which the row begins, from 1.
        column: The column's name, or its number from 1 where it has none; empty where a row
            can't be divided into cells.
        reason: What is wrong, in words.
    """

    line: int
    column: str
    reason: str | LazyString

    def __str__(self) -> str:
        """Return the line of a report; commands speak English."""
        place = f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"
        with force_locale("en"):
            return f"{place}: {self.reason}"


def records(
    data: bytes, faults: list[Fault], separators: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """Give each row's cells with the line on which it begins; blank lines are passed over.

    Args:
        data: The file in UTF-8, with or without a byte order mark. Bytes that are no UTF-8 are
            carried along, so that the fault can name the cell they are in.
        faults: Where to say that the file can't be read on.
        separators: What may stand between cells: the one that comes most often in the header.
    """
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="surrogateescape")
    header = text.lstrip("\r\n").partition("\n")[0]
    separator = max(separators, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = _l("from here on the file is not valid CSV (%(error)s)", error=str(error))
            faults.append(Fault(line, "", reason))
            return
        if cells:
            yield line, cells


def header_faults(
    line: int,
    names: Sequence[str],
    required: Collection[str],
    known: Collection[str],
    shown_as: Collection[str],
) -> list[Fault]:
    """Return what is wrong with a header.

    Args:
        line: The line on which it stands.
        names: The names of its columns.
        required: The columns that may not be missing.
        known: Those of `names` that mean something.
        shown_as: All columns that there may be, for a message.
    """
    faults = []
    for position, name in enumerate(names, start=1):
        if name in names[: position - 1]:
            faults.append(Fault(line, shown(name), _l("the column stands here twice")))
        elif name not in known:
            reason = _l("unknown column; the columns are %(columns)s", columns=", ".join(shown_as))
            faults.append(Fault(line, shown(name) or str(position), reason))
    missing = [name for name in required if name not in names]
    return faults + [Fault(line, name, _l("the column is missing")) for name in missing]


def wrong_width(line: int, cells: Sequence[str], names: Sequence[str]) -> Fault:
    """Return the fault of a row that has too many or too few cells."""
    column = names[len(cells)] if len(cells) < len(names) else str(len(names) + 1)
    reason = _l(
        "the row has %(cells)s cells, and the header %(columns)s",
        cells=len(cells),
        columns=len(names),
    )
    return Fault(line, shown(column), reason)


class Cells:
    """The cells of one row; what is wrong with them goes to `faults`."""

    def __init__(self, line: int, cells: Mapping[str, str], faults: list[Fault]) -> None:
        self.line = line
        self.names = tuple(cells)
        self._cells = cells
        self._faults = faults

    def fault(self, column: str, reason: str | LazyString) -> None:
        """Say what is wrong with a cell."""
        self._faults.append(Fault(self.line, column, reason))

    def text(self, column: str, longest: int, *, required: bool = False) -> str:
        """Return a cell without the spaces around it; empty where it is faulty."""
        if column not in self._cells:
            return ""
        value = normal(self._cells[column])
        reason: LazyString | None = None
        if any("\udc80" <= char <= "\udcff" for char in value):
            reason = _l("“%(value)s” is not encoded in UTF-8", value=shown(value))
        elif any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in value):
            reason = _l("“%(value)s” has a control character", value=shown(value))
        elif len(value) > longest:
            reason = _l(
                "the text has %(length)s characters, and at most %(longest)s fit",
                length=len(value),
                longest=longest,
            )
        elif required and not value:
            reason = _l("the cell is empty, and must not be")
        if reason is not None:
            self.fault(column, reason)
            return ""
        return value

    def line_of_text(self, column: str, longest: int, *, required: bool = False) -> str:
        """Return a cell as one line, in which line breaks and many spaces are one space."""
        return " ".join(self.text(column, longest, required=required).split())

    def one_of(
        self,
        column: str,
        options: Mapping[str, T] | None,
        what: str | LazyString,
        *,
        required: bool = False,
    ) -> T | None:
        """Return what a key stands for; without `options` it can't be told whether it is right."""
        value = self.text(column, LONGEST_TEXT, required=required)
        if not value or options is None:
            return None
        if value not in options:
            self.fault(column, not_one_of(value, options, what))
        return options.get(value)


def not_one_of(value: str, options: Collection[str], what: str | LazyString) -> LazyString:
    """Return the words for a cell that holds none of the keys that it may."""
    return _l(
        "“%(value)s” is not %(what)s (%(options)s)",
        value=shown(value),
        what=what,
        options=listed(options),
    )


def normal(value: str) -> str:
    """Return a cell's text in the one form in which it is compared and kept."""
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    return unicodedata.normalize("NFC", text)


def shown(value: str) -> str:
    """Return a cell's text as a message can show it: short, and without what can't be printed."""
    short = value if len(value) <= 60 else f"{value[:60]}…"
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in short
    )


def listed(options: Collection[str]) -> str | LazyString:
    """Return the keys that a cell may hold, for a message."""
    if not options:
        return _l("there are none")
    first = list(options)[:_MOST_LISTED]
    return ", ".join([*first, "…"] if len(options) > len(first) else first)
