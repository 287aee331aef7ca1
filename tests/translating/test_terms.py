"""Terms of the glossary in a text, and what has changed in a text since it was translated."""

import re

import pytest
from flask import Flask

from app.accounts.operations import INSTALLER
from app.config import ROOT, Language
from app.core.database import writing
from app.measures import lemmas
from app.measures import operations as measures
from app.measures.states import State
from app.translating.sources import sources_of
from app.translating.terms import marked
from app.vocabulary import glossary
from tests.measures.proposals import fresh, saved


@pytest.fixture(scope="module")
def dictionaries() -> None:
    """Let there be dictionaries, also where the tests are run without make."""
    lemmas.prepare(ROOT / "build" / "lemmas")


def terms(text: str, language: Language) -> dict[str, str]:
    return {each.term: each.translation for each in marked(text, language).terms}


def parts(text: str, language: Language) -> list[str]:
    return [each.text for each in marked(text, language).segments if each.is_term]


def test_a_term_is_marked_with_its_counterpart(app: Flask) -> None:
    assert terms("Toimenpide ja ehdotus", "fi") == {"toimenpide": "åtgärd", "ehdotus": "förslag"}
    assert terms("Åtgärd, förslag!", "sv") == {"åtgärd": "toimenpide", "förslag": "ehdotus"}


def test_the_longest_term_is_marked(app: Flask) -> None:
    assert parts("Digital grund och digital säkerhet", "sv") == [
        "Digital grund",
        "digital säkerhet",
    ]
    assert parts("Årlig kostnad", "sv") == ["Årlig kostnad"]
    assert parts("pitkän aikavälin hyöty", "fi") == ["pitkän aikavälin hyöty"]


def test_half_a_term_at_the_end_is_none(app: Flask) -> None:
    assert parts("en digital", "sv") == []
    assert parts("pitkän aikavälin", "fi") == []


def test_a_term_is_listed_once_in_the_order_of_use(app: Flask) -> None:
    found = marked("Mittari, päätös, mittari", "fi")
    assert [each.term for each in found.terms] == ["mittari", "päätös"]
    assert [each.text for each in found.segments if each.is_term] == [
        "Mittari",
        "päätös",
        "mittari",
    ]


@pytest.mark.parametrize("text", ["", " ", "\n", "?", "ei mitään", "päätös", " päätös.\n– päätös"])
def test_the_segments_are_the_text(app: Flask, text: str) -> None:
    assert "".join(each.text for each in marked(text, "fi").segments) == text


def test_inflected_words_are_found_by_the_dictionaries(app: Flask, dictionaries: None) -> None:
    assert terms("toimenpiteiden vaikuttavuutta", "fi").keys() == {"toimenpide", "vaikuttavuus"}
    assert terms("stadsstyrelsens beslut om åtgärderna", "sv").keys() == {
        "stadsstyrelse",
        "beslut",
        "åtgärd",
    }


def test_words_of_a_longer_term_may_have_any_ending(app: Flask, dictionaries: None) -> None:
    assert parts("Tuo pitkän aikavälin hyötyä.", "fi") == ["pitkän aikavälin hyötyä"]
    assert parts("Salassa pidettävät tiedot", "fi") == ["Salassa pidettävät"]
    assert parts("pitkän aikavälin suunnitelma", "fi") == []


def test_without_dictionaries_words_are_found_as_they_are_written(app: Flask, tmp_path) -> None:
    given = app.config["SETTINGS"]
    app.config["SETTINGS"] = given.model_copy(update={"lemma_root": tmp_path})
    assert parts("Toimenpide, toimenpiteet", "fi") == ["Toimenpide"]


def test_terms_are_whole_and_stand_once(app: Flask) -> None:
    rows = glossary.terms()
    assert len(rows) > 50
    for language in ("fi", "sv"):
        words = [getattr(row, language) for row in rows]
        assert all(re.fullmatch(r"[a-zåäö]+( [a-zåäö]+)*", word) for word in words)
    assert len({row.fi for row in rows}) == len(rows)


def changed_words(measure_id: int, name: str) -> list[tuple[str, str]]:
    source = sources_of(fresh(measure_id), "sv")[name]
    return [(each.part.value, each.text.strip()) for each in source.changes if each.text.strip()]


def test_what_has_changed_since_the_translation_is_shown(app: Flask) -> None:
    measure_id = saved(State.DRAFT, problem_fi="Miksi ajan voi varata vain soittamalla?")
    for text in ("Miksi ajan saa vain soittamalla?", "Miksi ajan saa vain käymällä paikalla?"):
        with writing():
            measures.change(fresh(measure_id), INSTALLER, problem_fi=text, stale="sv")
    found = changed_words(measure_id, "problem")
    assert ("removed", "voi varata") in found
    assert ("added", "saa") in found
    assert ("added", "käymällä paikalla?") in found
    assert changed_words(measure_id, "name") == []


def test_what_changed_before_the_translation_followed_is_not_shown(app: Flask) -> None:
    measure_id = saved(State.DRAFT)
    for fields in (
        {"name_fi": "Ensin näin", "stale": "sv"},
        {"name_sv": "Först så", "stale": None},
        {"problem_fi": "Miksi nyt näin?", "stale": "sv"},
    ):
        with writing():
            measures.change(fresh(measure_id), INSTALLER, **fields)
    assert changed_words(measure_id, "name") == []
    assert changed_words(measure_id, "problem") != []


def test_what_the_record_does_not_know_is_not_shown(app: Flask) -> None:
    measure_id = saved(State.DRAFT, stale="sv")
    assert changed_words(measure_id, "problem") == []
