"""What two versions of a text have in common, and what was removed and added, word by word."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

KEPT_AROUND = 8
"""How many words that stayed are shown on each side of a change."""

_ALIKE = 0.3
"""The share of common words under which two texts are shown one after the other."""

_MOST_WORDS = 3000
"""The words of two texts together beyond which they are not compared."""

_WORD = re.compile(r"\S+\s*|\s+")


class Part(StrEnum):
    """What became of a part of a text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"
    LEFT_OUT = "left_out"


class Segment(NamedTuple):
    """A part of a text; that of one left out is empty."""

    part: Part
    text: str


def difference(before: str, after: str, *, whole: bool = False) -> list[Segment]:
    """Return how `after` came from `before`; long stretches that stayed only if it is `whole`."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) <= _MOST_WORDS:
        compared = [[_compared(word) for word in each] for each in (old, new)]
        matcher = SequenceMatcher(None, compared[0], compared[1])
        if _ALIKE <= matcher.ratio() < 1:
            return list(_segments(matcher, old, new, whole=whole))
    return [Segment(Part.REMOVED, before), Segment(Part.ADDED, after)]


def _compared(word: str) -> str:
    """Return a word with what is after it: a new line or not, as the end of a text is a space."""
    return f"{word.strip()}\n" if "\n" in word else word.strip()


def _segments(
    matcher: "SequenceMatcher[str]", old: Sequence[str], new: Sequence[str], *, whole: bool
) -> Iterator[Segment]:
    opcodes = matcher.get_opcodes()
    for place, (kind, old_from, old_to, new_from, new_to) in enumerate(opcodes, start=1):
        if kind == "equal":
            # The last word of one text has no space after it; where it stayed, the other's has.
            words = new[new_from:new_to] if old_to == len(old) else old[old_from:old_to]
            if whole:
                yield Segment(Part.KEPT, "".join(words))
            else:
                yield from _kept(words, is_first=place == 1, is_last=place == len(opcodes))
            continue
        if old_to > old_from:
            yield Segment(Part.REMOVED, "".join(old[old_from:old_to]))
        if new_to > new_from:
            yield Segment(Part.ADDED, "".join(new[new_from:new_to]))


def _kept(words: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[Segment]:
    """Return what stayed: only the words beside a change, unless nearly all are that."""
    head = 0 if is_first else KEPT_AROUND
    tail = 0 if is_last else KEPT_AROUND
    if len(words) <= head + tail + 1:
        yield Segment(Part.KEPT, "".join(words))
        return
    if head:
        yield Segment(Part.KEPT, "".join(words[:head]))
    yield Segment(Part.LEFT_OUT, "")
    if tail:
        yield Segment(Part.KEPT, "".join(words[-tail:]))
