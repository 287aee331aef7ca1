"""The form that confirms what is done to many proposals at once."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import HiddenField

from app.config import Language
from app.core import idempotency
from app.core.fields import lines
from app.desk.plans import Plan

LONGEST_REASON = 2000

_MISSING: Mapping[Language, LazyString] = MappingProxyType(
    {"fi": _l("Give the reason in Finnish."), "sv": _l("Give the reason in Swedish.")}
)


class BulkForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What was shown before it was confirmed, and the reason in each language that is needed."""

    key = HiddenField(default=idempotency.new_key)
    seen = HiddenField()
    reason_fi = lines(
        _l("Reason in Finnish"), LONGEST_REASON, _l("The proposers who read Finnish get this.")
    )
    reason_sv = lines(
        _l("Reason in Swedish"), LONGEST_REASON, _l("The proposers who read Swedish get this.")
    )

    def narrow(self, plan: Plan) -> list[tuple[Language, str]]:
        """Ask for the reason only in the languages that the plan needs.

        Returns:
            What has been typed in the others, with its language, so that it can be copied.
        """
        left_over = [
            (language, text)
            for language, text in self.reasons().items()
            if language not in plan.languages
        ]
        for language, _text in left_over:
            del self[f"reason_{language}"]
        return [(language, text) for language, text in left_over if text]

    def accepts(self) -> bool:
        """Tell whether what was sent is right; every reason that is asked for must be there."""
        valid: bool = self.validate()
        for name in self.reasons():
            field = self[f"reason_{name}"]
            if not field.data and not field.errors:
                field.errors = [str(_MISSING[name])]
                valid = False
        return valid

    def reasons(self) -> Mapping[Language, str]:
        """Return the reason in each language that it is asked for in."""
        asked: tuple[Language, ...] = ("fi", "sv")
        return {
            language: self[f"reason_{language}"].data
            for language in asked
            if f"reason_{language}" in self
        }
