"""How much texts have in common, word by word: arithmetic alone, without a database.

Every word counts alike, as long as it says what a text is about; `lemmas.py` leaves out the rest.
Two texts are as alike as the share of each that is found in the other (the geometric mean of the
two shares), so that neither a long text that mentions everything nor a short one of a common word
is like all others.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
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


NOTHING = Words("", "")


class Corpus:
    """The words of many measures in one language, ready to be compared with others."""

    def __init__(self) -> None:
        self._texts: dict[int, Words] = {}
        self._roots: dict[int, float] = {}
        self._least_root = 0.0
        self._holders: dict[str, list[int]] = {}
        self._words: list[str] = []
        self._backwards: list[str] = []

    def words_of(self, key: int) -> Words:
        """Return the words of a measure; none of one that is not known."""
        return self._texts.get(key, NOTHING)

    def update(self, texts: Mapping[int, Words]) -> None:
        """Take in the words of measures in place of those they had; one without any is gone."""
        new = []
        for key, words in texts.items():
            self._forget(key)
            weights = words.weights()
            if not weights:
                continue
            self._texts[key] = words
            self._roots[key] = math.sqrt(sum(weights.values()))
            for word in weights:
                if word not in self._holders:
                    self._holders[word] = []
                    new.append(word)
                self._holders[word].append(key)
        self._least_root = min(self._roots.values(), default=0)
        # What is sorted but for its end is soon sorted.
        self._words += new
        self._words.sort()
        self._backwards += (word[::-1] for word in new)
        self._backwards.sort()

    def _forget(self, key: int) -> None:
        self._roots.pop(key, None)
        for word in self._texts.pop(key, NOTHING).weights():
            self._holders[word].remove(key)
            if not self._holders[word]:
                del self._holders[word]
                del self._words[bisect_left(self._words, word)]
                del self._backwards[bisect_left(self._backwards, word[::-1])]

    def alike(self, words: Words, at_least: float) -> dict[int, float]:
        """Return the measures that are like `words`, and how much, from `at_least` to 1.

        Most measures share a common word or two. They are counted out before anything is weighed:
        no shared word counts more than 1 on either side, so no share is greater than their number
        divided by the geometric mean of what all words of the two texts count.
        """
        weights = words.weights()
        near = {word: self._near(word) for word in weights}
        shared: Counter[int] = Counter()
        for others in near.values():
            for other in others:
                shared.update(self._holders[other])
        # The product of two roots may be rounded upwards, and nothing is lost by weighing one more.
        least = at_least * math.sqrt(sum(weights.values())) * (1 - 1e-9)
        fewest = least * self._least_root
        likely = [
            key
            for key, number in shared.items()
            if number >= fewest and number >= least * self._roots[key]
        ]
        shares = ((key, _share(weights, near, self._texts[key].weights())) for key in likely)
        return {key: share for key, share in shares if share >= at_least}

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
            yield from (part for part in (word[:length], word[-length:]) if part in self._holders)


def _share(
    weights: Mapping[str, float],
    near: Mapping[str, Mapping[str, float]],
    theirs: Mapping[str, float],
) -> float:
    """Return how alike two texts are, from 0 to 1.

    Args:
        weights: What the words of one text count.
        near: For each of them the words that are like it, and how alike they are.
        theirs: What the words of the other text count.
    """
    found = 0.0
    closest: dict[str, float] = {}
    for word, weight in weights.items():
        best = 0.0
        for other, likeness in near[word].items():
            if other in theirs:
                best = max(best, likeness)
                closest[other] = max(likeness, closest.get(other, 0))
        found += weight * best
    covered = sum(theirs[other] * likeness for other, likeness in closest.items())
    return math.sqrt(found / sum(weights.values()) * covered / sum(theirs.values()))


def _from(words: list[str], beginning: str) -> list[str]:
    """Return those of the sorted `words` that begin so."""
    return words[bisect_left(words, beginning) : bisect_left(words, beginning + _LAST)]
