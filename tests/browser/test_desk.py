"""The secretary's desk by keyboard alone: tick, look at what would happen, do it, undo it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import axe, sideways_scroll
from tests.browser.conftest import serving_demo
from tests.browser.keyboard import sign_in_by_keyboard, tab_to
from tests.browser.words import Words

COVERED = """() => {
  const active = document.activeElement;
  const box = active.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return !(active === top || active.contains(top) || top?.contains(active));
}"""
"""Whether something else lies over what has the focus."""

BOX = "tbody [name=id]"


@pytest.fixture(scope="module")
def live(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server of this file's own, as others count the demo's proposals."""
    with serving_demo(demo_database, tmp_path_factory.mktemp("desk") / "instance") as address:
        yield address


def back_to(page: Page, selector: str) -> None:
    """Press Shift and Tab until what `selector` finds has the focus."""
    for _ in range(150):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    pytest.fail(f"Shift and Tab do not reach {selector}")


@pytest.mark.parametrize(("words", "width"), [("fi", 1280), ("sv", 360)], indirect=["words"])
def test_returning_two_and_undoing_it(
    open_page: Callable[..., Page], words: Words, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    sign_in_by_keyboard(page, "secretary", words.language)
    page.goto("/desk?state=submitted")
    ticked = page.locator("[data-ticked]")
    expect(ticked).to_have_text(words("None is ticked."))
    for _ in range(2):
        tab_to(page, BOX)
        page.keyboard.press("Space")
    expect(ticked).to_have_text(words("{n} proposals are ticked.").replace("{n}", "2"))
    names = page.locator("tr:has(:checked) th a").all_inner_texts()
    back_to(page, "button[value=return]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/desk/preview"))
    assert page.locator("tbody th a").all_inner_texts() == names
    assert axe(page) == []
    assert sideways_scroll(page) == []
    for field in page.locator("textarea").all():
        tab_to(page, f"[name={field.get_attribute('name')}]")
        page.keyboard.type("Täydennä kustannusarvio.")
    tab_to(page, "form[action='/desk/preview'] button")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/desk[?]state=submitted&done="))
    expect(page.locator(".notice.success")).to_contain_text("2")
    tab_to(page, ".notice form button")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/desk/actions/[0-9]+$"))
    expect(page.locator(".notice.success")).to_contain_text("2")
    expect(page.locator("main form")).to_have_count(0)
    assert axe(page) == []
    assert sideways_scroll(page) == []


def test_all_are_ticked_at_once(page: Page, words: Words) -> None:
    sign_in_by_keyboard(page, "secretary", words.language)
    page.goto("/desk")
    boxes = page.locator(BOX)
    tab_to(page, "[data-tick]")
    page.keyboard.press("Enter")
    expect(page.locator(f"{BOX}:checked")).to_have_count(boxes.count())
    expect(page).to_have_url(re.compile("/desk$"))
    page.keyboard.press("Enter")
    expect(page.locator(f"{BOX}:checked")).to_have_count(0)


def test_the_bar_hides_nothing_that_has_the_focus(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 1280, "height": 500})
    sign_in_by_keyboard(page, "secretary")
    page.goto("/desk")
    page.locator(BOX).last.focus()
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        assert not page.evaluate(COVERED), page.evaluate("document.activeElement.outerHTML")


def test_without_a_script_the_server_ticks(open_page: Callable[..., Page], words: Words) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"/sign-in?next=/desk%3Fstate=submitted%26lang={words.language}")
    page.locator("button[value=secretary]").click()
    page.locator("[data-tick]").click()
    count = page.locator(f"{BOX}:checked").count()
    assert count == page.locator(BOX).count() > 0
    page.locator("button[value=return]").click()
    expect(page.locator("tbody tr")).to_have_count(count)


def test_nothing_ticked_is_said(page: Page, words: Words) -> None:
    sign_in_by_keyboard(page, "secretary", words.language)
    page.goto("/desk?state=submitted&sort=name")
    page.locator("button[value=return]").click()
    expect(page.locator(".notice.error")).to_have_text(words("Tick the proposals first."))
    expect(page).to_have_url(re.compile("/desk[?]state=submitted&sort=name"))
