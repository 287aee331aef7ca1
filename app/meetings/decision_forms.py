"""The forms of decisions: on one matter, on several at once, and of what is undone."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.validators import Optional

from app.core import idempotency
from app.core.fields import hidden, line, lines
from app.core.forms import Form
from app.meetings.deciding import Words, digest_of
from app.meetings.models import Decision
from app.meetings.states import Outcome

LONGEST_REASON = 2000


class _OneOfMany(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form of which a page holds many, so that each has its prefix."""

    class Meta:
        # A prefix would rename the token, and the page's own protects every form.
        csrf = False


class DecisionForm(_OneOfMany):
    """What the meeting decides on one measure."""

    key = hidden(default=idempotency.new_key)
    seen = hidden()
    outcome = RadioField(
        _l("Decision"),
        [Optional()],
        coerce=Outcome.parse,
        choices=lambda: {each.value: str(each.verb) for each in Outcome},
    )
    reason = lines(_l("Reason"), LONGEST_REASON, _l("Needed unless the measure is approved."))
    section = line(_l("Section (§)"), 20)

    def __init__(self, decision: Decision, section: str) -> None:
        """Fill the form in with what is written of a matter, unless it was sent.

        Args:
            decision: The matter.
            section: Its section, typed or by its place on the agenda.
        """
        written = {"outcome": decision.outcome, "reason": decision.reason, "section": section}
        seen = digest_of(decision)
        super().__init__(prefix=f"decision-{decision.id}-", data={**written, "seen": seen})
        self._place = "" if decision.section else section

    def accepts(self) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        if not self.validate():
            return False
        if self.outcome.data is None:
            self.outcome.errors = [_("Choose the decision.")]
        elif self.outcome.data is not Outcome.APPROVE and not self.reason.data:
            self.reason.errors = [_("Give a reason.")]
        return not self.errors

    def words(self, *, final: bool = True) -> Words:
        """Return what is written.

        A section that is only that of the place on the agenda is kept when it is `final`, and goes
        on following the agenda before that.
        """
        section = self.section.data or ""
        if not final and section == self._place:
            section = ""
        return Words(self.outcome.data, self.reason.data or "", section)


class UndoForm(_OneOfMany):
    """Why a decision is undone."""

    reason = lines(_l("Reason for undoing"), LONGEST_REASON)

    def __init__(self, decision_id: int) -> None:
        super().__init__(prefix=f"undo-{decision_id}-")

    def accepts(self) -> bool:
        """Check the reason; True when there is one."""
        if not self.validate():
            return False
        if not self.reason.data:
            self.reason.errors = [_("Give a reason.")]
        return not self.errors


class _Confirmation(Form):
    """What was shown before it was confirmed."""

    key = hidden(default=idempotency.new_key)
    seen = hidden()


class BulkForm(_Confirmation):
    """Confirms the same decision on several matters."""

    reason = lines(_l("Reason"), LONGEST_REASON)

    def accepts(self, *, needs_reason: bool) -> bool:
        """Check the reason; True when it is there if it is needed."""
        valid: bool = self.validate()
        if valid and needs_reason and not self.reason.data:
            self.reason.errors = [_("Give a reason.")]
            return False
        return valid


class EndForm(_Confirmation):
    """Confirms the end of a meeting."""


class ReopeningForm(BulkForm):
    """Confirms that the end of a meeting is undone, and says why."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.reason.label.text = _("Reason for undoing")
