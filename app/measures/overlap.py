"""How much texts have in common, word by word: arithmetic alone, without a database.

Every word counts alike, as long as it says what a text is about; `lemmas.py` leaves out the rest.
Two texts are as alike as the share of each that is found in the other (the geometric mean of the
two shares), so that neither a long text that mentions everything nor a short one of a common word
is like all others.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rapidfuzz import fuzz, process

OF_A_PROBLEM = 0.7
"""What a word of the problem counts beside one of the name: problems are worded more freely."""

OF_A_PART = 0.7
"""How alike a compound word and its beginning or end are: kirjasto and omatoimikirjasto."""

SHORTEST_PART = 4
"""Letters of the shortest part of a compound word."""

NEARLY_THE_SAME = 85
"""From which likeness of their letters on, in per cent, two words count as one spelt otherwise."""

BEGINNING = 3
"""So many letters at the beginning are the same in two spellings of a word."""

_LAST = "\U0010ffff"


class Words(NamedTuple):
    """The words of a measure in one language, separated by spaces, each in one place alone."""

    name: str
    problem: str

    def weights(self) -> dict[str, float]:
        """Return what each word counts."""
        return {
            **dict.fromkeys(self.problem.split(), OF_A_PROBLEM),
            **dict.fromkeys(self.name.split(), 1.0),
        }


class Corpus:
    """The words of many measures in one language, ready to be compared with others."""

    def __init__(self, texts: Iterable[tuple[int, Words]]) -> None:
        self._sums: dict[int, float] = {}
        in_names: dict[str, list[int]] = defaultdict(list)
        in_problems: dict[str, list[int]] = defaultdict(list)
        for key, (name, problem) in texts:
            named, told = name.split(), problem.split()
            self._sums[key] = len(named) + OF_A_PROBLEM * len(told)
            for word in named:
                in_names[word].append(key)
            for word in told:
                in_problems[word].append(key)
        self._holders = ((in_names, 1.0), (in_problems, OF_A_PROBLEM))
        self._words = sorted({*in_names, *in_problems})
        self._backwards = sorted(word[::-1] for word in self._words)

    def alike(self, words: Words) -> Mapping[int, float]:
        """Return how alike the measures that share anything with `words` are, from 0 to 1."""
        weights = words.weights()
        found: dict[int, float] = defaultdict(float)
        closest: dict[str, float] = {}
        for word, weight in weights.items():
            best: dict[int, float] = {}
            for near, likeness in self._near(word).items():
                closest[near] = max(likeness, closest.get(near, 0))
                for keys, _weight in self._holding(near):
                    for key in keys:
                        if likeness > best.get(key, 0):
                            best[key] = likeness
            for key, likeness in best.items():
                found[key] += weight * likeness
        covered: dict[int, float] = defaultdict(float)
        for near, likeness in closest.items():
            for keys, weight in self._holding(near):
                for key in keys:
                    covered[key] += weight * likeness
        total = sum(weights.values())
        return {
            key: math.sqrt(found[key] / total * covered[key] / self._sums[key]) for key in found
        }

    def _holding(self, word: str) -> Iterator[tuple[list[int], float]]:
        """Give the measures with a word in the name or in the problem, and what it counts there."""
        for holders, weight in self._holders:
            if word in holders:
                yield holders[word], weight

    def _near(self, word: str) -> dict[str, float]:
        """Return the words that are like `word`, or are a part of it, and how alike they are."""
        near = dict.fromkeys(self._compounds(word), OF_A_PART)
        spellings = _from(self._words, word[:BEGINNING])
        for other, likeness, _place in process.extract(
            word, spellings, scorer=fuzz.ratio, score_cutoff=NEARLY_THE_SAME, limit=None
        ):
            near[other] = likeness / 100
        return near

    def _compounds(self, word: str) -> Iterator[str]:
        """Give the words that begin or end with `word`, and those that it begins or ends with."""
        if len(word) < SHORTEST_PART:
            return
        yield from _from(self._words, word)
        yield from (other[::-1] for other in _from(self._backwards, word[::-1]))
        for length in range(SHORTEST_PART, len(word)):
            yield from (
                part
                for part in (word[:length], word[-length:])
                if any(part in holders for holders, _weight in self._holders)
            )


def _from(words: list[str], beginning: str) -> list[str]:
    """Return those of the sorted `words` that begin so."""
    return words[bisect_left(words, beginning) : bisect_left(words, beginning + _LAST)]
