"""The matrix says at the end how large it was."""

import pytest

CELLS = pytest.StashKey[int]()
"""How many cells of the matrix were compared."""


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if CELLS in config.stash:
        terminalreporter.write_line(f"matrix: {config.stash[CELLS]:,} cells")
