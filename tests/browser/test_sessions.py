"""Staying signed in while one types, the notice before a sign-in ends, and what was typed too late.

The browser's clock is moved on; the server's sessions are moved back in their database.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.checks import axe, sideways_scroll
from tests.browser.conftest import serving_demo, sign_in
from tests.browser.test_keyboard import tab_to
from tests.browser.words import Words

SOON = "You will be signed out at {time}, as you have not used the tool for a while."
FOR_GOOD = (
    "You will be signed out at {time}, as nobody stays signed in for longer than half a day. "
    "What you send after that is kept until you have signed in again."
)
OVER = (
    "You have been signed out. What you have typed is still here: sign in again in a new tab, and "
    "send it from here."
)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the instance that the tests of this file have for themselves."""
    return tmp_path_factory.mktemp("sessions") / "instance"


@pytest.fixture(scope="module")
def live(demo_database: Path, instance: Path) -> Iterator[str]:
    """Return the address of the server of that instance."""
    with serving_demo(demo_database, instance) as address:
        yield address


@pytest.fixture
def pass_time(instance: Path) -> Callable[[str, int], None]:
    """Return a function that makes a column of all sessions so many minutes older."""

    def older(column: str, minutes: int) -> None:
        with closing(sqlite3.connect(instance / "roadmap.sqlite")) as connection, connection:
            connection.execute(
                f"UPDATE session SET {column} = "
                f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-{minutes} minutes') || '000'"
            )

    return older


@pytest.fixture
def asked(page: Page) -> list[str]:
    """Return the list of what the page asks of the server in order to stay signed in."""
    found: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/session"):
            found.append(request.method)

    page.on("request", note)
    return found


def open_form(page: Page, words: Words, person: str = "proposer") -> None:
    """Open the form of a new proposal, with a clock that stands until a test moves it."""
    sign_in(page, person, words)
    page.clock.install()
    page.goto("/proposals/new")
    expect(page.locator("#session")).to_be_empty()


def said(words: Words, source: str) -> re.Pattern[str]:
    """Return what the notice says, whatever the time in it."""
    return re.compile(re.escape(words(source)).replace(r"\{time\}", r"\d{1,2}\.\d\d"))


def test_the_notice_comes_before_the_end_and_takes_no_focus(page: Page, words: Words) -> None:
    open_form(page, words)
    notice = page.locator("#session")
    page.locator("[name=name_fi]").focus()
    page.clock.run_for("49:00")
    expect(notice).to_be_empty()
    page.clock.run_for("01:30")
    expect(notice).to_contain_text(said(words, SOON))
    expect(notice).to_have_attribute("role", "alert")
    expect(notice).to_be_in_viewport()
    expect(page.locator("[name=name_fi]")).to_be_focused()
    assert axe(page) + sideways_scroll(page) == []


def test_one_stays_by_keyboard_and_is_back_where_one_was(
    page: Page, words: Words, asked: list[str], pass_time: Callable[[str, int], None]
) -> None:
    open_form(page, words)
    page.locator(".person a").focus()
    page.clock.run_for("51:00")
    pass_time("seen_at", 51)
    stay = page.get_by_role("button", name=words("Stay signed in"))
    tab_to(page, "#session button")
    expect(stay).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#announcer")).to_have_text(words("You stay signed in."))
    expect(stay).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")
    assert asked == ["POST"]
    page.clock.run_for("49:00")
    expect(page.locator("#session")).to_be_empty()
    page.reload()
    expect(page.locator(".person")).to_be_visible()


def test_typing_keeps_one_signed_in(page: Page, words: Words, asked: list[str]) -> None:
    open_form(page, words)
    # Nothing is looked for while this field is typed in: a request would run out of its time when
    # the clock is moved on.
    field = page.locator("[name=description_fi]")
    field.press_sequentially("Kirjoitan")
    page.clock.run_for("04:30")
    assert asked == []
    with page.expect_response(re.compile("/session$")) as answer:
        page.clock.run_for("01:00")
    assert answer.value.status == 204
    # Nobody types any more, so nothing is asked.
    page.clock.run_for("20:00")
    assert asked == ["POST"]
    with page.expect_response(re.compile("/session$")):
        field.press_sequentially(" pitkään")
    page.clock.run_for("02:00")
    field.press_sequentially(" ja hartaasti")
    page.clock.run_for("02:00")
    assert asked == ["POST", "POST"]


def test_typing_for_two_hours_loses_nothing(
    page: Page, words: Words, pass_time: Callable[[str, int], None]
) -> None:
    open_form(page, words)
    # Nothing is looked for while this field is typed in: a request would run out of its time when
    # the clock is moved on.
    field = page.locator("[name=description_fi]")
    for _ in range(3):
        page.clock.run_for("40:00")
        pass_time("seen_at", 40)
        with page.expect_response(re.compile("/session$")):
            field.press_sequentially("sana ")
    expect(page.locator("#session")).to_be_empty()
    page.locator("[name=name_fi]").fill("Kaksi tuntia")
    page.locator("[name=then][value=save]").click()
    expect(page).to_have_url(re.compile("/proposals/[0-9]+/edit$"))


def test_after_half_a_day_there_is_no_staying(
    page: Page, words: Words, pass_time: Callable[[str, int], None]
) -> None:
    sign_in(page, "proposer", words)
    pass_time("begun_at", 11 * 60 + 57)
    page.clock.install()
    page.goto("/proposals/new")
    notice = page.locator("#session")
    expect(notice).to_contain_text(said(words, FOR_GOOD))
    expect(notice.get_by_role("button")).to_have_count(0)


def test_another_tab_says_that_one_is_still_there(page: Page, words: Words) -> None:
    open_form(page, words)
    page.clock.run_for("56:00")
    expect(page.locator("#session")).to_contain_text(said(words, OVER))
    link = page.locator("#session").get_by_role("link", name=words("Sign in again (in a new tab)"))
    with page.context.expect_page() as opened:
        link.click()
    expect(opened.value).to_have_url(re.compile("/sign-in"))
    opened.value.locator("button[value=proposer]").click()
    expect(opened.value.locator(".person")).to_be_visible()
    expect(page.locator("#session")).to_be_empty()


def test_a_form_that_comes_too_late_is_sent_on(
    page: Page, words: Words, pass_time: Callable[[str, int], None]
) -> None:
    open_form(page, words)
    name = f"Liian myöhään {words.language}"
    page.locator("[name=name_fi]").fill(name)
    page.locator("[name=problem_fi]").fill("Rivi\nja toinen <b>rivi</b>")
    pass_time("seen_at", 60)
    page.locator("[name=then][value=save]").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    kept = "You had been signed out. Sign in again to send what you wrote: it is kept."
    expect(page.locator(".notice")).to_have_text(words(kept))
    page.locator("button[value=proposer]").click()
    expect(page).to_have_url(re.compile("/sign-in/kept$"))
    expect(page.locator("main")).to_contain_text("ja toinen <b>rivi</b>")
    assert axe(page) + sideways_scroll(page) == []
    page.locator("form[action='/proposals/new'] button").click()
    expect(page).to_have_url(re.compile("/proposals/[0-9]+/edit$"))
    expect(page.locator("[name=name_fi]")).to_have_value(name)
    expect(page.locator("[name=problem_fi]")).to_have_value("Rivi\nja toinen <b>rivi</b>")


def test_the_form_of_an_old_tab_is_good_after_signing_in_in_a_new_one(
    page: Page, words: Words, pass_time: Callable[[str, int], None]
) -> None:
    open_form(page, words)
    page.locator("[name=name_fi]").fill("Vanhassa välilehdessä")
    pass_time("seen_at", 60)
    other = page.context.new_page()
    other.goto("/sign-in")
    other.locator("button[value=proposer]").click()
    expect(other.locator(".person")).to_be_visible()
    page.locator("[name=then][value=save]").click()
    expect(page).to_have_url(re.compile("/proposals/[0-9]+/edit$"))


def test_without_scripts_a_late_form_is_sent_on_too(
    open_page: Callable[..., Page], words: Words, pass_time: Callable[[str, int], None]
) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, "proposer", words)
    page.goto("/proposals/new")
    name = f"Ilman skriptejä {words.language}"
    page.locator("[name=name_fi]").fill(name)
    pass_time("seen_at", 60)
    page.locator("[name=then][value=save]").click()
    page.locator("button[value=proposer]").click()
    page.locator("form[action='/proposals/new'] button").click()
    expect(page.locator("[name=name_fi]")).to_have_value(name)


def test_a_service_that_does_not_answer_is_named(
    page: Page, words: Words, problems: list[str]
) -> None:
    open_form(page, words)
    page.clock.run_for("51:00")
    page.route("**/session", lambda route: route.abort())
    page.get_by_role("button", name=words("Stay signed in")).click()
    failed = "No answer from the service. Check the connection and try again."
    expect(page.locator("#alerts")).to_have_text(words(failed))
    expect(page.locator("#session")).to_contain_text(said(words, SOON))


def test_the_own_page_by_keyboard(page: Page, words: Words) -> None:
    sign_in(page, "viewer", words)
    page.goto("/privacy")
    tab_to(page, ".person a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/my$"))
    tab_to(page, "a[href='/my/settings']")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/my/settings$"))
    tab_to(page, "[name=mail]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "form[action='/my'] button")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.success")).to_be_visible()
    tab_to(page, "button[name=session]")
    page.keyboard.press("Enter")
    expect(page.locator(".person")).to_have_count(0)
