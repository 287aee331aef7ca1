"""Similar measures in the browser: they come and go while one types, and take nothing away."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LANGUAGES, sign_in
from tests.browser.words import Words

# A proposal of the demo in other words, and one that is like nothing.
LIKE = {
    "fi": "Kirjaston digiopastukset verkossa",
    "sv": "Bibliotekets digihandledning bokas på nätet",
}
UNLIKE = {"fi": "Torin kivetys", "sv": "Stenläggning på torget"}


@pytest.fixture
def form(page: Page, words: Words) -> Page:
    sign_in(page, "proposer", words)
    page.goto("/proposals/new")
    return page


@LANGUAGES
def test_they_come_and_go_while_one_types(form: Page, words: Words) -> None:
    region, name = form.locator("#look-alikes"), form.locator(f"#name_{words.language}")
    expect(region).to_be_hidden()
    name.press_sequentially(LIKE[words.language])
    expect(region.locator("li").first).to_be_visible()
    # Whoever does not see them hears how many there are, and the focus is where it was.
    count = region.locator("li").count()
    expect(form.locator("#announcer")).to_have_text(re.compile(rf"^{count}\b"))
    expect(name).to_be_focused()
    name.fill(UNLIKE[words.language])
    expect(region).to_be_hidden()
    expect(form.locator("#announcer")).to_have_text("")
    expect(name).to_have_value(UNLIKE[words.language])


def test_one_is_opened_by_keyboard_beside_the_form(form: Page, words: Words) -> None:
    form.locator(f"#name_{words.language}").fill(LIKE[words.language])
    link = form.locator("#look-alikes a").first
    expect(link).to_be_visible()
    link.focus()
    with form.expect_popup() as opened:
        form.keyboard.press("Enter")
    expect(opened.value.locator("h1")).to_be_visible()
    opened.value.close()
    expect(form.locator(f"#name_{words.language}")).to_have_value(LIKE[words.language])


def test_when_they_cannot_be_looked_for_nothing_is_said(
    form: Page, words: Words, problems: list[str]
) -> None:
    form.route("**/proposals/look-alikes", lambda route: route.abort())
    with form.expect_event("requestfailed"):
        form.locator(f"#name_{words.language}").fill(LIKE[words.language])
    expect(form.locator("#alerts")).to_have_text("")
    expect(form.locator("#look-alikes")).to_be_hidden()
    problems.clear()
