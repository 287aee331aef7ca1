"""How far ranks hang on single scorers and on weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scoring import weights
from app.scoring.robustness import Crossing, Range, crossings, ranges
from app.scoring.weights import Ballot
from tests.scoring.ballots import some_ballots, weights_of_all

A, B = 1, 2


def alone(*ratings: dict[int, int]) -> list[Ballot]:
    """Return the ballots of one scorer on measures 1, 2, …"""
    return [Ballot(measure, 11, each) for measure, each in enumerate(ratings, start=1)]


def test_ranks_without_each_scorer() -> None:
    given_ratings = {1: (5, 1, 3), 2: (2, 4, 2), 3: (1, 1, 1)}
    ballots = [
        Ballot(measure, scorer, {A: value})
        for measure, values in given_ratings.items()
        for scorer, value in enumerate(values)
    ]
    # 3, 2 2/3 and 1 with all; without the first scorer 2, 3 and 1.
    assert ranges(ballots, {A: 7}) == {1: Range(1, 2), 2: Range(1, 2), 3: Range(3, 3)}


def test_a_measure_that_one_alone_has_scored_stands_where_it_stands() -> None:
    ballots = [Ballot(1, 11, {A: 5}), Ballot(2, 12, {A: 3}), Ballot(2, 13, {A: 2})]
    assert ranges(ballots, {A: 1}) == {1: Range(1, 1), 2: Range(1, 2)}


@pytest.mark.parametrize(
    ("given_weights", "expected"),
    [
        # They go from 80 to 120 and from 72 to 108, so now the one is more, now the other.
        ({A: 100, B: 90}, (Range(1, 2), Range(1, 2))),
        ({A: 100, B: 100}, (Range(1, 2), Range(1, 2))),
        # 80 is still more than 72.
        ({A: 100, B: 60}, (Range(1, 1), Range(2, 2))),
    ],
)
def test_ranks_under_shaken_weights(given_weights, expected) -> None:
    found = ranges(alone({A: 4, B: 2}, {A: 2, B: 4}), given_weights)
    assert (found[1], found[2]) == expected


def test_the_least_change_of_a_weight_that_crosses_the_line() -> None:
    ballots = alone({A: 5, B: 1}, {A: 3, B: 4})
    # The first is ahead while 2·A > 3·B: when B is 33, or A 76.
    first = Crossing(B, 50, 33)
    assert crossings(ballots, {A: 50, B: 50}, 1) == {1: first, 2: first}
    # From B = 34 on both share the rank and the line, from 35 on the first has fallen.
    expected = {2: Crossing(B, 30, 34), 1: Crossing(B, 30, 35)}
    assert crossings(ballots, {A: 51, B: 30}, 1) == expected


def test_of_equal_changes_that_of_the_first_criterion_and_down_comes_first() -> None:
    ballots = alone({A: 3, B: 3}, {A: 5, B: 1}, {A: 1, B: 5})
    ballots.append(Ballot(1, 12, {A: 4, B: 4}))
    # Now 3.5, 3 and 3; with A = 0 the third is ahead with 5, with A = 2 the second with 11 / 3.
    down, up = Crossing(A, 1, 0), Crossing(A, 1, 2)
    assert crossings(ballots, {A: 1, B: 1}, 1) == {1: down, 2: up, 3: down}


def test_no_change_of_a_weight_crosses_the_line() -> None:
    ballots = alone({A: 5, B: 5}, {A: 4, B: 4}, {A: 1, B: 1})
    for capacity in (1, 2, 3, 9):
        assert crossings(ballots, {A: 50, B: 50}, capacity) == {}
    assert crossings([], {A: 50}, 1) == {}
    assert ranges([], {A: 50}) == {}


def crossings_one_by_one(ballots, given_weights, capacity) -> dict[int, Crossing]:
    """Try all weights by the arithmetic of the ranking itself."""

    def above(tried) -> dict[int, bool]:
        places = weights.places(weights.totals(ballots, tried))
        return {measure: rank <= capacity for measure, rank in places.items()}

    now, found = above(given_weights), {}
    changes = [
        (abs(after - before), position, after, Crossing(criterion, before, after))
        for position, (criterion, before) in enumerate(given_weights.items())
        for after in range(2 * before + 1)
        if after != before
    ]
    for _change, _position, after, crossing in sorted(changes):
        others = {key: n for key, n in given_weights.items() if key != crossing.criterion}
        # The order of the criteria does not matter to totals.
        then = above(others | ({crossing.criterion: after} if after else {}))
        for measure, is_above in now.items():
            if then.get(measure, is_above) != is_above:
                found.setdefault(measure, crossing)
    return found


@given(some_ballots, weights_of_all, st.integers(1, 6))
def test_crossings_are_those_of_the_ranking(ballots, given_weights, capacity) -> None:
    expected = crossings_one_by_one(ballots, given_weights, capacity)
    assert crossings(ballots, given_weights, capacity) == expected


@given(some_ballots, weights_of_all)
def test_ranges_contain_the_ranks_with_all_and_without_each(ballots, given_weights) -> None:
    found = ranges(ballots, given_weights)
    with_all = weights.places(weights.totals(ballots, given_weights))
    assert found.keys() == with_all.keys()
    for left_out in (None, *range(1, 5)):
        others = [each for each in ballots if each.scorer != left_out]
        for measure, rank in weights.places(weights.totals(others, given_weights)).items():
            assert found[measure].best <= rank <= found[measure].worst


@given(some_ballots, weights_of_all, st.integers(2, 50), st.randoms(use_true_random=False))
def test_neither_scale_nor_order_changes_the_ranges(ballots, given_weights, factor, random) -> None:
    scaled = {key: weight * factor for key, weight in given_weights.items()}
    renamed = dict(zip(range(1, 5), random.sample(range(1, 5), 4), strict=True))
    others = [each._replace(scorer=renamed[each.scorer]) for each in ballots]
    shuffled = random.sample(others, len(others))
    assert ranges(shuffled, scaled) == ranges(ballots, given_weights)
