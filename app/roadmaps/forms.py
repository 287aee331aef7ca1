"""The form of a transition of a roadmap or a programme."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.widgets import HiddenInput

from app.core.fields import lines
from app.roadmaps.subject import Subject


class TransitionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A transition of a roadmap or a programme. A page holds several, so each has its prefix."""

    class Meta:
        # A prefix would rename the token, and the page's own protects every form.
        csrf = False

    version = IntegerField(widget=HiddenInput())
    reason = lines(_l("Reason"), 2000)

    def __init__(self, name: str, subject: Subject) -> None:
        super().__init__(prefix=f"{name}-", data={"version": subject.version})

    def accepts(self, *, needs_reason: bool) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        if not self.validate():
            return False
        if needs_reason and not self.reason.data:
            self.reason.errors = [_("Give a reason.")]
        return not self.errors
