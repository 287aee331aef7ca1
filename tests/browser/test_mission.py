"""The whole mission: from three units' proposals to a roadmap that the board approves twice.

One person reads Finnish and the next one Swedish, as in the city.
"""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.accounts import operations as accounts
from app.accounts.operations import INSTALLER
from app.accounts.queries import units
from app.config import ROOT
from app.core import clock
from app.core.database import writing
from app.core.policy import Role
from tests.browser.conftest import serving_demo, sign_in
from tests.browser.words import Words
from tests.conftest import make_settings, running

YEAR = 2026

FI, SV = Words("fi"), Words("sv")

READS = {
    "proposer": FI,
    "proposer2": SV,
    "proposer3": FI,
    "member": FI,
    "member2": SV,
    "member3": FI,
    "member4": SV,
    "chair": FI,
    "secretary": FI,
    "board-secretary": SV,
    "viewer": SV,
}
"""The people, each with the language that they read."""

ROOMS, LAMPS, FORMS = "rooms", "lamps", "forms"
NAMES = {
    ROOMS: ("Kirjaston salit varataan verkossa", "Bibliotekets salar bokas på nätet"),
    LAMPS: ("Katuvalot kertovat vioistaan", "Gatulamporna berättar om sina fel"),
    FORMS: ("Lomakkeet täytetään puhelimella", "Blanketterna fylls i med telefonen"),
}
PROBLEM = ("Miksi tämä on vielä hankalaa?", "Varför är det här ännu besvärligt?")
CHOICES = ("beneficiary", "long_term_benefit", "source", "theme", "level", "development_model")


@pytest.fixture
def instance(tmp_path: Path, city_database: Path, compiled: Path) -> Path:
    """Return the folder of an instance of the small city, with a third unit and a fifth scorer."""
    settings = make_settings(tmp_path / "mission")
    settings.instance.mkdir()
    (settings.instance / "roadmap.sqlite").write_bytes(city_database.read_bytes())
    with running(settings, compiled), writing():
        by_key = {unit.key: unit for unit in units()}
        for key, name, language, role, unit in (
            ("proposer3", "Pia Sepite", "fi", Role.PROPOSER, "development"),
            ("member4", "Mats Modell", "sv", Role.MEMBER, "streets"),
        ):
            accounts.add_user(
                key, name, language, [role], INSTALLER, unit=by_key[unit], invented=True
            )
    return settings.instance


@pytest.fixture
def live(instance: Path, tmp_path: Path) -> Iterator[str]:
    """Return the address of a server of that instance."""
    with serving_demo(instance / "roadmap.sqlite", tmp_path / "live") as address:
        yield address


class Cast:
    """The people, each of whom does their part in the language that they read."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def __call__(self, person: str) -> tuple[Page, Words]:
        """Sign in as a person, and return the page and the words on it."""
        words = READS[person]
        sign_in(self._page, person, words)
        self._page.goto("/my")
        return self._page, words


def test_from_three_proposals_to_a_second_approval(page: Page, tmp_path: Path) -> None:
    cast = Cast(page)
    for person, measure in (("proposer", ROOMS), ("proposer2", LAMPS), ("proposer3", FORMS)):
        propose(*cast(person), measure)
    open_the_round(*cast("secretary"))
    for person in ("member", "member2", "member3", "member4", "chair"):
        score(*cast(person))
    meet(*cast("secretary"), 1, {ROOMS: "approve", LAMPS: "approve", FORMS: "postpone"})
    steps = ("End the collecting", "Start drafting the roadmap")
    assert assemble(*cast("secretary"), 2, *steps) == ["A1", "A2"]
    propose_to_the_board(*cast("chair"))
    approve(*cast("board-secretary"), 411, changing=ROOMS)
    assert verified(tmp_path / "live") == 1
    edit(*cast("secretary"), LAMPS)
    see_the_change(*cast("viewer"), LAMPS)
    meet(*cast("secretary"), 2, {FORMS: "approve"})
    amend(*cast("secretary"))
    assert assemble(*cast("secretary"), 3) == ["A1", "A2", "A3"]
    propose_to_the_board(*cast("chair"))
    approve(*cast("board-secretary"), 498)
    assert verified(tmp_path / "live") == 2
    read_what_was_approved(*cast("viewer"))
    read_as_anybody(page, READS["viewer"])


def name_of(measure: str, words: Words) -> str:
    return NAMES[measure][words.language == "sv"]


def button(scope: Page | Locator, text: str) -> Locator:
    """Return the button whose words begin with `text`; the name of its subject may follow."""
    return scope.get_by_role("button", name=re.compile(f"^{re.escape(text)}( ?:|$)"))


def row_of(page: Page, name: str) -> Locator:
    """Return the row of a table that the measure `name` heads."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name))


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def choose(page: Page, words: Words, label: str) -> None:
    """Follow a link of the main menu."""
    menu = page.get_by_role("navigation", name=words("Main menu"))
    menu.get_by_role("link", name=words(label), exact=True).click()


def propose(page: Page, words: Words, measure: str) -> None:
    """Write a proposal in both languages and submit it."""
    choose(page, words, "Proposals")
    page.get_by_role("link", name=words("Propose a measure")).first.click()
    heading(page, words("Propose a measure"))
    for number, language in enumerate(("fi", "sv")):
        page.locator(f"[name=problem_{language}]").fill(PROBLEM[number])
        page.locator(f"[name=name_{language}]").fill(NAMES[measure][number])
    for choice in CHOICES:
        page.locator(f"[name={choice}_id]").select_option(index=1)
    page.locator("[name=impact][value=L]").check()
    page.locator("[name=cost_class][value=S]").check()
    page.locator("[name=cost_once]").fill("8 000")
    page.locator("[name=legal_act]").fill("Hallintolaki 434/2003")
    page.locator("[name=first_year]").select_option(str(YEAR))
    button(page, words("Submit")).click()
    heading(page, name_of(measure, words))
    expect(page.get_by_text(words("The proposal has been submitted."))).to_be_visible()


def open_the_round(page: Page, words: Words) -> None:
    """Open the scoring round of the year, and take all proposals into it."""
    choose(page, words, "Scoring")
    page.get_by_role("link", name=words("Open a scoring round")).click()
    today = clock.today()
    page.get_by_label(words("First day")).fill(today.isoformat())
    page.get_by_label(words("Last day")).fill((today + timedelta(days=7)).isoformat())
    button(page, words("Open the round")).click()
    opened = words("The scoring round of %(year)s was opened.", year=YEAR)
    expect(page.get_by_text(opened)).to_be_visible()
    for measure in NAMES:
        page.goto(f"/scoring/{YEAR}")
        button(row_of(page, name_of(measure, words)), words("Take into scoring")).click()
        done = words("Taken into scoring: %(name)s", name=name_of(measure, words))
        expect(page.get_by_text(done)).to_be_visible()


def score(page: Page, words: Words) -> None:
    """Review all three proposals as one of the members, one after the other."""
    for measure in NAMES:
        page.goto(f"/scoring/{YEAR}")
        page.get_by_role("link", name=name_of(measure, words)).click()
        heading(page, name_of(measure, words))
        for scale in page.get_by_role("radiogroup").all():
            scale.locator("[value='4']:not([name=proposed_outcome])").or_(
                scale.locator("[name=proposed_outcome][value=approve]")
            ).check()
        button(page, words("Save and go to the list")).click()
        saved = words("Your review was saved: %(name)s", name=name_of(measure, words))
        expect(page.get_by_text(saved)).to_be_visible()


def meet(page: Page, words: Words, number: int, outcomes: dict[str, str]) -> None:
    """Hold a meeting today: all that is ready on its agenda, prepared, applied at its end."""
    choose(page, words, "Meetings")
    page.get_by_role("link", name=words("Arrange a meeting")).click()
    page.get_by_label(words("Date"), exact=True).fill(clock.today().isoformat())
    page.get_by_label(words("Number"), exact=True).fill(str(number))
    page.get_by_label(words("Place")).fill("Raatihuone")
    button(page, words("Arrange the meeting")).click()
    heading(page, words("Meeting %(number)s/%(year)s", number=number, year=clock.today().year))
    button(page, words("Put all on the agenda")).click()
    for measure, outcome in outcomes.items():
        title = page.get_by_role("heading", name=name_of(measure, words))
        matter = page.get_by_role("listitem").filter(has=title)
        matter.locator(f"[value={outcome}]").check()
        matter.get_by_label(words("Reason")).fill("Yhdessä todettu.")
        # It is kept while it is typed, without any button.
        expect(matter.get_by_text(words("prepared"), exact=True)).to_be_visible()
    page.get_by_role("link", name=words("End the meeting")).click()
    expect(page.locator("#changes ~ * tbody tr")).to_have_count(len(outcomes))
    button(page, words("End the meeting")).click()
    for measure, outcome in outcomes.items():
        title = page.get_by_role("heading", name=name_of(measure, words))
        matter = page.get_by_role("listitem").filter(has=title)
        label = {"approve": "approved", "postpone": "postponed"}[outcome]
        expect(matter.get_by_text(words(label, "outcome"), exact=True)).to_be_visible()


def assemble(page: Page, words: Words, count: int, *steps: str) -> list[str]:
    """Draft the year's roadmap, and return the codes on it."""
    open_roadmap(page, words)
    for step in (*steps, "Assemble the roadmap"):
        button(page, words(step)).click()
    rows = page.locator("[id^=item-]")
    expect(rows).to_have_count(count)
    return [row.get_by_role("cell").first.inner_text() for row in rows.all()]


def open_roadmap(page: Page, words: Words) -> None:
    choose(page, words, "Roadmaps")
    title = words("Digital roadmap %(year)s", year=YEAR)
    page.get_by_role("link", name=title).click()
    heading(page, title)


def propose_to_the_board(page: Page, words: Words) -> None:
    """Propose the roadmap as the chair."""
    open_roadmap(page, words)
    button(page, words("Propose to the city board")).click()
    phase = words("The phase is now: %(phase)s", phase=words("before the city board"))
    expect(page.get_by_text(phase)).to_be_visible()


def approve(page: Page, words: Words, section: int, changing: str | None = None) -> None:
    """Record the city board's approval, with a change of the costs of one measure or as it is."""
    open_roadmap(page, words)
    if changing:
        page.get_by_role("link", name=words("Changes of the city board")).first.click()
        parts = page.get_by_label(words("What is changed"))
        part = parts.locator("option", has_text=name_of(changing, words))
        parts.select_option(part.get_attribute("value"))
        page.locator("[name=field][value=cost]").check()
        button(page, words("Continue")).click()
        page.locator("[name=cost_once]").fill("6 500")
        button(page, words("Write the change down")).click()
        expect(page.get_by_text(re.compile("6.500"))).to_be_visible()
        open_roadmap(page, words)
    outcome = "approved_with_changes" if changing else "approved"
    page.locator(f"[name=outcome][value={outcome}]").check()
    page.get_by_label(words("Date of the meeting")).fill(clock.today().isoformat())
    page.get_by_label(words("Section (§) of the minutes")).fill(str(section))
    button(page, words("Record the decision")).click()
    expect(page.get_by_text(words("The decision of the city board was recorded."))).to_be_visible()


def verified(instance: Path) -> int:
    """Return how many approvals `flask roadmap verify` finds unchanged."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "roadmap", "verify", str(YEAR)],
        cwd=ROOT,
        env={**os.environ, "INSTANCE": str(instance), "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.count("unchanged")


def edit(page: Page, words: Words, measure: str) -> None:
    """Give an approved measure another cost than the city board approved."""
    open_measure(page, words, measure)
    page.get_by_role("link", name=words("Edit"), exact=True).click()
    page.locator("[name=cost_once]").fill("9 900")
    button(page, words("Save")).click()
    expect(page.get_by_text(words("Changed since approval")).first).to_be_visible()


def see_the_change(page: Page, words: Words, measure: str) -> None:
    """Find what has changed since the approval, with what was approved beside what is now."""
    page.goto(f"/?year={YEAR}&changed=1")
    expect(page.get_by_role("link", name=name_of(measure, words))).to_be_visible()
    expect(page.get_by_role("link", name=name_of(ROOMS, words))).to_have_count(0)
    open_measure(page, words, measure)
    change = page.get_by_role("row").filter(has_text=re.compile("8.000"))
    expect(change).to_contain_text(re.compile("9.900"))


def open_measure(page: Page, words: Words, measure: str) -> None:
    page.goto(f"/?year={YEAR}")
    page.get_by_role("link", name=name_of(measure, words)).click()
    heading(page, name_of(measure, words))


def amend(page: Page, words: Words) -> None:
    """Begin an amendment, with its reason."""
    open_roadmap(page, words)
    page.get_by_text(words("Amend during the year")).first.click()
    amendment = page.locator("form[action$=amend]")
    amendment.get_by_label(words("Reason")).fill("Lomakkeilla on kiire.")
    button(amendment, words("Amend during the year")).click()
    phase = words("The phase is now: %(phase)s", phase=words("being amended"))
    expect(page.get_by_text(phase)).to_be_visible()


def read_what_was_approved(page: Page, words: Words) -> None:
    """Read on the roadmap what the board approved twice, and get the second as a file."""
    page.goto(f"/?year={YEAR}&view=approved")
    for measure in NAMES:
        expect(page.get_by_role("link", name=name_of(measure, words))).to_be_visible()
    open_roadmap(page, words)
    expect(page.get_by_text(words("unchanged"), exact=True)).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("link", name=words("Approval %(number)s (JSON)", number=2)).click()
    content = download.value.path().read_bytes()
    assert NAMES[FORMS][0] in content.decode()
    expect(page.get_by_text(hashlib.sha256(content).hexdigest())).to_be_visible()


def read_as_anybody(page: Page, words: Words) -> None:
    """Read on the status page, without signing in, what the city board changed and when."""
    button(page, words("Sign out")).click()
    open_measure(page, words, ROOMS)
    for section in (411, 498):
        expect(page.get_by_text(f"{section} §")).to_be_visible()
    expect(page.get_by_text(re.compile("6.500")).first).to_be_visible()
