"""The picture of a round in the browser: a ranking to sort, and what-if while one types."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.words import Words

YEAR = 2027
URL = f"/scoring/{YEAR}/what-if"


def test_the_ranking_moves_as_one_types(page: Page, words: Words) -> None:
    sign_in(page, "secretary", words)
    page.goto(URL)
    results = page.locator("#results")
    expect(results).to_contain_text(words("These are the round's weights."))
    weight, error = page.locator("#w_effect"), page.locator("#w_effect-error")
    weight.focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("90")
    expect(results).not_to_contain_text(words("These are the round's weights."))
    expect(page).to_have_url(re.compile("w_effect=90"))
    expect(weight).to_be_focused()
    page.keyboard.type("x")
    expect(error).not_to_be_empty()
    expect(results).to_contain_text(words("Check the weights."))
    page.keyboard.press("Backspace")
    expect(error).to_be_empty()
    expect(weight).to_have_value("90")
    moved = results.inner_text()
    # Whoever is sent the address sees the same.
    page.goto(page.url)
    expect(weight).to_have_value("90")
    assert results.inner_text() == moved
    page.get_by_role("link", name=words("Back to the round's weights")).click()
    expect(weight).not_to_have_value("90")


def test_other_weights_are_tried_without_scripts(open_page: Callable[..., Page]) -> None:
    page, words = open_page(java_script_enabled=False), Words("sv")
    sign_in(page, "secretary", words)
    page.goto(URL)
    page.locator("#w_effect").fill("-5")
    page.get_by_role("button", name=words("Show")).click()
    expect(page.locator("#w_effect-error")).not_to_be_empty()
    expect(page.locator("#w_effect")).to_have_value("-5")
    page.locator("#w_effect").fill("5")
    page.locator("[name=without]").last.check()
    page.get_by_role("button", name=words("Show")).click()
    expect(page.locator("#w_effect-error")).to_be_empty()
    expect(page.locator("[name=without]").last).to_be_checked()
    expect(page.locator("#results tbody tr")).not_to_have_count(0)


def test_the_ranking_is_sorted_by_keyboard(page: Page, words: Words) -> None:
    sign_in(page, "secretary", words)
    page.goto(f"/scoring/{YEAR}")
    for direction in ("descending", "ascending"):
        page.locator("#sort-median").focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"th[aria-sort={direction}] #sort-median")).to_be_focused()
    rows = page.locator(".ranking tbody tr")
    every = rows.count()
    page.locator("#show-conflicting").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#show-conflicting[aria-current]")).to_be_focused()
    assert 0 < rows.count() < every
    page.go_back()
    expect(rows).to_have_count(every)
