"""What has changed in a proposal since it was returned, and what was edited since it came back."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from app.config import Language
from app.core.policy import Actor
from app.history.wording import Change, changes
from app.measures.content import content_of, differing, unpacked
from app.measures.models import Measure, Step
from app.measures.states import State
from app.measures.workflow import EDITED, IN_THE_UNIT, base_of

_SHOWN = frozenset({State.SUBMITTED, State.IN_SCORING})
"""States in which somebody checks what the unit has changed."""


class Changes(NamedTuple):
    """How a proposal has changed.

    Attributes:
        rows: What the unit changed after it was returned, field by field.
        completed: The fields that the unit changed, twin texts without their ending.
        edited: The fields that were edited after the unit had handed the proposal over.
    """

    rows: Sequence[Change] = ()
    completed: frozenset[str] = frozenset()
    edited: frozenset[str] = frozenset()


def changes_of(measure: Measure, steps: Sequence[Step], actor: Actor, lang: Language) -> Changes:
    """Return how a proposal that is being handled has changed, for a reader who works on it.

    Args:
        measure: The proposal.
        steps: Its steps, the newest first.
        actor: The reader.
        lang: Their language.
    """
    if measure.state not in _SHOWN:
        return Changes()
    now, before, edited = _compared(measure, steps)
    was, is_now = differing(before, now)
    completed = frozenset(base_of(name) for name in was)
    return Changes(changes(was, is_now, actor, lang), completed, edited)


def _compared(
    measure: Measure, steps: Sequence[Step]
) -> tuple[dict[str, Any], dict[str, Any], frozenset[str]]:
    """Return the content when it was submitted last, when it was returned before, what was edited.

    What others have edited since is taken back from the present content, step by step.
    """
    content = content_of(measure)
    edited: set[str] = set()
    for step in steps:
        if step.transition == EDITED:
            content |= unpacked(step.content or "{}")
            edited.update(step.concerned.split())
        elif step.target in IN_THE_UNIT:
            before = unpacked(step.content) if step.content else {}
            return content, before, frozenset(edited)
    return content, {}, frozenset(edited)
