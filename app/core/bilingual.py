"""Content in twin columns `_fi` and `_sv`: what a reader of one language gets to see."""

from typing import NamedTuple

from app.config import Language


class Text(NamedTuple):
    """A text for a reader.

    Attributes:
        value: The text; empty when neither language has one.
        lang: The language it is in.
        is_other: Whether that is not the reader's language, so that a badge must say so.
    """

    value: str
    lang: Language
    is_other: bool

    def __str__(self) -> str:
        return self.value


def other(lang: Language) -> Language:
    """Return the other one of the two languages."""
    return "sv" if lang == "fi" else "fi"


def text_of(subject: object, name: str, lang: Language) -> Text:
    """Return the twin columns `name`_fi and `name`_sv of `subject` for a reader of `lang`."""
    value = getattr(subject, f"{name}_{lang}")
    if value:
        return Text(value, lang, is_other=False)
    second = other(lang)
    value = getattr(subject, f"{name}_{second}")
    return Text(value, second, is_other=True) if value else Text("", lang, is_other=False)
