"""The best choice within limits: against every subset, and by hand."""

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config import ROOT
from app.scoring.choosing import Candidate, Choice, Conflict, Limits, choose
from tests.scoring import brute_force

SCORES = st.one_of(
    st.none(),
    st.builds(Fraction, st.integers(8, 40), st.just(8)),
    st.builds(lambda a, b: 1 + Fraction(a % (4 * b), b), st.integers(0, 10**6), st.integers(1, 99)),
)
COSTS = st.one_of(st.none(), st.sampled_from([0, 10_000, 50_000]), st.integers(0, 999_999_999))


@st.composite
def candidates(draw) -> list[Candidate]:
    number = draw(st.integers(0, 8))
    return [
        Candidate(id_, draw(SCORES), draw(COSTS), draw(COSTS), draw(st.sampled_from([1, 2, None])))
        for id_ in draw(st.permutations(range(1, number + 1)))
    ]


@st.composite
def limits(draw) -> Limits:
    ids = st.frozensets(st.integers(1, 8), max_size=3)
    inside = draw(ids)
    euros = st.one_of(st.none(), st.sampled_from([0, 60_000]), st.integers(0, 2 * 10**9))
    return Limits(
        once=draw(euros),
        yearly=draw(euros),
        number=draw(st.one_of(st.none(), st.integers(0, 8))),
        inside=inside,
        outside=draw(ids) - inside,
        at_least=draw(st.dictionaries(st.sampled_from([1, 2]), st.integers(1, 3))),
    )


def total_of(every: list[Candidate], within: Limits) -> Fraction | None:
    found = brute_force.best(every, within)
    if found is None:
        return None
    return brute_force.total([each for each in every if each.id in found])


@settings(max_examples=150, deadline=None)
@given(candidates(), limits())
def test_it_is_the_best_of_all_subsets(every: list[Candidate], within: Limits) -> None:
    found = choose(every, within)
    best = brute_force.best(every, within)
    if best is None:
        assert isinstance(found, Conflict)
        return
    assert isinstance(found, Choice)
    assert (found.chosen, found.total) == (best, total_of(every, within))
    for pin, price in found.prices.items():
        without = replace(within, inside=within.inside - {pin}, outside=within.outside - {pin})
        total = total_of(every, without)
        # What nobody has scored cannot be chosen without its pin, even if a theme needs it.
        assert price == (0 if total is None else total - found.total)
    gone = found.left.unknown | found.left.unscored
    ids = {each.id for each in every}
    assert found.prices.keys() == (within.inside | within.outside) & ids - gone
    near = {each.id: each.loss for each in found.near}
    for each in every:
        forced = total_of(every, replace(within, inside=within.inside | {each.id}))
        able = each.id not in gone | {*found.chosen}
        if able and each.id not in within.outside and forced is not None:
            assert near.pop(each.id) == found.total - forced
    assert near == {}
    assert list(found.near) == sorted(found.near, key=lambda miss: (miss.loss, miss.id))


def candidate(id_: int, score: float | None, once: int = 0, theme: int | None = None) -> Candidate:
    return Candidate(id_, None if score is None else Fraction(str(score)), once, 0, theme)


BY_HAND = [candidate(1, 4, 50), candidate(2, 4.5, 60), candidate(3, 3, 40), candidate(4, 1, 10)]


def test_by_hand() -> None:
    found = choose(BY_HAND, Limits(once=100))
    assert isinstance(found, Choice)
    # 1 + 3 + 4 make 8 for 100, 2 + 3 make 7.5 for 100, 1 + 2 cost 110.
    assert (found.chosen, found.total) == ((1, 3, 4), 8)
    # With 2 the best is 2 + 3, half a point less.
    assert [(miss.id, miss.loss) for miss in found.near] == [(2, Fraction(1, 2))]


def test_prices_of_pins_by_hand() -> None:
    found = choose(BY_HAND, Limits(once=100, inside=frozenset({2}), outside=frozenset({4})))
    assert isinstance(found, Choice)
    # 2 + 3 make 7.5. Without the first pin 1 + 3 make 7; without the second still 2 + 3.
    assert (found.chosen, found.total) == ((2, 3), Fraction(15, 2))
    assert found.prices == {2: 0, 4: 0}
    found = choose(BY_HAND, Limits(once=90, inside=frozenset({2})))
    assert isinstance(found, Choice)
    # 2 + 4 make 5.5; without the pin 1 + 3 make 7.
    assert (found.chosen, found.prices) == ((2, 4), {2: Fraction(3, 2)})


def test_of_equal_scores_the_cheaper_then_the_lower_id() -> None:
    alike = [candidate(4, 3, 20), candidate(3, 3, 10), candidate(2, 3, 10), candidate(1, 3, 30)]
    for number, best in ((1, (2,)), (2, (2, 3)), (3, (2, 3, 4)), (4, (1, 2, 3, 4))):
        found = choose(alike, Limits(number=number))
        assert isinstance(found, Choice)
        assert found.chosen == best
        assert all(miss.loss == 0 for miss in found.near)


def test_an_unknown_cost_counts_as_the_dearest_among_equals() -> None:
    alike = [Candidate(1, Fraction(3), None, 0), candidate(2, 3, 999), candidate(3, 3, 999)]
    found = choose(alike, Limits(number=1))
    assert isinstance(found, Choice)
    assert found.chosen == (1,)
    found = choose([alike[0], candidate(2, 3, 998), candidate(3, 3, 999)], Limits(number=1))
    assert isinstance(found, Choice)
    assert found.chosen == (2,)


def test_scores_that_differ_by_a_hair_are_told_apart() -> None:
    hair = Fraction(1, 840 * 100)
    close = [Candidate(1, Fraction(4), 0, 0), Candidate(2, 4 + hair, 999_999_999, 0)]
    found = choose(close, Limits(number=1))
    assert isinstance(found, Choice)
    assert (found.chosen, found.total) == ((2,), 4 + hair)
    assert found.near[0].loss == hair


def test_euros_are_counted_to_the_last() -> None:
    dear = [candidate(id_, 5, 333_333_333) for id_ in (1, 2, 3)]
    for once, number in ((999_999_999, 3), (999_999_998, 2)):
        found = choose(dear, Limits(once=once))
        assert isinstance(found, Choice)
        assert len(found.chosen) == number


def many(seed: int, number: int = 60) -> tuple[list[Candidate], Limits]:
    """Return invented measures with many ties, and limits that bite."""
    chance = random.Random(seed)
    every = [
        Candidate(
            id_,
            Fraction(chance.randint(10, 50), 10),
            chance.choice([10_000, 50_000, chance.randint(1, 200_000)]),
            chance.choice([0, 5_000]),
            chance.randint(1, 4),
        )
        for id_ in range(1, number + 1)
    ]
    return every, Limits(
        once=sum(each.once or 0 for each in every) // 3,
        yearly=sum(each.yearly or 0 for each in every) // 3,
        number=number // 3,
        inside=frozenset(chance.sample(range(1, number + 1), 4)),
        at_least={1: 3, 2: 3},
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_same_question_gets_the_same_answer(seed: int) -> None:
    every, within = many(seed)
    first = choose(every, within)
    assert isinstance(first, Choice)
    for _time in range(2):
        random.Random(seed).shuffle(every)
        assert choose(every, within) == first


def test_several_threads_at_once() -> None:
    questions = [many(seed) for seed in range(6)]
    alone = [choose(*each) for each in questions]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda each: choose(*each), questions)) == alone


def test_what_conflicts_is_named() -> None:
    pinned = frozenset({1, 2})
    found = choose(BY_HAND, Limits(once=100, number=3, inside=pinned))
    assert isinstance(found, Conflict)
    assert (found.limits, found.pinned) == (("once",), True)
    found = choose(BY_HAND, Limits(once=200, number=1, inside=pinned))
    assert isinstance(found, Conflict)
    assert (found.limits, found.pinned) == (("number",), True)
    found = choose(BY_HAND, Limits(once=100, number=1, inside=pinned))
    assert isinstance(found, Conflict)
    assert (found.limits, found.pinned) == (("once", "number"), True)
    themed = [candidate(1, 5, 60, 7), candidate(2, 4, 60, 7), candidate(3, 3, 1, 8)]
    found = choose(themed, Limits(once=100, number=3, at_least={7: 2, 8: 1}))
    assert isinstance(found, Conflict)
    assert (found.limits, found.pinned) == (("once", 7), False)
    found = choose(themed, Limits(once=500, at_least={9: 1}))
    assert isinstance(found, Conflict)
    assert (found.limits, found.pinned) == ((9,), False)


WITHOUT = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"highspy", "numpy"}:
            raise ImportError(name)

sys.meta_path.insert(0, Blocker())
from tests.scoring.without_solver import look
look()
"""


def test_without_the_package_the_page_says_what_to_install() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
