"""The commands that send mail: `flask jobs run` and `flask mail test`."""

import click
from flask import current_app
from flask.cli import with_appcontext

from app.config import Settings
from app.mail import sending


@click.group()
def jobs() -> None:
    """Do what waits to be done; a timer of the server runs it every minute."""


@jobs.command("run")
@with_appcontext
def run_jobs() -> None:
    """Send what is due of the mail in the outbox, and end.

    The exit code is 1 when the mail server could not be used.
    """
    settings: Settings = current_app.config["SETTINGS"]
    result = sending.run(settings)
    click.echo(
        f"Sent: {result.sent}. To be tried again: {result.put_off}. Given up: {result.given_up}."
        f" Dropped: {result.dropped}. Waiting: {result.waiting}."
    )
    if not settings.smtp_host:
        click.echo("SMTP_HOST is not set, so nothing is sent.")
    if result.fault:
        click.echo(result.fault, err=True)
        raise SystemExit(1)


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
    fault = sending.send_test(settings, address)
    if fault:
        raise click.ClickException(f"Nothing was sent. {fault}")
    click.echo(
        f"The mail server {settings.smtp_host}:{settings.smtp_port}"
        f" ({settings.smtp_security}) took a letter from {settings.mail_from} to {address}."
    )
