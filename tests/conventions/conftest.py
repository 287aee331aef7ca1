"""The matrix says at the end how large it was."""

from collections.abc import Callable

CELLS = "cells"
"""Property of a test: how many cells of the matrix it compared."""

RecordProperty = Callable[[str, object], None]


def pytest_terminal_summary(terminalreporter) -> None:
    # What tests themselves say comes with their reports, from whichever process ran them.
    cells = sum(
        number
        for report in terminalreporter.getreports("passed")
        for name, number in report.user_properties
        if name == CELLS
    )
    if cells:
        terminalreporter.write_line(f"matrix: {cells:,} cells")
