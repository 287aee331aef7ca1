"""A roadmap or a programme as text that never differs for the same contents, and its digest.

The form is canonical JSON: UTF-8, sorted keys, no spaces, no numbers but whole ones (money is in
whole euros). A program in any language that writes the same contents so gets the same digest.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from app.accounts.models import Post
from app.core.errors import Refused
from app.measures.models import Entry, Measure
from app.programmes.models import Programme, Roadmap, Theme
from app.roadmaps.models import BoardProposal, Item, Snapshot
from app.roadmaps.queries import Content

FORMAT = 3
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
    carried_over: Mapping[int, int],
    preparation: Mapping[str, Any] | None = None,
) -> str:
    """Return a roadmap as canonical JSON.

    Args:
        programme: The roadmap's programme.
        roadmap: The year.
        items: What stands on it, in its order.
        other_posts: Posts beside the lead post, by the id of the measure.
        carried_over: From the roadmap of which year an item was carried over, by its id.
        preparation: How the roadmap came about; None where nobody knows.

    No person is in it, not even the contact, as nobody could be erased from it.
    """
    return canonical(
        {
            "format": FORMAT,
            "programme": _twin(programme, "name"),
            "year": roadmap.year,
            "preparation": preparation,
            "items": [
                {
                    **part_of(*row, other_posts.get(row.Measure.id, ())),
                    "carried_over_from": carried_over.get(row.Item.id),
                }
                for row in items
            ],
        }
    )


def programme_content(programme: Programme, themes: Sequence[Theme]) -> str:
    """Return a programme with its themes, in their order, as canonical JSON."""
    return canonical(
        {
            "format": FORMAT,
            "programme": {
                **_twin(programme, "name"),
                "first_year": programme.first_year,
                "last_year": programme.last_year,
            },
            "themes": [
                {"theme": theme.id, "kind": theme.kind, **theme_named(theme)} for theme in themes
            ],
        }
    )


def canonical(value: Mapping[str, Any]) -> str:
    """Return `value` as canonical JSON; its numbers are whole ones."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(kept: Snapshot | BoardProposal) -> bool:
    """Tell whether a text still has the digest that was kept with it."""
    return digest(kept.content) == kept.sha256


def parsed(kept: Snapshot | BoardProposal) -> dict[str, Any]:
    """Return what a text holds; Refused when it does not match its digest."""
    if not is_intact(kept):
        raise Refused(_l("What was kept of the city board does not match its digest."))
    content: dict[str, Any] = json.loads(kept.content)
    return content


def measure_ids(kept: Snapshot | BoardProposal) -> list[int]:
    """Return the ids of the measures in a text; a programme has none."""
    return [item["measure"] for item in json.loads(kept.content).get("items", ())]


def part_of(
    item: Item, entry: Entry, measure: Measure, theme: Theme | None, posts: Sequence[Post]
) -> dict[str, Any]:
    """Return a measure that stands on a roadmap as a text has it.

    Args:
        item: Its place there.
        entry: The measure in the programme.
        measure: The measure.
        theme: Its theme in the programme.
        posts: The posts that are responsible beside the lead post.
    """
    fields: dict[str, Any] = {
        "measure": measure.id,
        "code": entry.code,
        "number": item.number,
        "position": item.position,
        "legal_deadline": _day(measure.legal_deadline),
        "theme": theme and theme_named(theme),
        "unit": measure.unit and _named(measure.unit, "key"),
        "lead_post": measure.lead_post and post_named(measure.lead_post),
        "other_posts": [post_named(post) for post in posts],
    }
    for name in _TEXTS:
        fields |= _twin(measure, name)
    for name in _CLASSIFICATIONS:
        value = getattr(measure, name)
        fields[name] = value and _named(value, "key")
    for name in _AS_THEY_ARE:
        fields[name] = getattr(measure, name)
    return fields


def _twin(subject: object, name: str) -> dict[str, str]:
    return {f"{name}_{lang}": getattr(subject, f"{name}_{lang}") for lang in ("fi", "sv")}


def _named(subject: object, key: str) -> dict[str, str]:
    return {key: getattr(subject, key), **_twin(subject, "name")}


def post_named(post: Post) -> dict[str, str]:
    """Return a post as a text names it."""
    return {"key": post.key, **_twin(post, "title")}


def theme_named(theme: Theme) -> dict[str, str]:
    """Return a theme as a text names it."""
    return _named(theme, "code")


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
