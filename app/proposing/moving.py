"""What stands before a transition of a proposal: what it will do, and the form that asks why."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectMultipleField

from app.accounts.models import User
from app.config import Language
from app.core.fields import lines, version_seen
from app.core.i18n import person_name
from app.core.policy import Actor
from app.core.transitions import Transition
from app.measures.labels import FIELDS
from app.measures.models import Step
from app.measures.states import State

CONSEQUENCES: Mapping[str, LazyString] = MappingProxyType(
    {
        "return": _l(
            "The unit can edit the proposal and submit it again. The reason is shown above its "
            "form, with the fields that it concerns."
        ),
        "cancel_scoring": _l(
            "The proposal goes back to those that are submitted. The scores that have been given "
            "are kept."
        ),
        "withdraw": _l(
            "The proposal is no longer handled, and nobody can edit it. Nothing that you have "
            "written is lost: if you change your mind, the secretary can reopen it as a draft."
        ),
        "reopen": _l(
            "The proposal becomes a draft, which the unit can edit and submit again. The earlier "
            "handling stays in its history."
        ),
    }
)
"""What a transition does, for the page that stands before it."""

_WRITE_IN: Mapping[Language, LazyString] = MappingProxyType(
    {
        "fi": _l("Write it in Finnish: that is the language of %(name)s, who proposed this."),
        "sv": _l("Write it in Swedish: that is the language of %(name)s, who proposed this."),
    }
)


class MoveForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Why a proposal is sent on or back, and what of it that is about.

    `seen` is the transition that the proposal had gone through last when its page was opened.
    """

    seen = HiddenField()
    reason = lines(_l("Reason"), 2000)
    concerned = SelectMultipleField(
        _l("Which fields does it concern?"),
        description=_l("They are marked in the form. You can leave this empty."),
    )

    def __init__(self, row: Transition[State], last: Step | None = None) -> None:
        super().__init__(data={"seen": str(last.id if last else 0)})
        self._must_explain = row.needs_reason
        self.reason.flags.required = row.needs_reason
        self.concerned.choices = {name: str(label) for name, label in FIELDS.items()}
        if row.target is not State.RETURNED:
            del self.concerned

    def accepts(self) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        self.validate()
        if self._must_explain and not self.reason.data and not self.reason.errors:
            self.reason.errors = [_("Give a reason.")]
        return not self.errors

    @property
    def fields_concerned(self) -> list[str]:
        """The fields that the reason is about."""
        return list(self.concerned.data or ()) if "concerned" in self else []

    def is_stale(self, last: Step | None) -> bool:
        """Tell whether the proposal has gone on since the page was opened; `last` is how far.

        A form that does not say what was seen is not stale: the workflow decides alone.
        """
        return bool(self.seen.data) and version_seen(self.seen) != (last.id if last else 0)


def is_repeated(row: Transition[State], last: Step | None, form: MoveForm, actor: Actor) -> bool:
    """Tell whether `actor` did just this before, as when a button is pressed twice.

    Args:
        row: The transition that is asked for.
        last: The one that the proposal went through last.
        form: The form that was sent.
        actor: Who sent it.
    """
    if last is None or (last.transition, last.actor_id) != (row.name, actor.user_id):
        return False
    return last.reason == (form.reason.data or "")


def language_wanted(row: Transition[State], proposer: User | None) -> str:
    """Return in which language to write the reason; empty where none is needed."""
    if not row.needs_reason:
        return ""
    if proposer is None:
        return str(_("The unit reads this. Write it in the language of the one who proposed."))
    return str(_WRITE_IN[proposer.language]) % {"name": person_name(proposer.name)}
