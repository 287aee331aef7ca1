"""The texts that a translation is made from: their terms, and what has changed in them since."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select

from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.config import Language
from app.core.bilingual import other
from app.core.differences import Segment, difference
from app.extensions import db
from app.measures.models import Measure
from app.translating.operations import translatable
from app.translating.terms import Marked, marked

_LOOKED_THROUGH = 30
"""How many edits back the change is looked for that the translation has not followed."""

_LEAST_ROWS, _CHARACTERS_IN_ROW = 3, 45


class Source(NamedTuple):
    """A text to translate.

    Attributes:
        marked: The text with its terms.
        changes: What has changed in it since the translation followed; nothing where that is not
            known, or nothing has.
        rows: How many rows the translation takes about.
    """

    marked: Marked
    changes: Sequence[Segment]
    rows: int


def sources_of(measure: Measure, into: Language) -> Mapping[str, Source]:
    """Return the texts of `TWIN_TEXTS` that can be written in a language, by their names."""
    language = other(into)
    earlier = _earlier(measure, into) if measure.stale == into else {}
    found = {}
    for name in translatable(measure, into):
        text = getattr(measure, f"{name}_{language}")
        before = earlier.get(f"{name}_{language}", text)
        found[name] = Source(
            marked(text, language),
            difference(before, text) if before not in ("", text) else (),
            max(_LEAST_ROWS, len(text) // _CHARACTERS_IN_ROW + 2),
        )
    return found


def _earlier(measure: Measure, into: Language) -> Mapping[str, str]:
    """Return the texts, by column, as they were when the translation into a language followed.

    The record has them: those of the edits from the one that left the translation behind on.
    """
    query = (
        select(Values.before, Values.after)
        .join(Event, Event.id == Values.event_id)
        .where(
            Event.kind == Kind.MEASURE,
            Event.subject_id == measure.id,
            Event.tag == Tag.MEASURE_EDITED,
        )
        .order_by(Event.id.desc())
        .limit(_LOOKED_THROUGH)
    )
    earlier: dict[str, str] = {}
    for before, after in db.session.execute(query):
        earlier |= json.loads(before or "{}")
        if json.loads(after or "{}").get("stale") == into:
            return earlier
    return {}
