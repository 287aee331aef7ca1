"""The best choice within limits: against every subset, and by hand."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

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
