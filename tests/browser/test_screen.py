"""The screen of the meeting room follows what the secretary does in another window."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import axe, sideways_scroll
from tests.browser.conftest import serving_demo, sign_in
from tests.browser.words import Words

SIZES = ((1280, 720), (1920, 1080))
TYPED = {"fi": "Toteutetaan ensi vuonna", "sv": "Genomförs nästa år"}


@pytest.fixture
def live(demo_database: Path, tmp_path: Path) -> Iterator[str]:
    """Return the address of a server of this test's own, as it writes decisions."""
    with serving_demo(demo_database, tmp_path / "live") as address:
        yield address


def is_fit(page: Page) -> None:
    """Expect nothing that axe finds, and no scrolling sideways."""
    assert axe(page) == []
    assert sideways_scroll(page) == []


def open_agenda(page: Page) -> str:
    """Open the first meeting that has something to decide, and return its address."""
    page.goto("/meetings")
    page.locator("main th a").first.click()
    page.wait_for_url(re.compile(r"/meetings/\d+$"))
    return page.url


def test_the_room_sees_what_the_secretary_types(
    open_page: Callable[..., Page], words: Words
) -> None:
    secretary, room = open_page(), open_page(viewport={"width": 1280, "height": 720})
    sign_in(secretary, "secretary", words)
    sign_in(room, "secretary", words)
    address = open_agenda(secretary)
    room.goto(f"{address}/screen")
    expect(room.locator(".screen-agenda")).to_be_visible()
    is_fit(room)

    matter = secretary.locator("main li.decision").filter(has=secretary.locator("textarea")).first
    name = matter.locator("h3 a").inner_text()
    matter.locator("form[action$='/show'] button").click()
    heading = room.locator(".screen-name h2")
    expect(heading).to_contain_text(name)

    secretary.locator("textarea[name$=-reason]").first.fill(TYPED[words.language])
    decision = room.locator(".screen-decision [aria-live=polite]")
    expect(decision).to_contain_text(TYPED[words.language])
    # The region stays the same element, so that screen readers read the change.
    decision.evaluate("(element) => { element.mark = true; }")
    secretary.locator("input[name$=-outcome][value=postpone]").first.check(force=True)
    expect(decision.locator(".tag")).to_be_visible()
    assert decision.evaluate("(element) => element.mark")

    scores = room.locator("form[action$='/scores'] button")
    expect(scores).to_be_visible()
    scores.click()
    expect(room.locator(".screen-total")).to_be_visible()
    for width, height in SIZES:
        room.set_viewport_size({"width": width, "height": height})
        bottom = room.locator(".screen-decision").bounding_box()
        assert bottom
        assert bottom["y"] + bottom["height"] <= height
    is_fit(room)

    room.keyboard.press("ArrowRight")
    expect(heading).not_to_contain_text(name)
    room.keyboard.press("PageUp")
    expect(heading).to_contain_text(name)
    # The focus stays on the button that is pressed, though another comes before it.
    onward = room.locator("[data-key=ArrowRight]")
    onward.press("Enter")
    expect(heading).not_to_contain_text(name)
    expect(onward).to_be_focused()
