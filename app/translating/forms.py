"""The form of a translation."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from app.config import Language
from app.core.fields import Difference, line, lines
from app.core.forms import EditForm
from app.measures.models import Measure
from app.measures.workflow import TWIN_TEXTS
from app.translating.operations import translatable


class TranslationForm(EditForm):
    """The texts of a measure in the language that is written in.

    A text that the other language does not have has no field, and "still fits" is there only
    where the language has not followed a change.
    """

    name = line(_l("Name"), 200)
    problem = lines(_l("Problem"), 2000)
    description = lines(_l("Description"), 5000)
    still_fits = BooleanField(
        _l("The translation still fits"),
        description=_l("Tick this if the change in the other language needs no change here."),
    )

    def __init__(self, measure: Measure, language: Language) -> None:
        saved = {name: getattr(measure, f"{name}_{language}") for name in TWIN_TEXTS}
        super().__init__(data={**saved, "version": measure.version})
        self.language = language
        for name in TWIN_TEXTS.keys() - set(translatable(measure, language)):
            del self[name]
        if measure.stale != language:
            del self.still_fits
        self._saved = saved

    def accepts(self) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        self.validate()
        for name in self.texts():
            if self._saved[name] and not self[name].data and not self[name].errors:
                self[name].errors = [_("Write the translation. It is not taken away here.")]
        return not self.errors

    def texts(self) -> Mapping[str, str]:
        """Return what was typed, by the names of `TWIN_TEXTS`."""
        return MappingProxyType({name: self[name].data for name in TWIN_TEXTS if name in self})

    @property
    def says_still_fits(self) -> bool:
        """Whether the translator says that the translation needs no change."""
        return "still_fits" in self and bool(self.still_fits.data)

    def complain_of_nothing(self) -> None:
        """Say that there was nothing to save."""
        self.form_errors = [_("Nothing has been written yet. Write the translation, or skip it.")]

    def differences(self, measure: Measure) -> list[Difference]:
        """Return the texts that are written otherwise in `measure` than here."""
        return [
            Difference(
                str(self[name].label.text),
                getattr(measure, f"{name}_{self.language}") or _("not given"),
                yours or _("not given"),
                self.language,
            )
            for name, yours in self.texts().items()
            if yours != getattr(measure, f"{name}_{self.language}")
        ]
