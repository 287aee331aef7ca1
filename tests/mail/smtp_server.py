"""A real mail server on this machine, and a city whose mail goes through it."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

OK = "250 OK"


class SmtpServer:
    """An SMTP server in a thread of its own, which keeps what it is given.

    Attributes:
        letters: The letters that it took, parsed.
        connections: How many connections there have been.
        refusals: What it answers for a recipient, by address, once each, before it takes letters.
        on_letter: Called with each letter before it is answered for; it may return an answer.
    """

    def __init__(
        self, port: int = 0, wrapped: ssl.SSLContext | None = None, **options: Any
    ) -> None:
        self.letters: list[EmailMessage] = []
        self.connections = 0
        self.refusals: dict[str, list[str]] = {}
        self.sender_answer = OK
        self.on_letter: Callable[[EmailMessage], str | None] = lambda _letter: None
        self._options = {"hostname": "mail.example.org", "enable_SMTPUTF8": False, **options}
        self._loop = asyncio.new_event_loop()
        self._sessions: list[SMTP] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(port, wrapped))

    @property
    def port(self) -> int:
        """The port that it listens on."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Close what is open, and end; a second time nothing is left to do."""
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def hang_up(self) -> None:
        """Break all connections without a word."""
        for session in self._sessions:
            if session.transport is not None:
                self._loop.call_soon_threadsafe(session.transport.abort)

    def _serve(self, port: int, wrapped: ssl.SSLContext | None) -> None:
        asyncio.set_event_loop(self._loop)
        listening = self._loop.create_server(self._session, "127.0.0.1", port, ssl=wrapped)
        self._server = self._loop.run_until_complete(listening)
        self._ready.set()
        self._loop.run_forever()
        self._server.close()
        self._loop.run_until_complete(self._close())
        self._loop.close()

    async def _close(self) -> None:
        for session in self._sessions:
            if session.transport is not None:
                session.transport.abort()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _session(self) -> SMTP:
        self.connections += 1
        session = SMTP(self, loop=self._loop, **self._options)
        self._sessions.append(session)
        return session

    async def handle_MAIL(  # noqa: N802  # aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender_answer == OK:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.sender_answer

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if answers := self.refusals.get(address):
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        letter = message_from_bytes(envelope.original_content or b"", EmailMessage, policy=SMTPUTF8)
        letter["X-Envelope-From"] = envelope.mail_from
        letter["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        # What a test does here may wait for another connection, which this one must not hold up.
        answer = await asyncio.to_thread(self.on_letter, letter)
        if answer is None:
            self.letters.append(letter)
        return answer or OK


@contextlib.contextmanager
def smtp_server(port: int = 0, **options: Any) -> Iterator[SmtpServer]:
    """Give a mail server that runs."""
    server = SmtpServer(port, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def text_of(letter: EmailMessage) -> str:
    """Return the plain text of a letter."""
    part = letter.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def html_of(letter: EmailMessage) -> str:
    """Return the HTML of a letter."""
    part = letter.get_body(("html",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())
