"""What a proposal says, kept with a step or a review so that readers see what changed since."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from app.measures.editing import POSTS, PROPOSED
from app.measures.models import Measure
from app.measures.queries import post_ids_of


def content_of(measure: Measure, names: Collection[str] = PROPOSED) -> dict[str, Any]:
    """Return fields of `PROPOSED` with their values in the types of JSON."""
    content = {name: _plain(getattr(measure, name)) for name in names if name != POSTS}
    if POSTS in names:
        content[POSTS] = post_ids_of(measure.id)
    return content


def packed(content: Mapping[str, Any]) -> str:
    """Return content as a step or a review keeps it."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def unpacked(text: str) -> dict[str, Any]:
    """Return the content that a step or a review keeps."""
    content: dict[str, Any] = json.loads(text)
    return content


def differing(
    before: Mapping[str, Any], now: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return of two contents the fields that both have and that say another thing."""
    names = [name for name in before if name in now and before[name] != now[name]]
    return {name: before[name] for name in names}, {name: now[name] for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
