"""What can happen to messages: they are written and taken back."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import NamedTuple

from flask_babel import force_locale
from sqlalchemy import delete, insert

from app.accounts.models import User
from app.accounts.states import Mail
from app.config import Language
from app.core import clock
from app.core.fields import printable, tidy, tidy_line
from app.core.policy import Actor
from app.extensions import db
from app.mail.models import Message
from app.mail.states import Topic

LONGEST_SUBJECT = 300
"""Characters of a subject; a longer one is cut off, as names of measures are in it."""


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
    every = {user.id: user for user in users if user.id != actor.user_id and wants_mail(user)}
    return list(every.values())


def wants_mail(user: User) -> bool:
    """Tell whether a person is written to at all."""
    return user.disabled_on is None and bool(user.email) and user.mail is not Mail.NEVER


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
        batch: The bulk action that it comes of; `take_back` takes its messages back.
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


def take_back(batch: str) -> int:
    """Take back the messages of a bulk action that are still to be sent; return how many."""
    gone = delete(Message).where(
        Message.batch == batch, Message.sent_at.is_(None), Message.given_up_at.is_(None)
    )
    return len(db.session.scalars(gone.returning(Message.id)).all())
