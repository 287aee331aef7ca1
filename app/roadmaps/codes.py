"""Codes of measures in a programme: given in order, and never to two."""

import re
from collections.abc import Collection

from app.measures.models import Entry
from app.programmes.models import Theme
from app.roadmaps import queries


def next_code(theme: Theme) -> str:
    """Return the next code of a theme: the number after the highest ever used in its programme."""
    code = re.compile(rf"{re.escape(theme.code)}(\d+)")
    used = [int(match[1]) for text in queries.codes_of(theme) if (match := code.fullmatch(text))]
    return f"{theme.code}{max(used, default=0) + 1}"


def may_be_coded(entry: Entry, theme: Theme, approved: Collection[int]) -> bool:
    """Tell whether an entry gets a code of a theme when its roadmap is assembled.

    Args:
        entry: The measure in the theme's programme.
        theme: The theme that the measure serves.
        approved: The entries whose codes the city board has approved.
    """
    if not entry.code:
        return True
    return entry.theme_id != theme.id and entry.id not in approved
