"""Sending what is due: each message is claimed, handed to the mail server, and marked.

A claim and a mark are short transactions, and no transaction is open while the server is spoken
to. A run that dies between the two leaves its claim, which expires; the message is then sent
again. So nothing is lost, and what a person gets twice has the same Message-ID.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import force_locale
from flask_babel import gettext as _

from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.mail import operations, queries
from app.mail.letters import Item, Parcel, letter
from app.mail.server import MailServer, NotTaken, Unusable, mail_server
from app.mail.states import State, Trouble

MOST = 500
"""Letters that one run sends at most."""

LONGEST = timedelta(minutes=4)
"""How long a run goes on at most; the next one does the rest."""


class Result(NamedTuple):
    """What a run did.

    Attributes:
        sent: Letters that the mail server took.
        put_off: Letters that are tried again later.
        given_up: Letters that no longer are.
        dropped: Messages to people who are no longer written to.
        waiting: Messages that wait after it, also those of the next digest.
        fault: What kept it from sending; None if nothing did.
    """

    sent: int = 0
    put_off: int = 0
    given_up: int = 0
    dropped: int = 0
    waiting: int = 0
    fault: Unusable | None = None


def run(settings: Settings, most: int = MOST, longest: timedelta = LONGEST) -> Result:
    """Send what is due.

    Args:
        settings: The settings of the instance.
        most: How many letters at most.
        longest: For how long at most; a letter that was begun is finished.
    """
    with writing(counted=False):
        dropped = operations.drop_unreached()
    result = _send_all(settings, most, clock.now() + longest) if settings.smtp_host else Result()
    with writing(counted=False):
        if result.fault is None:
            operations.note_run(None, "")
        else:
            operations.note_run(result.fault.trouble, result.fault.answer)
        waiting = queries.counts()[State.WAITING]
    return result._replace(dropped=dropped, waiting=waiting)


def _send_all(settings: Settings, most: int, until: datetime) -> Result:
    sent = put_off = given_up = 0
    fault = None
    with mail_server(settings) as server:
        try:
            while sent + put_off + given_up < most and clock.now() < until:
                outcome = _send_next(server, settings)
                if outcome is None:
                    break
                sent += outcome is State.SENT
                put_off += outcome is State.WAITING
                given_up += outcome is State.GIVEN_UP
        except Unusable as unusable:
            fault = unusable
    return Result(sent, put_off, given_up, fault=fault)


def _send_next(server: MailServer, settings: Settings) -> State | None:
    """Send the letter that is due next; return what became of it, None when nothing is due.

    Raises:
        Unusable: The mail server cannot be used; the messages wait as before.
    """
    with writing(counted=False):
        parcel = operations.claim_next(settings.digest_hour)
    if parcel is None:
        return None
    ids = [item.id for item in parcel.items]
    try:
        _hand_over(server, parcel, settings)
    except Unusable:
        with writing(counted=False):
            operations.let_go(ids)
        raise
    except NotTaken as error:
        with writing(counted=False):
            return operations.put_off(ids, error.trouble, error.answer, for_good=error.for_good)
    with writing(counted=False):
        operations.mark_sent(ids)
    return State.SENT


def _hand_over(server: MailServer, parcel: Parcel, settings: Settings) -> None:
    try:
        made = letter(parcel, settings)
    except ValueError as error:
        raise NotTaken(Trouble.ADDRESS, for_good=True) from error
    server.send(made, parcel.address)


def send_test(settings: Settings, address: str) -> None:
    """Send a letter to `address` now.

    Raises:
        Fault: It could not be sent.
    """
    language = settings.default_language
    with force_locale(language):
        subject = _("Test message")
        text = _("If you read this, the tool can send mail.")
    item = Item(0, subject, text, "/", clock.now())
    with mail_server(settings) as server:
        _hand_over(server, Parcel("", address, language, [item], is_digest=False), settings)
