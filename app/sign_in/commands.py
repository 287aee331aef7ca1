"""The commands that let people in: `flask users add|role|disable|sign-out|reset|list`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts import credentials, operations, roles, sessions
from app.accounts.models import RoleGrant, Unit, User
from app.accounts.queries import active_users
from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.policy import Actor, Role
from app.extensions import db
from app.sign_in import throttle

COMMAND = Actor(name="flask users", roles=frozenset({Role.ADMINISTRATOR}))
"""Who acts: whoever may run commands on the server, and no person of the tool."""

_ROLES = {role.value: role for role in Role}


def day(text: str) -> date:
    """Return the day that a text such as 2027-01-31 means."""
    return date.fromisoformat(text)


@click.group()
def users() -> None:
    """Add people, give and end roles, and make one-time links to sign in by."""


@users.command()
@click.argument("key")
@click.option("--name", required=True, help="The person's name.")
@click.option("--language", type=click.Choice(["fi", "sv"]), help="What they read (the city's).")
@click.option("--role", "given", type=click.Choice(_ROLES), multiple=True, help="May be repeated.")
@click.option("--unit", help="Key of the unit that they work in.")
@click.option("--email", help="Where mail reaches them.")
@with_appcontext
def add(
    key: str,
    name: str,
    language: str | None,
    given: tuple[str, ...],
    unit: str | None,
    email: str | None,
) -> None:
    """Add a person who signs in as KEY, and print their one-time link."""
    settings: Settings = current_app.config["SETTINGS"]
    with _in_words(), writing():
        user = operations.add_user(
            key,
            name,
            "sv" if (language or settings.default_language) == "sv" else "fi",
            [_ROLES[role] for role in given],
            COMMAND,
            unit=_unit(unit) if unit else None,
            email=email,
        )
        token = credentials.invite(user, COMMAND)
        line = link_line(user, token)
    click.echo(line)


@users.command("role")
@click.argument("key")
@click.argument("role", type=click.Choice(_ROLES))
@click.option("--first-day", type=day, metavar="YYYY-MM-DD", help="The first day of it.")
@click.option("--last-day", type=day, metavar="YYYY-MM-DD", help="The last day of it.")
@click.option("--unit", help="Key of the unit that a proposer proposes for.")
@click.option("--end", is_flag=True, help="End the role at once.")
@with_appcontext
def change_role(
    key: str,
    role: str,
    first_day: date | None,
    last_day: date | None,
    unit: str | None,
    end: bool,
) -> None:
    """Give the person KEY a ROLE, or end it."""
    if end and (first_day or last_day or unit):
        raise click.UsageError("--end takes no days and no unit")
    with _in_words(), writing():
        user = _person(key)
        if end:
            for grant in _held(user, _ROLES[role]):
                roles.end_role(user, grant, COMMAND)
        else:
            unit_id = _unit(unit).id if unit else None
            roles.give_role(
                user,
                _ROLES[role],
                COMMAND,
                first_day=first_day,
                last_day=last_day,
                unit_id=unit_id,
            )
        line = _line(user)
    click.echo(line)


@users.command()
@click.argument("key")
@with_appcontext
def disable(key: str) -> None:
    """Keep the person KEY from signing in, and end their sessions."""
    with _in_words(), writing():
        operations.disable(_person(key), COMMAND)
    click.echo(f"{key} can no longer sign in.")


@users.command("sign-out")
@click.argument("key", required=False)
@click.option("--everybody", is_flag=True, help="End the sessions of all people.")
@with_appcontext
def sign_out(key: str | None, *, everybody: bool) -> None:
    """End the sessions of the person KEY, or of everybody."""
    if (key is None) is not everybody:
        raise click.UsageError("give either a KEY or --everybody")
    with _in_words(), writing():
        people = active_users() if everybody else [_person(key or "")]
        count = sum(sessions.end_all(user.id, COMMAND) for user in people)
    click.echo(f"{count} sessions ended.")


@users.command()
@click.argument("key")
@with_appcontext
def reset(key: str) -> None:
    """Print a one-time link for the person KEY, and take their second factor off.

    With the second factor their password goes too. Without one it works until they have chosen
    another one by the link.
    """
    with _in_words(), writing():
        user = _person(key)
        token = credentials.invite(user, COMMAND)
        credentials.reset_second_factor(user, COMMAND)
        throttle.forget(user.key)
        line = link_line(user, token)
    click.echo(line)


@users.command("list")
@with_appcontext
def list_people() -> None:
    """Print who is known: sign-in name, name, language, roles."""
    for user in db.session.scalars(select(User).where(User.erased_on.is_(None)).order_by(User.key)):
        click.echo(_line(user))


def link_line(user: User, token: str) -> str:
    """Return the line that tells how somebody signs in for the first time."""
    settings: Settings = current_app.config["SETTINGS"]
    until = clock.local(clock.now() + credentials.INVITED_FOR)
    link = f"{settings.address}/invitation/{token}?lang={user.language}"
    return f"{user.name} ({user.key}) chooses a password by {_moment(until)} at\n  {link}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _line(user: User) -> str:
    held = ", ".join(_role(grant) for grant in user.roles if not _is_over(grant)) or "no role"
    closed = f" – cannot sign in since {user.disabled_on}" if user.disabled_on else ""
    return f"{user.key:<24} {user.name} ({user.language}): {held}{closed}"


def _is_over(grant: RoleGrant) -> bool:
    return grant.last_day is not None and grant.last_day < clock.today()


def _role(grant: RoleGrant) -> str:
    first = f" from {grant.first_day}" if grant.first_day else ""
    last = f" to {grant.last_day}" if grant.last_day else ""
    return f"{grant.role.value}{first}{last}"


def _person(key: str) -> User:
    user = db.session.scalar(select(User).where(User.key == key))
    if user is None:
        raise click.ClickException(f"nobody signs in as {key}")
    return user


def _unit(key: str) -> Unit:
    unit = db.session.scalar(select(Unit).where(Unit.key == key))
    if unit is None:
        known = ", ".join(db.session.scalars(select(Unit.key).order_by(Unit.key))) or "none"
        raise click.ClickException(f"there is no unit {key}; the units are: {known}")
    return unit


def _held(user: User, role: Role) -> list[RoleGrant]:
    """Return the grants of a role that a person holds today or will hold."""
    held = [grant for grant in user.roles if grant.role is role and not _is_over(grant)]
    if not held:
        raise click.ClickException(f"{user.key} does not hold the role {role.value}")
    return held


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what the rules do not allow on one line, in English like all commands."""
    try:
        yield
    except Refused as refused:
        with force_locale("en"):
            raise click.ClickException(" ".join(str(each) for each in refused.reasons)) from None
