"""Eight members score 26 proposals: by keyboard, by finger, in both languages, and blind."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from app.accounts import operations as accounts
from app.accounts import queries as people
from app.accounts.operations import INSTALLER
from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.core.policy import Actor, Role
from app.measures.states import State
from app.scoring.criteria import DEFAULT_CRITERIA
from tests.browser.checks import axe, sideways_scroll
from tests.browser.conftest import serving_demo, sign_in
from tests.browser.keyboard import SHOWS_FOCUS, tab_to
from tests.browser.words import Words
from tests.conftest import copy_database, make_settings, running
from tests.forms import Form
from tests.html import parse
from tests.measures.proposals import saved
from tests.scoring.rounds import YEAR, close_round, open_round

PROPOSALS = 26
IN_THE_BROWSER = 2
"""How many proposals each member but one scores in the browser before the rest by requests."""

MORE_MEMBERS = {"member4": "fi", "member5": "sv", "member6": "fi", "member7": "sv"}
MEMBERS = {"member": "fi", "member2": "sv", "member3": "fi", "chair": "sv", **MORE_MEMBERS}
"""Who scores, in which language."""

BY_KEYBOARD, BY_FINGER = "member", "member2"

RATED = [criterion.key for criterion in DEFAULT_CRITERIA]
WEIGHTS = {each.key: each.weight for each in DEFAULT_CRITERIA if each.counted}
OUTCOMES = ("approve", "return", "postpone", "reject")


class Figures(NamedTuple):
    """What the list shows of a proposal, in its own writing."""

    mean: str
    median: str
    scorers: str


def written(score: Fraction) -> str:
    """Write a score as the screen does, halves upwards."""
    hundredths = (200 * score + 1) // 2
    return f"{hundredths // 100},{hundredths % 100:02}"


@dataclass
class Group:
    """The steering group, and what it has done so far.

    Attributes:
        address: Where the tool is served.
        settings: Its settings.
        measures: The ids of the proposals.
        scored: Which of them each member has submitted, in that order.
    """

    address: str
    settings: Settings
    measures: list[int]
    scored: dict[str, list[int]] = field(default_factory=lambda: {each: [] for each in MEMBERS})

    def ratings(self, member: str, measure_id: int) -> dict[str, int]:
        """Return what a member thinks of a proposal; some leave the optional criterion unrated."""
        number, place = list(MEMBERS).index(member), self.measures.index(measure_id)
        found = {
            key: 1 + (7 * number + 3 * place + 5 * at + number * place) % 5
            for at, key in enumerate(RATED)
        }
        if (number + place) % 3 == 0:
            found["protection"] = 0
        return found

    def outcome(self, member: str, measure_id: int) -> int:
        """Return the place among `OUTCOMES` of what a member proposes."""
        return (list(MEMBERS).index(member) + self.measures.index(measure_id)) % len(OUTCOMES)

    def scores(self, measure_id: int) -> list[Fraction]:
        """Return the scores that members have given a proposal, worked out here once more."""
        found = []
        for member, scored in self.scored.items():
            if measure_id in scored:
                rated = self.ratings(member, measure_id)
                points = sum(weight * rated[key] for key, weight in WEIGHTS.items())
                found.append(Fraction(points, sum(WEIGHTS.values())))
        return found

    def figures(self, measure_id: int) -> Figures:
        """Return mean, median and number of scorers as the screen writes them."""
        scores = self.scores(measure_id)
        mean = sum(scores) / len(scores)
        return Figures(written(mean), written(Fraction(median(scores))), str(len(scores)))

    def scorers(self, measure_id: int) -> int:
        """Return how many have scored a proposal."""
        return sum(measure_id in scored for scored in self.scored.values())

    def opened(self, member: str, url: str) -> int:
        """Return the proposal whose page came; none that waits for the member has fewer scores."""
        measure_id = int(re.search("/([0-9]+)(?:[?].*)?$", url)[1])
        waiting = set(self.measures) - set(self.scored[member])
        assert measure_id in waiting
        assert self.scorers(measure_id) == min(self.scorers(each) for each in waiting)
        return measure_id


def acting(key: str) -> Actor:
    """Return a person of the database in context as they act today."""
    found = people.actor_of(people.user_by_key(key).id, clock.today())
    assert found is not None
    return found


@pytest.fixture(scope="module")
def group(city_database: Path, compiled: Path, tmp_path_factory) -> Iterator[Group]:
    """Return the group of eight with 26 proposals in an open round, and the tool served."""
    folder = tmp_path_factory.mktemp("scoring")
    settings = make_settings(folder / "made")
    copy_database(city_database, settings)
    with running(settings, compiled):
        with writing():
            for number, (key, language) in enumerate(MORE_MEMBERS.items(), start=4):
                name = f"Jäsen {number} Esimerkki"
                accounts.add_user(key, name, language, [Role.MEMBER], INSTALLER, invented=True)
        open_round(acting("secretary"))
        measures = [
            saved(State.IN_SCORING, name_fi=f"Toimenpide {each:02}", name_sv=f"Åtgärd {each:02}")
            for each in range(1, PROPOSALS + 1)
        ]
    database = settings.instance / "roadmap.sqlite"
    with serving_demo(database, folder / "instance") as address:
        yield Group(address, make_settings(folder / "instance"), measures)


@pytest.fixture(scope="module")
def live(group: Group) -> str:
    """Return the address of the group's server."""
    return group.address


def rate_by_keyboard(page: Page, group: Group, measure_id: int) -> None:
    """Rate with seven keys and Enter; the focus waits at the first criterion."""
    for key, rating in group.ratings(BY_KEYBOARD, measure_id).items():
        assert page.evaluate("document.activeElement.name") == f"rating_{key}"
        assert page.evaluate(SHOWS_FOCUS)
        page.keyboard.press(str(rating))
    assert page.evaluate("document.activeElement.name") == "proposed_outcome"
    page.keyboard.press(str(1 + group.outcome(BY_KEYBOARD, measure_id)))
    page.keyboard.press("Enter")


def rate_by_finger(page: Page, group: Group, member: str, measure_id: int) -> None:
    """Rate by touching or clicking one choice after the other."""
    for key, rating in group.ratings(member, measure_id).items():
        choice = page.locator(f"label:has([name=rating_{key}][value='{rating or ''}'])")
        choice.tap() if member == BY_FINGER else choice.click()
    outcome = OUTCOMES[group.outcome(member, measure_id)]
    page.locator(f"label:has([value={outcome}])").click()
    page.locator("button[value=next]").click()


def rate_by_request(page: Page, group: Group, member: str, address: str) -> str:
    """Fill in the form of a page and send it as the browser does; return where that leads."""
    measure_id = group.opened(member, address)
    answer = page.request.get(address)
    assert answer.ok
    assert f"{len(group.scored[member])} / {PROPOSALS}" in answer.text()
    rated = group.ratings(member, measure_id).items()
    data = {f"rating_{key}": str(rating or "") for key, rating in rated}
    data["proposed_outcome"] = OUTCOMES[group.outcome(member, measure_id)]
    forms = [Form(each, address) for each in parse(answer.text()).root.iter("form")]
    (form,) = [each for each in forms if each.fits(data, "next", None)]
    sent = page.request.post(
        form.action,
        data=urlencode(form.filled(data, "next")),
        headers={"Content-Type": "application/x-www-form-urlencoded", "Referer": answer.url},
        max_redirects=0,
    )
    assert sent.status == 303
    group.scored[member].append(measure_id)
    return sent.headers["location"]


def expect_blindness(page: Page, group: Group, member: str, words: Words) -> None:
    """The list shows a member the scores of what they have reviewed, and nothing of the rest."""
    page.goto(f"/scoring/{YEAR}")
    known = {each: group.figures(each) for each in group.scored[member]}
    assert figures_on(page, words) == {each: known.get(each) for each in group.measures}


def figures_on(page: Page, words: Words) -> dict[int, Figures | None]:
    """Return what the list shows of each proposal; None where that is hidden."""
    labels = [words("Mean"), words("Median"), words("Scorers")]
    rows = page.locator("tbody tr:has(th a)").evaluate_all(
        """(rows, labels) => rows.map((row) => [
            row.querySelector("th a").href,
            labels.map((label) => row.querySelector(`td[data-label="${label}"]`)?.innerText.trim()),
            row.innerText,
        ])""",
        labels,
    )
    found = {}
    for url, figures, text in rows:
        is_hidden = words("hidden", "score") in text
        assert is_hidden is (None in figures)
        # Where the figures are hidden there is no other number than that of the name.
        assert not is_hidden or re.findall("[0-9]+", text) == re.findall("[0-9]+", text)[:1]
        found[int(url.rpartition("/")[2])] = None if is_hidden else Figures(*figures)
    return found


def begin_in_the_browser(page: Page, words: Words, group: Group, member: str) -> None:
    """Score the first proposals as one does with a mouse or with a finger."""
    page.get_by_role("link", name=words("Begin"), exact=True).click()
    for done in range(IN_THE_BROWSER):
        expect(page.locator(".progress")).to_contain_text(f"{done} / {PROPOSALS}")
        measure_id = group.opened(member, page.url)
        # Nothing of the others' scores stands on the page before one's own are submitted.
        expect(page.locator("main .score")).to_have_count(0)
        rate_by_finger(page, group, member, measure_id)
        expect(page.locator(".progress")).to_contain_text(f"{done + 1} / {PROPOSALS}")
        group.scored[member].append(measure_id)
    expect_blindness(page, group, member, words)


def score_all_by_keyboard(page: Page, words: Words, group: Group) -> None:
    """Score everything without a mouse, from the list to the list."""
    tab_to(page, f"a[href='/scoring/{YEAR}/continue']")
    page.keyboard.press("Enter")
    for done in range(PROPOSALS):
        expect(page.locator(".progress")).to_contain_text(f"{done} / {PROPOSALS}")
        measure_id = group.opened(BY_KEYBOARD, page.url)
        expect(page.locator("main .score")).to_have_count(0)
        rate_by_keyboard(page, group, measure_id)
        expect(page).not_to_have_url(re.compile(f"/{measure_id}$"))
        group.scored[BY_KEYBOARD].append(measure_id)
    expect(page).to_have_url(re.compile(f"/scoring/{YEAR}$"))
    done = words("You have reviewed everything that is in scoring.")
    expect(page.locator(".notice.info")).to_have_text(done)


def go_on_by_requests(page: Page, group: Group, member: str) -> None:
    """Score what is left from where it was left, in the same session."""
    answer = page.request.get(f"/scoring/{YEAR}/continue", max_redirects=0)
    address = answer.headers["location"]
    while address != f"/scoring/{YEAR}":
        address = rate_by_request(page, group, member, address)
    assert sorted(group.scored[member]) == group.measures
    page.goto(f"/scoring/{YEAR}")
    expect(page.locator(".progress")).to_contain_text(f"{PROPOSALS} / {PROPOSALS}")


def test_eight_members_score_26_proposals(open_page: Callable[..., Page], group: Group) -> None:
    pages: dict[str, tuple[Page, Words]] = {}
    for member, language in MEMBERS.items():
        finger = {"has_touch": True, "viewport": {"width": 360, "height": 740}}
        page = open_page(**(finger if member == BY_FINGER else {}))
        pages[member] = page, Words(language)
        sign_in(page, member, Words(language))
        expect_blindness(page, group, member, Words(language))
    for member, (page, words) in pages.items():
        if member != BY_KEYBOARD:
            begin_in_the_browser(page, words, group, member)
    score_all_by_keyboard(*pages[BY_KEYBOARD], group)
    for member, (page, _words) in pages.items():
        go_on_by_requests(page, group, member)
    for page, words in (pages[BY_KEYBOARD], pages[BY_FINGER]):
        page.goto(f"/scoring/{YEAR}")
        shown = figures_on(page, words)
        assert shown == {each: group.figures(each) for each in group.measures}
        means = [sum(group.scores(each)) for each in shown]
        assert means == sorted(means, reverse=True)


@pytest.fixture
def scored(live: str, page: Page, group: Group) -> Page:
    """Return the page of a proposal that somebody scores on a desktop screen."""
    sign_in(page, "chair", Words("fi"))
    page.goto(f"/scoring/{YEAR}/{group.measures[0]}")
    return page


def chosen(page: Page, criterion: str) -> str | None:
    """Return the rating of a criterion that is chosen in the form."""
    return page.evaluate(
        "(name) => document.querySelector(`[name=${name}]:checked`)?.value", f"rating_{criterion}"
    )


def test_keys_count_only_on_a_choice_and_alone(scored: Page) -> None:
    page = scored
    before = [chosen(page, each) for each in RATED]
    comment = page.locator("[name=comment]")
    comment.fill("")
    comment.press_sequentially("1 2 3 4 5 0")
    expect(comment).to_have_value("1 2 3 4 5 0")
    page.locator("[name=rating_effect]").first.focus()
    for key in ("Control+Shift+2", "Alt+2", "Meta+2", "Shift+2", "7", "a"):
        page.keyboard.press(key)
    page.locator("h1").click()
    page.keyboard.press("2")
    assert [chosen(page, each) for each in RATED] == before


def test_what_a_key_does_is_said_and_arrows_change_it(scored: Page) -> None:
    page, words = scored, Words("fi")
    page.locator("[name=rating_effect]").first.focus()
    page.keyboard.press("4")
    assert chosen(page, "effect") == "4"
    expect(page.locator("#announcer")).to_have_text(
        re.compile("^Vaikutus asukkaille ja henkilöstölle: 4 helpottaa")
    )
    assert page.evaluate("document.activeElement.name") == "rating_strategic_fit"
    page.keyboard.press("3")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    assert chosen(page, "strategic_fit") == "4"
    # A required criterion is not left unrated by its key; an optional one is.
    page.keyboard.press("0")
    assert chosen(page, "strategic_fit") == "4"
    page.locator("[name=rating_protection]").first.focus()
    page.keyboard.press("0")
    assert chosen(page, "protection") == ""
    expect(page.locator("#announcer")).to_contain_text(words("I do not rate this"))
    # Enter on a choice saves as the first button does, and so tells what is still missing. Nothing
    # is where all members have scored everything before.
    is_whole = page.locator("[name=proposed_outcome]:checked").count() == 1
    address = page.url
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    if is_whole:
        expect(page).not_to_have_url(address)
    else:
        expect(page.locator(".error-summary")).to_be_focused()


def test_leaving_with_unsaved_ratings_asks_first(scored: Page, group: Group) -> None:
    page = scored
    address = page.url
    # What was only read may be left.
    page.locator("main nav a").first.click()
    expect(page).to_have_url(re.compile(f"/scoring/{YEAR}$"))
    page.goto(address)
    page.locator("label:has([name=rating_effect]:not(:checked))").first.click()
    asked = []

    def stay(dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.locator("main nav a").first.click(no_wait_after=True)
    expect(page).to_have_url(address)
    assert asked == ["beforeunload"]
    page.locator("button[value=submit]").click()
    expect(page.locator(".notice.success, .error-summary")).to_be_visible()


@pytest.mark.parametrize(
    ("words", "size"), [("fi", (1280, 800)), ("sv", (360, 740))], indirect=["words"]
)
def test_the_page_as_it_stands(open_page: Callable[..., Page], group: Group, words, size) -> None:
    page = open_page(viewport={"width": size[0], "height": size[1]})
    sign_in(page, "member", words)
    page.goto(f"/scoring/{YEAR}/{group.measures[1]}")
    page.locator("#disqualification summary").click()
    assert axe(page) == []
    assert sideways_scroll(page) == []
    expect(page.locator("button[value=next]")).to_be_in_viewport()
    page.locator("button[value=disqualify]").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert axe(page) == []
    page.locator("[name=disqualification_reason]").fill("Puoliso on toimittaja.")
    page.locator("button[value=disqualify]").click()
    expect(page.locator(".notice.success")).to_be_visible()
    page.goto(f"/scoring/{YEAR}/{group.measures[1]}")
    expect(page.locator("main")).to_contain_text("Puoliso on toimittaja.")
    assert axe(page) == []
    page.get_by_role("button", name=words("Take the declaration back")).click()
    expect(page.locator("button[value=next]")).to_be_in_viewport()


def test_without_scripts_nothing_is_missing(open_page: Callable[..., Page], group: Group) -> None:
    page, words = open_page(java_script_enabled=False), Words("sv")
    page.goto("/sign-in?next=/privacy%3Flang%3Dsv")
    page.locator("button[value=member7]").click()
    page.goto(f"/scoring/{YEAR}/{group.measures[2]}")
    for key in RATED:
        page.locator(f"label:has([name=rating_{key}][value='5'])").click()
    page.locator("label:has([value=reject])").click()
    page.locator("button[value=submit]").click()
    expect(page).to_have_url(re.compile(f"/scoring/{YEAR}$"))
    expect(page.locator(".notice.success")).to_contain_text("Åtgärd 03")
    page.goto(f"/scoring/{YEAR}/{group.measures[2]}")
    assert page.locator("[name^=rating_][value='5']:checked").count() == len(RATED)
    expect(page.get_by_role("button", name=words("Save and next"))).to_be_visible()


def test_a_review_that_comes_after_the_session_is_sent_on(
    open_page: Callable[..., Page], group: Group
) -> None:
    page, words = open_page(), Words("fi")
    sign_in(page, "member6", words)
    page.goto(f"/scoring/{YEAR}/{group.measures[3]}")
    for key in RATED:
        page.locator(f"label:has([name=rating_{key}][value='2'])").click()
    page.locator("label:has([value=reject])").click()
    page.locator("[name=comment]").fill("Liian myöhään.")
    database = group.settings.instance / "roadmap.sqlite"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE session SET seen_at = datetime(seen_at, '-1 day') || '.000000'")
    page.locator("button[value=submit]").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.locator("button[value=member6]").click()
    expect(page.locator("main")).to_contain_text("Liian myöhään.")
    page.locator("main form button").first.click()
    expect(page).to_have_url(re.compile(f"/scoring/{YEAR}$"))
    expect(page.locator(".notice.success")).to_contain_text("Toimenpide 04")


def test_a_round_that_closes_meanwhile_keeps_what_was_typed(
    scored: Page, group: Group, compiled: Path
) -> None:
    page = scored
    page.locator("[name=comment]").fill("Tätä en ehtinyt tallentaa.")
    with running(group.settings, compiled):
        close_round()
    page.locator("button[value=next]").click()
    expect(page.locator(".error-summary")).to_contain_text(
        Words("fi")("The scoring round is not open.")
    )
    expect(page.locator("[name=comment]")).to_have_value("Tätä en ehtinyt tallentaa.")
