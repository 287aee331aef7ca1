"""Every page, as every role meets it: accessible, and fitting the narrowest phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.checks import axe, sideways_scroll
from tests.browser.conftest import sign_in
from tests.browser.pages import PEOPLE, Seen, pages_of
from tests.browser.words import Words
from tests.conftest import copy_database, make_settings, running

# What a page may say instead of what it is for.
MISSING = "/no-such-page"
FURTHER = [MISSING, "/?q=no-such-word&status=done&year=1999&theme=no-such-theme"]


@pytest.fixture(scope="module")
def seen(
    demo_database: Path, compiled: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Seen]]:
    """Return the pages of every person of the demo, without those that another sees the same."""
    settings = make_settings(tmp_path_factory.mktemp("seen") / "instance")
    copy_database(demo_database, settings)
    with running(settings, compiled) as app:
        every = [each for person in PEOPLE for each in pages_of(app, person)]
    different = {(each.url, each.size): each for each in every}.values()
    return {person: [each for each in different if each.person == person] for person in PEOPLE}


def visit(page: Page, urls: list[str], words: Words, check: Callable[[Page], list[str]]) -> None:
    """Open pages in the language of `words` and expect that `check` finds nothing in any."""
    faults = []
    for url in urls:
        answer = page.goto(f"{url}{'&' if '?' in url else '?'}lang={words.language}")
        assert answer is not None
        assert answer.ok is (url != MISSING), url
        faults += [f"{url}: {fault}" for fault in check(page)]
    assert faults == []


@pytest.mark.parametrize("person", PEOPLE)
def test_no_page_scrolls_sideways_on_a_phone(
    page: Page, words: Words, seen: dict[str, list[Seen]], person: str
) -> None:
    if person:
        sign_in(page, person, words)
    visit(page, [each.url for each in seen[person]], words, sideways_scroll)


def test_every_page_is_accessible(page: Page, words: Words, seen: dict[str, list[Seen]]) -> None:
    every = sorted((each for pages in seen.values() for each in pages), key=lambda each: each.size)
    fullest = {each.endpoint: each for each in every}
    assert len(fullest) > 12
    for person in PEOPLE:
        urls = [each.url for each in fullest.values() if each.person == person]
        if urls and person:
            sign_in(page, person, words)
        visit(page, urls, words, axe)


def test_further_pages_are_accessible_and_fit(page: Page, words: Words) -> None:
    visit(page, FURTHER, words, lambda page: axe(page) + sideways_scroll(page))


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
