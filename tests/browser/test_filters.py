"""The filters of lists: behind a disclosure on phones, open where there is room."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import axe, sideways_scroll
from tests.browser.conftest import sign_in
from tests.browser.keyboard import tab_to
from tests.browser.words import Words

LISTS = {
    "/desk": ("secretary", "#filter-state"),
    "/proposals": ("secretary", "#filter-unit"),
    "/translations": ("secretary", "#filter-into"),
    "/people": ("administrator", "#filter-role"),
    "/record": ("administrator", "#filter-tag"),
    "/": ("viewer", "#filter-theme"),
}
PHONE = {"width": 360, "height": 740}


@pytest.mark.parametrize("java_script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("address", LISTS)
def test_the_list_comes_first_on_phones(
    open_page: Callable[..., Page], address: str, java_script: bool
) -> None:
    key, field = LISTS[address]
    page = open_page(java_script_enabled=java_script)
    sign_in(page, key, Words("fi"))
    page.goto(address)
    summary = page.locator(".narrowing > summary")
    expect(page.locator(field)).to_be_visible()
    expect(summary).to_be_hidden()
    page.set_viewport_size(PHONE)
    expect(page.locator(field)).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(field)).to_be_visible()
    if java_script:
        assert axe(page) == []
        assert sideways_scroll(page) == []


def test_what_is_chosen_is_counted_and_said(open_page: Callable[..., Page], words: Words) -> None:
    page = open_page(viewport=PHONE)
    sign_in(page, "administrator", words)
    page.goto("/people")
    summary, chips = page.locator(".narrowing > summary"), page.locator(".chip")
    expect(summary).to_have_text(words("Filters"))
    tab_to(page, ".narrowing > summary")
    page.keyboard.press("Enter")
    page.locator("#filter-role").select_option("proposer")
    page.locator("#filter-access").select_option("never")
    expect(summary).to_have_text(words("Filters (%(number)s in force)", number=2))
    expect(chips).to_have_count(2)
    # What is searched for stands in sight, so the disclosure does not count it.
    page.locator("#filter-q").fill("esim")
    expect(chips).to_have_count(3)
    expect(summary).to_have_text(words("Filters (%(number)s in force)", number=2))
    expect(page.locator("#filters-in-force")).to_have_count(1)
    chips.nth(1).click()
    expect(chips).to_have_count(2)
    expect(page.locator("#filter-role")).to_have_value("")
