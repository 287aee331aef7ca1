"""Passwords: how they are kept, and which ones nobody may choose.

The rules are those of the OWASP ASVS 5.0 (6.2, 11.4) and NIST SP 800-63B: long, of any characters,
not among the common ones, and nothing else. The parameters of argon2id are the second choice of
RFC 9106: 64 MiB, three passes, four lanes.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SHORTEST = 15
"""Characters that a password has at least."""

LONGEST = 200
"""Characters that a password has at most; there is no other reason than the work of reading it."""

_MOST_READ = 5 * LONGEST
"""How much of what is typed is looked at: at least `LONGEST` characters when they are composed."""

_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)

# The hash of a password that nobody knows, so that a name without one takes as long to refuse.
_NOBODYS = (
    "$argon2id$v=19$m=65536,t=3,p=4$OSvWczp2silthy/A//q9Hw$"
    "7FlXu45EJ9mz5FvRLlN8DTZ7lI08/fWpzCycDeUqowg"
)

_LIST = Path(__file__).with_name("common_passwords.txt")

_USUAL_WORDS = ("password", "passwort", "salasana", "losenord", "qwerty", "admin", "digi")
"""Words that people put into passwords everywhere, and those of this tool's own field."""

_SHORTEST_WORD = 3
_LEAST_OTHER_LETTERS = 5
_LEAST_DIFFERENT = 5

_ROWS = (
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    *("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol"),
)
_NEIGHBOURS = frozenset(
    pair for row in _ROWS for one, other in pairwise(row) for pair in ((one, other), (other, one))
)
_MOST_NEIGHBOURS = 2 / 3
"""The share of steps to the same or a neighbouring key from which on a text is a run of keys."""


def hash_of(password: str) -> str:
    """Return the hash of a password with its salt and parameters, in argon2's own form.

    It takes a tenth of a second and 64 MiB, so it is no work for inside a transaction.
    """
    return _HASHER.hash(_normal(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Tell whether a password is the one of a hash.

    Without a hash the answer is no, after the same work, so that its time says nothing.
    """
    try:
        _HASHER.verify(password_hash or _NOBODYS, _normal(password))
    except VerificationError:
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than those of today."""
    return _HASHER.check_needs_rehash(password_hash)


def faults_of(password: str, words: Iterable[str]) -> Iterator[LazyString]:
    """Return why nobody may choose a password, each with what to do; nothing when they may.

    Args:
        password: As it was typed.
        words: What an attacker would try first for this person here: their names, the city's.
    """
    length = len(_normal(password))
    if length < SHORTEST:
        yield _l(
            "The password must have at least %(count)s characters. Several words one after the "
            "other are easy to remember.",
            count=SHORTEST,
        )
    elif length > LONGEST or len(password) > _MOST_READ:
        yield _l("The password can have at most %(count)s characters. Shorten it.", count=LONGEST)
    elif _fold(password) in _common():
        yield _l(
            "This password is on a list of common passwords, which are tried first. "
            "Choose another one."
        )
    elif _is_run(_fold(password)):
        yield _l(
            "The password repeats itself or follows the order of the keyboard. "
            "Choose several words that do not belong together."
        )
    elif _is_made_of(_fold(password), words):
        yield _l(
            "The password is made of words that are easy to guess here, such as your name or the "
            "name of the city. Add other words."
        )


def _normal(password: str) -> str:
    """Return a password as all keyboards write it (Unicode's NFKC).

    It is cut off only where it is longer than anybody's.
    """
    return unicodedata.normalize("NFKC", password[:_MOST_READ])


def _fold(text: str) -> str:
    """Return `text` in small letters without accents, to compare."""
    letters = unicodedata.normalize("NFKD", text[:_MOST_READ]).casefold()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@lru_cache
def _common() -> frozenset[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(_fold(line) for line in lines if not line.startswith("# "))


def _is_run(text: str) -> bool:
    """Tell whether `text` has few characters, says one thing again and again, or is keys in a row.

    What it says again may be cut off at the end.
    """
    if len(set(text)) < _LEAST_DIFFERENT:
        return True
    if any(text[length:] == text[:-length] for length in range(1, len(text) // 2 + 1)):
        return True
    steps = sum(one == other or (one, other) in _NEIGHBOURS for one, other in pairwise(text))
    return steps >= _MOST_NEIGHBOURS * (len(text) - 1)


def _is_made_of(text: str, words: Iterable[str]) -> bool:
    """Tell whether `text` holds some of `words`, and hardly a letter besides."""
    known = {part for word in (*words, *_USUAL_WORDS) for part in _letters(_fold(word)).split()}
    left = text
    for word in sorted(known, key=len, reverse=True):
        if len(word) >= _SHORTEST_WORD:
            left = left.replace(word, " ")
    return left != text and sum(letter.isalpha() for letter in left) < _LEAST_OTHER_LETTERS


def _letters(text: str) -> str:
    """Return `text` with a space for all that is no letter."""
    return "".join(letter if letter.isalpha() else " " for letter in text)
