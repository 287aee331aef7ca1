"""The translator's queue by keyboard alone, in both languages and on both screens."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import axe, sideways_scroll
from tests.browser.conftest import sign_in
from tests.browser.keyboard import tab_to
from tests.browser.words import Words

SCREENS = [("fi", {"width": 1280, "height": 800}), ("sv", {"width": 360, "height": 740})]


@pytest.mark.parametrize(("words", "screen"), SCREENS, ids=["desktop", "phone"], indirect=["words"])
def test_translating_through_the_queue(
    open_page: Callable[..., Page], words: Words, screen: dict[str, int]
) -> None:
    page = open_page(viewport=screen)
    sign_in(page, "secretary", words)
    page.goto("/translations")
    if screen["width"] < 700:
        tab_to(page, ".narrowing > summary")
        page.keyboard.press("Enter")
    tab_to(page, "[name=into]")
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("into=sv"))
    expect(page.locator("[name=into]")).to_be_focused()
    tab_to(page, "#results tbody a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/translations/\d+/sv\?into=sv"))
    expect(page.locator("[name=name]")).to_have_value("")
    here = page.url

    # Nothing written: it is said at the top, and the keyboard is there.
    tab_to(page, "button[value=next]")
    page.keyboard.press("Enter")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text(
        words("Nothing has been written yet. Write the translation, or skip it.")
    )

    # Somebody else is first: both texts are shown, and one's own can be saved after that.
    other = page.context.new_page()
    other.goto(here)
    other.locator("[name=name]").fill("Det andra namnet")
    other.keyboard.press("Enter")
    expect(other.locator(".notice.success")).to_contain_text(
        words("The translation has been saved.")
    )
    other.close()
    page.bring_to_front()
    tab_to(page, "[name=name]")
    page.keyboard.type(f"Det egna namnet {words.language} {screen['width']}")
    page.keyboard.press("Enter")
    conflict = page.locator("[role=alert]", has_text=words("Your text was not saved"))
    expect(conflict).to_be_focused()
    expect(page.locator("table")).to_contain_text("Det andra namnet")
    assert axe(page) == []
    assert sideways_scroll(page) == []
    tab_to(page, "button[value=next]")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.success")).to_contain_text(
        words("The translation has been saved.")
    )
    expect(page).not_to_have_url(here)
    expect(page).to_have_url(re.compile(r"/translations/\d+/sv\?into=sv"))


def test_what_has_changed_and_the_terms_stand_beside_the_translation(
    page: Page, words: Words
) -> None:
    sign_in(page, "secretary", words)
    page.goto("/translations?into=fi")
    page.locator("#results tbody a", has_text="Företagen ser").click()
    changes = page.locator(".changes")
    expect(changes.locator("ins").first).to_contain_text("i tid")
    tab_to(page, "[name=still_fits]")
    assert axe(page) == []
    page.goto("/translations?into=sv")
    page.locator("#results tbody a", has_text="Digiroad").first.click()
    expect(page.locator(".terms").first.locator("dd").first).to_have_attribute("lang", "sv")
    assert axe(page) == []


def test_what_is_left_of_a_translation_is_written_and_said(page: Page, words: Words) -> None:
    sign_in(page, "secretary", words)
    page.goto("/translations?into=sv")
    page.locator("#results tbody a").first.click()
    left = words("Characters left: {number}").replace("{number}", "10")
    page.locator("[name=name]").fill("x" * 190)
    expect(page.locator(".characters")).to_have_text(left)
    expect(page.locator("#announcer")).to_have_text(left)
