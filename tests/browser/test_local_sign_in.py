"""From the first start of an empty instance to being signed in, by keyboard alone."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import axe, sideways_scroll
from tests.browser.conftest import serving_demo
from tests.browser.test_keyboard import tab_to
from tests.browser.words import Words
from tests.conftest import make_settings, running
from tests.sign_in.passwords import code_of

PASSWORD = "seitsemän kuunvaloa"


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> tuple[Path, str]:
    """Return the database of an empty instance, and the path that its first start prints."""
    settings = make_settings(tmp_path_factory.mktemp("first"))
    with running(settings, compiled) as app:
        result = app.test_cli_runner().invoke(args=["start-up", "--no-demo"])
    assert result.exit_code == 0, result.output
    found = re.search(r"(/invitation/\S+)\?lang=", result.output)
    assert found, result.output
    return settings.instance / "roadmap.sqlite", found[1]


@pytest.fixture
def live(link: tuple[Path, str], tmp_path: Path) -> Iterator[str]:
    """Return the address of a server with a copy of that instance."""
    with serving_demo(link[0], tmp_path / "instance") as address:
        yield address


def type_into(page: Page, fields: dict[str, str]) -> None:
    """Go to fields one after the other by keyboard, fill them in, and send the form."""
    for name, text in fields.items():
        tab_to(page, f"[name={name}]")
        page.keyboard.type(text)
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")


def check(page: Page) -> None:
    assert axe(page) == []
    assert sideways_scroll(page) == []


def test_the_first_administrator_gets_in_by_keyboard_alone(
    open_page: Callable[..., Page], link: tuple[Path, str], words: Words
) -> None:
    lang = words.language
    page = open_page()
    page.goto(f"{link[1]}?lang={lang}")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(words("Choose a password"))
    check(page)
    type_into(page, {"password": "lyhyt", "again": "lyhyt"})
    expect(page.locator(".error-summary")).to_be_focused()
    check(page)
    type_into(page, {"password": PASSWORD, "again": PASSWORD})

    expect(heading).to_have_text(words("Set up one-time codes"))
    expect(page.locator("form.person")).to_have_count(0)
    check(page)
    secret = page.locator("code").inner_text().replace(" ", "")
    type_into(page, {"code": "000000"})
    expect(page.locator(".error-summary")).to_be_focused()
    type_into(page, {"code": code_of(secret)})
    expect(page.locator("form.person")).to_contain_text("Administrator")

    for address, title in (
        ("/my/password", "Change the password"),
        ("/sign-in/code/new", "Set up one-time codes"),
    ):
        page.goto(f"{address}?lang={lang}")
        expect(heading).to_have_text(words(title))
        check(page)

    page = open_page()
    page.goto(f"/sign-in?lang={lang}")
    check(page)
    type_into(page, {"key": "administrator", "password": PASSWORD})
    expect(page.get_by_role("heading", level=1)).to_have_text(words("One-time code"))
    expect(page.locator("[name=code]")).to_be_focused()
    check(page)
