"""The page that explains the figures: what it says is worked out by hand here."""

from fractions import Fraction
from itertools import combinations

import pytest

from app.scoring import figures
from app.scoring.choosing import Candidate, Choice, Limits, choose
from app.scoring.states import Consensus
from tests.html import document_of, text_of


def test_the_example_is_what_it_is_by_hand() -> None:
    a, b, c = figures.example().proposals
    assert [said.score for said in a.said] == [Fraction("4.1"), Fraction("3.7"), Fraction(4)]
    assert [said.score for said in b.said] == [Fraction("3.6"), Fraction(4), None]
    assert [said.score for said in c.said] == [Fraction("1.3"), Fraction("1.7"), None]
    # The mean of 4.1, 3.7 and 4 is 59 fifteenths.
    assert (a.total, b.total, c.total) == (Fraction(59, 15), Fraction("3.8"), Fraction("1.5"))
    assert (a.median, b.median, c.median) == (4, Fraction("3.8"), Fraction("1.5"))
    assert {a.spread, b.spread, c.spread} == {Fraction("0.4")}
    assert (a.scorers, b.scorers, c.scorers) == (3, 2, 2)
    assert (a.rank, b.rank, c.rank) == (1, 2, 3)
    assert [each.consensus for each in (a, b, c)] == [
        Consensus.AGREED,
        Consensus.CONFLICTING,
        Consensus.UNDER_WAY,
    ]
    # Without scorer 1, A has (3.7 + 4) / 2 = 3.85 and B has 4.
    assert (a.range, b.range, c.range) == ((1, 2), (1, 2), (3, 3))
    # With the weight f of the feasibility, A is before B while 350 > 9 f; 38 is the last such.
    assert (b.crossing.criterion, b.crossing.before, b.crossing.after) == (1, 30, 39)
    assert c.crossing is None


def test_the_agreement_of_the_example_is_what_it_is_by_hand() -> None:
    # Twice the squared differences of the pairs of a proposal, divided by the scorers less one.
    observed = (Fraction("0.52") / 2 + Fraction("0.32") + Fraction("0.32")) / 7
    # Twice seven times the squared distances from the mean 3.2, divided by the ordered pairs.
    expected = 14 * Fraction("8.36") / 42
    assert figures.example().alpha == 1 - observed / expected


def test_the_best_set_of_the_example_is_what_the_page_says() -> None:
    totals = [each.total for each in figures.example().proposals]
    sets = [each for size in range(4) for each in combinations(range(3), size)]
    fitting = [each for each in sets if sum(figures.COSTS[n] for n in each) <= figures.BUDGET]
    best = sorted(fitting, key=lambda each: sum(totals[n] for n in each))[-2:]
    assert best == [(1, 2), (0, 2)]
    rows = [Candidate(n, totals[n], figures.COSTS[n], 0) for n in range(3)]
    free = choose(rows, Limits(once=figures.BUDGET))
    pinned = choose(rows, Limits(once=figures.BUDGET, inside=frozenset({1})))
    assert isinstance(free, Choice)
    assert isinstance(pinned, Choice)
    assert free.chosen == (0, 2)
    # With B instead of A the sum falls by 59/15 - 3.8.
    assert free.near == ((1, Fraction(2, 15)),)
    assert pinned.prices[1] == Fraction(2, 15)


@pytest.mark.parametrize(
    ("lang", "numbers"),
    [
        ("fi", ["4,10", "3,93", "0,40", "0,95", "5,43", "5,30", "0,13", "39", "100 000 €"]),
        ("sv", ["4,10", "3,93", "0,40", "0,95", "5,43", "5,30", "0,13", "39", "100 000 €"]),
    ],
)
def test_the_page_shows_the_numbers(client, sign_in, lang: str, numbers: list[str]) -> None:
    sign_in(client, "member")
    text = text_of(document_of(client.get(f"/scoring/figures?lang={lang}")).root)
    for number in numbers:
        assert number in text


def test_every_link_of_the_contents_leads_somewhere(client, sign_in) -> None:
    sign_in(client, "chair")
    root = document_of(client.get("/scoring/figures")).root
    ids = {element.get("id") for element in root.iter()}
    assert ids >= figures.SECTIONS.keys()
