"""The chain has no gap, whoever writes at once."""

import hashlib
import multiprocessing
from pathlib import Path

from flask import Flask

from app import create_app
from app.accounts.operations import INSTALLER
from app.audit import verification
from app.audit.chain import BEGINNING, event_digest, values_digest
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.extensions import db
from tests.conftest import make_settings

WRITERS, TIMES = 3, 25


def write(instance: Path) -> None:
    """Record many changes; this is what a process of its own does."""
    app = create_app(make_settings(instance))
    with app.app_context():
        for number in range(TIMES):
            with writing():
                record(Tag.UNIT_EDITED, INSTALLER, Kind.UNIT, number, after={"key": "a"})
                record(Tag.POST_EDITED, INSTALLER, Kind.POST, number)
        db.session.remove()
        db.engine.dispose()


def test_processes_that_write_at_once_make_one_chain(
    recorded_app: Flask, settings: Settings
) -> None:
    processes = [
        multiprocessing.get_context("spawn").Process(target=write, args=(settings.instance,))
        for _ in range(WRITERS)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * WRITERS
    assert verification.head().number == 10 + 2 * WRITERS * TIMES
    assert verification.first_fault() is None


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_form_of_the_digests_never_changes() -> None:
    """A record of years is read by later versions, and maybe by another program."""
    values = values_digest("5a17", None, '{"name_fi":"Ääni"}')
    assert values == sha256('["5a17",null,"{\\"name_fi\\":\\"Ääni\\"}"]')
    moment = clock.now().replace(2026, 11, 22, 5, 0, 0, 0)
    cells = [1, moment, 7, None, Tag.MEASURE_EDITED, Kind.MEASURE, 3, None, values]
    text = f'["{BEGINNING}",1,"2026-11-22 05:00:00.000000",7,null,"measure_edited","measure",3,null'
    assert event_digest(BEGINNING, cells) == sha256(f'{text},"{values}"]')
