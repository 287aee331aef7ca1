"""The form of a proposal, and the form that asks why it is sent on."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional
from wtforms.widgets import TextInput

from app.config import Language, Settings
from app.core import idempotency
from app.core.bilingual import text_of
from app.core.enums import Labelled
from app.core.fields import (
    Difference,
    as_sentence,
    at_most,
    choice,
    line,
    lines,
    printable,
    tidy,
    version_seen,
)
from app.core.i18n import format_date, format_euro, format_number
from app.measures import workflow
from app.measures.models import Measure
from app.measures.queries import Options
from app.measures.states import Origin, Publicity, Size
from app.proposing.models import WorkingCopy
from app.vocabulary.states import Kind

_YEARS_AHEAD = 10
_EUROS = re.compile(r"[0-9]{1,9}")
_EUROS_HINT = _l("Whole euros, for example 12 500.")


class EuroField(Field):
    """Whole euros, written with or without spaces and the sign: "12 500 €"."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return printable(self.raw_data[0])
        return format_number(self.data) if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; ValueError when it is not whole euros."""
        if not valuelist:
            return
        digits = re.sub(r"[\s€]", "", valuelist[0])
        self.data = None
        if not digits:
            return
        if not _EUROS.fullmatch(digits):
            raise ValueError(_("Write whole euros, for example 12 500."))
        self.data = int(digits)


def _radio(label: LazyString, enum: type[Labelled], hint: LazyString | str = "") -> RadioField:
    return RadioField(label, [Optional()], coerce=enum.parse, description=hint)


class ProposalForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """All fields of the card, in the order in which people think of them.

    Fields are called as the columns of `Measure`, twin texts with the ending of their language.
    """

    key = HiddenField(default=idempotency.new_key)
    version = HiddenField()
    # Which working copy the form was filled in from; what each field said in the version that the
    # writer began from; the version whose differences the writer was shown.
    copy = HiddenField()
    copy_version = HiddenField()
    base_version = HiddenField()
    conflict_version = HiddenField()

    problem_fi = lines(_l("What is the problem?"), 2000)
    problem_sv = lines(_l("What is the problem?"), 2000)
    name_fi = line(_l("What would you do?"), 200)
    name_sv = line(_l("What would you do?"), 200)
    description_fi = lines(_l("More about it"), 5000)
    description_sv = lines(_l("More about it"), 5000)
    still_matches = BooleanField(
        _l("The texts in Finnish and in Swedish still say the same"),
        description=_l(
            "Tick this if you changed only one language and the other needs no change. Otherwise "
            "the other one is marked for updating."
        ),
    )

    beneficiary_id = choice(_l("Beneficiary"))
    long_term_benefit_id = choice(_l("Long-term benefit"))

    source_id = choice(_l("Source of the need"))
    legal_act = line(
        _l("Act"), 300, _l("Needed when the source is a law. For example: Archives Act 831/1994")
    )
    legal_section = line(_l("Section"), 60, _l("For example: 7 §"))
    legal_deadline = DateField(_l("Deadline set by the law"), [Optional()])

    impact = _radio(_l("Impact"), Size)
    cost_class = _radio(_l("Cost class"), Size, _l("A rough estimate is enough."))
    cost_once = EuroField(_l("Estimated one-off cost, euros"), description=_EUROS_HINT)
    cost_yearly = EuroField(_l("Estimated yearly cost, euros"), description=_EUROS_HINT)

    theme_id = choice(_l("Theme"))
    level_id = choice(_l("Level"))
    development_model_id = choice(_l("Development model"))
    partners = line(
        _l("Partners"),
        500,
        _l("Needed when the development model is a network: other municipalities, companies."),
    )

    unit_id = choice(_l("Unit"))
    lead_post_id = choice(_l("Responsible post"))

    first_year = choice(_l("First year"))
    last_year = choice(_l("Last year"))

    origin = _radio(_l("Whose idea was it?"), Origin)
    publicity = _radio(_l("Publicity"), Publicity)
    secrecy_basis = line(
        _l("Basis of secrecy"),
        300,
        _l(
            "Needed when the proposal is secret: the act and the section. For example: Act on the "
            "Openness of Government Activities 24 §"
        ),
    )

    def __init__(
        self,
        options: Options,
        lang: Language,
        today: date,
        measure: Measure | None = None,
        copy: WorkingCopy | None = None,
    ) -> None:
        defaults = {} if measure else _defaults(options)
        typed = {"formdata": MultiDict(copy.typed)} if copy else {}
        super().__init__(obj=measure, data=defaults, **typed)
        self.lang = lang
        self._sources = {value.id: value for value in options.values[Kind.SOURCE]}
        self._models = {value.id: value for value in options.values[Kind.DEVELOPMENT_MODEL]}
        for name in workflow.REQUIRED:
            self[self._place(name, "fi")].flags.required = True
        for kind, values in options.values.items():
            self[f"{kind}_id"].choices = _chosen_from(values, "name", lang)
        self.theme_id.choices = _chosen_from(options.themes, "name", lang)
        self.unit_id.choices = _chosen_from(options.units, "name", lang)
        self.lead_post_id.choices = _chosen_from(options.posts, "title", lang)
        for name in ("first_year", "last_year"):
            years = _years(options, today, getattr(measure, name, None))
            self[name].choices = {"": _("Choose"), **{str(year): str(year) for year in years}}
        for field in (self.impact, self.cost_class):
            field.choices = {size.value: f"{size} – {size.label}" for size in Size}
        self.origin.choices = {each.value: as_sentence(each.label) for each in Origin}
        offered = [Publicity.NOT_YET_PUBLIC, Publicity.SECRET]
        if measure and measure.publicity is Publicity.PUBLIC:
            offered.insert(0, Publicity.PUBLIC)
        self.publicity.choices = {each.value: as_sentence(each.label) for each in offered}
        if measure is None or not _has_both_languages(measure):
            del self.still_matches

    def fields(self) -> dict[str, Any]:
        """Return the columns of `Measure` and their values."""
        columns = Measure.__table__.columns.keys()
        return {
            field.name: field.data
            for field in self
            if field.name in columns and field.name != "version"
        }

    @property
    def version_seen(self) -> int:
        """The version that the writer has seen last; 0 when the form does not say."""
        return version_seen(self.conflict_version) or version_seen(self.version)

    @property
    def says_still_matches(self) -> bool:
        """Whether the reader says that the texts of the two languages match."""
        return "still_matches" in self and bool(self.still_matches.data)

    def accepts(self, *, complete: bool) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is.

        Args:
            complete: Whether it must be ready to be submitted; a draft needs but a name and unit.
        """
        self.validate()
        candidate = self._candidate()
        lacking: Mapping[str, LazyString] = workflow.missing(candidate)
        if not complete:
            lacking = {name: lacking[name] for name in ("name", "unit_id") if name in lacking}
        for name, text in lacking.items():
            self._complain(self._place(name, self.lang), text)
        if candidate.publicity is Publicity.SECRET and not candidate.secrecy_basis:
            self._complain("secrecy_basis", _l("Give the act and the section of the secrecy."))
        first, last = candidate.first_year, candidate.last_year
        if first and last and last < first:
            self._complain("last_year", _l("The last year is before the first."))
        return not self.errors

    def _candidate(self) -> Measure:
        """Return a measure as the form would make it; it never gets into the database."""
        measure = Measure(**self.fields())
        measure.source = self._sources.get(measure.source_id or 0)
        measure.development_model = self._models.get(measure.development_model_id or 0)
        return measure

    def _complain(self, name: str, text: LazyString) -> None:
        """Add an error to a field unless it has one already."""
        if not self[name].errors:
            self[name].errors = [text]

    @staticmethod
    def _place(name: str, lang: Language) -> str:
        """Return the field of a requirement; that of the reader's language for a twin text."""
        return f"{name}_{lang}" if name in workflow.TWIN_TEXTS else name

    def differences(self, measure: Measure) -> list[Difference]:
        """Return the fields that are written otherwise in `measure` than here."""
        return [
            Difference(
                str(self[name].label.text),
                self._shown(name, getattr(measure, name)),
                self._shown(name, yours),
                name[-2:] if name[:-3] in workflow.TWIN_TEXTS else None,
                name,
            )
            for name, yours in self.fields().items()
            if yours != getattr(measure, name)
        ]

    def _shown(self, name: str, value: Any) -> str:
        """Return the value of a field as a reader reads it."""
        field = self[name]
        if value in (None, ""):
            return str(_("not given"))
        if isinstance(field, SelectField | RadioField):
            return str(cast(dict[str, str], field.choices).get(str(value), value))
        if isinstance(field, EuroField):
            return format_euro(value)
        return format_date(value) if isinstance(value, date) else str(value)


class ReasonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Why a proposal is sent on or back."""

    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Give a reason.")), *at_most(2000)],
        filters=[tidy],
        description=_l("The unit reads this. Write it in the language of the one who proposed."),
    )


def explanations(settings: Settings) -> dict[str, dict[Labelled, str]]:
    """Return what the sizes and the kinds of publicity mean, by field."""
    m_from = format_euro(settings.cost_class_m_from)
    l_from = format_euro(settings.cost_class_l_from)
    return {
        "impact": {
            Size.S: _("One team or service benefits"),
            Size.M: _("A unit or a sector benefits"),
            Size.L: _("The whole city or a great number of residents benefit"),
        },
        "cost_class": {
            Size.S: _("Less than %(euro)s", euro=m_from),
            Size.M: _(
                "From %(from_euro)s, less than %(to_euro)s", from_euro=m_from, to_euro=l_from
            ),
            Size.L: _("%(euro)s or more", euro=l_from),
        },
        "publicity": {
            Publicity.NOT_YET_PUBLIC: _(
                "Becomes public when the roadmap is proposed to the city board"
            ),
            Publicity.SECRET: _("Only your unit and the steering group see it"),
        },
    }


def _chosen_from(rows: Sequence[Any], name: str, lang: Language) -> dict[str, str]:
    return {"": _("Choose"), **{str(row.id): text_of(row, name, lang).value for row in rows}}


def _years(options: Options, today: date, chosen: int | None) -> list[int]:
    """Return the years that may be chosen: those ahead, the one collected for, the one chosen."""
    years = set(range(today.year, today.year + _YEARS_AHEAD))
    if options.collecting:
        years.add(options.collecting)
    return sorted(years | {chosen} if chosen else years)


def _defaults(options: Options) -> dict[str, Any]:
    """Return what a new proposal begins with: the reader's unit, the year that is collected."""
    return {
        "unit_id": options.units[0].id if options.units else None,
        "first_year": options.collecting,
        "publicity": Publicity.NOT_YET_PUBLIC,
    }


def _has_both_languages(measure: Measure) -> bool:
    return all(
        any(getattr(measure, f"{name}_{lang}") for name in workflow.TWIN_TEXTS)
        for lang in ("fi", "sv")
    )
