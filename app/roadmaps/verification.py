"""Whether what the city board approved is as it was kept: `flask roadmap verify`.

A text proves itself by its digest, and the record proves the digest, the number, the decision and
the moment, as its own chain shows whether it was changed. So whoever changes a text, its row or its
decision past the triggers must also write the record anew from there on, which a head of the chain
that was noted elsewhere shows (`flask audit verify --head`).
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import select, text

from app.audit.models import Event, Values
from app.audit.operations import given, values_of
from app.audit.tags import Tag
from app.extensions import db
from app.programmes.models import Programme, Roadmap
from app.programmes.states import DECIDED
from app.roadmaps import board_queries, snapshot
from app.roadmaps.board_queries import Kept
from app.roadmaps.models import BoardDecision, BoardProposal, Snapshot
from app.roadmaps.states import APPROVALS, BoardOutcome
from app.roadmaps.subject import Subject, kind_of

TRIGGERS = frozenset(
    f"{table}_refuses_{event}"
    for table in ("board_proposal", "snapshot")
    for event in ("delete", "insert", "update")
)
"""The triggers that refuse every change of a text that was kept."""

_AT_ONCE = timedelta(seconds=10)
"""How long after a text was made it is recorded at most, where the record has not the moment."""

_TAGS: Mapping[type[BoardProposal | Snapshot], Tag] = MappingProxyType(
    {BoardProposal: Tag.PROPOSAL_KEPT, Snapshot: Tag.SNAPSHOT_MADE}
)


class Approval(NamedTuple):
    """An approval that was kept, and its decision."""

    kept: Snapshot
    decision: BoardDecision | None


class Recorded(NamedTuple):
    """What the record says of a row when it was added."""

    happened_at: datetime
    values: Mapping[str, Any]


def subjects(year: int | None) -> list[Subject]:
    """Return the roadmap of a year, or all programmes and roadmaps where no year is given."""
    roadmaps = select(Roadmap).order_by(Roadmap.year)
    if year is not None:
        return list(db.session.scalars(roadmaps.where(Roadmap.year == year)))
    programmes = select(Programme).order_by(Programme.first_year)
    return [*db.session.scalars(programmes), *db.session.scalars(roadmaps)]


def approvals(subject: Subject) -> list[Approval]:
    """Return the approvals of a subject with their decisions, the first one first."""
    decisions = {each.id: each for each in board_queries.decisions(subject)}
    kept = reversed(board_queries.all_of(Snapshot, subject))
    return [Approval(each, decisions.get(each.board_decision_id)) for each in kept]


def missing_triggers() -> list[str]:
    """Return the triggers of the kept texts that the database lacks, or that refuse nothing."""
    if db.engine.dialect.name == "sqlite":
        query = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE :refusal")
        refusal = "%RAISE(ABORT%"
    else:
        query = text(
            "SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE NOT tgisinternal AND tgenabled <> 'D' AND prosrc LIKE :refusal"
        )
        refusal = "%RAISE EXCEPTION%"
    found = {name.lower() for name in db.session.scalars(query, {"refusal": refusal})}
    return sorted(TRIGGERS - found)


def faults(subject: Subject) -> list[str]:
    """Return what is wrong with what was kept of a subject, a sentence each."""
    try:
        decisions = board_queries.decisions(subject)
        return [
            *_of_texts(subject, BoardProposal),
            *_of_texts(subject, Snapshot),
            *_of_decisions(subject, decisions),
            *_of_approvals(subject, decisions),
        ]
    except (LookupError, ValueError) as error:
        # SQLite takes any text for a time or a word that stands in a table.
        return [f"something of it cannot be read: {error}"]


def _of_texts(subject: Subject, model: type[Kept]) -> Iterator[str]:
    """Tell what is wrong with the kept texts of a kind: each in itself, and against the record."""
    kept = board_queries.all_of(model, subject)[::-1]
    recorded = {int(each.values["number"]): each for each in _recorded(_TAGS[model], subject)}
    for place, row in enumerate(kept, start=1):
        name = f"{model.__tablename__.replace('_', ' ')} {row.number}"
        if row.number != place:
            yield f"{name}: number {place} is missing"
        yield from (f"{name}: {fault}" for fault in _of_text(subject, row))
        if row.number not in recorded:
            yield f"{name}: the record knows nothing of it"
        else:
            yield from (f"{name}: {each}" for each in _against(row, recorded[row.number]))
    for number in sorted(recorded.keys() - {row.number for row in kept}):
        yield f"{model.__tablename__.replace('_', ' ')} {number}: it is recorded and not there"


def _of_text(subject: Subject, row: BoardProposal | Snapshot) -> Iterator[str]:
    if not snapshot.is_intact(row):
        yield "its text does not match its digest"
    try:
        content = json.loads(row.content)
        canonical = snapshot.canonical(content) == row.content
    except ValueError:
        yield "its text is no JSON"
        return
    if not canonical:
        yield "its text is not in the canonical form"
    if isinstance(subject, Roadmap) and content.get("year") != subject.year:
        yield f"its text is of the year {content.get('year')}"
    if _has_floats(content):
        yield "its text has numbers that are not whole"


def _has_floats(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_floats(each) for each in value.values())
    if isinstance(value, list):
        return any(_has_floats(each) for each in value)
    return isinstance(value, float)


def _against(row: BoardProposal | Snapshot, recorded: Recorded) -> Iterator[str]:
    """Tell where a row says another thing than the record; what is older says less."""
    said = {"id": row.id, **given(values_of(row)), "made_at": row.made_at.isoformat()}
    for name, value in recorded.values.items():
        if said.get(name) != value:
            yield f"its {name} is {said.get(name)}, and the record has {value}"
    if "made_at" not in recorded.values and not (
        timedelta(0) <= recorded.happened_at - row.made_at <= _AT_ONCE
    ):
        yield f"it was made at {row.made_at}, and recorded at {recorded.happened_at}"


def _of_decisions(subject: Subject, decisions: Sequence[BoardDecision]) -> Iterator[str]:
    """Tell which decisions are not as they were recorded."""
    there = Counter(_written(given(values_of(each))) for each in decisions)
    recorded = Counter(_written(each.values) for each in _recorded(Tag.BOARD_DECIDED, subject))
    for each in there - recorded:
        yield f"a decision of the city board is not as it was recorded: {each}"
    for each in recorded - there:
        yield f"a decision of the city board is recorded and not there: {each}"


def _written(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)


def _of_approvals(subject: Subject, decisions: Sequence[BoardDecision]) -> Iterator[str]:
    """Tell where approvals and the kept texts do not fit together."""
    kept = board_queries.all_of(Snapshot, subject)
    proposals = {each.id: each for each in board_queries.all_of(BoardProposal, subject)}
    approving = {each.id: each for each in decisions if each.outcome in APPROVALS}
    number = Counter(each.board_decision_id for each in kept)
    for decision_id, decision in approving.items():
        if number[decision_id] != 1:
            yield f"the approval of {decision.decided_on} has {number[decision_id]} snapshots"
    for each in kept:
        approval = approving.get(each.board_decision_id)
        if approval is None:
            yield f"snapshot {each.number}: no approval of the city board made it"
        elif approval.outcome is BoardOutcome.APPROVED and approval.proposal_id:
            proposal = proposals.get(approval.proposal_id)
            if proposal is None or proposal.content != each.content:
                yield f"snapshot {each.number}: it is not what was proposed, and no change is told"
    if kept and not subject.once_approved:
        yield "it has snapshots, and is not marked as approved"
    if subject.phase in DECIDED and not subject.imported and not kept:
        yield "it is approved, and no snapshot is there"


def _recorded(tag: Tag, subject: Subject) -> list[Recorded]:
    """Return what the record says of the rows that were added to a subject, in order."""
    query = (
        select(Event.happened_at, Values.after)
        .join(Values, Values.event_id == Event.id)
        .where(Event.kind == kind_of(subject), Event.subject_id == subject.id, Event.tag == tag)
        .order_by(Event.id)
    )
    return [Recorded(row.happened_at, json.loads(row.after)) for row in db.session.execute(query)]
