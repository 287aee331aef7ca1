"""In which states whose texts are translated, and what is missing in a language."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from app.config import Language
from app.core.bilingual import other
from app.core.i18n import LANGUAGES
from app.core.policy import NO_UNIT, Action, Actor, can
from app.measures.editing import EDITABLE
from app.measures.models import Measure
from app.measures.states import State
from app.measures.workflow import OUTDATED, TWIN_TEXTS

_TEXTS = {f"{name}_{lang}" for name in TWIN_TEXTS for lang in ("fi", "sv")}

TRANSLATING: Mapping[State, frozenset[Action]] = MappingProxyType(
    {
        **{
            state: frozenset(action for action, fields in rows.items() if fields >= _TEXTS)
            for state, rows in EDITABLE.items()
        },
        State.APPROVED: frozenset({Action.MANAGE_PROPOSALS}),
    }
)
"""States in which texts may be written, and what one must be allowed to do for it.

They are those in which a proposal is edited. Of what is approved the secretary keeps the two
languages together; the snapshots that the city board approved stay as they are.
"""


class Waiting(NamedTuple):
    """What waits to be written in one language.

    Attributes:
        language: The language to write in.
        missing: The texts that the other language has and this one has not.
        is_stale: Whether its texts have not followed a change of the other's.
    """

    language: Language
    missing: list[LazyString]
    is_stale: bool

    @property
    def sentences(self) -> list[str]:
        """What waits, in words."""
        found = [_lacking(self.language, ", ".join(map(str, self.missing)))] if self.missing else []
        return [*found, str(OUTDATED[self.language])] if self.is_stale else found


def _lacking(language: Language, texts: str) -> str:
    if language == "fi":
        return str(_("Missing in Finnish: %(text)s.", text=texts))
    return str(_("Missing in Swedish: %(text)s.", text=texts))


def states_for(actor: Actor, unit_id: int | None = None) -> list[State]:
    """Return the states in which `actor` may translate what `unit_id` owns; see `can`."""
    if not can(actor, Action.TRANSLATE, unit_id):
        return []
    return [
        state
        for state, actions in TRANSLATING.items()
        if any(can(actor, action, unit_id) for action in actions)
    ]


def may_translate(measure: Measure, actor: Actor) -> bool:
    """Tell whether `actor` may write the texts of a measure in its present state."""
    return measure.state in states_for(actor, measure.unit_id or NO_UNIT)


def waiting(measure: Measure, into: Language | None = None) -> list[Waiting]:
    """Return what waits in each language, or in the one that is asked for."""
    every = [
        Waiting(lang, _missing(measure, lang), is_stale=measure.stale == lang)
        for lang in LANGUAGES
        if into in (None, lang)
    ]
    return [each for each in every if each.missing or each.is_stale]


def _missing(measure: Measure, lang: Language) -> list[LazyString]:
    return [
        label
        for name, label in TWIN_TEXTS.items()
        if getattr(measure, f"{name}_{other(lang)}") and not getattr(measure, f"{name}_{lang}")
    ]
