"""Words that measures are found by."""

import pytest
from sqlalchemy import select

from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.extensions import db
from app.measures import operations, search
from app.measures.models import Measure, MeasureWord
from app.programmes.models import Programme, Theme
from tests.measures.proposals import fresh, saved


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Työpöytä", "tyopoyta"),
        ("ÅLAND", "aland"),
        ("e\N{COMBINING ACUTE ACCENT}", "e"),
        ("Šakki", "sakki"),
        ("Søren", "soren"),
        ("STRASSE straße", "strasse strasse"),
        ("A13", "a13"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert search.fold(text) == folded


def test_words_are_cut_at_what_is_no_letter_or_digit() -> None:
    assert search.words("Sähkö-posti, 2.0", None, "", "åäö") == {"sahko", "posti", "2", "0", "aao"}
    assert search.words("x" * 100) == {"x" * search.LONGEST}


def found(text: str) -> list[int]:
    query = select(Measure.id).where(search.matches(text)).order_by(Measure.id)
    return list(db.session.scalars(query))


@pytest.fixture
def three(app) -> list[int]:
    return [
        saved(name_fi="Työpöydät uusiksi", name_sv="Nya skrivbord", problem_fi="Hidasta?"),
        saved(name_fi="Työaika näkyviin", name_sv="Synlig arbetstid", problem_fi="Epäselvää?"),
        saved(name_fi="Kartta", name_sv="Ängarna på kartan", problem_fi="Missä työ on?"),
    ]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("työ", [0, 1, 2]),
        ("TYO", [0, 1, 2]),
        ("työp", [0]),
        ("pöydät", []),
        ("ang", [2]),
        ("ängarna kart", [2]),
        ("skriv uusi", [0]),
        ("skriv kart", []),
        ("", [0, 1, 2]),
        ("!?", [0, 1, 2]),
        ("%", [0, 1, 2]),
        ("_", []),
    ],
)
def test_every_word_of_a_search_begins_a_word_of_what_is_found(
    three: list[int], text: str, places: list[int]
) -> None:
    assert found(text) == [three[place] for place in places]


def test_a_changed_text_is_found_by_its_new_words_alone(app) -> None:
    measure_id = saved(name_fi="Vanha")
    with writing():
        operations.change(fresh(measure_id), INSTALLER, name_fi="Uusi")
    assert found("vanha") == []
    assert found("uusi") == [measure_id]


def test_a_measure_is_found_by_its_code(app) -> None:
    measure_id = saved()
    with writing():
        programme = db.session.scalars(select(Programme)).one()
        theme = db.session.scalars(select(Theme).where(Theme.code == "A")).one()
        operations.enter(fresh(measure_id), programme, INSTALLER, theme, "A13")
    assert found("a13") == [measure_id]


def test_codes_sort_by_their_numbers() -> None:
    assert sorted(["A13", "A9", "B1", None, "A1"], key=operations.code_order) == [
        None,
        "A1",
        "A9",
        "A13",
        "B1",
    ]


def test_a_word_that_occurs_in_both_languages_is_kept_once(app) -> None:
    measure_id = saved(name_fi="Data", name_sv="Data", problem_fi="data", problem_sv="DATA")
    words = db.session.scalars(
        select(MeasureWord.word).where(MeasureWord.measure_id == measure_id)
    ).all()
    assert words == ["data"]
