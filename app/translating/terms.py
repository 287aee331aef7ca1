"""The terms of the glossary in a text that is translated, with their counterparts."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from app.config import Language
from app.core.bilingual import other
from app.measures import lemmas
from app.measures.search import fold
from app.vocabulary import glossary

_WORD = re.compile(r"\w+")


class Counterpart(NamedTuple):
    """A term as the glossary has it, and what it is called in the other language."""

    term: str
    translation: str


class Segment(NamedTuple):
    """A part of a text; `is_term` where the glossary has it."""

    text: str
    is_term: bool


class Marked(NamedTuple):
    """A text with its terms.

    Attributes:
        segments: The text in parts.
        terms: The terms in the order in which they are first used.
    """

    segments: Sequence[Segment]
    terms: Sequence[Counterpart]


class _Entry(NamedTuple):
    """A term by the forms of its words."""

    forms: Sequence[frozenset[str]]
    counterpart: Counterpart


def marked(text: str, language: Language) -> Marked:
    """Return a text with the terms of the glossary marked in it, the longest where several fit."""
    words = list(_WORD.finditer(text))
    forms = [_forms(word.group(), language) for word in words]
    segments: list[Segment] = []
    found: dict[Counterpart, None] = {}
    place = done = 0
    while place < len(words):
        entry = _entry_at(forms, place, language)
        if entry is None:
            place += 1
            continue
        last = words[place + len(entry.forms) - 1]
        segments.append(Segment(text[done : words[place].start()], is_term=False))
        segments.append(Segment(text[words[place].start() : last.end()], is_term=True))
        found[entry.counterpart] = None
        done = last.end()
        place += len(entry.forms)
    segments.append(Segment(text[done:], is_term=False))
    return Marked([each for each in segments if each.text], list(found))


def _entry_at(forms: Sequence[frozenset[str]], place: int, language: Language) -> _Entry | None:
    """Return the longest term that begins with the word at a place."""
    fitting = [
        entry
        for form in forms[place]
        for entry in _entries(language, lemmas.edition()).get(form, ())
        if _is_there(entry, forms[place : place + len(entry.forms)])
    ]
    return max(fitting, key=lambda entry: len(entry.forms), default=None)


def _is_there(entry: _Entry, forms: Sequence[frozenset[str]]) -> bool:
    """Tell whether words are a term's, given their forms.

    In a term of several words it is enough that each begins as the term's does: together they are
    hardly anything else, and dictionaries know "hyötyä" as a word of its own.
    """
    if len(forms) < len(entry.forms):
        return False
    if len(forms) == 1:
        return bool(entry.forms[0] & forms[0])
    pairs = zip(entry.forms, forms, strict=True)
    return all(
        known & found or any(form.startswith(tuple(known)) for form in found)
        for known, found in pairs
    )


@cache
def _entries(language: Language, _edition: str) -> Mapping[str, Sequence[_Entry]]:
    """Return the terms of a language by each form of their first word, as words are found now."""
    found: dict[str, list[_Entry]] = {}
    for row in glossary.terms():
        counterpart = Counterpart(getattr(row, language), getattr(row, other(language)))
        entry = _Entry(
            [_forms(word, language) for word in _WORD.findall(counterpart.term)], counterpart
        )
        for form in entry.forms[0]:
            found.setdefault(form, []).append(entry)
    return found


def _forms(word: str, language: Language) -> frozenset[str]:
    """Return the forms by which a word is known, folded: as it is written, and its basic form."""
    return frozenset({fold(word), *lemmas.words(word, language)})
