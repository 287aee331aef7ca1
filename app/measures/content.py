"""What a proposal says, kept with a step so that readers see what has changed since."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from app.measures.models import Measure
from app.measures.queries import post_ids_of
from app.measures.workflow import POSTS, PROPOSED


def content_of(measure: Measure, names: Collection[str] = PROPOSED) -> dict[str, Any]:
    """Return fields of `PROPOSED` with their values in the types of JSON."""
    content = {name: _plain(getattr(measure, name)) for name in names if name != POSTS}
    if POSTS in names:
        content[POSTS] = post_ids_of(measure.id)
    return content


def packed(content: Mapping[str, Any]) -> str:
    """Return content as a step keeps it."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def unpacked(text: str) -> dict[str, Any]:
    """Return the content that a step keeps."""
    content: dict[str, Any] = json.loads(text)
    return content


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
