"""The forms by which the secretary says how two measures are related."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.validators import AnyOf, DataRequired

from app.config import Language
from app.core.bilingual import text_of
from app.core.fields import lines
from app.core.policy import Actor
from app.measures import lineage
from app.measures.models import Measure
from app.measures.states import LineageKind

_Do = Callable[[Measure, Measure, Actor, str], object]
"""Given one measure, the other one, the actor and a reason, says how the one is related."""

MERGE = "merge"
"""The relation that ends a proposal and asks for a reason."""

DUPLICATE = "duplicate"
"""The relation that is the same both ways."""


def _marks(kind: LineageKind) -> _Do:
    def mark(one: Measure, other: Measure, actor: Actor, _reason: str) -> object:
        return lineage.mark(one, other, kind, actor)

    return mark


RELATIONS: Mapping[str, tuple[LazyString, _Do]] = MappingProxyType(
    {
        MERGE: (_l("One is merged into the other"), lineage.merge),
        DUPLICATE: (_l("They are the same"), _marks(LineageKind.DUPLICATE)),
        "split": (_l("One was split from the other"), _marks(LineageKind.SPLIT)),
        "carried_over": (_l("One carries on the other"), _marks(LineageKind.CARRIED_OVER)),
        "renamed": (_l("One is the new name of the other"), _marks(LineageKind.RENAMED)),
    }
)
"""How two measures may be related: in which words, and what says so."""

ONE_WAY = tuple(key for key in RELATIONS if key != DUPLICATE)
"""The relations of which it matters which measure is the one."""


class RelationForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """How one of two measures is related to the other one, and which of them is the one."""

    # What can no longer be done is refused in words by the operation that would do it.
    relation = RadioField(
        _l("How are they related?"),
        [AnyOf(RELATIONS, _l("Choose one."))],
        validate_choice=False,
    )
    which = RadioField(
        _l("Which one?"),
        description=_l(
            "The one that is merged, was split from the other, carries it on or is its new name."
        ),
        validate_choice=False,
    )
    reason = lines(_l("Reason"), 2000)

    def __init__(self, this: Measure, other: Measure, lang: Language) -> None:
        super().__init__()
        self._measures = {"this": this, "other": other}
        possible = _possible(this, other)
        self.relation.choices = {
            key: str(words) for key, (words, _do) in RELATIONS.items() if key in possible
        }
        self._names = {
            key: text_of(measure, "name", lang).value for key, measure in self._measures.items()
        }
        self.which.choices = list(self._names.items())
        self.offers_merge = MERGE in possible

    @property
    def is_merge(self) -> bool:
        """Whether one measure is to be merged into the other."""
        return bool(self.relation.data == MERGE)

    def accepts(self) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        self.validate()
        if self.relation.data in ONE_WAY and self.which.data not in self._measures:
            self.which.errors = [_("Choose which of the two it is.")]
        elif self.is_merge:
            one, other = self._in_order(**self._measures)
            if _can_be_merged(other, one) and not _can_be_merged(one, other):
                name = self._names["this" if self.which.data == "other" else "other"]
                self.which.errors = [_("Only “%(name)s” can be merged.", name=name)]
        if self.is_merge and not self.reason.data and not self.reason.errors:
            self.reason.errors = [_("Give a reason.")]
        return not self.errors

    def is_done(self, this: Measure, other: Measure) -> bool:
        """Tell whether the merge that was chosen is made, as when a button is pressed twice."""
        return self.is_merge and lineage.is_merged_into(*self._in_order(this, other))

    def relate(self, this: Measure, other: Measure, actor: Actor) -> None:
        """Do what was chosen; raises Refused where it cannot be done any more."""
        _words, do = RELATIONS[self.relation.data]
        do(*self._in_order(this, other), actor, self.reason.data or "")

    def _in_order(self, this: Measure, other: Measure) -> tuple[Measure, Measure]:
        """Return the two measures, first the one that was chosen."""
        return (other, this) if self.which.data == "other" else (this, other)


class UnmergeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Why a merge is undone."""

    reason = lines(_l("Reason"), 2000)

    def __init__(self) -> None:
        super().__init__()
        self.reason.validators = [DataRequired(_l("Give a reason.")), *self.reason.validators]
        self.reason.flags.required = True


def _possible(this: Measure, other: Measure) -> set[str]:
    """Return the relations that two measures can have in their present states."""
    possible = set(RELATIONS)
    if not _can_be_merged(this, other) and not _can_be_merged(other, this):
        possible.remove(MERGE)
    if lineage.may_be_merged(this) or lineage.may_be_merged(other):
        possible.remove(DUPLICATE)
    return possible


def _can_be_merged(measure: Measure, into: Measure) -> bool:
    return lineage.may_be_merged(measure) and lineage.goes_on(into)
