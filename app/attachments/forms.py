"""The forms of files: adding them, and who may read them."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, RadioField
from wtforms.validators import DataRequired

from app.core import idempotency
from app.core.fields import as_sentence, line
from app.measures.states import Publicity


class PublicityForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Who may read a file, of those who may read its measure."""

    publicity = RadioField(
        _l("Publicity"),
        [DataRequired(_l("Choose the publicity."))],
        coerce=Publicity.parse,
        default=Publicity.NOT_YET_PUBLIC,
        description=_l("A file is never shown to more people than its measure."),
    )
    secrecy_basis = line(
        _l("Basis of secrecy"),
        300,
        _l(
            "Needed when the file is secret: the act and the section. For example: Act on the "
            "Openness of Government Activities 24 §"
        ),
    )

    def __init__(self, publicities: Sequence[Publicity], **given: Any) -> None:
        super().__init__(**given)
        self.publicity.choices = [(each.value, as_sentence(each.label)) for each in publicities]

    def accepts(self) -> bool:
        """Check the fields and write what is wrong beside them; True when nothing is."""
        self.validate()
        if self.publicity.data is Publicity.SECRET and not self.secrecy_basis.data:
            self.secrecy_basis.errors = [
                *self.secrecy_basis.errors,
                _("Give the act and the section of the secrecy."),
            ]
        return not self.errors


class FilesForm(PublicityForm):
    """Files to add to a measure, all of the same publicity."""

    key = HiddenField(default=idempotency.new_key)
    files = MultipleFileField(_l("Files"))

    def accepts(self) -> bool:
        """Check the fields, though not yet the files; True when nothing is wrong."""
        super().accepts()
        if not self.files.data:
            self.files.errors = [_("Choose a file.")]
        return not self.errors
