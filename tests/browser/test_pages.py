"""Every page, as every role meets it: accessible, and fitting the narrowest phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.checks import axe, sideways_scroll
from tests.browser.conftest import LANGUAGES, sign_in
from tests.browser.pages import PEOPLE, Seen
from tests.browser.words import Words

Check = Callable[[Page], list[str]]

# What a page may say instead of what it is for.
MISSING = "/no-such-page"
FURTHER = [MISSING, "/?q=no-such-word&status=done&year=1999&theme=no-such-theme"]


def visit(page: Page, url: str, words: Words, *checks: Check) -> list[str]:
    """Open a page in the language of `words`, and return what the checks find on it."""
    answer = page.goto(f"{url}{'&' if '?' in url else '?'}lang={words.language}")
    assert answer is not None
    assert answer.ok is (url != MISSING), url
    return [f"{url}: {fault}" for check in checks for fault in check(page)]


@LANGUAGES
@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_is_accessible_and_fits_a_phone(
    page: Page, words: Words, seen: list[Seen], fullest: list[Seen], person: str
) -> None:
    if person:
        sign_in(page, person, words)
    faults = []
    for each in seen:
        if each.person != person:
            continue
        if each in fullest:
            faults += visit(page, each.url, words, axe, sideways_scroll)
        elif words.language == "fi":
            # What one person sees less of than another is as wide in both languages.
            faults += visit(page, each.url, words, sideways_scroll)
    assert faults == []


@LANGUAGES
@pytest.mark.parametrize("url", FURTHER)
def test_further_pages_are_accessible_and_fit(page: Page, words: Words, url: str) -> None:
    assert visit(page, url, words, axe, sideways_scroll) == []


def test_the_checks_find_what_they_look_for(page: Page) -> None:
    page.goto("/accessibility")
    assert axe(page) + sideways_scroll(page) == []
    page.evaluate("""() => {
        const picture = document.querySelector("main").appendChild(new Image());
        picture.style.cssText = "display: block; min-width: 340px; height: 1px";
        const pale = document.querySelector("main").appendChild(document.createElement("p"));
        pale.textContent = "Pale in dark colours.";
        pale.style.color = "light-dark(black, #333)";
    }""")
    assert [fault.partition(":")[0] for fault in axe(page)] == ["image-alt", "color-contrast"]
    assert [fault.partition(":")[0] for fault in sideways_scroll(page)] == ["at 320", "at 320"]


def test_problems_are_noted(page: Page, problems: list[str]) -> None:
    page.goto("/accessibility")
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.injected = true";
        document.body.append(script);
        new Image().src = "/static/no-such-picture.png";
        setTimeout(() => { throw new Error("a broken script"); });
    }""")
    page.wait_for_load_state("networkidle")
    page.evaluate("fetch('http://other.example/').catch(() => {})")
    found = " ".join(problems)
    for sign in ("policy: script-src", "404 for", "a broken script", "other.example"):
        assert sign in found, problems
    assert page.evaluate("window.injected") is None
    problems.clear()
