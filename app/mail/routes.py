"""The outbox, for administrators: what waits, what was sent, and what could not be."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.states import Mail
from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.core.fields import as_sentence
from app.core.guards import current_actor, requires
from app.core.numbers import LARGEST
from app.core.pagination import Page, page_count
from app.core.policy import Action
from app.mail import operations, queries
from app.mail.models import Message
from app.mail.states import State

blueprint = Blueprint("mail", __name__)

PAGE_SIZE = 50

LATE = timedelta(minutes=15)
"""After how long without a run of the job the page says that it does not run."""

_EVERY = "all"


@blueprint.get("/outbox")
@requires(Action.READ_OUTBOX)
def outbox() -> ResponseReturnValue:
    """List messages, the newest first, without what they say."""
    settings: Settings = current_app.config["SETTINGS"]
    state = State.parse(request.args.get("state"))
    counts = queries.counts()
    total = counts[state] if state else sum(counts.values())
    number = _number(request.args.get("page")) or 1
    if number > page_count(total, PAGE_SIZE):
        return redirect(_url(state, page_count(total, PAGE_SIZE)))
    rows = queries.outbox(state, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    now, last_run = clock.now(), queries.last_run()
    return render_template(
        "mail/outbox.html",
        counts=counts,
        state=state,
        page=Page(rows, number, PAGE_SIZE, total, lambda to: _url(state, to)),
        last_run=last_run,
        trouble=as_sentence(last_run.trouble.label) if last_run.trouble else "",
        is_late=last_run.ran_at is None or now - last_run.ran_at > LATE,
        is_set=bool(settings.smtp_host),
        now=now,
        every=_EVERY,
        Mail=Mail,
        State=State,
    )


def _url(state: State | None, page: int) -> str:
    return url_for("mail.outbox", state=state, page=page if page > 1 else None)


def _number(text: str | None) -> int | None:
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) < 11
    return min(int(text or 0), LARGEST) if is_number else None


@blueprint.post("/outbox")
@requires(Action.READ_OUTBOX)
def change() -> ResponseReturnValue:
    """Let messages that were given up be tried again, or take one out of the outbox."""
    actor, again = current_actor(), request.form.get("again")
    with writing():
        if again is not None:
            found = queries.given_up() if again == _EVERY else _message(again)
            for message in found:
                operations.try_again(message, actor)
        else:
            found = _message(request.form.get("remove"))
            for message in found:
                operations.remove(message, actor)
        count = len(found)
    # A second press of a button finds nothing left to do.
    if count and again is not None:
        text = ngettext(
            "%(num)s message will be tried again.", "%(num)s messages will be tried again.", count
        )
        flash(text, "success")
    elif count:
        flash(_("The message was removed."), "success")
    page = _number(request.form.get("page")) or 1
    return redirect(_url(State.parse(request.form.get("state")), page), 303)


def _message(text: str | None) -> Sequence[Message]:
    """Return the message whose id a button carries, alone; nothing when there is none."""
    number = _number(text)
    message = queries.message(number) if number is not None else None
    return [message] if message else []
