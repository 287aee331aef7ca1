"""The form that confirms what becomes of unfinished measures."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import Optional

from app.core import idempotency
from app.core.fields import Day, hidden, lines
from app.core.i18n import format_date
from app.followup.carry_over_plans import Plan
from app.followup.states import Choice

LONGEST_REASON = 2000


class DecisionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What was shown before it was confirmed; the day, and the reason where one is needed."""

    key = HiddenField(default=idempotency.new_key)
    seen = hidden()
    as_of = Day(_l("Since which day"), [Optional()])
    reason = lines(_l("Reason"), LONGEST_REASON, _l("Everyone reads this with the measure."))

    def __init__(self, plan: Plan, today: date) -> None:
        super().__init__(data={"as_of": today})
        self._plan, self._today = plan, today
        self.as_of.flags.required = True
        if plan.choice is Choice.CONTINUE:
            del self.as_of
        if plan.choice is not Choice.DROP:
            del self.reason

    def accepts(self) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        self.validate()
        if "as_of" in self and not self.as_of.errors:
            self._check_day(self.as_of)
        if "reason" in self and not self.reason.data and not self.reason.errors:
            self.reason.errors = [_("Give a reason.")]
        return not self.errors

    def _check_day(self, field: Day) -> None:
        """The day has come, and nothing has been reported of a later one."""
        latest = max(
            (left.report.as_of for left in self._plan.changes if left.report), default=None
        )
        if field.data is None:
            field.errors = [_("Give the date.")]
        elif field.data > self._today:
            field.errors = [_("The day is still to come.")]
        elif latest is not None and field.data < latest:
            text = _(
                "The newest report is of %(day)s. Give that day or a later one.",
                day=format_date(latest),
            )
            field.errors = [text]
