"""What has changed since the city board approved: the newest snapshot and the records as they are.

A measure that stands in several approvals is compared with the newest of them: what the board
approved then is no change.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Row, func, select

from app.config import Language
from app.core.i18n import format_moment
from app.core.policy import NO_UNIT, Action, Actor, can
from app.extensions import db
from app.measures.models import Entry, Measure
from app.measures.queries import visible_to
from app.programmes.models import Roadmap, Theme
from app.roadmaps import board_queries, queries, snapshot
from app.roadmaps.diff import Differences, Key, Part, differences, parts_of
from app.roadmaps.models import BoardDecision, BoardProposal, Item, Snapshot
from app.roadmaps.proposal import roadmap_text, text_of
from app.roadmaps.states import NOT_THERE_YET
from app.roadmaps.subject import Subject
from app.roadmaps.wording import Line, Told, lines, told


class Approved(NamedTuple):
    """A measure as the board approved it.

    Attributes:
        year: On the roadmap of which year.
        kept_at: When the text was kept that the board approved.
        recorded_at: When the approval was recorded.
        part: What the text says of it.
    """

    year: int
    kept_at: datetime
    recorded_at: datetime
    part: Part


class OfMeasure(NamedTuple):
    """How a measure has changed since the approval of the roadmap of a year."""

    year: int
    lines: Sequence[Line]


def now_on(subject: Subject) -> Mapping[Key, Part]:
    """Return what stands on an approved roadmap, or in a programme, now."""
    if not isinstance(subject, Roadmap):
        return parts_of(json.loads(text_of(subject)))
    rows = [row for row in queries.contents(subject) if row.Item.membership not in NOT_THERE_YET]
    return parts_of(json.loads(roadmap_text(subject, rows, None)))


def since(kept: Snapshot | BoardProposal, subject: Subject) -> Differences:
    """Return what differs between a text that was kept and the records as they are."""
    before = parts_of(snapshot.parsed(kept))
    if isinstance(kept, BoardProposal):
        return differences(before, parts_of(json.loads(text_of(subject))))
    return differences(before, now_on(subject))


def between(kept: Snapshot, later: Snapshot) -> Differences:
    """Return what differs between two approvals."""
    return differences(parts_of(snapshot.parsed(kept)), parts_of(snapshot.parsed(later)))


def in_words(found: Differences, actor: Actor, lang: Language) -> Told:
    """Return differences in words, of what the reader may read.

    What was secret when it was kept stays so for those who may not read what is secret.
    """
    parts = {**found.added, **found.removed, **{each.key: each.new for each in found.edited}}
    were_secret = {each.key for each in found.edited if _is_secret(each.old)}
    return told(found, readable(parts, actor, were_secret), lang)


def readable(
    parts: Mapping[Key, Part], actor: Actor, were_secret: Collection[Key] = ()
) -> set[Key]:
    """Return the parts that the reader may read: measures by their right, all of a programme."""
    ids = [number for kind, number in parts if kind == "measure"]
    query = select(Measure.id, Measure.unit_id).where(Measure.id.in_(ids), visible_to(actor))
    units = {row.id: row.unit_id for row in db.session.execute(query)} if ids else {}
    return {
        key
        for key, part in parts.items()
        if key[0] != "measure"
        or (
            key[1] in units
            and (
                not (_is_secret(part) or key in were_secret)
                or can(actor, Action.READ_SECRETS, units[key[1]] or NO_UNIT)
            )
        )
    }


def _is_secret(part: Part) -> bool:
    return bool(part.get("publicity") == "secret")


def changed_measures() -> frozenset[int]:
    """Return the measures that say another thing than the board approved last, by their ids.

    Those who may not read one of them are not to be shown that it has changed. Only what was
    written to since then is compared field by field, so that the number of measures hardly counts.
    """
    approved = _approved()
    changed_at = select(Measure.id, Measure.changed_at, Measure.publicity, Entry.code, Theme.code)
    query = (
        changed_at.select_from(Item)
        .join(Entry, Entry.id == Item.entry_id)
        .join(Measure, Measure.id == Entry.measure_id)
        .join(Roadmap, Roadmap.id == Item.roadmap_id)
        .outerjoin(Theme, Theme.id == Entry.theme_id)
        .where(Roadmap.once_approved, Item.membership.not_in(sorted(NOT_THERE_YET)))
    )
    touched = {
        row[0]
        for row in db.session.execute(query)
        if (was := approved.get(row[0])) and _may_differ(row, was)
    }
    return frozenset(touched & set(_compared(touched, approved)))


def _may_differ(row: Row[int, datetime, Any, str | None, str | None], was: Approved) -> bool:
    _number, changed_at, publicity, code, theme = row
    stands = (was.part["publicity"], was.part["code"], (was.part["theme"] or {}).get("code"))
    return changed_at > was.kept_at or (publicity, code, theme) != stands


def of_measure(measure: Measure, actor: Actor, lang: Language) -> OfMeasure | None:
    """Return how a measure has changed since its newest approval; None when it has not.

    The caller has seen to it that the reader may read the measure as it is.
    """
    approved = _approved().get(measure.id)
    if approved is None:
        return None
    compared = _compared({measure.id}, {measure.id: approved})
    may_read = can(actor, Action.READ_SECRETS, measure.unit_id or NO_UNIT)
    if measure.id not in compared or (_is_secret(approved.part) and not may_read):
        return None
    return OfMeasure(approved.year, list(lines(compared[measure.id], lang)))


def _compared(
    measure_ids: Collection[int], approved: Mapping[int, Approved]
) -> Mapping[int, Sequence[Any]]:
    """Return the fields that differ, by measure, of those that do."""
    rows = [
        row
        for row in board_queries.standing_of(measure_ids)
        if approved[row.Measure.id].year == row.year
    ]
    posts = queries.other_posts(measure_ids)
    now = {
        row.Measure.id: snapshot.part_of(
            row.Item, row.Entry, row.Measure, row.Theme, posts.get(row.Measure.id, ())
        )
        for row in rows
    }
    found = differences(
        {("measure", number): approved[number].part for number in now},
        {("measure", number): part for number, part in now.items()},
    )
    return {each.key[1]: each.fields for each in found.edited}


def _approved() -> dict[int, Approved]:
    """Return every measure that stands in the newest snapshot of a roadmap, newest year first."""
    number = (
        select(func.max(Snapshot.number))
        .where(Snapshot.roadmap_id == Roadmap.id)
        .correlate(Roadmap)
        .scalar_subquery()
    )
    query = (
        select(Roadmap.year, Snapshot, BoardProposal.made_at)
        .join(Snapshot, Snapshot.roadmap_id == Roadmap.id)
        .join(BoardDecision, BoardDecision.id == Snapshot.board_decision_id)
        .outerjoin(BoardProposal, BoardProposal.id == BoardDecision.proposal_id)
        .where(Snapshot.number == number)
        .order_by(Roadmap.year)
    )
    return dict(_all(db.session.execute(query).all()))


def _all(rows: Sequence[Row[int, Snapshot, datetime | None]]) -> Iterator[tuple[int, Approved]]:
    for year, kept, proposed_at in rows:
        for part in _items(kept.content, kept.sha256):
            yield part["measure"], Approved(year, proposed_at or kept.made_at, kept.made_at, part)


@lru_cache(maxsize=32)
def _items(content: str, sha256: str) -> Sequence[Part]:
    """Return the measures of an approval; nothing of one that was tampered with."""
    if snapshot.digest(content) != sha256:
        return ()
    items: Sequence[Part] = json.loads(content)["items"]
    return items


def why_not_saved(measure: Measure) -> str:
    """Return what somebody is told whose edit came after the approval of a measure; empty if none.

    Approving counts up the version, so that who had begun to edit before it gets to know.
    """
    approved = _approved().get(measure.id)
    if approved is None:
        return ""
    text: str = _(
        "The city board's approval of the digital roadmap %(year)s was recorded %(moment)s."
        " What is edited after that shows as changed since approval.",
        year=approved.year,
        moment=format_moment(approved.recorded_at),
    )
    return text
