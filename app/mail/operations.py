"""What can happen to messages: written and taken back, claimed, sent or put off, tried again.

What becomes of a message is not recorded, as the outbox shows it; what an administrator does is.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, update

from app.accounts.models import User
from app.accounts.states import Mail
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.config import Language
from app.core import clock
from app.core.errors import Refused
from app.core.fields import printable, tidy, tidy_line
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.mail import queries
from app.mail.letters import Item, Parcel
from app.mail.models import MailRun, Message
from app.mail.states import State, Topic, Trouble

LONGEST_SUBJECT = 300
"""Characters of a subject; a longer one is cut off, as names of measures are in it."""

CLAIMED_FOR = timedelta(minutes=10)
"""How long a run keeps a message from other runs; sending takes less, however slow the server."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440, 1440))
"""How long to wait after each try that failed. After the last one, when almost three days have
passed, a message is given up."""


class Words(NamedTuple):
    """What a message says, in the language of its reader.

    Attributes:
        subject: What it is about, on one line.
        text: What there is to tell, without greeting and link: plain text, an empty line between
            paragraphs.
    """

    subject: str
    text: str


def recipients(users: Iterable[User], actor: Actor) -> list[User]:
    """Return who of `users` would get a message of what `actor` does, each once, in their order.

    Left out are the actor, people who may not sign in, who have no e-mail address, or who want
    nothing by e-mail.
    """
    every = {
        user.id: user
        for user in users
        if user.id != actor.user_id
        and user.disabled_on is None
        and user.email
        and user.mail is not Mail.NEVER
    }
    return list(every.values())


def write(
    topic: Topic,
    users: Iterable[User],
    compose: Callable[[Language], Words],
    path: str,
    actor: Actor,
    *,
    batch: str | None = None,
    hold: timedelta | None = None,
) -> int:
    """Put a message to each of `users` into the outbox, and return to how many.

    Call it inside the transaction that makes the change, so that there is a message if and only if
    there is the change. It is sent later, by `flask jobs run`.

    Args:
        topic: What it tells.
        users: Whom it may concern; `recipients` says who of them get it.
        compose: Returns the words in a language. It is called once for each language that somebody
            reads, with gettext speaking it, in a request or without one.
        path: Where the link leads, from the slash after the host on.
        actor: Who made the change.
        batch: The bulk action or the comment that it comes of; `take_back` takes its messages back,
            and `forget` leaves nothing of them.
        hold: For how long it is kept back.

    Raises:
        ValueError: The path does not lead to a page of the tool.
    """
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"{path} is no path of the tool")
    people = recipients(users, actor)
    languages = sorted({user.language for user in people})
    words = {language: _composed(compose, language) for language in languages}
    now = clock.now()
    rows = [
        {
            "user_id": user.id,
            "topic": topic,
            **words[user.language]._asdict(),
            "path": path,
            "batch": batch,
            "written_at": now,
            "not_before": now + (hold or timedelta()),
        }
        for user in people
    ]
    if rows:
        db.session.execute(insert(Message), rows)
    return len(people)


def _composed(compose: Callable[[Language], Words], language: Language) -> Words:
    """Return the words in a language as they are kept: a subject of one line, no odd characters."""
    with force_locale(language):
        subject, text = (str(each) for each in compose(language))
    subject = tidy_line(printable(subject))
    if len(subject) > LONGEST_SUBJECT:
        subject = f"{subject[: LONGEST_SUBJECT - 1]}…"
    return Words(subject, tidy(printable(text)))


def reword(path: str, compose: Callable[[Language], Words]) -> None:
    """Write anew what is not sent yet of the messages that lead to a page, or to a part of it."""
    rows = queries.unsent_to(path)
    words = {language: _composed(compose, language) for _message, language in rows}
    for message, language in rows:
        message.subject, message.text = words[language]
    db.session.flush()


def take_back(batch: str) -> int:
    """Take back the messages of a bulk action that are still to be sent; return how many."""
    gone = delete(Message).where(
        Message.batch == batch, Message.sent_at.is_(None), Message.given_up_at.is_(None)
    )
    return len(db.session.scalars(gone.returning(Message.id)).all())


def forget(batch: str) -> None:
    """Delete the messages of what is to leave nothing behind, those that were sent too."""
    db.session.execute(delete(Message).where(Message.batch == batch))


def drop_unreached() -> int:
    """Delete what waits for people who are no longer written to; return how many messages."""
    gone = delete(Message).where(queries.unreached()).returning(Message.id)
    return len(db.session.scalars(gone).all())


def claim_next(digest_hour: int) -> Parcel | None:
    """Take what is due next, so that no other run does for a while; None when nothing is.

    Args:
        digest_hour: The hour of the day, in Finland, from which digests are sent.
    """
    now = clock.now()
    digest_at = queries.last_digest(now, digest_hour)
    found = queries.next_due(now, digest_at)
    if found is None:
        return None
    message, user = found
    is_digest = user.mail is Mail.DIGEST
    rows = queries.all_due(user.id, now, digest_at) if is_digest else [message]
    for row in rows:
        row.next_try_at = now + CLAIMED_FOR
    db.session.flush()
    items = [Item(row.id, row.subject, row.text, row.path, row.written_at) for row in rows]
    return Parcel(user.name, user.email or "", user.language, items, is_digest)


def let_go(ids: Sequence[int]) -> None:
    """Give up a claim: the messages wait as if they had never been taken."""
    db.session.execute(update(Message).where(Message.id.in_(ids)).values(next_try_at=None))


def mark_sent(ids: Sequence[int]) -> None:
    """Note that messages have been sent."""
    sent = update(Message).where(Message.id.in_(ids))
    db.session.execute(
        sent.values(
            sent_at=clock.now(),
            tries=Message.tries + 1,
            trouble=None,
            fault="",
            next_try_at=None,
            given_up_at=None,
        )
    )


def put_off(ids: Sequence[int], trouble: Trouble, answer: str, *, for_good: bool) -> State:
    """Note that the messages of one letter were not taken; return whether it is tried again.

    Args:
        ids: The messages.
        trouble: Why.
        answer: What the mail server said.
        for_good: Whether it would be the same at every later try.
    """
    now = clock.now()
    outcome = State.GIVEN_UP
    for message in queries.messages(ids):
        message.tries += 1
        message.trouble, message.fault = trouble, answer
        message.next_try_at = None
        if for_good or message.tries > len(PAUSES):
            message.given_up_at = now
        else:
            message.next_try_at = now + PAUSES[message.tries - 1]
            outcome = State.WAITING
    db.session.flush()
    return outcome


def note_run(trouble: Trouble | None, answer: str) -> None:
    """Note that the job has run, and what kept it from sending, if anything did."""
    noted = update(MailRun).values(ran_at=clock.now(), trouble=trouble, fault=answer)
    db.session.execute(noted)


def try_again(message: Message, actor: Actor) -> None:
    """Let a message that was given up wait to be sent again; one that was not stays as it is.

    Raises:
        Refused: The actor does not look after the outbox.
    """
    _must_look_after_mail(actor)
    if message.state is not State.GIVEN_UP:
        return
    record(Tag.MESSAGE_TRIED_AGAIN, actor, Kind.PERSON, message.user_id, after=_named(message))
    message.given_up_at = message.next_try_at = None
    message.tries = 0
    db.session.flush()


def remove(message: Message, actor: Actor) -> None:
    """Take a message out of the outbox.

    Raises:
        Refused: The actor does not look after the outbox.
    """
    _must_look_after_mail(actor)
    record(Tag.MESSAGE_REMOVED, actor, Kind.PERSON, message.user_id, before=_named(message))
    db.session.delete(message)
    db.session.flush()


def _must_look_after_mail(actor: Actor) -> None:
    if not can(actor, Action.READ_OUTBOX):
        raise Refused(_l("Your role does not include this action."))


def _named(message: Message) -> dict[str, object]:
    """Return what an administrator may know of a message."""
    return {"topic": message.topic, "written_at": message.written_at}
