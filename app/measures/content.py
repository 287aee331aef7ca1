"""What a proposal says, kept with a step so that readers see what has changed since."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.measures.models import Measure

_BESIDE = frozenset(
    {"id", "stale", "state", "invented", "created_by_id", "created_at", "changed_at", "version"}
)
"""Columns of a measure that nobody writes: they follow from what is done with it."""

WRITTEN = tuple(c.name for c in Measure.__table__.columns if c.name not in _BESIDE)
"""The columns that people write, in the order of the table."""


def content_of(measure: Measure, names: Iterable[str] = WRITTEN) -> dict[str, Any]:
    """Return columns of a measure with their values in the types of JSON."""
    return {name: _plain(getattr(measure, name)) for name in names}


def packed(content: Mapping[str, Any]) -> str:
    """Return content as a step keeps it."""
    return json.dumps(content, ensure_ascii=False)


def unpacked(text: str) -> dict[str, Any]:
    """Return the content that a step keeps."""
    content: dict[str, Any] = json.loads(text)
    return content


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
