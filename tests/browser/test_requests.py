"""Requests in the background: what fails is said, and what is sent twice is done once."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import sign_in
from tests.browser.words import Words


def break_background_requests(page: Page, status: int | None) -> None:
    """Let every request of htmx fail: with a status, or without any answer for None."""

    def answer(route: Route) -> None:
        if "hx-request" not in route.request.headers:
            route.continue_()
        elif status is None:
            route.abort()
        else:
            route.fulfill(status=status, body="")

    page.route("**/*", answer)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (500, "data-failed"),
        (503, "data-failed"),
        (404, "data-missing"),
        (409, "data-changed"),
        (403, "data-forbidden"),
        (429, "data-too-many"),
        (None, "data-offline"),
    ],
)
def test_a_failure_is_said_aloud_and_the_list_stays(
    page: Page, problems: list[str], status: int | None, said: str
) -> None:
    page.goto("/?year=2024&year=2025")
    alerts = page.get_by_role("alert")
    expect(alerts).to_be_empty()
    text = alerts.get_attribute(said)
    assert text
    rows = page.locator("#results tbody tr").count()
    break_background_requests(page, status)
    page.locator("[name=status]").select_option("done")
    expect(alerts).to_have_text(text)
    expect(alerts).to_be_visible()
    expect(page.locator("#results tbody tr")).to_have_count(rows)

    # That nobody answered, or the service failed, is what is wanted here.
    assert len(problems) == (1 if status is None or status >= 500 else 0)
    problems.clear()

    page.unroute("**/*")
    page.locator("[name=status]").select_option("started")
    expect(page.locator(".count")).to_have_text(re.compile(r"\b21\s"))
    expect(alerts).to_be_empty()


def test_words_of_the_alerts_are_the_readers(page: Page, words: Words) -> None:
    page.goto(f"/?lang={words.language}")
    offline = words("No answer from the service. Check the connection and try again.")
    expect(page.get_by_role("alert")).to_have_attribute("data-offline", offline)


def test_a_double_click_makes_one_proposal(page: Page, words: Words) -> None:
    sign_in(page, "proposer", words)
    page.goto("/proposals/new")
    name = f"Napsautetaan kahdesti {words.language}"
    page.locator("[name=name_fi]").fill(name)
    page.locator("[name=then][value=save]").dblclick()
    expect(page).to_have_url(re.compile("/proposals/[0-9]+/edit$"))
    page.goto("/proposals")
    expect(page.get_by_role("link", name=name)).to_have_count(1)


def test_going_back_and_sending_again_makes_one_proposal(page: Page, words: Words) -> None:
    sign_in(page, "proposer", words)
    page.goto("/proposals/new")
    token = page.locator("[data-autosave] [name=key]").input_value()
    name = f"Lähetetään uudelleen {words.language}"
    for _ in range(2):
        page.goto("/proposals/new")
        page.locator("[data-autosave] [name=key]").evaluate(
            "(field, value) => { field.value = value }", token
        )
        page.locator("[name=name_fi]").fill(name)
        page.locator("[name=then][value=save]").click()
        expect(page).to_have_url(re.compile("/proposals/[0-9]+/edit$"))
    page.goto("/proposals")
    expect(page.get_by_role("link", name=name)).to_have_count(1)


def test_a_session_that_has_ended_leads_to_signing_in(page: Page, words: Words) -> None:
    sign_in(page, "proposer", words)
    page.goto("/proposals/new")
    page.locator("[name=name_fi]").fill("Myöhästytään")
    page.context.clear_cookies(name="session")
    page.locator("[name=then][value=save]").click()
    expect(page.locator("#alerts")).not_to_be_empty()
