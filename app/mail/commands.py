"""The commands that send mail: `flask jobs run` and `flask mail test`."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.config import Settings
from app.mail import sending
from app.mail.server import Fault
from app.mail.states import Trouble

_SENTENCES: Mapping[Trouble, str] = MappingProxyType(
    {
        Trouble.ADDRESS: "This is no address that mail can be sent to",
        Trouble.CONTENT: "{place} refused the letter",
        Trouble.ENCRYPTION: "The connection to {place} cannot be encrypted (SMTP_SECURITY)",
        Trouble.LOST: "{place} broke the connection",
        Trouble.RECIPIENT: "{place} refused the recipient",
        Trouble.SENDER: "{place} refused the sender (MAIL_FROM)",
        Trouble.SIGN_IN: "{place} did not let SMTP_USER sign in with SMTP_PASSWORD",
        Trouble.UNREACHABLE: "{place} cannot be reached (SMTP_HOST, SMTP_PORT)",
    }
)
"""What went wrong, for those who set the settings."""


def init_app(app: Flask, due: Sequence[Callable[[], None]]) -> None:
    """Register the commands; `due` is what rooms above this one do with each run of the job."""
    app.extensions["due"] = tuple(due)
    app.cli.add_command(jobs)
    app.cli.add_command(mail)


@click.group()
def jobs() -> None:
    """Do what waits to be done; a timer of the server runs it every minute."""


@jobs.command("run")
@with_appcontext
def run_jobs() -> None:
    """Send what is due of the mail in the outbox, write the reminders that are due, and end.

    The exit code is 1 when the mail server could not be used.
    """
    settings: Settings = current_app.config["SETTINGS"]
    result = sending.run(settings)
    # The next run sends what is written now; so a fault in it holds no mail back.
    for write_due in current_app.extensions["due"]:
        write_due()
    click.echo(
        f"Sent: {result.sent}. To be tried again: {result.put_off}. Given up: {result.given_up}."
        f" Dropped: {result.dropped}. Waiting: {result.waiting}."
    )
    if not settings.smtp_host:
        click.echo("SMTP_HOST is not set, so nothing is sent.")
    if result.fault:
        raise click.ClickException(sentence(result.fault, settings))


@click.group()
def mail() -> None:
    """Look after the mail that the tool sends."""


@mail.command("test")
@click.argument("address")
@with_appcontext
def send_test(address: str) -> None:
    """Send a letter to ADDRESS now, and say what went wrong if it did."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.smtp_host:
        raise click.ClickException("SMTP_HOST is not set; docs/mail.md says what is needed.")
    try:
        sending.send_test(settings, address)
    except Fault as fault:
        raise click.ClickException(f"Nothing was sent. {sentence(fault, settings)}") from fault
    click.echo(
        f"The mail server {settings.smtp_host}:{settings.smtp_port}"
        f" ({settings.smtp_security}) took a letter from {settings.mail_from} to {address}."
    )


def sentence(fault: Fault, settings: Settings) -> str:
    """Return what went wrong, and which settings it may be about."""
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    said = _SENTENCES[fault.trouble].format(place=place)
    return f"{said}: {fault.answer}" if fault.answer else f"{said}."
