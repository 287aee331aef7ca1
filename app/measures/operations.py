"""What can happen to measures; each operation flushes and leaves the commit to its caller."""

import re
from typing import Any

from sqlalchemy import delete, insert, select

from app.core import clock
from app.extensions import db
from app.measures import search
from app.measures.models import Entry, Measure, MeasureWord
from app.programmes.models import Programme, Theme

_SEARCHED = ("name_fi", "name_sv", "problem_fi", "problem_sv", "description_fi", "description_sv")


def record(**fields: Any) -> Measure:
    """Add a measure as it is known elsewhere, in whatever state `fields` gives it."""
    now = clock.now()
    measure = Measure(created_at=now, changed_at=now, **fields)
    db.session.add(measure)
    db.session.flush()
    index_words(measure)
    return measure


def change(measure: Measure, **fields: Any) -> None:
    """Set fields of a measure."""
    for name, value in fields.items():
        setattr(measure, name, value)
    measure.changed_at = clock.now()
    db.session.flush()
    if not fields.keys().isdisjoint(_SEARCHED):
        index_words(measure)


def index_words(measure: Measure) -> None:
    """Write anew the words that the measure is found by: its texts and its codes."""
    codes = db.session.scalars(select(Entry.code).where(Entry.measure_id == measure.id))
    texts = [getattr(measure, name) for name in _SEARCHED]
    found = search.words(*texts, *codes)
    db.session.execute(delete(MeasureWord).where(MeasureWord.measure_id == measure.id))
    if found:
        rows = [{"word": word, "measure_id": measure.id} for word in sorted(found)]
        db.session.execute(insert(MeasureWord), rows)


def enter(
    measure: Measure, programme: Programme, theme: Theme | None = None, code: str | None = None
) -> Entry:
    """Put a measure into a programme, under a theme and with a code where they are known."""
    entry = Entry(measure_id=measure.id, programme_id=programme.id)
    db.session.add(entry)
    place_under(entry, theme, code, measure)
    return entry


def place_under(entry: Entry, theme: Theme | None, code: str | None, measure: Measure) -> None:
    """Set the theme and the code of an entry."""
    entry.theme_id = theme.id if theme else None
    entry.code = code
    entry.code_order = code_order(code)
    db.session.flush()
    index_words(measure)


def code_order(code: str | None) -> str:
    """Return a code with its numbers padded, so that A9 sorts before A13."""
    return re.sub(r"\d+", lambda number: number.group().zfill(5), code or "")
