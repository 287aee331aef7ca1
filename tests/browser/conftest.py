"""A real server with a copy of the demo, and a browser that reports everything that goes wrong."""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from app.config import ROOT
from tests.browser.pages import PEOPLE, Seen, pages_of
from tests.browser.words import Words
from tests.conftest import copy_database, make_settings, running
from tests.tools.browser import ARGUMENTS, find_browser
from tests.tools.server import serving

expect.set_options(timeout=10_000)

FAILED = pytest.StashKey[bool]()
RESULTS = ROOT / "test-results"

# Chromium writes on the console when an answer says that something is wrong. Pages and fragments
# may say so, files may not.
_ANSWER = "Failed to load resource"
_MAY_SAY = {"document", "fetch", "xhr"}

_TELL_OF_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder."""
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know that their test has failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the one browser of all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def serving_demo(
    database: Path, instance: Path, port: int | None = None, **settings: str
) -> Iterator[str]:
    """Serve a copy of the demo as `make run` does, with further settings; give its address."""
    copy_database(database, make_settings(instance))
    environment = {
        "INSTANCE": str(instance),
        "DATABASE_URL": "",
        # One process starts in half the time of two; its threads still answer side by side.
        "GUNICORN_CMD_ARGS": "--workers 1",
        **settings,
    }
    with serving("wsgi:app", environment, port) as used:
        yield f"http://127.0.0.1:{used}"


@pytest.fixture(scope="session")
def live(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server that tests share; those that disturb others start theirs."""
    with serving_demo(demo_database, tmp_path_factory.mktemp("live") / "instance") as address:
        yield address


@pytest.fixture(scope="session")
def seen(
    demo_database: Path, compiled: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[Seen]:
    """Return the pages of all people of the demo by address and size, so each of them once."""
    settings = make_settings(tmp_path_factory.mktemp("seen") / "instance")
    copy_database(demo_database, settings)
    with running(settings, compiled) as app:
        every = [each for person in PEOPLE for each in pages_of(app, person)]
    return list({(each.url, each.size): each for each in every}.values())


@pytest.fixture(scope="session")
def fullest(seen: list[Seen]) -> list[Seen]:
    """Return of each route the page with the most on it."""
    found = {each.endpoint: each for each in sorted(seen, key=lambda each: each.size)}
    assert len(found) > 12
    return list(found.values())


@pytest.fixture
def problems() -> list[str]:
    """Return the list of what went wrong in the pages of a test; it must be empty at the end."""
    return []


@pytest.fixture
def neighbours() -> tuple[str, ...]:
    """Return the addresses of other sites that a test goes to; what they do is theirs."""
    return ()


@pytest.fixture
def open_page(
    browser: Browser,
    live: str,
    neighbours: tuple[str, ...],
    problems: list[str],
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., Page]]:
    """Return a function that gives a page of a new visitor; the test fails on any error in it.

    Its arguments are those of a Playwright context: language, size, colours. What a page showed
    when the test failed is in `test-results/`.
    """
    pages: list[Page] = []

    def open_page(**given: object) -> Page:
        wanted = {"locale": "fi", "reduced_motion": "reduce", **given}
        context = browser.new_context(base_url=live, **wanted)
        _watch(context, live, neighbours, problems)
        pages.append(context.new_page())
        return pages[-1]

    yield open_page
    for number, page in enumerate(pages):
        if FAILED in request.node.stash:
            RESULTS.mkdir(exist_ok=True)
            page.screenshot(
                path=RESULTS / f"{request.node.originalname}-{number}.png", full_page=True
            )
        page.context.close()
    assert problems == []


def _watch(
    context: BrowserContext, live: str, neighbours: tuple[str, ...], problems: list[str]
) -> None:
    """Note errors of scripts, violations of the policy, missing files, requests to anybody else."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_ANSWER):
            problems.append(f"{message.text} ({message.page and message.page.url})")

    def on_request(request: Request) -> None:
        if not request.url.startswith((live, *neighbours)):
            problems.append(f"request to {request.url}")

    def on_response(response: Response) -> None:
        if response.url.startswith(neighbours):
            return
        limit = 500 if response.request.resource_type in _MAY_SAY else 400
        if response.status >= limit:
            problems.append(f"{response.status} for {response.url}")

    context.add_init_script(_TELL_OF_VIOLATIONS)
    context.on("console", on_console)
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("request", on_request)
    context.on("response", on_response)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """Return a page of a visitor who reads Finnish on a desktop screen."""
    return open_page()


@pytest.fixture
def words(request: pytest.FixtureRequest) -> Words:
    """Return the words of the screen in the one language or in the other.

    A test that tells them apart names both, as `LANGUAGES` does; for all others what they try is
    the same in both, so about half of them read Finnish and half Swedish, by their names.
    """
    name: str = request.node.originalname
    return Words(getattr(request, "param", ("fi", "sv")[crc32(name.encode()) % 2]))


LANGUAGES = pytest.mark.parametrize("words", ["fi", "sv"], indirect=True)


def sign_in(page: Page, person: str, words: Words) -> None:
    """Sign in as a person of the demo, to read the language of `words`; no page is opened.

    Drawing the pages on the way would be a third of the time of these tests. Those who try the way
    itself go by `tests/browser/keyboard.py`.
    """
    asking = page.context.request
    form = asking.get("/sign-in").text()
    (token,) = set(re.findall('name="csrf_token" value="([^"]+)"', form))
    reading = f"/privacy?lang={words.language}"
    answer = asking.post("/sign-in", form={"csrf_token": token, "next": reading, "person": person})
    assert answer.url.endswith(reading)
    assert f'<html lang="{words.language}"' in answer.text()
