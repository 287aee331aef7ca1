"""Markup in every text that people write runs nowhere: no dialog, no breach of the policy."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Response, expect

from app.extensions import Model
from tests.browser.conftest import serving_demo, sign_in
from tests.browser.pages import PEOPLE, Seen
from tests.browser.words import Words
from tests.conftest import copy_database, make_settings
from tests.payloads import PAYLOADS

TEXTS = {
    *(f"{name}_{lang}" for name in ("name", "title", "help", "note") for lang in ("fi", "sv")),
    *(f"{name}_{lang}" for name in ("problem", "description", "reason") for lang in ("fi", "sv")),
    *("name", "place", "partners", "funding_call", "legal_act", "legal_section", "secrecy_basis"),
    *("text", "subject", "comment", "reason", "disqualification_reason", "fault", "device"),
    *("section", "board_section", "board_case", "case_number"),
}
"""Columns of any table that hold what people, or their browsers, write."""

IN_JSON = {"audit_values": ("before", "after"), "measure_step": ("content",)}
"""Columns that hold such texts by their names, in JSON."""

FIELDS = ("name_fi", "name_sv", "problem_fi", "description_sv", "partners", "funding_call")


def fill(path: Path) -> None:
    """Put a payload into every text of a SQLite file, each row of a table with the next one."""
    with closing(sqlite3.connect(path)) as database, database:
        for trigger, definition in database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            assert definition
            database.execute(f"DROP TRIGGER {trigger}")
        for table in Model.metadata.sorted_tables:
            if table.name == "likeness":
                continue
            for column in table.columns:
                if column.name in TEXTS and isinstance(column.type, sa.String):
                    _fill_column(database, table.name, column.name)
            for name in IN_JSON.get(table.name, ()):
                _fill_json(database, table.name, name)


def _fill_column(database: sqlite3.Connection, table: str, column: str) -> None:
    query = f"SELECT rowid FROM {table} WHERE {column} <> ''"
    for number, (row,) in enumerate(database.execute(query).fetchall()):
        text = PAYLOADS[number % len(PAYLOADS)]
        database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (text, row))


def _fill_json(database: sqlite3.Connection, table: str, column: str) -> None:
    numbers = count()
    query = f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL"
    for row, content in database.execute(query).fetchall():
        values = {
            name: PAYLOADS[next(numbers) % len(PAYLOADS)] if value and name in TEXTS else value
            for name, value in json.loads(content).items()
        }
        filled = (json.dumps(values), row)
        database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", filled)


@pytest.fixture(scope="module")
def filled(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the demo's database with a payload in every text."""
    settings = make_settings(tmp_path_factory.mktemp("filled") / "instance")
    copy_database(demo_database, settings)
    database = settings.instance / "roadmap.sqlite"
    fill(database)
    return database


@pytest.fixture(scope="module")
def live(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server with that database."""
    with serving_demo(filled, tmp_path_factory.mktemp("live") / "instance") as address:
        yield address


@pytest.fixture
def dialogs(browser: Browser, page: Page) -> list[str]:
    """Return the list of the dialogs that a page opens; each is closed at once."""
    found: list[str] = []

    def close(dialog) -> None:
        found.append(f"{page.url}: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", close)
    return found


def showing(page: Page, urls: Iterable[str]) -> int:
    """Open the pages, and return how many of them show a payload as what was written."""
    shown = 0
    for url in urls:
        page.goto(url)
        expect(page.locator("h1")).to_have_count(1)
        shown += "alert(1)" in page.locator("body").inner_text()
    return shown


# The fixture of the page finds scripts, styles and requests that the policy has stopped.
@pytest.mark.parametrize("person", PEOPLE)
def test_no_page_runs_what_people_write(
    page: Page, dialogs: list[str], fullest: list[Seen], person: str
) -> None:
    if person:
        sign_in(page, person, Words("fi"))
    urls = [each.url for each in fullest if each.person == person]
    shown = showing(page, urls)
    # Most of what is written is the secretary's to read; of some people no page is the fullest.
    assert person != "secretary" or shown >= 20
    assert dialogs == []


def test_no_proposal_runs_what_people_write(page: Page, dialogs: list[str], filled: Path) -> None:
    sign_in(page, "secretary", Words("fi"))
    with closing(sqlite3.connect(filled)) as database:
        query = "SELECT id FROM measure WHERE state <> 'approved' ORDER BY id"
        proposals = [number for (number,) in database.execute(query)][: len(PAYLOADS)]
    # Not every payload is an alert.
    assert showing(page, (f"/measures/{number}" for number in proposals)) >= 30
    assert dialogs == []


def is_of_the_form(answer: Response) -> bool:
    """Tell whether it answers the form itself, not the keeping of what was typed in it."""
    return answer.request.method == "POST" and not answer.url.endswith("/working-copy")


def test_a_form_that_comes_back_runs_nothing_either(page: Page, dialogs: list[str]) -> None:
    sign_in(page, "proposer", Words("fi"))
    page.goto("/proposals/new")
    for payload in PAYLOADS:
        for name in FIELDS:
            page.locator(f"[name={name}]").evaluate(
                "(field, text) => { field.value = text }", " ".join(payload.split())
            )
        with page.expect_response(is_of_the_form) as answer:
            page.locator("[name=then][value=submit]").click()
        assert answer.value.status == 422
        expect(page.locator(".error-summary")).to_be_focused()
        expect(page.locator("[name=name_fi]")).to_have_value(" ".join(payload.split()))
    assert dialogs == []


def test_a_dialog_is_noticed(page: Page, dialogs: list[str]) -> None:
    page.goto("/accessibility")
    page.evaluate("alert('so')")
    assert len(dialogs) == 1
