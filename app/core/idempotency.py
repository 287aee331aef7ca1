"""A form that is sent twice does its work once."""

import re
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from sqlalchemy import DateTime, String, delete, select
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
    query = select(Receipt.result).where(Receipt.actor_id == actor.user_id, Receipt.key == key)
    return db.session.scalar(query)


def keep_result(actor: Actor, key: str, result: str, now: datetime | None = None) -> None:
    """Keep the result of a form in the transaction that does its work, and forget old ones.

    Args:
        actor: Who sent the form.
        key: The form's key; without one, or with one that is none of ours, nothing is kept.
        result: What to answer a second sending, an address or an id.
        now: The time in UTC.
    """
    if not _KEY.fullmatch(key) or actor.user_id is None:
        return
    now = now or clock.now()
    db.session.execute(delete(Receipt).where(Receipt.made_at < now - KEPT))
    db.session.add(Receipt(actor_id=actor.user_id, key=key, result=result, made_at=now))
    db.session.flush()
