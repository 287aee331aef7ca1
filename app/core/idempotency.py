"""A form that is sent twice does its work once."""

import re
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from sqlalchemy import DateTime, String, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.policy import Actor
from app.extensions import Model, db

KEPT = timedelta(days=1)
_KEY = re.compile(r"[\w-]{1,64}", re.ASCII)


class Receipt(Model):
    """What came of a form that was sent: kept for a day, so that a second sending finds it.

    `actor_id` has no foreign key: this room knows no people.
    """

    __tablename__ = "receipt"

    actor_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    result: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(DateTime, index=True)


# Every save runs these, so they are put together once.
_EARLIER = select(Receipt.result).where(
    Receipt.actor_id == bindparam("actor_id"), Receipt.key == bindparam("key")
)
_KEEP = insert(Receipt.metadata.tables[Receipt.__tablename__])


def new_key() -> str:
    """Return a key to put into a form."""
    return uuid4().hex


def key_with(key: str, *content: str) -> str:
    """Return a key for what a form says, where saying something else is to do its work anew.

    Whoever goes back to a form finds it with the key that it had.
    """
    return sha256("\0".join((key, *content)).encode()).hexdigest() if key else ""


def earlier_result(actor: Actor, key: str) -> str | None:
    """Return the result of the form that `actor` has already sent with `key`; None if not sent.

    Ask inside the write transaction, so that of two at once the second waits and finds it.
    """
    if not _KEY.fullmatch(key):
        return None
    return db.session.scalar(_EARLIER, {"actor_id": actor.user_id, "key": key})


def keep_result(actor: Actor, key: str, result: str, now: datetime | None = None) -> None:
    """Keep the result of a form in the transaction that does its work.

    It goes with all that is kept no longer (`history/retention.py`).

    Args:
        actor: Who sent the form.
        key: The form's key; without one, or with one that is none of ours, nothing is kept.
        result: What to answer a second sending, an address or an id.
        now: The time in UTC.
    """
    if not _KEY.fullmatch(key) or actor.user_id is None:
        return
    kept = {"actor_id": actor.user_id, "key": key, "result": result}
    db.session.execute(_KEEP, {**kept, "made_at": now or clock.now()})
