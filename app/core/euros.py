"""A field for an amount of money."""

import re

from flask_babel import gettext as _
from wtforms import Field
from wtforms.widgets import TextInput

from app.core.fields import printable
from app.core.i18n import format_number

_EUROS = re.compile(r"[0-9]{1,9}")


class EuroField(Field):
    """Whole euros, written with or without spaces and the sign: "12 500 €"."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return printable(self.raw_data[0])
        return format_number(self.data) if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; ValueError when it is not whole euros."""
        if not valuelist:
            return
        digits = re.sub(r"[\s€]", "", valuelist[0])
        self.data = None
        if not digits:
            return
        if not _EUROS.fullmatch(digits):
            raise ValueError(_("Write whole euros, for example 12 500."))
        self.data = int(digits)
