"""The whole path, in Finnish and in Swedish: from a unit's proposal to the status page."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.core import clock
from tests.browser.conftest import serving_demo, sign_in
from tests.browser.words import Words

YEAR = 2027
NAMES = {
    "fi": "Annetaan asukkaiden varata kirjaston sali verkossa",
    "sv": "Vi låter invånarna boka bibliotekets sal på nätet",
}
PROBLEMS = {
    "fi": "Miksi salin saa varattua vain puhelimella?",
    "sv": "Varför kan salen bokas bara per telefon?",
}
CHOICES = ("beneficiary", "long_term_benefit", "source", "theme", "level", "development_model")


@pytest.fixture
def live(demo_database: Path, tmp_path: Path) -> Iterator[str]:
    """Return the address of a server of this test's own, as the test decides a whole year."""
    with serving_demo(demo_database, tmp_path / "live") as address:
        yield address


def test_from_proposal_to_status_page(page: Page, words: Words) -> None:
    propose(page, words)
    take_into_scoring(page, words)
    for member in ("member", "member2", "member3"):
        score(page, words, member)
    decide(page, words)
    code = assemble(page, words)
    propose_to_the_board(page, words)
    approve(page, words)
    read_the_status(page, words, code)


def heading(page: Page, text: str) -> None:
    """Expect the page's heading, and the page to be in the language that it is read in."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def button(scope: Page | Locator, text: str) -> Locator:
    """Return the button whose words begin with `text`; the name of its subject may follow."""
    return scope.get_by_role("button", name=re.compile(f"^{re.escape(text)}( ?:|$)"))


def row_of(page: Page, name: str) -> Locator:
    """Return the row of a table that the measure `name` heads."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name))


def propose(page: Page, words: Words) -> None:
    """Write a proposal in both languages and submit it."""
    sign_in(page, "proposer", words)
    page.get_by_role("link", name=words("Proposals"), exact=True).click()
    page.get_by_role("link", name=words("Propose a measure")).click()
    heading(page, words("Propose a measure"))
    for language in ("fi", "sv"):
        page.locator(f"[name=problem_{language}]").fill(PROBLEMS[language])
        page.locator(f"[name=name_{language}]").fill(NAMES[language])
    for choice in CHOICES:
        page.locator(f"[name={choice}_id]").select_option(index=2)
    page.locator("[name=impact][value=L]").check()
    page.locator("[name=cost_class][value=S]").check()
    page.locator("[name=cost_once]").fill("8 000")
    page.locator("[name=partners]").fill("Sipoo, Loviisa")
    page.locator("[name=first_year]").select_option(str(YEAR))
    button(page, words("Submit")).click()
    heading(page, NAMES[words.language])
    expect(page.get_by_text(words("The proposal has been submitted."))).to_be_visible()


def take_into_scoring(page: Page, words: Words) -> None:
    """Open the proposal for scoring."""
    sign_in(page, "secretary", words)
    page.get_by_role("link", name=words("Scoring"), exact=True).click()
    button(row_of(page, NAMES[words.language]), words("Take into scoring")).click()
    done = words("Taken into scoring: %(name)s", name=NAMES[words.language])
    expect(page.get_by_text(done)).to_be_visible()


def score(page: Page, words: Words, member: str) -> None:
    """Review the proposal as one of the members."""
    sign_in(page, member, words)
    page.get_by_role("link", name=words("Scoring"), exact=True).click()
    page.get_by_role("link", name=NAMES[words.language]).click()
    heading(page, NAMES[words.language])
    for scale in page.get_by_role("radiogroup").all():
        scale.locator("[value='5']:not([name=proposed_outcome])").or_(
            scale.locator("[name=proposed_outcome][value=approve]")
        ).check()
    page.get_by_label(words("Comment")).fill("Hyvä. Bra.")
    button(page, words("Save and go to the list")).click()
    saved = words("Your review was saved: %(name)s", name=NAMES[words.language])
    expect(page.get_by_text(saved)).to_be_visible()


def decide(page: Page, words: Words) -> None:
    """Arrange a meeting today, put the proposal on its agenda, and approve it there."""
    sign_in(page, "secretary", words)
    page.get_by_role("link", name=words("Meetings"), exact=True).click()
    page.get_by_label(words("Date"), exact=True).fill(clock.today().isoformat())
    page.get_by_label(words("Number")).fill("99")
    page.get_by_label(words("Place")).fill("Raatihuone")
    button(page, words("Arrange the meeting")).click()
    heading(page, words("Meeting %(number)s/%(year)s", number=99, year=clock.today().year))
    row = row_of(page, NAMES[words.language])
    expect(row).to_contain_text("5,00")
    button(row, words("Add to the agenda")).click()
    matter = page.get_by_role("listitem").filter(
        has=page.get_by_role("heading", name=NAMES[words.language])
    )
    matter.locator("[value=approve]").check()
    matter.get_by_label(words("Section (§) of the minutes")).fill("7")
    button(matter, words("Record the decision")).click()
    expect(matter).to_contain_text(words("approved", "outcome"))
    expect(matter).to_contain_text("7 §")


def assemble(page: Page, words: Words) -> str:
    """Draft the year's roadmap, with the proposal on it; return the code that it gets."""
    page.get_by_role("link", name=words("Roadmaps"), exact=True).click()
    title = words("Digital roadmap %(year)s", year=YEAR)
    page.get_by_role("link", name=title).click()
    heading(page, title)
    for step in ("End the collecting", "Start drafting the roadmap", "Assemble the roadmap"):
        button(page, words(step)).click()
    row = row_of(page, NAMES[words.language])
    expect(row).to_contain_text(words("proposed", "membership"))
    code = row.get_by_role("cell").first.inner_text()
    assert re.fullmatch(r"[A-Z]\d+", code)
    return code


def propose_to_the_board(page: Page, words: Words) -> None:
    """Propose the roadmap as the chair."""
    sign_in(page, "chair", words)
    page.goto(f"/roadmaps/{YEAR}")
    button(page, words("Propose to the city board")).click()
    expect(
        page.get_by_text(words("The phase is now: %(phase)s", phase=words("before the city board")))
    )


def approve(page: Page, words: Words) -> None:
    """Record the city board's approval, and look at the snapshot that it leaves."""
    sign_in(page, "board-secretary", words)
    page.goto(f"/roadmaps/{YEAR}")
    page.locator("[name=outcome][value=approved]").check()
    page.get_by_label(words("Date of the meeting")).fill(clock.today().isoformat())
    page.get_by_label(words("Section (§) of the minutes")).fill("412")
    button(page, words("Record the decision")).click()
    expect(page.get_by_text(words("The decision of the city board was recorded."))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=words("Approval %(number)s (JSON)", number=1)).click()
    content = download.value.path().read_bytes()
    assert NAMES[words.language] in content.decode()
    expect(page.get_by_text(hashlib.sha256(content).hexdigest())).to_be_visible()
    expect(page.get_by_text(words("unchanged"), exact=True)).to_be_visible()


def read_the_status(page: Page, words: Words, code: str) -> None:
    """Read on the status page what the city board approved, signed in and as anybody."""
    sign_in(page, "viewer", words)
    for view in ("now", "approved"):
        page.goto(f"/?year={YEAR}&view={view}")
        expect(row_of(page, NAMES[words.language]).get_by_role("cell").first).to_have_text(code)
    button(page, words("Sign out")).click()
    page.goto(f"/?year={YEAR}")
    page.get_by_role("link", name=NAMES[words.language]).click()
    heading(page, NAMES[words.language])
    expect(page.get_by_text("412 §")).to_be_visible()
    expect(page.get_by_text("7 §")).to_be_visible()
