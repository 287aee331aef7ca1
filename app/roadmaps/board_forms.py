"""The forms of the city board: its decision, and the changes that it approves with."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.accounts.models import Post
from app.core import idempotency
from app.core.bilingual import text_of
from app.core.euros import EuroField
from app.core.fields import Day, Whole, choice, hidden, line, lines
from app.core.i18n import language
from app.measures.states import Size
from app.programmes.models import Theme
from app.roadmaps.changes import COLUMNS
from app.roadmaps.diff import Key, Part
from app.roadmaps.states import EXPLAINED, BoardOutcome
from app.roadmaps.subject import Subject

_IN_RANGE = NumberRange(2000, 2100, _l("Give a year, for example 2027."))


class BoardForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What the city board decided on a roadmap or a programme."""

    key = HiddenField(default=idempotency.new_key)
    version = IntegerField(widget=HiddenInput())
    proposal = IntegerField(widget=HiddenInput())
    seen = hidden()
    outcome = RadioField(
        _l("Decision of the city board"),
        [DataRequired(_l("Choose the decision."))],
        coerce=BoardOutcome.parse,
        choices=lambda: {each.value: str(each.label) for each in BoardOutcome},
    )
    decided_on = Day(_l("Date of the meeting"), [InputRequired(_l("Give the date."))])
    section = line(_l("Section (§) of the minutes"), 20)
    case_number = line(_l("Case number"), 60)
    reason = lines(
        _l("Reason, or the changes"),
        10_000,
        _l("Needed when it is returned or approved with changes."),
    )

    def __init__(
        self, subject: Subject, today: date, proposal: int, seen: str, summary: str = ""
    ) -> None:
        """Make the form.

        Args:
            subject: The roadmap or the programme that is before the board.
            today: A decision is not of a later day.
            proposal: The number of the proposal that the reader sees.
            seen: What `seen.marks` gives of what the reader sees.
            summary: The changes that are written down, in words.
        """
        known = {"version": subject.version, "proposal": proposal, "seen": seen, "reason": summary}
        if summary:
            known["outcome"] = BoardOutcome.APPROVED_WITH_CHANGES
        super().__init__(data=known)
        self.section.flags.required = True
        self._today = today

    def accepts(self) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        self.validate()
        if self.decided_on.data and self.decided_on.data > self._today:
            self.decided_on.errors = [_("The day of the decision is still to come.")]
        if not self.section.data:
            self.section.errors = [_("Give the section of the minutes.")]
        if self.outcome.data in EXPLAINED and not self.reason.data:
            self.reason.errors = [_("Give the reason, or the changes.")]
        return not self.errors

    def fields(self) -> dict[str, Any]:
        """Return the columns of `BoardDecision` and their values."""
        names = ("outcome", "decided_on", "section", "case_number", "reason")
        return {name: self[name].data for name in names}

    def look_again(self, seen: str) -> None:
        """Let the form be of what the reader sees now, with what was typed."""
        self.seen.data, self.seen.raw_data = seen, None


class ChangeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Another value that the city board gives a field; only the fields of that are in it."""

    proposal = IntegerField(widget=HiddenInput())
    part = hidden()
    field = hidden()
    name_fi = line(_l("In Finnish"), 200)
    name_sv = line(_l("In Swedish"), 200)
    description_fi = lines(_l("In Finnish"), 10_000)
    description_sv = lines(_l("In Swedish"), 10_000)
    cost_class = SelectField(
        _l("Cost class"),
        [DataRequired(_l("Choose the cost class."))],
        coerce=Size.parse,
        choices=lambda: [(each.value, f"{each} – {each.label}") for each in Size],
    )
    cost_once = EuroField(_l("Estimated one-off cost"), [Optional()])
    cost_yearly = EuroField(_l("Estimated yearly cost"), [Optional()])
    first_year = Whole(_l("First year"), [InputRequired(_l("Give the first year.")), _IN_RANGE])
    last_year = Whole(_l("Last year"), [Optional(), _IN_RANGE])
    lead_post_id = choice(_l("Responsible post"))
    theme_id = choice(_l("Theme"))

    def __init__(
        self,
        proposal: int,
        key: Key,
        field: str,
        part: Part,
        posts: Sequence[Post],
        themes: Sequence[Theme],
    ) -> None:
        """Make the form, with what was proposed in it.

        Args:
            proposal: The number of the proposal.
            key: The part of it that is changed.
            field: What of that; of `changes.COLUMNS`.
            part: The part as it was proposed.
            posts: The posts that may be responsible.
            themes: The themes of the programme.
        """
        self.columns = COLUMNS[key[0]][field]
        lead, theme = part.get("lead_post") or {}, part.get("theme") or {}
        proposed = {
            **part,
            "lead_post_id": next((each.id for each in posts if each.key == lead.get("key")), None),
            "theme_id": next((each.id for each in themes if each.code == theme.get("code")), None),
        }
        if isinstance(proposed.get("cost_class"), str):
            proposed["cost_class"] = Size.parse(proposed["cost_class"])
        known = {name: proposed.get(name) for name in self.columns}
        about = {"proposal": proposal, "part": f"{key[0]}-{key[1]}", "field": field}
        super().__init__(data={**about, **known})
        for name in [each.name for each in self if each.name not in {*self.columns, *_ABOUT}]:
            del self[name]
        for name, rows, title in (("lead_post_id", posts, "title"), ("theme_id", themes, "name")):
            if name in self:
                self[name].choices = [
                    ("", ""),
                    *((each.id, text_of(each, title, language()).value) for each in rows),
                ]

    def accepts(self) -> bool:
        """Check the fields and write what is wrong beside them; True when nothing is."""
        self.validate()
        data = self.data
        for name in self.columns:
            if name in _NEEDED and not data[name] and not self[name].errors:
                self[name].errors = [_NEEDED[name]]
        if (data.get("last_year") or 9999) < (data.get("first_year") or 0):
            self.last_year.errors = [_("The last year is before the first.")]
        return not self.errors

    def values(self) -> Mapping[str, Any]:
        """Return the columns that are set, and what they say then."""
        return {name: self[name].data for name in self.columns}


_ABOUT = frozenset({"proposal", "part", "field", "csrf_token"})

_NEEDED = {
    "name_fi": _l("Give the name in Finnish."),
    "name_sv": _l("Give the name in Swedish."),
    "lead_post_id": _l("Choose the responsible post."),
    "theme_id": _l("Choose the theme."),
}
"""What must be given, and how to ask for it."""
