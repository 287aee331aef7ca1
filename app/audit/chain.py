"""The arithmetic of the chain: each event's digest covers its row and the digest before it."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

BEGINNING = "0" * 64
"""What stands before the first event."""

Cell = str | int | datetime | None
"""What a column of an event holds."""


def canonical(value: object) -> str:
    """Return `value` as JSON with sorted keys and without spaces, the same for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def values_digest(salt: str, before: str | None, after: str | None) -> str:
    """Return the SHA-256 of an event's values, as 64 hexadecimal digits."""
    return _sha256([salt, before, after])


def event_digest(earlier: str, cells: Iterable[Cell]) -> str:
    """Return the SHA-256 of an event, as 64 hexadecimal digits.

    Args:
        earlier: The digest of the event before it; `BEGINNING` for the first.
        cells: What the row holds in the order of its columns, without its own digest. A time is
            taken as SQLite writes it, so that the chain is the same in every database.
    """
    return _sha256([earlier, *(_written(cell) for cell in cells)])


def _written(cell: Cell) -> str | int | None:
    return cell.isoformat(" ", "microseconds") if isinstance(cell, datetime) else cell


def _sha256(value: object) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()
