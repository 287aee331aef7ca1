"""Using a page by keyboard alone, with a focus that is always seen."""

import re

import pytest
from playwright.sync_api import Page, expect

MOST_STOPS = 150

# Whether what has the focus shows it, by itself or by what stands around it. The parts of a field
# for a date are the browser's own, and so is the way in which they show it.
SHOWS_FOCUS = """() => {
  const shows = (element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" || style.boxShadow !== "none";
  };
  const active = document.activeElement;
  return active.type === "date" || shows(active) || shows(active.parentElement);
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what `selector` finds has the focus; every stop must show that it has."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWS_FOCUS), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    pytest.fail(f"Tab does not reach {selector}")


def sign_in_by_keyboard(page: Page, person: str, language: str = "fi") -> None:
    """Sign in as a person of the demo, to read `language`."""
    page.goto(f"/sign-in?next=/accessibility%3Flang%3D{language}")
    tab_to(page, f"button[value={person}]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/accessibility"))
    expect(page.locator("html")).to_have_attribute("lang", language)
