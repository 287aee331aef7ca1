"""The forms of signing in with what is kept here."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, ValidationError

from app.core.fields import printable, tidy_line
from app.sign_in import passwords

_NAME = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
_CURRENT = {"autocomplete": "current-password"}
_NEW = {"autocomplete": "new-password"}
_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric"}

_CODE_HINT = _l("Six digits, which change every 30 seconds.")


def _code_field() -> StringField:
    return StringField(
        _l("One-time code"),
        [DataRequired(_l("Give the code of your app."))],
        description=_CODE_HINT,
        render_kw=_CODE,
    )


def _current_password_field() -> PasswordField:
    return PasswordField(
        _l("Current password"),
        [DataRequired(_l("Give your current password."))],
        render_kw=_CURRENT,
    )


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Sign-in name and password."""

    key = StringField(
        _l("Sign-in name"),
        [DataRequired(_l("Give your sign-in name."))],
        filters=[tidy_line, printable],
        render_kw=_NAME,
    )
    password = PasswordField(
        _l("Password"), [DataRequired(_l("Give your password."))], render_kw=_CURRENT
    )


class NewPasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A new password, twice, as nobody sees what they type; with the current one where there is."""

    current = _current_password_field()
    password = PasswordField(
        _l("New password"),
        [DataRequired(_l("Give a new password."))],
        description=_l(
            "At least %(count)s characters. Several words one after the other are easy to "
            "remember; spaces may stand between them.",
            count=passwords.SHORTEST,
        ),
        render_kw=_NEW,
    )
    again = PasswordField(
        _l("New password again"),
        [
            DataRequired(_l("Give the new password a second time.")),
            EqualTo("password", _l("The two passwords are not the same. Type both again.")),
        ],
        render_kw=_NEW,
    )

    def __init__(self, words: Iterable[str], *, has_password: bool) -> None:
        """Take the words that no password may be made of alone.

        Args:
            words: What an attacker would try first for this person.
            has_password: Whether the person has a password, and so must give it.
        """
        super().__init__()
        self._words = list(words)
        if not has_password:
            del self.current

    def validate_password(self, field: PasswordField) -> None:
        """Refuse a password that nobody may choose."""
        for fault in passwords.faults_of(field.data or "", self._words):
            raise ValidationError(fault)


class CodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The code that an app shows."""

    code = _code_field()

    def refuse_code(self) -> None:
        """Say at the field that the code isn't taken."""
        fault = _("The code is wrong or was used already. Wait for the next one and type that.")
        self.code.errors = [fault]


class NewCodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The first code of a new secret, and what proves who sets it up."""

    code = _code_field()
    password = _current_password_field()
    earlier_code = StringField(
        _l("Code of the app that you have used so far"),
        [DataRequired(_l("Give the code of the app that you have used so far."))],
        description=_CODE_HINT,
        render_kw=_CODE,
    )

    def __init__(self, *, asks_password: bool, asks_earlier_code: bool) -> None:
        """Leave out what is not asked: whoever is just signing in has given their password."""
        super().__init__()
        if not asks_password:
            del self.password
        if not asks_earlier_code:
            del self.earlier_code

    def refuse_code(self) -> None:
        """Say at the field that the code doesn't fit the new secret."""
        fault = _(
            "The code does not fit. Check that your phone shows the right time, and type the code "
            "that it shows now."
        )
        self.code.errors = [fault]
