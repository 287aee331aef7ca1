"""Measures that are like one another, found before somebody proposes the same once more."""

from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    CursorResult,
    and_,
    bindparam,
    insert,
    or_,
    select,
    union,
    update,
)

from app.accounts.models import Unit
from app.config import Language
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.measures import lemmas
from app.measures.known_words import known_words
from app.measures.models import Likeness, Lineage, Measure
from app.measures.overlap import Words
from app.measures.queries import visible_to
from app.measures.states import Publicity, State

MOST_SHOWN = 5

COMPARED = ("name_fi", "name_sv", "problem_fi", "problem_sv")
"""The texts of a measure that are compared, each with those of its language."""

IN_OUTLINE = frozenset({State.SUBMITTED, State.IN_SCORING})
"""States in which other units see a proposal's name and unit, so that they join it."""

# So many of the most alike are looked at for those that the reader may see.
_AT_MOST = 100

_LANGUAGES: tuple[Language, ...] = ("fi", "sv")

# Every save of a text runs these, so they go past the ORM.
_ROWS = Likeness.metadata.tables[Likeness.__tablename__]
_WRITE = update(_ROWS).where(_ROWS.c.measure_id == bindparam("of"))
_ADD = insert(_ROWS)


class Texts(NamedTuple):
    """What somebody writes of a measure; a language that they do not write in is empty."""

    name_fi: str = ""
    name_sv: str = ""
    problem_fi: str = ""
    problem_sv: str = ""


class LookAlike(NamedTuple):
    """A measure that is like another.

    Attributes:
        id: Its id; None where the reader sees its name, unit and state alone.
        name_fi, name_sv: Its name.
        unit: Whose it is.
        state: Its state as a proposal.
        first_year, last_year: The years of a proposal, where the reader may see them.
    """

    id: int | None
    name_fi: str
    name_sv: str
    unit: Unit | None
    state: State
    first_year: int | None
    last_year: int | None


def find(actor: Actor, texts: Texts, leaving_out: int | None = None) -> list[LookAlike]:
    """Return the measures most like what somebody writes, of all years and programmes.

    Args:
        actor: Who writes or reads it.
        texts: What is written.
        leaving_out: The id of the measure itself. What is marked as related to it, or was merged
            into another, is known already, and left out too.
    """
    shares = known_words().shares({lang: _words(texts, lang) for lang in _LANGUAGES})
    shares.pop(leaving_out or 0, None)
    nearest = sorted(shares, key=lambda key: (-shares[key], key))[:_AT_MOST]
    if not nearest:
        return []
    whole = visible_to(actor)
    query = (
        select(Measure, Unit, whole.label("whole"))
        .outerjoin(Unit, Unit.id == Measure.unit_id)
        .where(
            Measure.id.in_(nearest),
            Measure.state != State.MERGED,
            Measure.id.not_in(_related_to(leaving_out or 0)),
            or_(whole, _in_outline(actor)),
        )
    )
    rows = {row.Measure.id: row for row in db.session.execute(query)}
    shown = [rows[key] for key in nearest if key in rows][:MOST_SHOWN]
    return [seen(row.Measure, row.Unit, whole=row.whole) for row in shown]


def seen(measure: Measure, unit: Unit | None, *, whole: bool) -> LookAlike:
    """Return what a reader sees of a measure among others, the whole or its outline."""
    return LookAlike(
        measure.id if whole else None,
        measure.name_fi,
        measure.name_sv,
        unit,
        measure.state,
        measure.first_year if whole else None,
        measure.last_year if whole else None,
    )


def counts_for(measures: Collection[Measure], actor: Actor) -> Mapping[int, int]:
    """Return how many measures are like each of `measures` that `actor` may read, by id.

    Related and merged ones do not count; the number of queries is always the same.
    """
    ids = [measure.id for measure in measures]
    found = known_words().alike(ids)
    candidates = {key for others in found.values() for key in others}
    query = select(Measure.id).where(
        Measure.id.in_(sorted(candidates)), Measure.state != State.MERGED, visible_to(actor)
    )
    visible = set(db.session.scalars(query))
    related = {
        (one, another)
        for link in db.session.scalars(
            select(Lineage).where(or_(Lineage.measure_id.in_(ids), Lineage.earlier_id.in_(ids)))
        )
        for one, another in (
            (link.measure_id, link.earlier_id),
            (link.earlier_id, link.measure_id),
        )
    }
    return {
        key: sum(other in visible and (key, other) not in related for other in found[key])
        for key in ids
    }


def write(measure: Measure) -> None:
    """Write anew the words by which look-alikes of the measure are found."""
    texts = Texts(*(getattr(measure, name) for name in COMPARED))
    row: dict[str, str | int] = {}
    for lang in _LANGUAGES:
        row[f"name_{lang}"], row[f"problem_{lang}"] = _words(texts, lang)
    row["digest"] = digest_of(measure.id, *map(str, row.values()))
    row["edition"] = lemmas.edition()
    written: CursorResult[Any] = db.session.connection().execute(_WRITE, {"of": measure.id, **row})
    if not written.rowcount:
        db.session.execute(_ADD, {"measure_id": measure.id, **row})


def digest_of(measure_id: int, *words: str) -> int:
    """Return by what a row of `likeness` is known again: what it says, and of which measure.

    It has 40 bits, so that the sum of all of them is a number that a database can hold.
    """
    text = "\n".join((str(measure_id), *words))
    return int.from_bytes(blake2b(text.encode(), digest_size=5).digest())


def write_missing(at_most: int) -> int:
    """Write the words of measures that have none, or whose words other dictionaries have found.

    Returns how many there were, `at_most` so many.
    """
    query = (
        select(Measure)
        .outerjoin(Likeness, Likeness.measure_id == Measure.id)
        .where(or_(Likeness.measure_id.is_(None), Likeness.edition != lemmas.edition()))
        .order_by(Measure.id)
        .limit(at_most)
    )
    found = db.session.scalars(query).all()
    for measure in found:
        write(measure)
    return len(found)


def _in_outline(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Measure` that `actor` may know of it without reading it."""
    if not can(actor, Action.PROPOSE):
        return Measure.id.is_(None)
    return and_(Measure.state.in_(IN_OUTLINE), Measure.publicity != Publicity.SECRET)


def _related_to(measure_id: int) -> CompoundSelect[int]:
    earlier = select(Lineage.earlier_id).where(Lineage.measure_id == measure_id)
    later = select(Lineage.measure_id).where(Lineage.earlier_id == measure_id)
    return union(earlier, later)


def _words(texts: Texts, lang: Language) -> Words:
    name = lemmas.words(getattr(texts, f"name_{lang}"), lang)
    problem = lemmas.words(getattr(texts, f"problem_{lang}"), lang)
    return Words(" ".join(name), " ".join(word for word in problem if word not in name))
