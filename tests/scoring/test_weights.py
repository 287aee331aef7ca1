"""The arithmetic of scores, against values made by hand and against what must always hold."""

from decimal import Decimal
from fractions import Fraction
from statistics import fmean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scoring import weights
from app.scoring.criteria import DEFAULT_CRITERIA
from app.scoring.states import Side
from app.scoring.weights import Ballot
from tests.scoring.ballots import CRITERIA, some_ballots, weights_of_all

WEIGHTS = {"a": 30, "b": 20, "c": 20, "d": 15, "e": 15}

some_weights = st.dictionaries(
    st.sampled_from("abcdefgh"), st.integers(1, 1000), min_size=1, max_size=8
)
some_ratings = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 5), max_size=8)
some_scores = st.lists(st.fractions(1, 5), min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("ratings", "score"),
    [
        # (30·5 + 20·4 + 20·3 + 15·2 + 15·1) / 100
        ({"a": 5, "b": 4, "c": 3, "d": 2, "e": 1}, Fraction("3.35")),
        # Without c: (30·5 + 20·4 + 15·2 + 15·1) / 80
        ({"a": 5, "b": 4, "d": 2, "e": 1}, Fraction("3.4375")),
        ({"c": 2}, Fraction(2)),
        # What does not count is not asked.
        ({"c": 2, "shown beside": 5}, Fraction(2)),
        ({"shown beside": 5}, None),
        ({}, None),
    ],
)
def test_score_of_one_member(ratings, score) -> None:
    assert weights.weighted_mean(ratings, WEIGHTS) == score


def test_total_is_the_mean_of_the_members() -> None:
    assert weights.mean([Fraction("3.35"), Fraction(4), Fraction(1)]) == Fraction("8.35") / 3
    assert weights.mean([]) is None


@pytest.mark.parametrize(
    ("values", "median", "spread"),
    [
        ([3], 3, 0),
        ([5, 1], 3, 4),
        ([4, 1, 5], 4, 4),
        ([2, 5, 3, 4], Fraction("3.5"), 3),
        ([Fraction("3.35"), Fraction("3.4375")], Fraction("3.39375"), Fraction("0.0875")),
        ([4, 4, 4, 4, 1], 4, 3),
    ],
)
def test_median_and_spread(values, median, spread) -> None:
    assert weights.median(values) == median
    assert weights.spread(values) == spread


def test_nothing_has_neither_median_nor_spread() -> None:
    assert weights.median([]) is None
    assert weights.spread([]) is None


def test_totals_under_the_weights_of_a_round_and_under_others() -> None:
    ballots = [
        Ballot(1, 11, {1: 5, 2: 1}),
        Ballot(1, 12, {1: 4}),
        Ballot(2, 11, {1: 2, 2: 5}),
        Ballot(3, 11, {2: 5}),
        Ballot(4, 11, {9: 5}),
    ]
    # Of the first: ((3·5 + 1) / 4 + 4) / 2.
    assert weights.totals(ballots, {1: 3, 2: 1}) == {1: 4, 2: Fraction("2.75"), 3: 5}
    assert weights.totals(ballots, {1: 1, 2: 3}) == {1: 3, 2: Fraction("4.25"), 3: 5}
    # Without the second criterion nobody has rated the third measure.
    assert weights.totals(ballots, {1: 3}) == {1: Fraction("4.5"), 2: 2}


def test_places_and_sides_of_the_cut_line() -> None:
    totals = {"a": 2, "b": 5, "c": 3, "d": 3, "e": 1}
    places = weights.places({key: Fraction(value) for key, value in totals.items()})
    assert places == {"b": 1, "c": 2, "d": 2, "a": 4, "e": 5}
    above, tied, below = Side.ABOVE, Side.TIED, Side.BELOW
    for capacity, sides in {
        1: (above, below, below, below, below),
        2: (above, tied, tied, below, below),
        3: (above, above, above, below, below),
        4: (above, above, above, above, below),
        5: (above,) * 5,
        9: (above,) * 5,
    }.items():
        assert weights.sides(places, capacity) == dict(zip("bcdae", sides, strict=True))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(25, 8), "3.13"),
        (Fraction(10, 3), "3.33"),
        (Fraction(3), "3.00"),
        (Fraction("4.994"), "4.99"),
        (Fraction("4.995"), "5.00"),
    ],
)
def test_rounding_is_half_up(value: Fraction, shown: str) -> None:
    assert weights.rounded(value) == Decimal(shown)
    assert str(weights.rounded(value)) == shown


def test_equal_totals_share_a_rank() -> None:
    totals = [Fraction(n) for n in (5, 4, 4, 3, 3, 3, 1)]
    assert weights.ranks(totals) == [1, 2, 2, 4, 4, 4, 7]
    assert weights.ranks([]) == []


def test_the_weights_of_the_default_criteria_make_a_hundred() -> None:
    assert sum(each.weight for each in DEFAULT_CRITERIA if each.counted) == 100
    assert all((each.weight > 0) == each.counted for each in DEFAULT_CRITERIA)


@given(some_ratings, some_weights, st.integers(1, 50))
def test_only_the_proportions_of_the_weights_matter(ratings, given_weights, factor) -> None:
    scaled = {key: weight * factor for key, weight in given_weights.items()}
    assert weights.weighted_mean(ratings, scaled) == weights.weighted_mean(ratings, given_weights)


@given(some_ratings, some_weights)
def test_score_lies_between_the_lowest_and_the_highest_rating(ratings, given_weights) -> None:
    score = weights.weighted_mean(ratings, given_weights)
    counted = [value for key, value in ratings.items() if key in given_weights]
    assert (score is None) == (not counted)
    if score is not None:
        assert min(counted) <= score <= max(counted)


@given(some_ratings, some_weights)
def test_a_skipped_criterion_is_as_if_it_did_not_exist(ratings, given_weights) -> None:
    fewer = {key: weight for key, weight in given_weights.items() if key in ratings}
    assert weights.weighted_mean(ratings, given_weights) == weights.weighted_mean(ratings, fewer)


@given(some_weights, st.integers(1, 5), st.data())
def test_skipping_never_lowers_an_even_score(given_weights, value, data) -> None:
    rated = data.draw(st.sets(st.sampled_from(sorted(given_weights)), min_size=1))
    assert weights.weighted_mean(dict.fromkeys(rated, value), given_weights) == value


@given(some_ratings, some_weights)
def test_score_is_that_of_floating_point_numbers(ratings, given_weights) -> None:
    score = weights.weighted_mean(ratings, given_weights)
    counted = [key for key in ratings if key in given_weights]
    if score is not None:
        expected = fmean([ratings[key] for key in counted], [given_weights[key] for key in counted])
        assert float(score) == pytest.approx(expected)


@given(some_scores, st.randoms(use_true_random=False))
def test_the_order_of_the_members_does_not_matter(scores, random) -> None:
    shuffled = random.sample(scores, len(scores))
    assert weights.mean(shuffled) == weights.mean(scores)


@given(st.lists(st.integers(1, 5).map(Fraction), max_size=20))
def test_rank_counts_the_higher_totals(values) -> None:
    totals = sorted(values, reverse=True)
    expected = [1 + sum(other > total for other in totals) for total in totals]
    assert weights.ranks(totals) == expected


@given(some_scores, st.randoms(use_true_random=False))
def test_the_median_lies_in_the_middle(scores, random) -> None:
    found = weights.median(random.sample(scores, len(scores)))
    assert found == pytest.approx(median(scores))
    assert sum(each < found for each in scores) <= len(scores) / 2
    assert sum(each > found for each in scores) <= len(scores) / 2


@given(some_ballots, weights_of_all, st.integers(2, 50), st.randoms(use_true_random=False))
def test_neither_scale_nor_order_changes_the_totals(ballots, given_weights, factor, random) -> None:
    scaled = {key: weight * factor for key, weight in given_weights.items()}
    shuffled = random.sample(ballots, len(ballots))
    assert weights.totals(shuffled, scaled) == weights.totals(ballots, given_weights)


@given(some_ballots, weights_of_all, st.sampled_from(CRITERIA))
def test_leaving_a_criterion_out_is_as_if_all_had_skipped_it(ballots, given_weights, left_out):
    fewer = {key: weight for key, weight in given_weights.items() if key != left_out}
    skipped = [
        each._replace(ratings={key: n for key, n in each.ratings.items() if key != left_out})
        for each in ballots
    ]
    assert weights.totals(ballots, fewer) == weights.totals(skipped, given_weights)


@given(st.dictionaries(st.integers(1, 20), st.integers(1, 20)), st.integers(1, 25))
def test_sides_leave_room_for_so_many(totals, capacity) -> None:
    places = weights.places({key: Fraction(value) for key, value in totals.items()})
    sides = list(weights.sides(places, capacity).values())
    above, tied = sides.count(Side.ABOVE), sides.count(Side.TIED)
    assert above <= capacity
    assert not tied or above < capacity < above + tied
    assert tied or above == min(capacity, len(totals))
