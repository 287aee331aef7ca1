"""Words that measures are found by: folded, so that å ä ö and capitals do not matter."""

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, select

from app.measures.models import Measure, MeasureWord

LONGEST = 64
_WORD = re.compile(r"\w+")
_SPECIAL = str.maketrans({"ø": "o", "æ": "ae", "ß": "ss", "đ": "d"})


def fold(text: str) -> str:
    """Return `text` in lower case without accents: "Työpöytä" becomes "tyopoyta"."""
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_SPECIAL))
    return "".join(char for char in parts if not unicodedata.combining(char))


def words(*texts: str | None) -> set[str]:
    """Return the folded words of `texts`, cut to the length that the index keeps."""
    return {word[:LONGEST] for text in texts if text for word in _WORD.findall(fold(text))}


def matches(text: str) -> ColumnElement[bool]:
    """Return the condition that a measure has, for every word of `text`, one that begins so."""
    conditions: Iterable[ColumnElement[bool]] = (
        Measure.id.in_(
            select(MeasureWord.measure_id).where(
                MeasureWord.word >= word, MeasureWord.word < word + "\U0010ffff"
            )
        )
        for word in sorted(words(text))
    )
    return and_(True, *conditions)
