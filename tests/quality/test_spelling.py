"""Every word on the screens is spelled as the dictionaries have it."""

import pytest

from tests.tools import catalogues, spelling

pytestmark = pytest.mark.parametrize("language", catalogues.LANGUAGES)


def words(language: str) -> set[str]:
    return {
        word
        for message in catalogues.read(language)
        if message.id
        for string in catalogues.as_tuple(message.string)
        for word in spelling.words(string)
    }


def test_words_are_spelled_correctly(language: str) -> None:
    assert sorted(spelling.unknown(language, words(language))) == []


def test_listed_words_are_on_a_screen_and_unknown_to_the_dictionary(language: str) -> None:
    listed = spelling.listed(language)
    assert sorted(listed - spelling.CHECKERS[language](words(language))) == []


def test_checker_finds_a_mistake(language: str) -> None:
    mistake = {"fi": "toimenpidde", "sv": "åtgerd"}[language]
    assert spelling.unknown(language, [mistake]) == {mistake}
