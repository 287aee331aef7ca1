"""The commands that look after the record: `flask audit verify` and `flask audit head`."""

import re

import click
from flask.cli import with_appcontext

from app.audit import verification
from app.audit.verification import Head

_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@click.group()
def audit() -> None:
    """Look after the record of all changes."""


@audit.command("head")
@with_appcontext
def show_head() -> None:
    """Print the number and the digest of the last event, to be kept elsewhere.

    Given to `verify` later, it shows that nothing before it was changed or cut off.
    """
    click.echo(_written(verification.head()))


def _head(_context: click.Context, _option: click.Parameter, given: str | None) -> Head | None:
    """Return the head that the option gives."""
    if given is None:
        return None
    match = _HEAD.fullmatch(given.strip())
    if match is None:
        raise click.BadParameter("a number, a colon and 64 digits, as `flask audit head` prints")
    return Head(int(match[1]), match[2])


@audit.command()
@click.option(
    "--head",
    "known",
    metavar="NUMBER:DIGEST",
    callback=_head,
    help="A head that was noted earlier: without it a cut tail does not show.",
)
@with_appcontext
def verify(known: Head | None) -> None:
    """Say whether the record is as it was written.

    If not, it names the first event that is not and what is wrong with it, and the exit code is 1.
    """
    last = verification.head()
    fault = verification.first_fault(known)
    missing = verification.missing_triggers()
    if fault:
        click.echo(f"Event {fault.number} is not right: {fault.reason}.", err=True)
    if missing:
        names = ", ".join(missing)
        click.echo(f"The database lacks what keeps the record from changes: {names}.", err=True)
    if fault or missing:
        raise SystemExit(1)
    click.echo(f"The record is whole. Events: {last.number}. Head: {_written(last)}")
    if known is None:
        click.echo("Whether its end was cut off shows only with --head and a head noted earlier.")


def _written(head: Head) -> str:
    return f"{head.number}:{head.digest}"
