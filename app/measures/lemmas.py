"""The words of a text in their basic forms, by dictionaries of Finnish and Swedish.

simplemma's dictionaries take seconds and 400 MB of memory to load. `prepare` turns them once into
tries: files of 23 MB together, which every process reads where they lie. No request makes them.
Where they have not been made, words are compared in the forms in which they are written.
"""

import logging
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from zlib import crc32

from flask import current_app
from marisa_trie import BytesTrie
from simplemma import Lemmatizer
from simplemma.strategies import DefaultStrategy
from simplemma.strategies.dictionaries import DefaultDictionaryFactory, DictionaryFactory

from app.config import Language
from app.measures.search import LONGEST, fold

_LANGUAGES: tuple[Language, ...] = ("fi", "sv")

_WORD = re.compile(r"[^\W_]+")

_log = logging.getLogger(__name__)


# It is read from a file, and every save of a text asks for it.
_SIMPLEMMA = f"simplemma {version('simplemma')}"


def _common(lang: Language) -> frozenset[str]:
    """Return the words of a language that stand in all sorts of measures, folded."""
    path = Path(__file__).with_name(f"common_words.{lang}.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(fold(line) for line in lines if not line.startswith("#"))


_COMMON = {lang: _common(lang) for lang in _LANGUAGES}

_COMMON_BY_NOW = crc32(repr(sorted(map(sorted, _COMMON.values()))).encode())


def words(text: str, lang: Language) -> list[str]:
    """Return what a text is about: its distinct words in their basic forms, folded, in order.

    Numbers, and words that stand in all sorts of measures, are left out.
    """
    lemmatizer = _lemmatizer(_root())
    found: dict[str, None] = {}
    for written in _WORD.findall(text.lower()):
        word = written[:LONGEST]
        lemma = lemmatizer.lemmatize(word, lang) if lemmatizer else word
        folded = "".join(_WORD.findall(fold(lemma)))
        if len(folded) > 1 and not folded.isdigit() and folded not in _COMMON[lang]:
            found[folded] = None
    return list(found)


def edition() -> str:
    """Return by what words are found now, so that they can be found anew when that changes."""
    forms = _SIMPLEMMA if _lemmatizer(_root()) else "as written"
    return f"{forms} {_COMMON_BY_NOW:08x}"


def prepare(root: Path, *, anew: bool = False) -> bool:
    """Make the dictionaries, and return whether there was anything to make.

    This takes 20 seconds and 800 MB of memory. A file appears whole or not at all, so that it
    harms nobody when two processes make it, or when one reads meanwhile.

    Args:
        root: The folder where they stand.
        anew: Whether dictionaries that are there are made again.
    """
    missing = [lang for lang in _LANGUAGES if anew or not _file(root, lang).exists()]
    root.mkdir(parents=True, exist_ok=True)
    for lang in missing:
        lemmas = DefaultDictionaryFactory().get_dictionary(lang)
        trie = BytesTrie((word, lemma.encode()) for word, lemma in lemmas.items())
        handle, draft = tempfile.mkstemp(dir=root)
        os.close(handle)
        try:
            trie.save(draft)
            Path(draft).chmod(0o644)
            Path(draft).replace(_file(root, lang))
        finally:
            Path(draft).unlink(missing_ok=True)
    _lemmatizer.cache_clear()
    return bool(missing)


def _root() -> Path:
    root: Path = current_app.config["SETTINGS"].lemma_root
    return root


def _file(root: Path, lang: Language) -> Path:
    """Return where the dictionary of a language stands; a new version has a new name."""
    return root / f"{lang}-{version('simplemma')}.trie"


@cache
def _lemmatizer(root: Path) -> Lemmatizer | None:
    """Return what finds basic forms; None, and a line in the log, without the dictionaries."""
    try:
        tries = _Tries({lang: _Dictionary(_file(root, lang)) for lang in _LANGUAGES})
    except RuntimeError:
        _log.warning(
            "no dictionaries in %s: look-alikes are found by words as they are written, not by"
            " their basic forms; flask look-alikes prepare makes the dictionaries",
            root,
        )
        return None
    return Lemmatizer(lemmatization_strategy=DefaultStrategy(dictionary_factory=tries))


class _Dictionary(Mapping[str, str]):
    """The basic forms of a language's words, read from a file where it lies."""

    def __init__(self, path: Path) -> None:
        self._trie = BytesTrie().mmap(str(path))

    def __getitem__(self, word: str) -> str:
        (lemma,) = self._trie[word]
        return str(lemma.decode())

    def __iter__(self) -> Iterator[str]:
        return iter(self._trie.iterkeys())

    def __len__(self) -> int:
        return len(self._trie)


class _Tries(DictionaryFactory):
    """What simplemma asks for the dictionary of a language."""

    def __init__(self, dictionaries: Mapping[str, Mapping[str, str]]) -> None:
        self._dictionaries = dictionaries

    def get_dictionary(self, lang: str) -> Mapping[str, str]:
        return self._dictionaries[lang]
