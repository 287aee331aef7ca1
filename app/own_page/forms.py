"""The form of own settings."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from app.accounts.models import User
from app.accounts.states import Mail
from app.core.fields import Difference
from app.core.forms import EditForm

LANGUAGES = {"fi": "Suomi", "sv": "Svenska"}
"""The languages by their own names, so that everybody finds theirs."""


class SettingsForm(EditForm):
    """What people set of their own."""

    language = RadioField(
        _l("Language"),
        [InputRequired(_l("Choose the language."))],
        choices=LANGUAGES,
        description=_l("The language of your screens and of the mail that you get."),
    )
    mail = RadioField(
        _l("Mail"),
        [InputRequired(_l("Choose when you get mail."))],
        coerce=Mail.parse,
        choices=lambda: {each.value: str(each.label) for each in Mail},
        description=_l("When the tool has something to tell you, you get it by e-mail:"),
    )

    def fields(self) -> dict[str, Any]:
        """Return what the form sets."""
        return {"language": self.language.data, "mail": self.mail.data}

    def differences(self, user: User) -> list[Difference]:
        """Return the settings that are saved otherwise than they are chosen here."""
        saved = {"language": LANGUAGES[user.language], "mail": str(user.mail.label)}
        chosen = {
            "language": LANGUAGES[self.language.data],
            "mail": str(self.mail.data.label),
        }
        return [
            Difference(str(self[name].label.text), saved[name], chosen[name])
            for name in saved
            if saved[name] != chosen[name]
        ]
