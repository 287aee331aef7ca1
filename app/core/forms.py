"""What forms of several rooms have in common."""

from flask_wtf import FlaskForm

from app.core.errors import Refused
from app.core.fields import hidden, version_seen


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form that can say why what it asks for could not be done."""

    def take(self, refused: Refused) -> None:
        """Say above the fields why it could not be done."""
        self.form_errors.extend(refused.reasons)


class EditForm(Form):
    """A form that changes what there is, and knows on which version of it it was filled in."""

    version = hidden()

    @property
    def version_seen(self) -> int:
        """The version that the form was filled in on; 0 when it does not say."""
        return version_seen(self.version)
