"""Letters: messages as mail, in plain text and in HTML, in the language of their reader."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from app.config import MAIL_ADDRESS, Language, Settings
from app.core import clock
from app.core.fields import printable, tidy_line
from app.core.i18n import format_moment

# Seven bits pass through every server.
_POLICY = SMTP.clone(cte_type="7bit")


class Item(NamedTuple):
    """One message of a letter: a row of the outbox, without the database."""

    id: int
    subject: str
    text: str
    path: str
    written_at: datetime


class Parcel(NamedTuple):
    """What goes to one person in one letter.

    Attributes:
        name: The person's name.
        address: Their e-mail address.
        language: What they read.
        items: The messages, the newest first.
        is_digest: Whether it is a digest; else there is one message.
    """

    name: str
    address: str
    language: Language
    items: Sequence[Item]
    is_digest: bool


def letter(parcel: Parcel, settings: Settings) -> EmailMessage:
    """Return the letter that a parcel is sent as.

    Raises:
        ValueError: It cannot be put together, as when the address is none.
    """
    with force_locale(parcel.language):
        return _letter(parcel, settings)


def _letter(parcel: Parcel, settings: Settings) -> EmailMessage:
    city = settings.in_language("city_name", parcel.language)
    tool = settings.in_language("tool_name", parcel.language)
    title = _title(parcel)
    footer = [
        _(
            "%(tool)s (%(city)s) has sent this message. It cannot be answered.",
            tool=tool,
            city=city,
        ),
        _("On My page you choose whether you get messages at once, once a day or not at all."),
    ]
    made = EmailMessage(policy=_POLICY)
    made["From"] = _mailbox(f"{city} {tool}", settings.mail_from)
    made["To"] = _mailbox(parcel.name, parcel.address)
    made["Subject"] = title
    made["Date"] = clock.local(clock.now())
    made["Message-ID"] = _message_id(parcel, settings)
    # RFC 3834, and Exchange's own way: nobody's machine answers that its owner is on holiday.
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    made.set_content(_as_text(parcel, settings, footer))
    # Flask's render_template would ask for a request.
    html = current_app.jinja_env.get_template("mail/letter.html").render(
        lang=parcel.language,
        title=title,
        parcel=parcel,
        address=settings.address,
        tool=tool,
        footer=footer,
    )
    made.add_alternative(html, subtype="html")
    # Given earlier it would have become the first part's.
    made["Content-Language"] = parcel.language
    return made


def _title(parcel: Parcel) -> str:
    """Return the subject of a letter: that of its message, or how many a digest has."""
    if not parcel.is_digest:
        return one_line(parcel.items[0].subject)
    return str(
        ngettext(
            "Digest of the day: %(num)s message",
            "Digest of the day: %(num)s messages",
            len(parcel.items),
        )
    )


def _mailbox(name: str, address: str) -> Address:
    # What is let through here, the header's own parser understands.
    if not MAIL_ADDRESS.fullmatch(address):
        raise ValueError("this is no address")
    return Address(display_name=one_line(name), addr_spec=address)


def one_line(text: str) -> str:
    """Return a text as it may stand in a header, where a second line would be another header."""
    return tidy_line(printable(text))


def _message_id(parcel: Parcel, settings: Settings) -> str:
    """Return the Message-ID, which is the same whenever the same messages are sent again.

    The time of writing is a part of it, as a number that is free again may be given to another
    message; and a digest with one message more is another letter, which no server must drop.
    """
    keys = [f"{item.id}.{item.written_at:%Y%m%d%H%M%S%f}" for item in parcel.items]
    key = keys[0] if len(keys) == 1 else hashlib.sha256(" ".join(keys).encode()).hexdigest()[:32]
    return f"<message.{key}@{urlsplit(settings.address).hostname}>"


def _as_text(parcel: Parcel, settings: Settings, footer: Sequence[str]) -> str:
    parts = []
    for item in parcel.items:
        if parcel.is_digest:
            parts.append(f"{item.subject}\n{format_moment(item.written_at)}")
        parts += [item.text, f"{settings.address}{item.path}"]
        if item is not parcel.items[-1]:
            parts.append("* * *")
    # By this line, with its space, mail programs know a signature.
    parts.append("\n".join(["-- ", *footer]))
    return "\n\n".join(parts) + "\n"
