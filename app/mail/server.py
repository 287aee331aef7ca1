"""The city's mail server, spoken to by SMTP."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from urllib.parse import urlsplit

from app.config import Settings
from app.core.fields import printable, tidy_line
from app.mail.states import Trouble

TIMEOUT = 30
"""Seconds for which an answer of the server is waited for."""

_LONGEST_ANSWER = 300


class Fault(Exception):
    """Something kept a letter from being sent.

    Attributes:
        trouble: What.
        answer: What the mail server or the system said, on one line in its own language.
    """

    def __init__(self, trouble: Trouble, answer: str = "") -> None:
        super().__init__(trouble.value, answer)
        self.trouble = trouble
        self.answer = answer[:_LONGEST_ANSWER]


class Unusable(Fault):
    """The mail server cannot be used at all, so that no letter is at fault."""


class NotTaken(Fault):
    """The mail server did not take one letter.

    Attributes:
        for_good: Whether it would be the same at every later try.
    """

    def __init__(self, trouble: Trouble, answer: str = "", *, for_good: bool) -> None:
        super().__init__(trouble, answer)
        self.for_good = for_good


class MailServer:
    """A connection to the mail server of the settings, opened when it is needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None

    def send(self, letter: EmailMessage, address: str) -> None:
        """Hand a letter over, by the connection that there is or a new one.

        Raises:
            Unusable: There can be no connection.
            NotTaken: The server did not take the letter, or the connection was lost.
        """
        if self._smtp is None or self._smtp.sock is None:
            self._smtp = _connect(self._settings)
        try:
            self._smtp.send_message(letter, self._settings.mail_from, [address])
        except smtplib.SMTPRecipientsRefused as refused:
            ((code, answer),) = refused.recipients.values()
            raise NotTaken(
                Trouble.RECIPIENT, _answer(code, answer), for_good=_is_for_good(code)
            ) from refused
        except smtplib.SMTPSenderRefused as refused:
            # The settings may be wrong, which is not the letter's fault and can be set right.
            raise NotTaken(Trouble.SENDER, in_words(refused), for_good=False) from refused
        except smtplib.SMTPDataError as refused:
            raise NotTaken(
                Trouble.CONTENT, in_words(refused), for_good=_is_for_good(refused.smtp_code)
            ) from refused
        except OSError as lost:
            self._smtp.close()
            raise NotTaken(Trouble.LOST, in_words(lost), for_good=False) from lost

    def close(self) -> None:
        """Take leave of the server."""
        if self._smtp is not None and self._smtp.sock is not None:
            with suppress(OSError):
                self._smtp.quit()
            self._smtp.close()


@contextmanager
def mail_server(settings: Settings) -> Iterator[MailServer]:
    """Give the mail server of the settings, and close its connection at the end."""
    server = MailServer(settings)
    try:
        yield server
    finally:
        server.close()


def _connect(settings: Settings) -> smtplib.SMTP:
    """Return a connection that is ready for a message.

    Certificates are checked against those that the system trusts (or the file that the environment
    names in SSL_CERT_FILE), and for the name of the host.

    Raises:
        Unusable: There is no server, no encryption, or no signing in.
    """
    trouble = Trouble.UNREACHABLE
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _first_words(settings)
        if settings.smtp_security == "starttls":
            trouble = Trouble.ENCRYPTION
            smtp.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            trouble = Trouble.SIGN_IN
            smtp.login(settings.smtp_user, settings.smtp_password)
    # A name or a password may hold letters that the protocol has no room for.
    except (OSError, UnicodeError) as error:
        if smtp is not None:
            smtp.close()
        if isinstance(error, ssl.SSLError):
            trouble = Trouble.ENCRYPTION
        raise Unusable(trouble, in_words(error)) from error
    return smtp


def _first_words(settings: Settings) -> smtplib.SMTP:
    host, port = settings.smtp_host, settings.smtp_port
    own_name = urlsplit(settings.address).hostname
    if settings.smtp_security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, own_name, timeout=TIMEOUT, context=context)
    return smtplib.SMTP(host, port, own_name, timeout=TIMEOUT)


def in_words(error: Exception) -> str:
    """Return what went wrong, on one line: what the server answered or the system says."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not trusted: {error.verify_message}"
    if isinstance(error, UnicodeError):
        return "letters that cannot be sent"
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return tidy_line(printable(said))


def _answer(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {tidy_line(printable(text))}"


def _is_for_good(code: int) -> bool:
    """Tell whether an answer of the server is a permanent one (RFC 5321, section 4.2.1)."""
    return 500 <= code < 600
