"""The conversation about a proposal, by keyboard alone, in each language and at each width.

It is written, interrupted, resumed, submitted, returned, corrected and submitted again.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.checks import axe, sideways_scroll
from tests.browser.conftest import serving_demo
from tests.browser.keyboard import sign_in_by_keyboard, tab_to
from tests.browser.words import Words

PROBLEM = {
    "fi": "Miksi asukas joutuu soittamaan, kun hän haluaa varata kirjaston salin?",
    "sv": "Varför måste invånaren ringa för att boka bibliotekets sal?",
}
NAME = {"fi": "Salin varaus puhelimella ja verkossa", "sv": "Salen bokas per telefon och på nätet"}
REASON = {
    "fi": "Kuinka monta puhelua tulee viikossa?",
    "sv": "Hur många samtal kommer det i veckan?",
}
ADDED = {"fi": " Puheluita tulee sata viikossa.", "sv": " Det kommer hundra samtal i veckan."}
CHOICES = ("beneficiary_id", "long_term_benefit_id", "source_id")
PLACES = ("theme_id", "level_id", "development_model_id")


@pytest.fixture
def live(demo_database: Path, tmp_path: Path) -> Iterator[str]:
    """Return the address of a server of this test's own, as it adds a proposal each time."""
    with serving_demo(demo_database, tmp_path / "live") as address:
        yield address


@pytest.mark.parametrize(("words", "width"), [("fi", 1280), ("sv", 360)], indirect=["words"])
def test_from_the_first_word_to_the_second_submission(
    open_page: Callable[..., Page], words: Words, width: int
) -> None:
    lang = words.language
    size = {"viewport": {"width": width, "height": 800}}
    first = open_page(**size)
    sign_in_by_keyboard(first, "proposer", lang)
    write(first, words)
    writer = interrupt(first.context, words)
    submit(writer, words)
    is_fit(writer)
    page_of_proposal = writer.url

    secretary = open_page(**size)
    sign_in_by_keyboard(secretary, "secretary", lang)
    send_back(secretary, words, page_of_proposal)

    correct(writer, words, page_of_proposal)
    is_fit(writer)

    secretary.goto(page_of_proposal)
    changed = secretary.locator("ins")
    expect(changed).to_contain_text(ADDED[lang].split()[0])
    is_fit(secretary)


def is_fit(page: Page) -> None:
    """Expect nothing that axe finds, and no scrolling sideways."""
    assert axe(page) == []
    assert sideways_scroll(page) == []


def press(page: Page, selector: str) -> None:
    """Go to what `selector` finds, and press Enter there."""
    tab_to(page, selector)
    page.keyboard.press("Enter")


def write(page: Page, words: Words) -> None:
    """Begin a proposal, and wait until what was typed is kept."""
    lang = words.language
    page.goto("/proposals/new")
    for name, text in (("problem", PROBLEM[lang]), ("name", NAME[lang])):
        tab_to(page, f"[name={name}_{lang}]")
        page.keyboard.type(text)
    expect(page).to_have_url(re.compile(r"/proposals/new\?copy="))
    is_fit(page)


def interrupt(context: BrowserContext, words: Words) -> Page:
    """Close the tab, open another, and find there what was typed."""
    context.pages[0].close()
    page = context.new_page()
    page.goto("/proposals/new")
    press(page, ".unfinished a")
    for name, text in (("problem", PROBLEM), ("name", NAME)):
        field = page.locator(f"[name={name}_{words.language}]")
        expect(field).to_have_value(text[words.language])
    return page


def submit(page: Page, words: Words) -> None:
    """Give what is missing, and submit the proposal."""
    for name in CHOICES:
        tab_to(page, f"[name={name}]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
    for name in ("impact", "cost_class"):
        tab_to(page, f"[name={name}]")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
    for name in PLACES:
        tab_to(page, f"[name={name}]")
        page.keyboard.press("ArrowDown")
    press(page, "[name=then][value=submit]")
    expect(page).to_have_url(re.compile("/measures/[0-9]+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME[words.language])
    submitted = words("The proposal has been submitted.")
    expect(page.get_by_text(submitted, exact=True)).to_be_visible()


def send_back(page: Page, words: Words, address: str) -> None:
    """Return the proposal for completion, saying which field the reason is about."""
    page.goto(address)
    press(page, "a[href$='/return']")
    expect(page).to_have_url(f"{address}/return".replace("measures", "proposals"))
    tab_to(page, "[name=reason]")
    page.keyboard.type(REASON[words.language])
    tab_to(page, "[name=concerned][value=problem]")
    page.keyboard.press("Space")
    is_fit(page)
    press(page, "main form button[type=submit]")
    expect(page).to_have_url(address)
    expect(page.get_by_text(REASON[words.language]).first).to_be_visible()


def correct(page: Page, words: Words, address: str) -> None:
    """Read why the proposal came back, add what was asked for, and submit it again."""
    lang = words.language
    page.goto(address)
    expect(page.get_by_text(REASON[lang]).first).to_be_visible()
    press(page, "a[href$='/edit']")
    expect(page).to_have_url(re.compile("/edit$"))
    remark = page.locator("#problem-remark")
    expect(remark).to_have_text(REASON[lang])
    tab_to(page, f"[name=problem_{lang}]")
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type(ADDED[lang])
    press(page, "[name=then][value=submit]")
    expect(page).to_have_url(address)
    submitted = words("The proposal has been submitted.")
    expect(page.get_by_text(submitted, exact=True)).to_be_visible()
