"""A roadmap as text that never differs for the same contents, and the digest that proves it.

The form is canonical JSON: UTF-8, sorted keys, no spaces, no numbers but whole ones (money is in
whole euros). A program in any language that writes the same contents so gets the same digest.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.accounts.models import Post
from app.programmes.models import Programme, Roadmap
from app.roadmaps.models import Snapshot
from app.roadmaps.queries import Content

FORMAT = 2
"""Raised when what the text holds changes, so that older texts are still understood."""

_TEXTS = ("name", "problem", "description")
_CLASSIFICATIONS = ("source", "long_term_benefit", "beneficiary", "level", "development_model")
_AS_THEY_ARE = (
    "impact",
    "cost_class",
    "cost_once",
    "cost_yearly",
    "first_year",
    "last_year",
    "origin",
    "partners",
    "funding_call",
    "legal_act",
    "legal_section",
    "publicity",
    "secrecy_basis",
)


def content(
    programme: Programme,
    roadmap: Roadmap,
    items: Sequence[Content],
    other_posts: Mapping[int, Sequence[Post]],
) -> str:
    """Return a roadmap as canonical JSON.

    Args:
        programme: The roadmap's programme.
        roadmap: The year.
        items: What stands on it, in its order.
        other_posts: Posts beside the lead post, by the id of the measure.

    No person is in it, not even the contact, as nobody could be erased from it.
    """
    return canonical(
        {
            "format": FORMAT,
            "programme": _twin(programme, "name"),
            "year": roadmap.year,
            "items": [_item(row, other_posts.get(row.Measure.id, ())) for row in items],
        }
    )


def canonical(value: Mapping[str, Any]) -> str:
    """Return `value` as canonical JSON; its numbers are whole ones."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot's text still has the digest that was kept with it."""
    return digest(snapshot.content) == snapshot.sha256


def measure_ids(snapshot: Snapshot) -> list[int]:
    """Return the ids of the measures in a snapshot."""
    return [item["measure"] for item in json.loads(snapshot.content)["items"]]


def _item(row: Content, posts: Sequence[Post]) -> dict[str, Any]:
    item, entry, measure, theme = row
    fields: dict[str, Any] = {
        "measure": measure.id,
        "code": entry.code,
        "number": item.number,
        "position": item.position,
        "legal_deadline": _day(measure.legal_deadline),
        "theme": _named(theme, "code"),
        "unit": _named(measure.unit, "key"),
        "lead_post": _post(measure.lead_post),
        "other_posts": [_post(post) for post in posts],
    }
    for name in _TEXTS:
        fields |= _twin(measure, name)
    for name in _CLASSIFICATIONS:
        fields[name] = _named(getattr(measure, name), "key")
    for name in _AS_THEY_ARE:
        fields[name] = getattr(measure, name)
    return fields


def _twin(subject: object, name: str) -> dict[str, str]:
    return {f"{name}_{lang}": getattr(subject, f"{name}_{lang}") for lang in ("fi", "sv")}


def _named(subject: object | None, key: str) -> dict[str, str] | None:
    return None if subject is None else {key: getattr(subject, key), **_twin(subject, "name")}


def _post(post: Post | None) -> dict[str, str] | None:
    return None if post is None else {"key": post.key, **_twin(post, "title")}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
