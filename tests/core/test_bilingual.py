from types import SimpleNamespace

import pytest

from app.core.bilingual import Text, other, text_of


@pytest.mark.parametrize(
    ("fi", "sv", "lang", "expected"),
    [
        ("Tie", "Väg", "fi", Text("Tie", "fi", is_other=False)),
        ("Tie", "Väg", "sv", Text("Väg", "sv", is_other=False)),
        ("Tie", "", "sv", Text("Tie", "fi", is_other=True)),
        ("", "Väg", "fi", Text("Väg", "sv", is_other=True)),
        ("Tie", None, "sv", Text("Tie", "fi", is_other=True)),
        ("", "", "fi", Text("", "fi", is_other=False)),
        (None, None, "sv", Text("", "sv", is_other=False)),
    ],
)
def test_reader_gets_their_language_else_the_other(fi, sv, lang, expected) -> None:
    assert text_of(SimpleNamespace(name_fi=fi, name_sv=sv), "name", lang) == expected


def test_text_is_its_value() -> None:
    assert str(Text("Tie", "fi", is_other=True)) == "Tie"


def test_other_language() -> None:
    assert (other("fi"), other("sv")) == ("sv", "fi")
