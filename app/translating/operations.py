"""Writing the texts of a measure in the other language."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from app.config import Language
from app.core.bilingual import other
from app.core.errors import Refused, Stale
from app.core.policy import Actor
from app.measures import operations as measures
from app.measures.editing import reason_not_to_edit
from app.measures.models import Measure
from app.measures.states import State
from app.measures.workflow import TWIN_TEXTS
from app.translating.workflow import may_translate


def translate(
    measure: Measure,
    language: Language,
    version: int,
    texts: Mapping[str, str],
    actor: Actor,
    *,
    still_fits: bool = False,
) -> bool:
    """Write texts of a measure in one language; the other's are looked at meanwhile, and stay.

    Writing in the language that had not followed brings the two together again.

    Args:
        measure: The measure.
        language: The language to write in.
        version: The version that the actor saw.
        texts: The names of `TWIN_TEXTS` and what they say now.
        actor: Who translates.
        still_fits: Whether the texts of this language match the other's as they are.

    Returns:
        Whether anything was changed; what is already so is no change, and asks for nothing.

    Raises:
        Stale: Somebody else has changed the measure after that version.
        Refused: The actor may not translate it in its present state, or a text has nothing that
            it translates.
    """
    changed = {
        f"{name}_{language}": new
        for name, new in texts.items()
        if new != getattr(measure, f"{name}_{language}")
    }
    lags = measure.stale == language
    if not changed and not (lags and still_fits):
        return False
    if not may_translate(measure, actor):
        raise Refused(reason_not_to_edit(measure))
    if not all(getattr(measure, f"{name}_{other(language)}") for name in texts):
        raise Refused(_l("There is nothing to translate."))
    if measure.state is not State.APPROVED:
        follows = lags or measure.stale is None
        measures.edit_proposal(measure, version, changed, actor, still_matches=follows)
    elif measure.version != version:
        raise Stale
    else:
        measures.change(measure, actor, **changed, stale=None if lags else measure.stale)
    return True


def translatable(measure: Measure, language: Language) -> list[str]:
    """Return the names of the texts that the other language has."""
    return [name for name in TWIN_TEXTS if getattr(measure, f"{name}_{other(language)}")]
