"""An instance with a programme and no roadmap, and what it takes to import files into it."""

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask_migrate import upgrade

from app.accounts.operations import INSTALLER
from app.config import Settings
from app.core.database import writing
from app.extensions import db
from app.programmes.operations import add_programme, add_start_themes
from app.vocabulary.operations import add_start_values
from tests.conftest import make_settings, running

DEMO = Path(__file__).resolve().parents[2] / "demo"
DAYS = ("--as-of", "2024=2024-10", "--as-of", "2025=2025-12-02")

Run = Callable[..., Result]
Row = dict[str, str]


@pytest.fixture(scope="session")
def programme_database(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Path:
    settings = make_settings(tmp_path_factory.mktemp("programme"))
    with running(settings, compiled):
        upgrade()
        with writing():
            add_start_values(INSTALLER)
            programme = add_programme("Digiohjelma", "Digiprogram", 2024, 2026, INSTALLER)
            add_start_themes(programme, INSTALLER)
    return settings.instance / "roadmap.sqlite"


@pytest.fixture(scope="session")
def database_of_2024(
    tmp_path_factory: pytest.TempPathFactory, programme_database: Path, compiled: Path
) -> Path:
    settings = make_settings(tmp_path_factory.mktemp("roadmap2024"))
    shutil.copy(programme_database, settings.instance)
    with running(settings, compiled) as app:
        result = invoke(app, DEMO / "roadmap-2024.csv", *DAYS)
    assert result.exit_code == 0, result.output
    return settings.instance / "roadmap.sqlite"


@pytest.fixture
def run(settings: Settings, programme_database: Path, compiled: Path) -> Iterator[Run]:
    """Return a function that imports into a programme for 2024-2026 with empty roadmaps.

    It takes a file, which is its name in demo/, its bytes or its rows, and the options.
    """
    yield from _importing(settings, programme_database, compiled)


@pytest.fixture
def run_after_2024(settings: Settings, database_of_2024: Path, compiled: Path) -> Iterator[Run]:
    """Return a function as `run`, where the roadmap 2024 has been imported already."""
    yield from _importing(settings, database_of_2024, compiled)


def _importing(settings: Settings, database: Path, compiled: Path) -> Iterator[Run]:
    settings.instance.mkdir()
    shutil.copy(database, settings.instance)
    with running(settings, compiled) as app:

        def run(source: str | bytes | list[Row], *options: str) -> Result:
            if isinstance(source, str):
                return invoke(app, DEMO / source, *options)
            path = settings.instance / "roadmap.csv"
            path.write_bytes(source if isinstance(source, bytes) else as_csv(source))
            return invoke(app, path, *options)

        yield run


def invoke(app: Flask, path: Path, *options: str) -> Result:
    """Return what comes of importing a file; an error of ours is not caught."""
    runner = app.test_cli_runner(catch_exceptions=False)
    result = runner.invoke(args=["import", "roadmap", str(path), *options])
    db.session.rollback()
    return result


def demo_rows(name: str) -> list[Row]:
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_csv(rows: list[Row], errors: str = "strict") -> bytes:
    """Return rows as a file; the columns are those of the first row."""
    lines = [list(rows[0])] + [list(row.values()) for row in rows]
    return "".join(",".join(map(_quoted, line)) + "\r\n" for line in lines).encode(errors=errors)


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if set(value) & set(',"\r\n') else value


def contents() -> dict[str, list[Any]]:
    """Return every row of every table."""
    tables = db.metadata.sorted_tables
    found = {
        table.name: [tuple(row) for row in db.session.execute(table.select())] for table in tables
    }
    db.session.rollback()
    return found
