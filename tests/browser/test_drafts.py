"""What is typed into a proposal is not lost: closed tabs, ended sessions, lost networks, others.

The browser's clock is moved on; the server's sessions are ended in their database.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.checks import axe, sideways_scroll
from tests.browser.conftest import serving_demo, sign_in
from tests.browser.test_keyboard import tab_to
from tests.browser.words import Words

NEW = "/proposals/new"
KEPT = "Kept for you at %(time)s. Your unit sees it when you press Save draft."
OVER = (
    "Your sign-in has ended. What you type is kept in this browser. Sign in in a new tab, and it "
    "is kept here as before:"
)
UNREACHABLE = (
    "The service does not answer. What you type is kept in this browser, and sent as soon as it "
    "answers."
)
RESUMED = "What you wrote on %(moment)s and did not save is in the form. Nobody else sees it."


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the instance that the tests of this file have for themselves."""
    return tmp_path_factory.mktemp("drafts") / "instance"


@pytest.fixture(scope="module")
def live(demo_database: Path, instance: Path) -> Iterator[str]:
    """Return the address of the server of that instance."""
    with serving_demo(demo_database, instance) as address:
        yield address


@pytest.fixture
def sql(instance: Path) -> Callable[[str], list[tuple[object, ...]]]:
    """Return a function that runs a statement in the database of the server."""

    def run(statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(instance / "roadmap.sqlite")) as connection, connection:
            return connection.execute(statement).fetchall()

    return run


@pytest.fixture(autouse=True)
def nothing_kept(sql: Callable[[str], list[tuple[object, ...]]]) -> None:
    """Let each test begin without what the one before has left unsaved."""
    sql("DELETE FROM working_copy")


@pytest.fixture
def end_sessions(sql: Callable[[str], list[tuple[object, ...]]]) -> Callable[[], None]:
    """Return a function that makes all sessions so old that they are over."""
    return lambda: sql("UPDATE session SET seen_at = '2020-01-01 00:00:00.000000'") and None


def said(words: Words, source: str) -> re.Pattern[str]:
    """Return what the page says, whatever the time in it."""
    text = re.escape(words(source))
    return re.compile(re.sub(r"%\\\((time|moment)\\\)s", r"[\\d. klo]+", text))


@pytest.fixture
def without_network(page: Page, problems: list[str]) -> Iterator[Callable[[bool], None]]:
    """Return a function that takes the network away or gives it back; htmx logs what fails."""
    yield page.context.set_offline
    problems[:] = [each for each in problems if "Failed to fetch" not in each]


def line_of(page: Page) -> Locator:
    return page.locator("#autosave")


def write(page: Page, words: Words, name: str) -> None:
    """Type a name, and wait until it is kept."""
    field = page.locator("[name=name_fi]")
    field.fill(name)
    expect(line_of(page)).to_have_text(said(words, KEPT))
    kept = page.locator("[name=name_fi]").input_value()
    assert kept == name


def values(page: Page) -> list[str]:
    names = ("name_fi", "problem_fi", "cost_once")
    return [page.locator(f"[name={name}]").input_value() for name in names]


def save_draft(page: Page) -> None:
    page.locator("main form .actions [name=then][value=save]").last.click()
    expect(page).to_have_url(re.compile("/proposals/[0-9]+/edit$"))
    expect(page.locator(".notice.success")).to_be_visible()


def test_a_closed_tab_is_gone_on_with_by_keyboard(page: Page, words: Words) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    tab_to(page, "[name=problem_fi]")
    page.keyboard.type("Miksi pitää soittaa?")
    tab_to(page, "[name=name_fi]")
    page.keyboard.type("Varataan ajat verkossa")
    tab_to(page, "[name=cost_once]")
    page.keyboard.type("12 5x")
    with page.expect_response(re.compile("/proposals/working-copy$")):
        page.keyboard.press("Tab")
    expect(line_of(page)).to_have_text(said(words, KEPT))
    expect(page).to_have_url(re.compile(r"/proposals/new\?copy=[0-9a-f]{32}$"))
    page.close()

    again = page.context.new_page()
    again.goto(NEW)
    assert values(again) == ["", "", ""]
    tab_to(again, ".unfinished a")
    again.keyboard.press("Enter")
    expect(again.locator(".notice.info").first).to_contain_text(said(words, RESUMED))
    assert values(again) == ["Varataan ajat verkossa", "Miksi pitää soittaa?", "12 5x"]
    assert axe(again) + sideways_scroll(again) == []
    again.reload()
    assert values(again) == ["Varataan ajat verkossa", "Miksi pitää soittaa?", "12 5x"]
    # In the other language it is the same text.
    other = "sv" if words.language == "fi" else "fi"
    again.locator(f".languages a[hreflang={other}]").click()
    expect(again.locator("html")).to_have_attribute("lang", other)
    assert values(again)[0] == "Varataan ajat verkossa"
    again.locator("[name=cost_once]").fill("12 500")
    save_draft(again)
    again.goto(NEW)
    expect(again.locator(".unfinished")).to_have_count(0)


def test_a_tab_closed_in_the_middle_of_a_word_keeps_it(
    page: Page, words: Words, sql: Callable[[str], list[tuple[object, ...]]]
) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    page.locator("[name=name_fi]").press_sequentially("Keskener")
    page.goto("/privacy")
    page.goto(NEW)
    expect(page.locator(".unfinished a")).to_have_text(re.compile("Keskener"))


def test_throwing_away_by_keyboard(page: Page, words: Words) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    write(page, words, "Turha ajatus")
    page.reload()
    page.locator("[name=name_fi]").fill("Turha ajatus, jota jatkettiin")
    discard = page.get_by_role("button", name=words("Throw it away and begin anew"))
    discard.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/proposals/new$"))
    expect(page.locator(".unfinished")).to_have_count(0)
    assert values(page)[0] == ""


def test_a_session_that_ends_while_one_types(
    page: Page, words: Words, end_sessions: Callable[[], None]
) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    write(page, words, "Alku")
    end_sessions()
    field = page.locator("[name=name_fi]")
    field.fill("Alku ja jatko")
    expect(line_of(page)).to_contain_text(words(OVER))
    expect(page.locator("#announcer")).to_contain_text(words(OVER))
    expect(page).to_have_url(re.compile("/proposals/new"))
    assert stored(page) == 1
    with page.context.expect_page() as opened:
        line_of(page).get_by_role("link", name=words("Sign in again (in a new tab)")).click()
    opened.value.locator("button[value=proposer]").click()
    expect(opened.value.locator(".person")).to_be_visible()
    expect(opened.value).not_to_have_url(re.compile("/sign-in/kept"))
    expect(line_of(page)).to_have_text(said(words, KEPT))
    assert stored(page) == 0
    assert field.input_value() == "Alku ja jatko"
    save_draft(page)
    expect(page.locator("[name=name_fi]")).to_have_value("Alku ja jatko")


def stored(page: Page) -> int:
    """Return how many texts lie in the browser itself."""
    count: int = page.evaluate(
        "Object.keys(localStorage).filter((name) => name.startsWith('unsent:')).length"
    )
    return count


def test_signing_out_in_another_tab_and_in_again(page: Page, words: Words) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    write(page, words, "Alku")
    other = page.context.new_page()
    other.goto("/privacy")
    other.locator("form.person button").click()
    expect(other.locator("form.person")).to_have_count(0)
    page.locator("[name=name_fi]").fill("Alku ja jatko")
    expect(line_of(page)).to_contain_text(words(OVER))
    sign_in(other, "proposer", words)
    other.goto("/privacy")
    expect(line_of(page)).to_have_text(said(words, KEPT))
    save_draft(page)
    expect(page.locator("[name=name_fi]")).to_have_value("Alku ja jatko")


def test_another_person_who_signs_in_gets_nothing(
    page: Page,
    words: Words,
    end_sessions: Callable[[], None],
    sql: Callable[[str], list[tuple[object, ...]]],
) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    end_sessions()
    page.locator("[name=name_fi]").fill("Vain Ellan silmille")
    expect(line_of(page)).to_contain_text(words(OVER))
    other = page.context.new_page()
    sign_in(other, "secretary", words)
    other.goto(NEW)
    expect(other.locator(".unfinished")).to_have_count(0)
    page.locator("[name=name_fi]").fill("Vain Ellan silmille, yhä")
    with page.expect_response(re.compile("/working-copy$")):
        page.locator("[name=name_fi]").blur()
        page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(line_of(page)).to_contain_text(words(OVER))
    assert sql("SELECT count(*) FROM working_copy") == [(0,)]
    # The one whose text it is finds it, in this browser.
    sign_in(other, "proposer", words)
    other.goto("/privacy")
    expect(line_of(page)).to_have_text(said(words, KEPT))


def test_a_save_that_comes_too_late_is_sent_on_and_is_there_once(
    page: Page,
    words: Words,
    end_sessions: Callable[[], None],
    sql: Callable[[str], list[tuple[object, ...]]],
) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    write(page, words, "Alku")
    end_sessions()
    name = f"Alku ja jatko {words.language}"
    page.locator("[name=name_fi]").fill(name)
    page.locator("[name=then][value=save]").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.locator("button[value=proposer]").click()
    expect(page).to_have_url(re.compile("/sign-in/kept$"))
    page.locator("form[action='/proposals/new'] button").click()
    expect(page).to_have_url(re.compile("/proposals/[0-9]+/edit$"))
    expect(page.locator("[name=name_fi]")).to_have_value(name)
    page.goto(NEW)
    expect(page.locator(".unfinished")).to_have_count(0)
    assert sql(f"SELECT count(*) FROM measure WHERE name_fi = '{name}'") == [(1,)]
    assert stored(page) == 0


def test_a_lost_network_and_back(
    page: Page, words: Words, without_network: Callable[[bool], None]
) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    write(page, words, "Alku")
    without_network(True)
    page.locator("[name=name_fi]").fill("Alku ja jatko")
    expect(line_of(page)).to_have_text(words(UNREACHABLE))
    expect(page.locator("#announcer")).to_have_text(words(UNREACHABLE))
    assert stored(page) == 1
    assert axe(page) + sideways_scroll(page) == []
    page.locator("[name=problem_fi]").fill("Miksi ei?")
    without_network(False)
    expect(line_of(page)).to_have_text(said(words, KEPT))
    assert stored(page) == 0
    save_draft(page)
    assert values(page)[:2] == ["Alku ja jatko", "Miksi ei?"]


def test_what_was_typed_without_a_network_is_there_when_the_form_opens_again(
    page: Page, words: Words, without_network: Callable[[bool], None]
) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    page.locator("[name=name_fi]").fill("Luonnos")
    save_draft(page)
    edit = page.url
    without_network(True)
    page.locator("[name=name_fi]").fill("Luonnos, jota jatkettiin junassa")
    expect(line_of(page)).to_have_text(words(UNREACHABLE))
    page.close()

    again = page.context.new_page()
    without_network(False)
    again.goto(edit)
    expect(again.locator(".notice.info").first).to_contain_text(said(words, RESUMED))
    assert values(again)[0] == "Luonnos, jota jatkettiin junassa"
    assert stored(again) == 0


def test_signing_out_takes_the_text_out_of_the_browser(page: Page, words: Words) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    page.route("**/working-copy**", lambda route: route.abort())
    page.locator("[name=name_fi]").fill("Yhteiskone")
    expect(line_of(page)).to_have_text(words(UNREACHABLE))
    assert stored(page) == 1
    warned: list[str] = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    page.locator("form.person button").click()
    expect(page.locator("form.person")).to_have_count(0)
    assert stored(page) == 0
    assert warned == ["beforeunload"], "it is taken away only from somebody who knows"


def test_one_is_warned_only_while_the_text_is_nowhere(page: Page, words: Words) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    warned: list[str] = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    page.route("**/working-copy**", lambda route: route.abort())
    page.locator("[name=name_fi]").press_sequentially("Ei missään")
    nowhere = "What you have typed could not be kept. Save it, or copy it somewhere safe."
    expect(line_of(page)).to_have_text(words(nowhere))
    page.goto("/privacy")
    assert warned == ["beforeunload"]
    page.unroute("**/working-copy**")
    page.goto(NEW)
    page.locator("[name=name_fi]").press_sequentially("Tallessa")
    expect(line_of(page)).to_have_text(said(words, KEPT))
    page.goto("/privacy")
    assert warned == ["beforeunload"]


def test_two_people_choose_by_keyboard(
    page: Page, open_page: Callable[..., Page], words: Words
) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    page.locator("[name=name_fi]").fill("Asukas varaa ajan")
    save_draft(page)
    other = open_page()
    sign_in(other, "secretary", words)
    other.goto(page.url)
    page.locator("[name=name_fi]").fill("Asukas varaa ajan verkossa")
    page.locator("[name=cost_once]").fill("700")
    expect(line_of(page)).to_have_text(said(words, KEPT))
    other.reload()
    expect(other.locator("#writers")).to_contain_text("Ella Esimerkki")
    other.locator("[name=name_fi]").fill("Asukas varaa ajan puhelimella")
    other.locator("[name=then][value=save]").click()
    expect(other.locator(".notice.success")).to_be_visible()

    with page.expect_response(re.compile("/edit$")) as answer:
        page.locator("[name=then][value=save]").click()
    assert answer.value.status == 409
    expect(page.locator("[role=alert][autofocus]")).to_be_focused()
    expect(page.locator(".conflict mark")).to_have_text(["puhelimella", "verkossa"])
    assert axe(page) + sideways_scroll(page) == []
    tab_to(page, "[name=take_name_fi]")
    expect(page.locator("[name=take_name_fi][value=yours]")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[name=take_name_fi][value=theirs]")).to_be_checked()
    tab_to(page, "[name=then][value=save]")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator("[name=name_fi]")).to_have_value("Asukas varaa ajan puhelimella")
    expect(page.locator("[name=cost_once]")).to_have_value("700")


def test_writing_on_after_a_conflict_keeps_ones_own(page: Page, words: Words) -> None:
    sign_in(page, "proposer", words)
    page.goto(NEW)
    page.locator("[name=name_fi]").fill("Nimi")
    save_draft(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("[name=name_fi]").fill("Toisen nimi")
    save_draft(other)
    page.locator("[name=name_fi]").fill("Oma nimi")
    page.locator("[name=then][value=save]").click()
    page.locator("[name=take_name_fi][value=theirs]").check()
    page.locator("[name=name_fi]").fill("Oma parempi nimi")
    expect(page.locator("[name=take_name_fi][value=yours]")).to_be_checked()
    page.locator("[name=then][value=save]").first.click()
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator("[name=name_fi]")).to_have_value("Oma parempi nimi")


def test_without_scripts_there_is_the_button(open_page: Callable[..., Page], words: Words) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, "proposer", words)
    page.goto(NEW)
    page.locator("[name=name_fi]").fill("Ilman skriptejä")
    save_draft(page)
    expect(page.locator("[name=name_fi]")).to_have_value("Ilman skriptejä")
