"""The form of the limits that a choice keeps to, and the form that saves a scenario."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField
from wtforms.validators import DataRequired, Optional, ValidationError
from wtforms.widgets import TextInput

from app.config import Language
from app.core import idempotency
from app.core.bilingual import text_of
from app.core.euros import EuroField
from app.core.fields import Whole, at_most, hidden, tidy_line
from app.core.i18n import format_euro
from app.measures.states import Size
from app.scoring.choosing import Limits
from app.scoring.options import Options, Wanted

LEAST = "least_"
"""Before the id of a theme: the field that says how many there must be of it."""

MOST = 9999
"""So many measures a limit may name."""

_DIGITS = re.compile(r"[0-9]{1,10}")


class CountField(Whole):
    """A number of measures."""

    widget = TextInput()

    def __init__(self, label: LazyString | str, lowest: int, **given: Any) -> None:
        super().__init__(label, [Optional()], **given)
        self._numbers = range(lowest, MOST + 1)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; ValueError when it is no such number."""
        typed = "".join(valuelist[:1]).strip()
        self.data = None
        if not typed:
            return
        if not _DIGITS.fullmatch(typed) or int(typed) not in self._numbers:
            raise ValueError(
                _(
                    "Give a whole number from %(lowest)d to %(most)d.",
                    lowest=self._numbers[0],
                    most=self._numbers[-1],
                )
            )
        self.data = int(typed)


class LimitsForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What a choice keeps to; `limits_form` adds a field for every theme.

    It stands in the address, so that it can be kept and sent to others, and changes nothing.
    """

    class Meta:
        """Reading needs no protection against forgery."""

        csrf = False

    once = EuroField(_l("One-off costs at most, euros"))
    yearly = EuroField(_l("Yearly costs at most, euros"))
    number = CountField(_l("Measures at most"), 1)
    large = EuroField(_l("Cost class L counts as, euros"))

    def __init__(
        self, options: Options, formdata: MultiDict[str, str] | None, **given: Any
    ) -> None:
        super().__init__(formdata=formdata, **given)
        self._options = options
        ids = {each.id for each in options.measures}
        self.inside, self.outside = frozenset(options.reasons), frozenset[int]()
        if formdata is not None and "set" in formdata:
            self.inside = _ids(formdata.getlist("in")) & ids
            self.outside = _ids(formdata.getlist("out")) & ids

    @property
    def both(self) -> frozenset[int]:
        """What is pinned in and out at once."""
        return self.inside & self.outside

    @property
    def least(self) -> list[Field]:
        """The fields of the themes in their order."""
        return [field for field in self if field.name.startswith(LEAST)]

    def validate_large(self, field: Field) -> None:
        """L costs no less than what it begins with."""
        lowest = self._options.class_limits[Size.M]
        if field.data is not None and field.data < lowest:
            raise ValidationError(
                _("Cost class L begins with %(euro)s: give that or more.", euro=format_euro(lowest))
            )

    def accepts(self) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        self.validate()
        if self.both:
            self.form_errors.append(
                _("A measure cannot be pinned in and out at once. Look at the pins.")
            )
        if not self.errors and not self.limited:
            self.form_errors.append(_("Give at least one limit: euros, or a number of measures."))
        return not self.errors

    @property
    def limited(self) -> bool:
        """Whether there is any limit; without one everything would be chosen."""
        return any(field.data is not None for field in (self.once, self.yearly, self.number))

    def wanted(self) -> Wanted:
        """Return what the reader wants."""
        limits = Limits(
            self.once.data,
            self.yearly.data,
            self.number.data,
            self.inside,
            self.outside,
            {int(each.name.removeprefix(LEAST)): each.data for each in self.least if each.data},
        )
        return Wanted(limits, self.large.data)


def limits_form(
    options: Options,
    lang: Language,
    formdata: MultiDict[str, str] | None,
    capacity: int | None = None,
) -> LimitsForm:
    """Return the form of the limits.

    Args:
        options: What can be chosen.
        lang: The reader's language.
        formdata: What the address says; None for the form as it begins.
        capacity: How many measures the form begins with.
    """
    fields = {
        f"{LEAST}{theme.id}": CountField(f"{theme.code} {text_of(theme, 'name', lang).value}", 0)
        for theme in options.themes
    }
    made: LimitsForm = type("LimitsForm", (LimitsForm,), fields)(
        options, formdata, data={"number": capacity}
    )
    return made


def _ids(typed: Sequence[str]) -> frozenset[int]:
    """Return the ids in an address; what cannot be one means nothing."""
    return frozenset(int(each) for each in typed if _DIGITS.fullmatch(each))


class ScenarioForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The name of a scenario, with the limits and the basis that its writer saw."""

    key = hidden(default=idempotency.new_key)
    limits = hidden()
    seen = hidden()
    name = StringField(
        _l("Name of the scenario"),
        [DataRequired(_l("Give the scenario a name.")), *at_most(100)],
        filters=[tidy_line],
    )

    def take(self, errors: Collection[object]) -> None:
        """Say beside the name why it cannot be saved under it."""
        self.name.errors = [str(each) for each in errors]


class RemoveForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The form that confirms that a scenario is removed."""

    key = hidden(default=idempotency.new_key)
