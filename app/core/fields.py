"""Fields and values that forms of several rooms have."""

import re
import unicodedata
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Length, Optional, ValidationError

_VERSION = re.compile(r"[0-9]{1,9}")
# Beside control characters and lone surrogates the two that no XML, so no file of Word, may hold.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def tidy(text: str | None) -> str:
    """Return `text` as it is kept: composed letters, plain newlines, no space around it."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines).strip()


def tidy_line(text: str | None) -> str:
    """Return a text of one line as it is kept."""
    return " ".join(tidy(text).split())


def printable(text: str) -> str:
    """Return `text` without characters that no keyboard writes and no database should hold."""
    return _UNPRINTABLE.sub("", text)


def _is_printable(_form: object, field: Field) -> None:
    """Take invisible characters out of a text, and say so."""
    kept = printable(field.data)
    if kept != field.data:
        field.data = kept
        raise ValidationError(
            _("Invisible control characters were removed from the text. Look at it and save again.")
        )


def at_most(characters: int) -> list[Any]:
    """Return the checks of a text of at most so many characters."""
    limit = Length(max=characters, message=_l("Write at most %(max)d characters."))
    return [limit, _is_printable]


def line(label: LazyString, characters: int, hint: LazyString | str = "") -> StringField:
    """Return a field for a text of one line."""
    return StringField(label, at_most(characters), filters=[tidy_line], description=hint)


def lines(label: LazyString, characters: int, hint: LazyString | str = "") -> TextAreaField:
    """Return a field for a text of several lines."""
    return TextAreaField(label, at_most(characters), filters=[tidy], description=hint)


def _number(value: str | int | None) -> int | None:
    return int(value) if value else None


class Whole(IntegerField):
    """A whole number. What is typed instead comes back onto the page without odd characters."""

    def _value(self) -> str:
        value: str = super()._value()  # type: ignore[misc]  # WTForms' types leave it out
        return printable(value)


class Day(DateField):
    """A day. What is typed instead comes back onto the page without odd characters."""

    def _value(self) -> str:
        value: str = super()._value()  # type: ignore[misc]  # WTForms' types leave it out
        return printable(value)


class Hour(TimeField):
    """A time of the day. What is typed instead comes back without odd characters."""

    def _value(self) -> str:
        value: str = super()._value()  # type: ignore[misc]  # WTForms' types leave it out
        return printable(value)


class Tick(BooleanField):
    """A box to tick, whose value is always the same, whatever was sent."""

    def _value(self) -> str:
        return "y"


def choice(label: LazyString, hint: LazyString | str = "") -> SelectField:
    """Return a field for the id of a row; None where nothing is chosen."""
    return SelectField(label, [Optional()], coerce=_number, description=hint)


def as_sentence(label: LazyString) -> str:
    """Return a label that stands alone, with a capital letter."""
    text = str(label)
    return text[:1].upper() + text[1:]


def hidden(**given: Any) -> HiddenField:
    """Return a field that the reader does not see; what it says may come back onto the page."""
    # Without any label WTForms would make one up, and read its translations for it.
    return HiddenField("", filters=[lambda value: printable(str(value or ""))], **given)


def version_seen(field: HiddenField) -> int:
    """Return the version that a form was filled in on; 0 when it does not say."""
    # Where nothing at all was sent, the field holds the number that it was made with.
    return version_in(str(field.data or ""))


def version_in(text: str) -> int:
    """Return the version that a text names; 0 when it names none."""
    return int(text) if _VERSION.fullmatch(text) else 0


class Difference(NamedTuple):
    """A field that two people have written differently; `lang` where its text has a language."""

    label: str
    theirs: str
    yours: str
    lang: str | None = None
    name: str = ""
