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

_LONGEST_NAME = 70
"""The characters of a name in a sentence about two."""

_Do = Callable[[Measure, Measure, Actor, str], object]
"""Given this measure, the other one, the actor and a reason, says how the two are related."""


def _marks(kind: LineageKind, *, turned: bool = False) -> _Do:
    def mark(this: Measure, other: Measure, actor: Actor, _reason: str) -> object:
        return lineage.mark(*((other, this) if turned else (this, other)), kind, actor)

    return mark


def _merge_other(this: Measure, other: Measure, actor: Actor, reason: str) -> object:
    return lineage.merge(other, this, actor, reason)


MERGES = frozenset({"merge", "merge_other"})
"""The choices that end a proposal and ask for a reason."""

RELATIONS: Mapping[str, tuple[LazyString, _Do]] = MappingProxyType(
    {
        "merge": (_l("“%(this)s” is merged into “%(other)s”"), lineage.merge),
        "merge_other": (_l("“%(other)s” is merged into “%(this)s”"), _merge_other),
        "duplicate": (_l("“%(this)s” is the same as “%(other)s”"), _marks(LineageKind.DUPLICATE)),
        "split": (_l("“%(this)s” was split from “%(other)s”"), _marks(LineageKind.SPLIT)),
        "split_other": (
            _l("“%(other)s” was split from “%(this)s”"),
            _marks(LineageKind.SPLIT, turned=True),
        ),
        "carried_over": (
            _l("“%(this)s” carries on “%(other)s”"),
            _marks(LineageKind.CARRIED_OVER),
        ),
        "carried_over_other": (
            _l("“%(other)s” carries on “%(this)s”"),
            _marks(LineageKind.CARRIED_OVER, turned=True),
        ),
        "renamed": (
            _l("“%(this)s” is the new name of “%(other)s”"),
            _marks(LineageKind.RENAMED),
        ),
        "renamed_other": (
            _l("“%(other)s” is the new name of “%(this)s”"),
            _marks(LineageKind.RENAMED, turned=True),
        ),
    }
)
"""How two measures may be related: in which words, and what says so."""


class RelationForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """How one measure is related to another."""

    # What can no longer be done is refused in words by the operation that would do it.
    relation = RadioField(
        _l("How are they related?"),
        [AnyOf(RELATIONS, _l("Choose one."))],
        validate_choice=False,
    )
    reason = lines(_l("Reason"), 2000)

    def __init__(self, this: Measure, other: Measure, lang: Language) -> None:
        super().__init__()
        names = {"this": _short(this, lang), "other": _short(other, lang)}
        self.relation.choices = {
            key: str(words) % names
            for key, (words, _do) in RELATIONS.items()
            if key in _possible(this, other)
        }
        self.relation.flags.required = True
        self.offers_merge = bool(MERGES & self.relation.choices.keys())

    def accepts(self) -> bool:
        """Check all fields and write what is wrong beside them; True when nothing is."""
        self.validate()
        if self.relation.data in MERGES and not self.reason.data and not self.reason.errors:
            self.reason.errors = [_("Give a reason.")]
        return not self.errors

    def is_done(self, this: Measure, other: Measure) -> bool:
        """Tell whether the merge that was chosen is made, as when a button is pressed twice."""
        return (self.relation.data == "merge" and lineage.is_merged_into(this, other)) or (
            self.relation.data == "merge_other" and lineage.is_merged_into(other, this)
        )

    def relate(self, this: Measure, other: Measure, actor: Actor) -> None:
        """Do what was chosen; raises Refused where it cannot be done any more."""
        _words, do = RELATIONS[self.relation.data]
        do(this, other, actor, self.reason.data or "")


class UnmergeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Why a merge is undone."""

    reason = lines(_l("Reason"), 2000)

    def __init__(self) -> None:
        super().__init__()
        self.reason.validators = [DataRequired(_l("Give a reason.")), *self.reason.validators]
        self.reason.flags.required = True


def _possible(this: Measure, other: Measure) -> set[str]:
    """Return the relations that two measures can have in their present states."""
    possible = set(RELATIONS) - MERGES - {"duplicate"}
    if lineage.may_be_merged(this) and lineage.goes_on(other):
        possible.add("merge")
    if lineage.may_be_merged(other) and lineage.goes_on(this):
        possible.add("merge_other")
    if not lineage.may_be_merged(this) and not lineage.may_be_merged(other):
        possible.add("duplicate")
    return possible


def _short(measure: Measure, lang: Language) -> str:
    name = text_of(measure, "name", lang).value
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
