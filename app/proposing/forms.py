"""The form of a proposal: what its reader may choose and set, and what is wrong in it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectField, SelectMultipleField

from app.config import Language
from app.core.bilingual import text_of
from app.core.euros import EuroField
from app.core.fields import Difference, as_sentence, version_seen
from app.core.i18n import format_date, format_euro, person_name
from app.core.policy import Actor
from app.measures import editing, workflow
from app.measures.editing import POSTS
from app.measures.models import Measure
from app.measures.queries import Options, post_ids_of
from app.measures.states import Origin, Publicity, Size, State
from app.proposing.fields import ProposalFields
from app.proposing.models import WorkingCopy
from app.vocabulary.states import Kind

_YEARS_AHEAD = 10


class ReadOnly(NamedTuple):
    """A field that the reader may not set: what it is called, and what it says."""

    label: str
    text: str


_ASKING = (
    *(f"{kind}_id" for kind in Kind),
    *("theme_id", "unit_id", "lead_post_id", POSTS, "contact_id", "first_year", "last_year"),
)
"""The fields of which the database says what may be chosen."""


class ProposalForm(ProposalFields):
    """The fields of the card, as one reader may set them in one proposal.

    Attributes:
        read_only: The fields that the reader may not set; the form has no control for them.
    """

    def __init__(
        self,
        options: Callable[[], Options],
        actor: Actor,
        lang: Language,
        today: date,
        measure: Measure | None = None,
        settable: Collection[str] = editing.PROPOSED,
        copy: WorkingCopy | None = None,
    ) -> None:
        self.lang = lang
        self._measure = measure
        self._ask_options = options
        self._today = today
        self._post_ids = post_ids_of(measure.id) if measure else []
        defaults = {} if measure else _defaults(self._options, actor)
        typed = {"formdata": MultiDict(copy.typed)} if copy else {}
        super().__init__(obj=measure, data={**defaults, POSTS: self._post_ids}, **typed)
        # What is approved was made before the tool, or decided as it was, so its gaps may stay.
        is_approved = measure is not None and measure.state is State.APPROVED
        self._may_lack = workflow.missing(measure).keys() if measure and is_approved else ()
        for name in workflow.REQUIRED.keys() - set(self._may_lack):
            self[self.place(name)].flags.required = True
        self._offer()
        self.read_only = self._locked(settable)
        if measure is None or not _has_both_languages(measure):
            del self.still_matches

    @cached_property
    def _options(self) -> Options:
        """What there is to choose from; a save that chooses nothing anew never asks for it."""
        return self._ask_options()

    @cached_property
    def _offered(self) -> dict[str, dict[str, str]]:
        """What may be chosen in each field that depends on what there is."""
        options, lang = self._options, self.lang
        posts = _chosen_from(options.posts, "title", lang)
        offered = {
            **{f"{kind}_id": _chosen_from(options.values[kind], "name", lang) for kind in Kind},
            "theme_id": _chosen_from(options.themes, "name", lang),
            "unit_id": _chosen_from(options.units, "name", lang),
            "lead_post_id": posts,
            "contact_id": {str(each.id): person_name(each.name) for each in options.people},
        }
        for name in ("first_year", "last_year"):
            years = _years(options, self._today, getattr(self._measure, name, None))
            offered[name] = {str(year): str(year) for year in years}
        nothing = {"": _("Choose")}
        return {POSTS: posts, **{name: nothing | found for name, found in offered.items()}}

    def _offer(self) -> None:
        """Give every choice what may be chosen, or where it finds that once it is asked."""
        for name in _ASKING:
            self[name].choices = lambda _form, field: self._offered[field.name]
        for field in (self.impact, self.cost_class):
            field.choices = {size.value: f"{size} – {size.label}" for size in Size}
        self.origin.choices = {each.value: as_sentence(each.label) for each in Origin}
        offered = [Publicity.NOT_YET_PUBLIC, Publicity.SECRET]
        if self._measure and self._measure.publicity is Publicity.PUBLIC:
            offered.insert(0, Publicity.PUBLIC)
        self.publicity.choices = {each.value: as_sentence(each.label) for each in offered}

    def _locked(self, settable: Collection[str]) -> dict[str, ReadOnly]:
        """Take the controls away that the reader may not set, and return what they say."""
        locked = {}
        for name in [field.name for field in self if field.name in editing.PROPOSED]:
            if name not in settable:
                text = self._shown(name, self._saved(name))
                locked[name] = ReadOnly(str(self[name].label.text), text)
                del self[name]
        return locked

    def _saved(self, name: str) -> Any:
        """Return what was saved of a field when it was read for this request."""
        return self._post_ids if name == POSTS else getattr(self._measure, name, None)

    def fields(self) -> dict[str, Any]:
        """Return the fields that the reader may set, and their values."""
        found = {field.name: field.data for field in self if field.name in editing.PROPOSED}
        if POSTS in found:
            found[POSTS] = sorted({*found[POSTS]} - {self._value("lead_post_id")})
        return found

    def changes(self) -> dict[str, Any]:
        """Return those of the fields that say otherwise than what was read for this request."""
        return {name: new for name, new in self.fields().items() if new != self._saved(name)}

    @staticmethod
    def value_in(measure: Measure, name: str) -> Any:
        """Return what a field says in a proposal as it is saved now."""
        return post_ids_of(measure.id) if name == POSTS else getattr(measure, name)

    def _value(self, name: str) -> Any:
        """Return what is chosen in a field; what is saved of it where it cannot be set."""
        return self[name].data if name in self else self._saved(name)

    @property
    def version_seen(self) -> int:
        """The version that the writer has seen last; 0 when the form does not say."""
        return version_seen(self.conflict_version) or version_seen(self.version)

    def needs(self, name: str) -> bool:
        """Tell whether a field that a choice asks for must be given then."""
        return name not in self._may_lack

    @property
    def is_half_typed(self) -> bool:
        """Whether a field holds what is no value of it yet, such as half a date."""
        return any(field.process_errors and any(field.raw_data or ()) for field in self)

    @property
    def says_still_matches(self) -> bool:
        """Whether the reader says that the texts of the two languages match."""
        return "still_matches" in self and bool(self.still_matches.data)

    @property
    def law(self) -> str:
        """The choice among the sources that asks for the act; empty where it is not offered."""
        return self._choice(Kind.SOURCE, workflow.LAW)

    @property
    def network(self) -> str:
        """The choice among the models that asks for partners; empty where it is not offered."""
        return self._choice(Kind.DEVELOPMENT_MODEL, workflow.NETWORK)

    def _choice(self, kind: Kind, key: str) -> str:
        return next((str(each.id) for each in self._options.values[kind] if each.key == key), "")

    def accepts(self, *, complete: bool) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is.

        Args:
            complete: Whether it must be ready to be submitted; a draft needs but a name and unit.
        """
        for name in [name for name in _ASKING if name in self]:
            # What is saved stays a choice, so there is nothing to check.
            self[name].validate_choice = self[name].data != self._saved(name)
        self.validate()
        candidate = self._candidate()
        if complete:
            self._refer(candidate)
        lacking: Mapping[str, LazyString] = workflow.missing(candidate)
        if not complete:
            lacking = {name: lacking[name] for name in ("name", "unit_id") if name in lacking}
        for name, text in lacking.items():
            if name not in self._may_lack:
                self._complain(self.place(name), text)
        if candidate.publicity is Publicity.SECRET and not candidate.secrecy_basis:
            self._complain("secrecy_basis", _l("Give the act and the section of the secrecy."))
        first, last = candidate.first_year, candidate.last_year
        if first and last and last < first:
            self._complain("last_year", _l("The last year is before the first."))
        return not self.errors

    def _candidate(self) -> Measure:
        """Return a measure as the form would make it; it never gets into the database."""
        columns = editing.PROPOSED - {POSTS}
        return Measure(**{name: self._value(name) for name in columns})

    def _refer(self, candidate: Measure) -> None:
        """Give a candidate the values that ask for more."""
        values = {value.id: value for kind in self._options.values.values() for value in kind}
        candidate.source = values.get(candidate.source_id or 0)
        candidate.development_model = values.get(candidate.development_model_id or 0)

    def _complain(self, name: str, text: LazyString) -> None:
        """Add an error to a field that has none yet, or to the form where there is no field."""
        if name not in self:
            self.form_errors.append(text)
        elif not self[name].errors:
            self[name].errors = [text]

    def place(self, name: str) -> str:
        """Return the field of a requirement; that of the reader's language for a twin text."""
        return f"{name}_{self.lang}" if name in workflow.TWIN_TEXTS else name

    def differences(self, measure: Measure) -> list[Difference]:
        """Return the fields that are written otherwise in `measure` than here."""
        found = []
        for name, yours in self.fields().items():
            theirs = self.value_in(measure, name)
            if yours != theirs:
                found.append(
                    Difference(
                        str(self[name].label.text),
                        self._shown(name, theirs),
                        self._shown(name, yours),
                        name[-2:] if name[:-3] in workflow.TWIN_TEXTS else None,
                        name,
                    )
                )
        return found

    def _shown(self, name: str, value: Any) -> str:
        """Return the value of a field as a reader reads it."""
        field = self[name]
        if value in (None, "", []):
            return str(_("not given"))
        if isinstance(field, SelectMultipleField):
            choices = cast(dict[str, str], field.choices)
            return ", ".join(choices.get(str(each), str(each)) for each in value)
        if isinstance(field, SelectField | RadioField):
            return str(cast(dict[str, str], field.choices).get(str(value), value))
        if isinstance(field, EuroField):
            return format_euro(value)
        return format_date(value) if isinstance(value, date) else str(value)


def _chosen_from(rows: Sequence[Any], name: str, lang: Language) -> dict[str, str]:
    return {str(row.id): text_of(row, name, lang).value for row in rows}


def _years(options: Options, today: date, chosen: int | None) -> list[int]:
    """Return the years that may be chosen: those ahead, the one collected for, the one chosen."""
    years = set(range(today.year, today.year + _YEARS_AHEAD))
    if options.collecting:
        years.add(options.collecting)
    return sorted(years | {chosen} if chosen else years)


def _defaults(options: Options, actor: Actor) -> dict[str, Any]:
    """Return what a new proposal begins with: the writer and their unit, the year collected."""
    own = (unit.id for unit in options.units if unit.id in actor.unit_ids)
    return {
        "unit_id": next(own, None),
        "contact_id": actor.user_id,
        "first_year": options.collecting,
        "publicity": Publicity.NOT_YET_PUBLIC,
    }


def _has_both_languages(measure: Measure) -> bool:
    return all(
        any(getattr(measure, f"{name}_{lang}") for name in workflow.TWIN_TEXTS)
        for lang in ("fi", "sv")
    )
