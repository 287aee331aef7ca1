"""The forms of a meeting: arranging it, deciding, undoing, approving the minutes."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, RadioField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from app.core import idempotency
from app.core.errors import Refused
from app.core.fields import line, lines
from app.meetings.states import Outcome


class MeetingForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A new meeting."""

    key = HiddenField(default=idempotency.new_key)
    held_on = DateField(_l("Date"), [InputRequired(_l("Give the date."))])
    number = IntegerField(
        _l("Number"),
        [
            InputRequired(_l("Give the number.")),
            NumberRange(1, 999, _l("The number is between 1 and 999.")),
        ],
        description=_l("The meeting's number in its year."),
    )
    place = line(_l("Place"), 200)

    def fields(self) -> dict[str, Any]:
        """Return the columns of `Meeting` and their values."""
        return {name: self[name].data for name in ("held_on", "number", "place")}

    def take(self, refused: Refused) -> None:
        """Say above the form why the meeting could not be arranged."""
        self.form_errors.extend(refused.reasons)


class DecisionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What the meeting decided on one measure. A page holds many, so each has its prefix."""

    class Meta:
        # A prefix would rename the token, and the page's own protects every form.
        csrf = False

    key = HiddenField(default=idempotency.new_key)
    outcome = RadioField(
        _l("Decision"),
        [DataRequired(_l("Choose the decision."))],
        coerce=Outcome.parse,
        choices=lambda: {each.value: str(each.verb) for each in Outcome},
    )
    reason = lines(_l("Reason"), 2000, _l("Needed unless the measure is approved."))
    section = line(_l("Section (§) of the minutes"), 20)

    def __init__(self, decision_id: int) -> None:
        super().__init__(prefix=f"decision-{decision_id}-")

    def accepts(self) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        if not self.validate():
            return False
        if self.outcome.data is not Outcome.APPROVE and not self.reason.data:
            self.reason.errors = [_("Give a reason.")]
        return not self.errors

    def fields(self) -> dict[str, Any]:
        """Return the columns of `Decision` and their values."""
        return {name: self[name].data for name in ("outcome", "reason", "section")}


class UndoForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Why a decision is undone."""

    class Meta:
        # A prefix would rename the token, and the page's own protects every form.
        csrf = False

    reason = lines(_l("Reason for undoing"), 2000)

    def __init__(self, decision_id: int) -> None:
        super().__init__(prefix=f"undo-{decision_id}-")

    def accepts(self) -> bool:
        """Check the reason; True when there is one."""
        if not self.validate():
            return False
        if not self.reason.data:
            self.reason.errors = [_("Give a reason.")]
        return not self.errors


class MinutesForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The day on which the minutes were approved."""

    approved_on = DateField(
        _l("The minutes were approved on"), [InputRequired(_l("Give the date."))]
    )
