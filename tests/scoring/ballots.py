"""Invented ballots for the properties of the arithmetic."""

from hypothesis import strategies as st

from app.scoring.weights import Ballot

CRITERIA = (1, 2, 3)

weights_of_all = st.fixed_dictionaries(dict.fromkeys(CRITERIA, st.integers(1, 9)))

some_ballots = st.dictionaries(
    st.tuples(st.integers(1, 6), st.integers(1, 4)),
    st.dictionaries(st.sampled_from(CRITERIA), st.integers(1, 5)),
    max_size=24,
).map(lambda given: [Ballot(*key, ratings) for key, ratings in given.items()])
"""Of up to six measures by up to four scorers, each with what they rated: all, some or nothing."""
