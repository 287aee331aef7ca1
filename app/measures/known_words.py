"""The words of all measures, as each process keeps them in memory to compare them with others.

Each row of `likeness` has a digest of what it says, and what is kept is right when its digests are
those of the rows: it does not matter who wrote them, when, or whether a transaction in between was
rolled back. So before each comparison the number and the sum of the digests are asked for, which
an index answers; only where they differ are the digests compared one by one, and only the rows
whose own differ are read.
"""

from collections.abc import Collection, Mapping
from threading import Lock

from flask import current_app
from sqlalchemy import func, select

from app.config import Language
from app.extensions import db
from app.measures.models import Likeness
from app.measures.overlap import NOTHING, Corpus, Words

ALIKE_FROM = 0.24
"""From how much in common on measures are shown as alike; tests/measures/test_likeness.py tells
on what examples it was chosen, and what it finds."""

# More rows than these are read as all rows are.
_FEW = 500

_SUM = select(func.count(), func.coalesce(func.sum(Likeness.digest), 0))
_DIGESTS = select(Likeness.measure_id, Likeness.digest)
_WORDS = select(
    *(Likeness.measure_id, Likeness.digest),
    *(Likeness.name_fi, Likeness.problem_fi, Likeness.name_sv, Likeness.problem_sv),
)


class KnownWords:
    """What one process knows of the words of all measures; several threads may ask at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._digests: dict[int, int] = {}
        self._sum = 0
        self._corpora: dict[Language, Corpus] = {"fi": Corpus(), "sv": Corpus()}
        self._alike: dict[int, set[int]] = {}

    def shares(self, words: Mapping[Language, Words]) -> dict[int, float]:
        """Return the measures that are like `words`, and how much in the language that is nearer.

        Args:
            words: What is compared, in both languages.
        """
        with self._lock:
            self._bring_up_to_date()
            return self._shares(words)

    def alike(self, measure_ids: Collection[int]) -> dict[int, frozenset[int]]:
        """Return which measures are like each of some, by id; these are known from then on."""
        with self._lock:
            self._bring_up_to_date()
        found = {}
        for key in measure_ids:
            # Others, who type, come in between.
            with self._lock:
                if key not in self._alike:
                    self._alike[key] = self._like(key)
                found[key] = frozenset(self._alike[key])
        return found

    def _shares(self, words: Mapping[Language, Words]) -> dict[int, float]:
        found: dict[int, float] = {}
        for lang, corpus in self._corpora.items():
            for key, share in corpus.alike(words[lang], ALIKE_FROM).items():
                found[key] = max(share, found.get(key, 0))
        return found

    def _like(self, key: int) -> set[int]:
        words = {lang: corpus.words_of(key) for lang, corpus in self._corpora.items()}
        return self._shares(words).keys() - {key}

    def _bring_up_to_date(self) -> None:
        """Read what has been written by anybody since, and let go of what is not there any more."""
        if tuple(db.session.execute(_SUM).one()) == (len(self._digests), self._sum):
            return
        digests: dict[int, int] = dict(db.session.execute(_DIGESTS).all())
        changed = {key for key, digest in digests.items() if self._digests.get(key) != digest}
        query = _WORDS.where(Likeness.measure_id.in_(changed)) if len(changed) <= _FEW else _WORDS
        rows = [row for row in db.session.execute(query) if row.measure_id in changed]
        gone = self._digests.keys() - digests.keys()
        for lang, corpus in self._corpora.items():
            corpus.update(
                {
                    **dict.fromkeys(gone, NOTHING),
                    **{
                        row.measure_id: Words(
                            getattr(row, f"name_{lang}"), getattr(row, f"problem_{lang}")
                        )
                        for row in rows
                    },
                }
            )
        for key in gone:
            del self._digests[key]
        self._digests.update({row.measure_id: row.digest for row in rows})
        self._sum = sum(self._digests.values())
        self._compare_anew({*gone, *(row.measure_id for row in rows)})

    def _compare_anew(self, changed: Collection[int]) -> None:
        """Bring up to date which measures are like each other, as much as it is known.

        One is as much like another as the other is like it, so what has changed is compared once.
        """
        if len(changed) > len(self._alike):
            self._alike.clear()
        for known in self._alike.values():
            known.difference_update(changed)
        for key in changed if self._alike else ():
            self._alike.pop(key, None)
            for other in self._like(key) & self._alike.keys():
                self._alike[other].add(key)


def known_words() -> KnownWords:
    """Return what this process knows, as it was at its last question."""
    known: KnownWords = current_app.extensions.setdefault("known_words", KnownWords())
    return known
