"""A record of ten events in an otherwise empty database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from app.accounts.operations import INSTALLER
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.config import Settings
from app.core.database import writing
from tests.conftest import copy_database, make_settings, running


@pytest.fixture(scope="session")
def ten_events(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Path:
    """Return the SQLite file: event 4 has no values, 7 has those of the person 1."""
    settings = make_settings(tmp_path_factory.mktemp("ten-events"))
    with running(settings, compiled):
        upgrade()
        with writing():
            for number in range(1, 11):
                record(
                    Tag.MEASURE_EDITED,
                    INSTALLER,
                    Kind.MEASURE,
                    number,
                    after=None if number == 4 else {"name_fi": f"Nimi {number}"},
                    person_id=1 if number == 7 else None,
                )
    return settings.instance / "roadmap.sqlite"


@pytest.fixture
def recorded_app(settings: Settings, ten_events: Path, compiled: Path) -> Iterator[Flask]:
    """Return an app with the ten events, in its context."""
    copy_database(ten_events, settings)
    with running(settings, compiled) as app:
        yield app
