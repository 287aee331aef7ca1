"""The forms of a roadmap: its dates, a transition, the city board's decision."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, RadioField
from wtforms.validators import DataRequired, InputRequired, ValidationError
from wtforms.widgets import HiddenInput

from app.core import idempotency
from app.core.fields import line, lines
from app.programmes.models import Roadmap
from app.roadmaps.states import EXPLAINED, BoardOutcome


class DatesForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The days that matter to a roadmap."""

    submit_by = DateField(_l("Last day for proposals"), [InputRequired(_l("Give the date."))])
    board_by = DateField(_l("The city board decides by"), [InputRequired(_l("Give the date."))])

    def __init__(self, roadmap: Roadmap) -> None:
        super().__init__(data={"submit_by": roadmap.submit_by, "board_by": roadmap.board_by})

    def validate_board_by(self, field: DateField) -> None:
        """The city board decides after the proposals have come."""
        if self.submit_by.data and field.data and field.data < self.submit_by.data:
            raise ValidationError(_("The city board decides after the last day for proposals."))

    def fields(self) -> dict[str, Any]:
        """Return the columns of `Roadmap` and their values."""
        return {name: self[name].data for name in ("submit_by", "board_by")}


class TransitionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A transition of a roadmap. A page holds several, so each has its prefix."""

    class Meta:
        # A prefix would rename the token, and the page's own protects every form.
        csrf = False

    version = IntegerField(widget=HiddenInput())
    reason = lines(_l("Reason"), 2000)

    def __init__(self, name: str, roadmap: Roadmap) -> None:
        super().__init__(prefix=f"{name}-", data={"version": roadmap.version})

    def accepts(self, *, needs_reason: bool) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        if not self.validate():
            return False
        if needs_reason and not self.reason.data:
            self.reason.errors = [_("Give a reason.")]
        return not self.errors


class BoardForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What the city board decided on a roadmap."""

    key = HiddenField(default=idempotency.new_key)
    version = IntegerField(widget=HiddenInput())
    outcome = RadioField(
        _l("Decision of the city board"),
        [DataRequired(_l("Choose the decision."))],
        coerce=BoardOutcome.parse,
        choices=lambda: {each.value: str(each.label) for each in BoardOutcome},
    )
    decided_on = DateField(_l("Date of the meeting"), [InputRequired(_l("Give the date."))])
    section = line(_l("Section (§) of the minutes"), 20)
    case_number = line(_l("Case number"), 60)
    reason = lines(
        _l("Reason, or the changes"),
        2000,
        _l("Needed when the roadmap is returned or approved with changes."),
    )

    def __init__(self, roadmap: Roadmap, today: date) -> None:
        super().__init__(data={"version": roadmap.version})
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
