"""Both catalogues are complete, and fit the sources."""

import re

import pytest
from babel.messages.catalog import Message

from tests.tools import catalogues

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|</?\w+")

pytestmark = pytest.mark.parametrize("language", catalogues.LANGUAGES)


def messages(language: str) -> list[Message]:
    return [message for message in catalogues.read(language) if message.id]


def keys(entries: list[Message]) -> set[tuple[str | None, tuple[str, ...]]]:
    return {(entry.context, catalogues.as_tuple(entry.id)) for entry in entries}


def test_catalogue_holds_the_strings_of_the_sources(language: str) -> None:
    sources = keys([message for message in catalogues.extract() if message.id])
    catalogue = keys(messages(language))
    assert catalogue - sources == set(), "gone from the sources: run make translations"
    assert sources - catalogue == set(), "missing in the catalogue: run make translations"


def test_every_form_of_every_string_is_translated(language: str) -> None:
    forms = catalogues.read(language).num_plurals
    missing = [
        message.id
        for message in messages(language)
        if not all(string.strip() for string in catalogues.as_tuple(message.string))
        or len(catalogues.as_tuple(message.string)) != (forms if message.pluralizable else 1)
    ]
    assert missing == []


def test_nothing_is_fuzzy_or_obsolete(language: str) -> None:
    catalogue = catalogues.read(language)
    assert [message.id for message in messages(language) if message.fuzzy] == []
    assert list(catalogue.obsolete) == []


def test_placeholders_and_tags_are_those_of_the_source(language: str) -> None:
    different = [
        string
        for message in messages(language)
        for source, string in zip(
            catalogues.as_tuple(message.id), catalogues.as_tuple(message.string), strict=True
        )
        if sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(string))
    ]
    assert different == []


def test_ends_are_those_of_the_source(language: str) -> None:
    different = [
        string
        for message in messages(language)
        for source, string in zip(
            catalogues.as_tuple(message.id), catalogues.as_tuple(message.string), strict=True
        )
        if _ends(source) != _ends(string)
    ]
    assert different == []


def _ends(text: str) -> tuple[bool, bool, str]:
    return text[:1].isspace(), text[-1:].isspace(), text[-1] if text[-1] in ".:?!…" else ""
