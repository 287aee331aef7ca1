"""Signing in with the city's account in a browser, through a sign-in service of others' making."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LANGUAGES, serving_demo
from tests.browser.words import Words
from tests.sign_in.real_provider import PEOPLE, ROLES, real_provider
from tests.tools.server import free_port

# The sheet of styles that the service's own pages ask for.
STYLES = "https://cdn.jsdelivr.net/"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Return the issuer of the sign-in service: another site than the tool's, 127.0.0.1."""
    with real_provider() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def live(
    demo_database: Path, issuer: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the address of a server that trusts the sign-in service."""
    port = free_port()
    instance = tmp_path_factory.mktemp("city_account") / "instance"
    settings = {
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": "roadmap",
        "OIDC_CLIENT_SECRET": "of the tests",
        "OIDC_ROLES": json.dumps(ROLES),
    }
    with serving_demo(demo_database, instance, port, **settings) as address:
        yield address


@pytest.fixture
def neighbours(issuer: str) -> tuple[str, ...]:
    """Return the sites that the tests go to beside the tool."""
    return issuer, STYLES


@pytest.fixture
def page(page: Page) -> Page:
    """Return a page in which the service's styles are left out, as they lie on the internet."""
    page.context.route(f"{STYLES}**", lambda route: route.fulfill(body="", content_type="text/css"))
    return page


def at_the_service(page: Page, words: Words, onward: str) -> None:
    """Go from a page that asks to sign in to the sign-in service."""
    page.goto(f"/sign-in?next={onward}&lang={words.language}")
    page.locator("main .btn").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Authorize Client")


@LANGUAGES
def test_signing_in_using_the_tool_and_signing_out(page: Page, words: Words, live: str) -> None:
    """Begin in either language; from then on the page speaks that of the account."""
    at_the_service(page, words, "/proposals/new")
    page.get_by_role("button", name="aino").click()
    expect(page).to_have_url(re.compile("/proposals/new"))
    expect(page.locator(".person")).to_contain_text(PEOPLE["aino"]["name"])
    name = page.locator(f"[name=name_{words.language}]")
    name.fill("Kokeilu – försök")
    page.locator("[name=unit_id]").select_option(index=1)
    page.locator("button[name=then][value=save]").click()
    expect(page).to_have_url(re.compile(r"/proposals/\d+/edit"))
    expect(name).to_have_value("Kokeilu – försök")
    expect(page.locator("html")).to_have_attribute("lang", "fi")
    page.get_by_role("button", name="Kirjaudu ulos").click()
    expect(page.locator(".site-tools").get_by_role("link", name="Kirjaudu")).to_be_visible()
    page.goto("/proposals/new")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_somebody_without_a_role_reads_their_language(page: Page, live: str) -> None:
    page.goto("/roadmaps")
    expect(page.locator("html")).to_have_attribute("lang", "fi")
    page.locator("main .btn").first.click()
    page.get_by_role("button", name="sven").click()
    expect(page).to_have_url(re.compile("/roadmaps$"))
    expect(page.locator(".person")).to_contain_text(PEOPLE["sven"]["name"])
    expect(page.locator("html")).to_have_attribute("lang", "sv")


def test_whoever_refuses_is_told_what_to_do(page: Page, words: Words, live: str) -> None:
    at_the_service(page, words, "/proposals")
    page.get_by_role("button", name="Deny").click()
    title = words("Signing in was not finished")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_role("link", name=words("To the sign-in page")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words("Sign in"))


def test_the_way_by_keyboard_alone(page: Page, words: Words, live: str) -> None:
    page.goto(f"/sign-in?lang={words.language}")
    page.locator("main .btn").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Authorize Client")
    page.keyboard.type("aino")
    page.keyboard.press("Enter")
    expect(page.locator(".person")).to_contain_text(PEOPLE["aino"]["name"])
