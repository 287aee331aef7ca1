"""By keyboard alone: filter, write and send a proposal, sign in and out; where the focus goes."""

import re

from playwright.sync_api import Page, expect

from tests.browser.keyboard import sign_in_by_keyboard, tab_to


def test_signing_in_and_out(page: Page) -> None:
    sign_in_by_keyboard(page, "member")
    tab_to(page, "form.person button")
    page.keyboard.press("Enter")
    expect(page.locator("form.person")).to_have_count(0)


def test_skip_link_leads_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")


def test_filtering_the_status_page(page: Page) -> None:
    page.goto("/?year=2024&year=2025")
    tab_to(page, "[name=status]")
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("[?&]status="))
    expect(page.locator("[name=status]")).to_be_focused()
    expect(page.locator(".figure b").first).not_to_have_text("52")
    tab_to(page, "#results tbody a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/measures/[0-9]+$"))


def test_writing_and_submitting_a_proposal(page: Page) -> None:
    sign_in_by_keyboard(page, "proposer")
    page.goto("/proposals/new")
    tab_to(page, "[name=problem_fi]")
    page.keyboard.type("Miksi?")
    tab_to(page, "[name=name_fi]")
    page.keyboard.type("Kirjoitetaan ehdotus näppäimistöllä")
    for name in ("beneficiary", "long_term_benefit", "source"):
        tab_to(page, f"[name={name}_id]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
    tab_to(page, "[name=impact]")
    page.keyboard.press("Space")
    tab_to(page, "[name=cost_class]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    for name in ("theme", "level", "development_model"):
        tab_to(page, f"[name={name}_id]")
        page.keyboard.press("ArrowDown")
    tab_to(page, "[name=first_year]")
    page.keyboard.type("2027")
    tab_to(page, "[name=then][value=submit]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/measures/[0-9]+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Kirjoitetaan ehdotus näppäimistöllä")


def test_focus_goes_to_the_error_summary_and_from_it_to_the_field(page: Page) -> None:
    sign_in_by_keyboard(page, "proposer")
    page.goto("/proposals/new")
    tab_to(page, "[name=then][value=submit]")
    with page.expect_response(re.compile("/proposals/new$")) as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 422
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_have_attribute("role", "alert")
    for link in summary.get_by_role("link").all():
        target = (link.get_attribute("href") or "").removeprefix("#")
        link.focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"[id='{target}']")).to_be_focused()


def test_further_details_open_by_keyboard(page: Page) -> None:
    page.goto("/?year=2024&year=2025")
    details = page.locator("#list-filters details details")
    tab_to(page, "#list-filters details details summary")
    page.keyboard.press("Enter")
    expect(details).to_have_attribute("open", "")
    tab_to(page, "[name=impact]")
