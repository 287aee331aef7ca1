"""Tampering with what the city board approved, as somebody with the database in hand would."""

import json
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError

from app.extensions import db
from app.roadmaps import snapshot, verification
from app.roadmaps.models import BoardProposal, Snapshot

KEPT = (Snapshot, BoardProposal)

_OTHER = {
    "id": "id = id + 1000",
    "roadmap_id": "roadmap_id = (SELECT min(id) FROM roadmap WHERE id <> roadmap_id)",
    "programme_id": "roadmap_id = NULL, programme_id = (SELECT min(id) FROM programme)",
    "board_decision_id": (
        "board_decision_id = (SELECT min(id) FROM board_decision WHERE id <> board_decision_id)"
    ),
    "number": "number = number + 1",
    "content": 'content = replace(content, \'"code":"A\', \'"code":"Z\')',
    "sha256": f"sha256 = '{'a' * 64}'",
    "made_at": "made_at = '2020-01-01 00:00:00.000000'",
}
"""How each column of a kept text gets another value."""

Tampering = Sequence[str]
"""The statements that make it, in their order."""


def harmless_changes() -> list[str]:
    """Return statements that would change a kept text, or do nothing to it but write it anew."""
    found = []
    for table in (model.__tablename__ for model in KEPT):
        found += [f"UPDATE {table} SET {column} = {column}" for column in ("id", "content")]
        found += [f"DELETE FROM {table}"]
    return found


def tamperings() -> Iterator[Tampering]:
    """Give tamperings with every column of what is kept, with its rows, and with decisions."""
    for model in KEPT:
        table = model.__tablename__
        newest = f"WHERE id = (SELECT max(id) FROM {table} WHERE roadmap_id IS NOT NULL)"
        columns = [column.name for column in model.__table__.columns]
        for column in columns:
            yield [f"UPDATE {table} SET {_OTHER[column]} {newest}"]
        yield [f"DELETE FROM {table} {newest}"]
        rest = ", ".join(each for each in columns if each not in {"id", "number"})
        copied = f"SELECT number + 1, {rest} FROM {table} {newest}"
        yield [f"INSERT INTO {table} (number, {rest}) {copied}"]
        yield from ([each] for each in _written_anew(model))
    others = "SELECT max(other.content) FROM snapshot AS other WHERE other.id <> snapshot.id"
    yield [f"UPDATE snapshot SET content = ({others})"]
    for change in (
        "outcome = 'tabled'",
        "decided_on = '2020-01-01'",
        "section = '1'",
        "case_number = 'x'",
        "reason = 'x'",
    ):
        yield [f"UPDATE board_decision SET {change}"]


def _written_anew(model: type[Snapshot | BoardProposal]) -> Iterator[str]:
    """Give statements that write a text in another form of JSON, with the digest of that."""
    kept = db.session.scalars(db.select(model).where(model.roadmap_id.is_not(None))).first()
    content = json.loads(kept.content)
    backwards = {key: content[key] for key in reversed(content)}
    for written in (
        json.dumps(content, ensure_ascii=False, sort_keys=True),
        json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":")) + "\n",
        json.dumps(backwards, ensure_ascii=False, separators=(",", ":")),
        snapshot.canonical({**content, "year": 2024.5}),
        "{}",
        "nonsense",
    ):
        quoted = written.replace("'", "''").replace(":", "\\:")
        yield (
            f"UPDATE {model.__tablename__} SET content = '{quoted}',"
            f" sha256 = '{snapshot.digest(written)}' WHERE id = {kept.id}"
        )


def not_refused(statements: Iterable[str]) -> list[str]:
    """Return the statements that the database does not refuse; nothing of them stays."""
    return [each for each in statements if not _is_refused([each])]


def not_found(every: Iterable[Tampering], switch_off: Sequence[str]) -> list[Tampering]:
    """Return what is neither refused nor found where the triggers are switched off first."""
    return [each for each in list(every) if not _is_refused([*switch_off, *each], verified=True)]


def _is_refused(statements: Sequence[str], *, verified: bool = False) -> bool:
    db.session.rollback()
    try:
        for statement in statements:
            db.session.execute(text(statement))
        db.session.expire_all()
        return verified and any(verification.faults(each) for each in verification.subjects(None))
    except (IntegrityError, DataError):
        return True
    finally:
        db.session.rollback()
