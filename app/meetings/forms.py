"""The forms of a meeting: arranging and changing it, filling its agenda, approving the minutes."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from app.core import idempotency
from app.core.fields import Day, Difference, Hour, Whole, hidden, line, lines
from app.core.forms import EditForm, Form
from app.core.i18n import format_date
from app.meetings.models import Meeting, OtherMatter
from app.meetings.states import RecordKind

_ADDRESS = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)

YEARS = range(2000, 2100)
"""Years of days that somebody means; others have slipped in by a digit."""


class MeetingForm(EditForm):
    """A meeting, new or to be changed."""

    key = hidden(default=idempotency.new_key)
    held_on = Day(_l("Date"), [InputRequired(_l("Give the date."))])
    number = Whole(
        _l("Number"),
        [
            InputRequired(_l("Give the number.")),
            NumberRange(1, 999, _l("The number is between 1 and 999.")),
        ],
        description=_l("The meeting's number in its year."),
    )
    starts_at = Hour(_l("Begins at"), [Optional()])
    ends_at = Hour(_l("Ends at"), [Optional()])
    place = line(_l("Place"), 200)
    link = line(
        _l("Link to the meeting"), 500, _l("For those who take part from elsewhere: https://…")
    )
    record_kind = RadioField(
        _l("What is written of the meeting"),
        [DataRequired(_l("Choose minutes or a memo."))],
        coerce=RecordKind.parse,
        choices=lambda: {each.value: str(each.label) for each in RecordKind},
    )
    first_section = Whole(
        _l("First section (§)"),
        [Optional(), NumberRange(1, 99_999, _l("Give a whole number from 1 to 99,999."))],
        description=_l("The measures on the agenda are numbered from it. Empty: no numbers."),
    )

    def validate_held_on(self, field: Field) -> None:
        """A year that nobody means has slipped in by a digit."""
        if field.data and field.data.year not in YEARS:
            raise ValidationError(_("Check the year."))

    def validate_ends_at(self, field: Field) -> None:
        """A meeting ends after it begins."""
        if field.data and self.starts_at.data is None:
            raise ValidationError(_("Give also when the meeting begins."))
        if field.data and field.data < self.starts_at.data:
            raise ValidationError(_("The meeting ends before it begins."))

    def validate_link(self, field: Field) -> None:
        """A link leads to the web, and nowhere else: it is shown for all to press."""
        if field.data and not _ADDRESS.fullmatch(field.data):
            raise ValidationError(_("A link begins with https:// or http://."))

    def fields(self) -> dict[str, Any]:
        """Return the columns of `Meeting` and their values."""
        names = ("held_on", "number", "starts_at", "ends_at", "place", "link", "record_kind")
        return {name: self[name].data for name in (*names, "first_section")}

    def differences(self, meeting: Meeting) -> list[Difference]:
        """Return what is saved otherwise than it is written here."""
        return [
            Difference(str(self[name].label.text), _shown(saved), _shown(wanted))
            for name, wanted in self.fields().items()
            if (saved := getattr(meeting, name)) != wanted
        ]


def _shown(value: Any) -> str:
    """Write a value of a meeting."""
    if value is None or value == "":
        return "–"
    if isinstance(value, RecordKind):
        return str(value.label)
    if hasattr(value, "year"):
        return format_date(value)
    return f"{value.hour}.{value.minute:02}" if hasattr(value, "hour") else str(value)


class OtherMatterForm(EditForm):
    """A matter that is no measure."""

    key = hidden(default=idempotency.new_key)
    comes_first = RadioField(
        _l("Place on the agenda"),
        [DataRequired(_l("Choose the place."))],
        choices=lambda: {
            "yes": _("before the measures"),
            "no": _("after the measures"),
        },
        default="no",
    )
    title_fi = line(_l("Title in Finnish"), 200)
    title_sv = line(_l("Title in Swedish"), 200)
    text_fi = lines(_l("What it is about, in Finnish"), 10_000)
    text_sv = lines(_l("What it is about, in Swedish"), 10_000)
    outcome_fi = lines(_l("What came of it, in Finnish"), 10_000)
    outcome_sv = lines(_l("What came of it, in Swedish"), 10_000)

    _TEXTS = ("title_fi", "title_sv", "text_fi", "text_sv", "outcome_fi", "outcome_sv")

    def validate_title_fi(self, field: Field) -> None:
        """One title at least."""
        if not (field.data or self.title_sv.data):
            raise ValidationError(_("Give the title."))

    def fields(self) -> dict[str, Any]:
        """Return the columns of `OtherMatter` and their values."""
        texts = {name: self[name].data for name in self._TEXTS}
        return {"comes_first": self.comes_first.data == "yes", **texts}

    def differences(self, matter: OtherMatter) -> list[Difference]:
        """Return what is saved otherwise than it is written here."""
        found = [
            Difference(str(self[name].label.text), saved or "–", self[name].data or "–", name[-2:])
            for name in self._TEXTS
            if (saved := getattr(matter, name)) != self[name].data
        ]
        if matter.comes_first != self.fields()["comes_first"]:
            first, last = _("before the measures"), _("after the measures")
            mine, theirs = (first, last) if self.fields()["comes_first"] else (last, first)
            found.append(Difference(str(self.comes_first.label.text), theirs, mine))
        return found


class MinutesForm(Form):
    """The day on which the minutes were approved."""

    approved_on = Day(_l("Approved on"), [InputRequired(_l("Give the date."))])
