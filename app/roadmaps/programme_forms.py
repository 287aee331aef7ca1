"""The forms of a programme and of a theme."""

from collections.abc import Sequence
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from app.core import idempotency
from app.core.fields import Difference, Whole, as_sentence, at_most, tidy_line
from app.core.forms import EditForm
from app.programmes.models import Programme, Theme
from app.programmes.states import ThemeKind
from app.roadmaps.programme_operations import COLOURS, ThemeFields

_COLOUR_NAMES = {
    1: _l("light blue"),
    2: _l("brown"),
    3: _l("green"),
    4: _l("dark blue"),
    5: _l("yellow"),
    6: _l("purple"),
}
"""The colours of the palette by their numbers."""

_LANGUAGES = {"_fi": "fi", "_sv": "sv"}


def _name(message: Any) -> StringField:
    return StringField(_l("Name"), [DataRequired(message), *at_most(200)], filters=[tidy_line])


def _year(label: Any) -> Whole:
    message = _l("Give a year from 2000 to 2100.")
    return Whole(label, [InputRequired(message), NumberRange(2000, 2100, message)])


def _capital(text: str | None) -> str:
    return tidy_line(text).upper()


class _Saved(EditForm):
    """What the form of a programme and that of a theme have in common."""

    repeat = HiddenField(default=idempotency.new_key)
    name_fi = _name(_l("Give the name in Finnish."))
    name_sv = _name(_l("Give the name in Swedish."))

    def fields(self) -> dict[str, Any]:
        """Return the columns that the form gives, and their values."""
        return {
            field.name: field.data
            for field in self
            if field.name not in {"repeat", "version", "csrf_token"}
        }

    def differences(self, row: Programme | Theme) -> list[Difference]:
        """Return the fields that are saved otherwise than they are written here."""
        return [
            Difference(
                str(self[name].label.text),
                _shown(self[name], getattr(row, name)),
                _shown(self[name], yours),
                _LANGUAGES.get(name[-3:]),
            )
            for name, yours in self.fields().items()
            if yours != getattr(row, name)
        ]


def _shown(field: Field, value: Any) -> str:
    if isinstance(field, RadioField):
        return str(cast(dict[str, str], field.choices).get(str(value), value))
    return str(value)


class ProgrammeForm(_Saved):
    """A programme: its names and its years."""

    first_year = _year(_l("First year"))
    last_year = _year(_l("Last year"))

    def __init__(self, programme: Programme | None = None) -> None:
        super().__init__(obj=programme)


class ThemeForm(_Saved):
    """A theme or an enabler of a programme."""

    code = StringField(
        _l("Code"),
        [DataRequired(_l("Give the code.")), *at_most(8)],
        filters=[_capital],
        description=_l("The codes of its measures are this and a number. For example: A."),
    )
    kind = RadioField(_l("Kind"), coerce=ThemeKind.parse)
    colour = RadioField(_l("Colour in charts"), coerce=int)
    position = Whole(
        _l("Place in the order"),
        [NumberRange(1, 99, _l("Give a number from 1 to 99."))],
        description=_l("1 is the first."),
    )

    def __init__(
        self, programme: Programme, themes: Sequence[Theme], theme: Theme | None = None
    ) -> None:
        used = {each.colour for each in themes}
        free = next((number for number in COLOURS if number not in used), COLOURS[0])
        new = {"kind": ThemeKind.THEME, "colour": free, "position": len(themes) + 1}
        super().__init__(obj=theme, data={"version": programme.version, **({} if theme else new)})
        if not self.is_submitted():
            self.version.data = str(programme.version)
        self.kind.choices = {
            ThemeKind.THEME.value: _("Theme: measures serve it"),
            ThemeKind.ENABLER.value: _("Enabler: it serves the measures"),
        }
        self.colour.choices = {
            str(number): as_sentence(name) for number, name in _COLOUR_NAMES.items()
        }

    def wanted(self) -> ThemeFields:
        """Return what the form says of the theme."""
        return ThemeFields(**self.fields())
