"""The form of a proposal in the browser: what a choice asks for, and what is left of a text."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.words import Words


@pytest.fixture
def form(page: Page, words: Words) -> Page:
    """Return the form of a new proposal, in one language and then in the other."""
    sign_in(page, "proposer", words)
    page.goto("/proposals/new")
    return page


LAW = {"fi": "Laki", "sv": "Lag"}
STRATEGY = {"fi": "Strategia", "sv": "Strategi"}


def test_fields_are_shown_when_they_are_asked_for(form: Page, words: Words) -> None:
    act, source = form.locator("[name=legal_act]"), form.locator("[name=source_id]")
    partners, basis = form.locator("[name=partners]"), form.locator("[name=secrecy_basis]")
    for field in (act, partners, basis):
        expect(field).to_be_hidden()
    source.select_option(label=LAW[words.language])
    act.fill("Arkistolaki")
    source.select_option(label=STRATEGY[words.language])
    expect(act).to_be_hidden()
    source.select_option(label=LAW[words.language])
    expect(act).to_have_value("Arkistolaki")
    form.locator("[name=publicity][value=secret]").check()
    expect(basis).to_be_visible()
    expect(partners).to_be_hidden()


def test_nothing_is_kept_unseen(form: Page, words: Words) -> None:
    form.locator("[name=source_id]").select_option(label=LAW[words.language])
    form.locator("[name=legal_act]").fill("Arkistolaki")
    form.locator("[name=source_id]").select_option(label=STRATEGY[words.language])
    form.locator("[name=then][value=save]").click()
    expect(form.locator(".error-summary")).to_be_focused()
    # What is typed is seen again in a form that comes back, and in one that is opened.
    expect(form.locator("[name=legal_act]")).to_be_visible()
    form.locator("[name=name_fi]").fill("Nähdään kaikki")
    form.locator("[name=then][value=save]").click()
    expect(form).to_have_url(re.compile("/edit$"))
    expect(form.locator("[name=legal_act]")).to_have_value("Arkistolaki")
    expect(form.locator("[name=legal_act]")).to_be_visible()
    expect(form.locator("[name=partners]")).to_be_hidden()


def test_without_scripts_everything_is_shown(open_page, words: Words) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, "proposer", words)
    page.goto("/proposals/new")
    for name in ("legal_act", "legal_section", "legal_deadline", "partners", "secrecy_basis"):
        expect(page.locator(f"[name={name}]")).to_be_visible()


def test_what_is_left_of_a_text_is_written_and_said(form: Page, words: Words) -> None:
    name = form.locator("[name=name_fi]")
    line = form.locator(".characters")
    left = words("Characters left: {number}").replace("{number}", "{}")
    over = words("Characters too many: {number}").replace("{number}", "{}")
    name.fill("x" * 100)
    expect(line).to_have_count(0)
    name.fill("x" * 190)
    expect(line).to_have_text(left.format(10))
    expect(form.locator("#announcer")).to_have_text(left.format(10))
    # An emoji is one character here as on the server, and what is pasted is not cut off.
    name.fill("x" * 199 + "🙂🙂")
    expect(line).to_have_text(over.format(1))
    expect(name).to_have_value("x" * 199 + "🙂🙂")
    name.fill("")
    expect(line).to_have_count(0)


@pytest.mark.parametrize(("width", "first"), [(1280, "form"), (360, "aside")])
def test_the_days_stand_beside_the_form_or_above_it(open_page, width: int, first: str) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    sign_in(page, "proposer", Words("fi"))
    page.goto("/proposals/new")
    aside, form = page.locator("aside"), page.locator("form.form")
    beside, under = aside.bounding_box(), form.bounding_box()
    assert beside
    assert under
    if first == "aside":
        assert beside["y"] + beside["height"] <= under["y"]
    else:
        assert beside["x"] >= under["x"] + under["width"]
        page.locator("[name=then][value=submit]").scroll_into_view_if_needed()
        expect(aside).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("width", "beside"), [(1280, True), (360, False)])
def test_the_languages_stand_side_by_side_where_there_is_room(
    open_page, width: int, beside: bool
) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    sign_in(page, "proposer2", Words("sv"))
    page.goto("/proposals/new")
    own = page.locator("[name=problem_sv]").bounding_box()
    other = page.locator("[name=problem_fi]").bounding_box()
    assert own
    assert other
    assert (own["y"] == other["y"]) is beside
    assert (own["x"] < other["x"]) is beside
    assert beside or own["y"] < other["y"]


def test_what_is_missing_leads_to_its_field_by_keyboard(form: Page, words: Words) -> None:
    form.locator("[name=name_fi]").fill("Puuttuu paljon")
    form.locator("[name=then][value=save]").click()
    expect(form).to_have_url(re.compile("/edit$"))
    for name, control in (("source_id", "select"), ("impact", "fieldset")):
        form.locator(f"aside a[href='#{name}']").press("Enter")
        expect(form.locator(f"{control}#{name}")).to_be_focused()
