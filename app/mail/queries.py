"""Reads of the outbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import defer, lazyload

from app.accounts.models import User
from app.accounts.states import Mail
from app.config import Language
from app.core import clock
from app.extensions import db
from app.mail.models import MailRun, Message
from app.mail.states import State

MOST_IN_DIGEST = 200

Condition = ColumnElement[bool]

_WAITING = and_(Message.sent_at.is_(None), Message.given_up_at.is_(None))

CONDITIONS: dict[State, Condition] = {
    State.WAITING: _WAITING,
    State.SENT: Message.sent_at.is_not(None),
    State.GIVEN_UP: Message.given_up_at.is_not(None),
}
"""What `Message.state` is, for the database."""

_LOCK: dict[str, Any] = {"of": Message, "skip_locked": True}
"""How PostgreSQL passes by what another run is claiming; SQLite has one writer at a time."""

_REACHED = and_(
    User.disabled_on.is_(None),
    func.coalesce(User.email, "") != "",
    User.mail != Mail.NEVER,
)
"""Whether a person is written to, as things are now; `operations.recipients` asks the same."""


def last_digest(now: datetime, hour: int) -> datetime:
    """Return the newest moment up to `now` at which digests were due, both in UTC.

    Args:
        now: A time.
        hour: The hour of the day, in Finland, from which digests are sent.
    """
    today = clock.local(now).date()
    moment = clock.at_hour(today, hour)
    return moment if moment <= now else clock.at_hour(today - timedelta(days=1), hour)


def next_due(now: datetime, digest_at: datetime) -> Row[Message, User] | None:
    """Return the message that is due and has waited longest, with its reader; None without any.

    It is locked for the transaction, so that no other run takes it.

    Args:
        now: The time.
        digest_at: The newest moment at which digests were due. What came into the outbox later
            waits for the next one, so that a person gets one digest a day.
    """
    wanted = or_(
        User.mail == Mail.AT_ONCE, and_(User.mail == Mail.DIGEST, Message.not_before <= digest_at)
    )
    query = select(Message, User).join(User, User.id == Message.user_id)
    query = query.where(_due(now), _REACHED, wanted).order_by(Message.not_before, Message.id)
    query = query.options(lazyload(User.roles))
    return db.session.execute(query.limit(1).with_for_update(**_LOCK)).first()


def all_due(user_id: int, now: datetime, digest_at: datetime) -> Sequence[Message]:
    """Return the messages that stand in a person's digest, the newest first, locked like one."""
    query = select(Message).where(
        Message.user_id == user_id, _due(now), Message.not_before <= digest_at
    )
    query = query.order_by(Message.written_at.desc(), Message.id.desc()).limit(MOST_IN_DIGEST)
    return db.session.scalars(query.with_for_update(**_LOCK)).all()


def _due(now: datetime) -> Condition:
    free = or_(Message.next_try_at.is_(None), Message.next_try_at <= now)
    return and_(_WAITING, Message.not_before <= now, free)


def messages(ids: Sequence[int]) -> Sequence[Message]:
    """Return messages by their ids; those that are gone are left out."""
    return db.session.scalars(select(Message).where(Message.id.in_(ids))).all()


def unsent_to(path: str) -> Sequence[Row[Message, Language]]:
    """Return the messages not sent yet that lead to a page or to a part of it, and their languages.

    Those that were given up are among them, as they may be given another try.
    """
    leads_there = or_(Message.path == path, Message.path.startswith(f"{path}#", autoescape=True))
    query = select(Message, User.language).join(User, User.id == Message.user_id)
    return db.session.execute(query.where(leads_there, Message.sent_at.is_(None))).all()


def message(message_id: int) -> Message | None:
    """Return the message with an id; None when there is none."""
    return db.session.get(Message, message_id)


def was_sent(batch: str) -> bool:
    """Tell whether any message of a bulk action or of a decision has been sent."""
    query = select(Message.id).where(Message.batch == batch, Message.sent_at.is_not(None))
    return db.session.scalar(query.limit(1)) is not None


def unreached() -> Condition:
    """Return the condition for messages that wait for somebody who is no longer written to."""
    reached = select(User.id).where(_REACHED)
    return and_(_WAITING, Message.user_id.not_in(reached))


def counts() -> dict[State, int]:
    """Return how many messages are in each state."""
    query = select(func.count(), func.count(Message.sent_at), func.count(Message.given_up_at))
    total, sent, given_up = db.session.execute(query).one()
    return {
        State.WAITING: total - sent - given_up,
        State.SENT: sent,
        State.GIVEN_UP: given_up,
    }


def last_run() -> MailRun:
    """Return when the job ran last, and what kept it from sending."""
    return db.session.get_one(MailRun, 1)


def outbox(state: State | None, first: int, limit: int) -> Sequence[Row[Message, str, Mail]]:
    """Return messages with their readers' names and choices, the newest first.

    What they say and where their links lead is not read: administrators look after the mail and
    may not read proposals.

    Args:
        state: What became of them; None for all.
        first: How many newer ones to leave out.
        limit: How many at most.
    """
    query = select(Message, User.name, User.mail).join(User, User.id == Message.user_id)
    if state is not None:
        query = query.where(CONDITIONS[state])
    hidden = (Message.subject, Message.text, Message.path)
    query = query.options(*(defer(column, raiseload=True) for column in hidden))
    query = query.order_by(Message.id.desc()).offset(first).limit(limit)
    return db.session.execute(query).all()


def given_up() -> Sequence[Message]:
    """Return all messages that were given up, the oldest first."""
    query = select(Message).where(CONDITIONS[State.GIVEN_UP]).order_by(Message.id)
    return db.session.scalars(query).all()
