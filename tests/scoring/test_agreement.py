"""Krippendorff's alpha, against values made by hand, by its author and by another program."""

from fractions import Fraction
from itertools import chain, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scoring.agreement import alpha, of_ratings, of_scores
from app.scoring.weights import Ballot
from tests.scoring.ballots import some_ballots, weights_of_all

some_units = st.lists(st.lists(st.integers(1, 5), max_size=5), max_size=6)

# The example of Krippendorff's paper, part E: four observers, twelve units, 0 where none was given.
# He gives 0.849 for intervals.
PUBLISHED = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3),
    (0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0),
)

# Eight scorers' scores of six measures. The program krippendorff 0.9.0 (by the authors of
# fast-krippendorff, on PyPI) gives 0.7127148156559922 for intervals.
SCORES = (
    ("3.50", "2.90", "1.35", "4.85", "1.00", "3.15"),
    ("3.85", "4.05", "2.40", "3.70", "1.50", "0"),
    ("3.85", "3.60", "2.00", "3.35", "1.00", "3.15"),
    ("4.65", "2.55", "2.15", "0", "1.90", "3.85"),
    ("5.00", "3.35", "2.00", "4.00", "1.00", "2.35"),
    ("3.50", "2.20", "2.15", "3.00", "0", "2.00"),
    ("0", "2.55", "1.70", "4.00", "2.35", "3.00"),
    ("4.20", "2.20", "2.40", "4.85", "1.65", "3.15"),
)


def units_of(table) -> list[list[Fraction]]:
    """Turn the rows of observers into units."""
    return [[Fraction(v) for v in column if float(v)] for column in zip(*table, strict=True)]


def by_pairs(units) -> Fraction | None:
    """Return alpha as its definition says, pair by pair."""
    paired = [values for values in units if len(values) > 1]
    every = list(chain(*paired))
    if len(set(every)) < 2:
        return None
    n = len(every)
    observed = sum(
        (
            Fraction(sum((v - w) ** 2 for v, w in permutations(unit, 2)), len(unit) - 1)
            for unit in paired
        ),
        Fraction(0),
    )
    expected = Fraction(sum((v - w) ** 2 for v, w in permutations(every, 2)), n * (n - 1))
    return 1 - observed / n / expected


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        # Observed (2 + 0) / 4 = 1/2; expected (1, 2, 4, 4: 2·(1 + 9 + 9 + 4 + 4)) / 12 = 9/2.
        ([[1, 2], [4, 4]], 1 - Fraction(1, 2) / Fraction(9, 2)),
        # Three observers: observed ((2 + 8 + 2) / 2 + 0) / 5; expected 2·(1+4+4+4 + 1+1+1)/20.
        ([[1, 2, 3], [3, 3]], 1 - Fraction(6, 5) / Fraction(16, 10)),
        # Full agreement, and a disagreement that is systematic.
        ([[1, 1], [5, 5]], 1),
        ([[1, 5], [5, 1]], Fraction(-1, 2)),
        # A single value of a unit can't agree with any other.
        ([[1, 1], [5, 5], [3]], 1),
    ],
)
def test_alpha_by_hand(units, expected) -> None:
    assert alpha(units) == expected


@pytest.mark.parametrize("units", [[], [[]], [[3]], [[1], [5]], [[3, 3], [3, 3]], [[2, 2], [5]]])
def test_alpha_is_not_always_defined(units) -> None:
    assert alpha(units) is None


def test_alpha_of_the_example_that_its_author_gives() -> None:
    assert round(float(alpha(units_of(PUBLISHED))), 3) == 0.849


def test_alpha_of_another_program() -> None:
    assert float(alpha(units_of(SCORES))) == pytest.approx(0.7127148156559922)


def test_agreement_of_scores_and_of_one_criterion() -> None:
    ballots = [
        Ballot(1, 11, {1: 1, 2: 5}),
        Ballot(1, 12, {1: 2, 2: 1}),
        Ballot(2, 11, {1: 4}),
        Ballot(2, 12, {1: 4, 2: 2}),
        Ballot(3, 12, {1: 5, 2: 2}),
    ]
    assert of_ratings(ballots, 1) == Fraction(8, 9)
    assert of_ratings(ballots, 2) == 0
    assert of_ratings(ballots, 3) is None
    assert of_scores(ballots, {1: 7}) == Fraction(8, 9)
    # The scores are 3 and 3/2, 4 and 3; all other values stand alone.
    assert of_scores(ballots, {1: 1, 2: 1}) == by_pairs([[3, Fraction("1.5")], [4, 3]])


@given(some_units)
def test_alpha_is_as_its_definition_says(units) -> None:
    assert alpha(units) == by_pairs(units)


@given(some_units, st.fractions(Fraction(1, 9), 9), st.integers(-3, 3))
def test_another_scale_does_not_change_alpha(units, factor, offset) -> None:
    assert alpha([[v * factor + offset for v in unit] for unit in units]) == alpha(units)


@given(some_ballots, weights_of_all, st.integers(2, 50), st.randoms(use_true_random=False))
def test_neither_weights_scale_nor_order_changes_it(ballots, weights, factor, random) -> None:
    scaled = {key: weight * factor for key, weight in weights.items()}
    shuffled = random.sample(ballots, len(ballots))
    assert of_scores(shuffled, scaled) == of_scores(ballots, weights)
