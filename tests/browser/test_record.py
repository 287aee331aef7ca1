"""The record by keyboard: narrowing it, turning its pages, and the pages of other long lists."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.words import Words


def test_the_record_is_narrowed_while_one_types(page: Page) -> None:
    sign_in(page, "administrator", Words("fi"))
    page.goto("/record")
    page.get_by_label("Tekijä", exact=True).press_sequentially("sirpa")
    expect(page.locator(".chip")).to_have_text("Poista rajaus: Tekijä: sirpa")
    expect(page).to_have_url(re.compile(r"/record\?who=sirpa$"))
    expect(page.get_by_label("Tekijä", exact=True)).to_be_focused()
    expect(page.locator("#announcer")).to_have_text(re.compile(r"^\d+ tapahtumaa$"))
    page.get_by_label("Mitä tapahtui").select_option("meeting_arranged")
    expect(page.locator(".log > li")).to_have_count(2)
    page.go_back()
    expect(page.locator(".chip")).to_have_count(1)


@pytest.mark.parametrize(
    ("person", "url", "top"),
    [
        ("administrator", "/record", "#results .count"),
        ("viewer", "/", "#list"),
    ],
)
def test_the_next_page_of_a_long_list_begins_at_its_top(
    page: Page, person: str, url: str, top: str
) -> None:
    sign_in(page, person, Words("fi"))
    page.goto(url)
    following = page.locator(".pagination a[rel=next]")
    following.focus()
    expect(page.locator(top)).not_to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\bpage=2\b"))
    expect(page.locator(top)).to_be_in_viewport()
    assert page.evaluate("document.activeElement.tagName") == "H2"
