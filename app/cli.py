"""The commands of `flask`."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from app.accounts import people_import
from app.accounts.credentials import invite
from app.accounts.operations import INSTALLER
from app.accounts.people_import import IMPORTER
from app.accounts.queries import active_users
from app.audit.commands import audit
from app.config import Settings, is_own
from app.core import clock, policy_table
from app.core.csv_file import Fault
from app.core.database import writing
from app.extensions import db
from app.followup.jobs import remind_of_dates
from app.followup.states import Precision
from app.history import retention
from app.importing import report
from app.importing.apply import apply_plan
from app.importing.demo import make_demo
from app.importing.instance import (
    Beginning,
    make_instance,
    settings_file,
    usual_beginning,
    write_settings,
)
from app.importing.plan import AsOf, as_of, plan_import
from app.mail import commands as mail
from app.measures.commands import bring_up_to_date, look_alikes
from app.programmes.queries import has_programme
from app.roadmaps.commands import roadmap
from app.sign_in.commands import link_line, users

_OPEN_DEMO = (
    "Warning: DEMO is true and HOST is open to other machines, so that anybody who reaches it can"
    " sign in as one of the demo's people."
)

T = TypeVar("T", int, str)

LONGEST_NAME = 200

_QUESTIONS = {
    "city_fi": "Name of the city in Finnish",
    "city_sv": "Name of the city in Swedish",
    "language": "Language of those who have not chosen one (fi or sv)",
    "administrator": "Name of the first administrator",
    "first_year": "First year of the programme",
    "last_year": "Last year of the programme",
    "programme_fi": "Name of the programme in Finnish",
    "programme_sv": "Name of the programme in Swedish",
}


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(audit)
    app.cli.add_command(import_files)
    app.cli.add_command(init)
    app.cli.add_command(look_alikes)
    app.cli.add_command(policy)
    app.cli.add_command(keep_no_longer)
    app.cli.add_command(roadmap)
    app.cli.add_command(start_up)
    app.cli.add_command(users)
    mail.init_app(app, due=(remind_of_dates,))


@click.group("import")
def import_files() -> None:
    """Read files into the database."""


def _days(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> Any:
    """Return what options such as 2024=2024-10 say, by the year before the sign."""
    days: dict[int, AsOf] = {}
    for text in given:
        year, _sign, day_text = text.partition("=")
        try:
            day = as_of(day_text)
        except ValueError as error:
            raise click.BadParameter(f"{text}: {error}") from error
        if year != str(day.day.year):
            raise click.BadParameter(f"{text}: the day must be in the year before the sign")
        days[day.day.year] = day
    return days


def _exact_days(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> Any:
    days: dict[int, AsOf] = _days(context, option, given)
    if any(day.precision is not Precision.DAY for day in days.values()):
        raise click.BadParameter("a board's approval has a day: YEAR=YYYY-MM-DD")
    return {year: day.day for year, day in days.items()}


@import_files.command("roadmap")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--as-of",
    "days",
    metavar="YEAR=DAY",
    multiple=True,
    callback=_days,
    help="The day that a status column speaks of: 2024=2024-10 or 2025=2025-12-02.",
)
@click.option(
    "--board",
    "boards",
    metavar="YEAR=DAY",
    multiple=True,
    callback=_exact_days,
    help="The day on which the city board approved a year's roadmap: 2024=2024-01-22.",
)
@with_appcontext
def import_roadmap(
    file: Path, dry_run: bool, days: dict[int, AsOf], boards: dict[int, date]
) -> None:
    """Read a roadmap FILE.csv, say what it adds and changes, and write that.

    A file with faults changes nothing: all of them are listed, and the exit code is 1.
    """
    data = file.read_bytes()
    if dry_run:
        plan = plan_import(data, days, boards)
    else:
        with writing():
            plan = plan_import(data, days, boards)
            if not plan.faults:
                apply_plan(plan)
    _say(file.name, plan.faults, report.lines(plan), dry_run)


@import_files.command("people")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@with_appcontext
def import_people(file: Path, dry_run: bool) -> None:
    """Read people from FILE.csv, say what it adds and changes, and write that.

    A file with faults changes nothing: all of them are listed, and the exit code is 1.
    """
    data, today = file.read_bytes(), clock.today()
    language = current_app.config["SETTINGS"].default_language
    if dry_run:
        plan = people_import.plan_import(data, IMPORTER, today, language)
    else:
        with writing():
            plan = people_import.plan_import(data, IMPORTER, today, language)
            if not plan.faults:
                people_import.apply_plan(plan, IMPORTER, language)
    _say(file.name, plan.faults, people_import.lines(plan), dry_run)


def _say(name: str, faults: Sequence[Fault], lines: Iterable[str], dry_run: bool) -> None:
    for fault in faults:
        click.echo(f"{name}: {fault}", err=True)
    if faults:
        click.echo(f"{name}: nothing was written, {len(faults)} to correct", err=True)
        raise SystemExit(1)
    for line in lines:
        click.echo(line)
    if dry_run:
        click.echo("This was a dry run: nothing was written.")


@click.command()
@click.option("--city-fi", help=_QUESTIONS["city_fi"])
@click.option("--city-sv", help=_QUESTIONS["city_sv"])
@click.option("--language", type=click.Choice(["fi", "sv"]), help=_QUESTIONS["language"])
@click.option("--administrator", metavar="NAME", help=_QUESTIONS["administrator"])
@click.option("--programme-fi", help=_QUESTIONS["programme_fi"])
@click.option("--programme-sv", help=_QUESTIONS["programme_sv"])
@click.option("--first-year", type=click.IntRange(2000, 2100), help=_QUESTIONS["first_year"])
@click.option("--last-year", type=click.IntRange(2000, 2100), help=_QUESTIONS["last_year"])
@click.option("--force", is_flag=True, help="Write over the settings of the instance.")
@with_appcontext
def init(force: bool, **given: Any) -> None:
    """Make an empty instance: settings, first administrator, programme.

    On a terminal it asks for what no option gives; elsewhere it takes what is usual.
    """
    settings: Settings = current_app.config["SETTINGS"]
    path = settings_file(settings)
    if path.exists() and not force:
        raise click.ClickException(f"{path} exists; with --force it is written anew")
    _migrate(settings)
    if has_programme():
        raise click.ClickException("the database has a programme, so that it is not empty")
    beginning = _ask(settings, given)
    with writing():
        administrator = make_instance(beginning)
        first_link = link_line(administrator, invite(administrator, INSTALLER))
        write_settings(path, beginning)
    click.echo(f"The instance is ready. Its settings are in {path}.")
    click.echo(first_link)


def _ask(settings: Settings, given: dict[str, Any]) -> Beginning:
    """Return the beginning that the options give and, on a terminal, the answers."""

    def answer(name: str, usual: T) -> T:
        value = given[name]
        if value is None:
            value = click.prompt(_QUESTIONS[name], default=usual) if sys.stdin.isatty() else usual
        text = str(value)
        if not text.strip() or not text.isprintable() or len(text) > LONGEST_NAME:
            reason = f"{_QUESTIONS[name]}: 1 to {LONGEST_NAME} characters are needed"
            raise click.BadParameter(reason)
        found: T = value
        return found

    first_year = answer("first_year", clock.today().year)
    last_year = answer("last_year", max(first_year, min(first_year + 2, 2100)))
    if not 2000 <= first_year <= last_year <= 2100:
        raise click.BadParameter("the years of the programme are not in order")
    usual = usual_beginning(settings, first_year, last_year)
    language = answer("language", str(usual.language))
    return Beginning(
        city_fi=answer("city_fi", usual.city_fi),
        city_sv=answer("city_sv", usual.city_sv),
        language="sv" if language == "sv" else "fi",
        administrator=answer("administrator", usual.administrator),
        programme_fi=answer("programme_fi", usual.programme_fi),
        programme_sv=answer("programme_sv", usual.programme_sv),
        first_year=first_year,
        last_year=last_year,
    )


@click.group()
def policy() -> None:
    """Read who may do what."""


@policy.command("print")
@with_appcontext
def print_policy() -> None:
    """Print who may do what, as docs/who-may-do-what.md has it."""
    click.echo(policy_table.as_markdown())


@click.command("start-up")
@click.option("--demo/--no-demo", default=True, help="What an empty database is filled with.")
@with_appcontext
def start_up(demo: bool) -> None:
    """Bring the database up to date, fill it where it is empty, and say where the tool answers."""
    settings: Settings = current_app.config["SETTINGS"]
    _migrate(settings)
    first_link = None if has_programme() else _fill(settings, demo and not settings.production)
    bring_up_to_date()
    click.echo(f"Address: {settings.address}")
    if first_link:
        click.echo(first_link)
    if settings.demo and not settings.production and not is_own(settings.host):
        click.echo(_OPEN_DEMO, err=True)
    people = [user for user in active_users() if user.invented] if settings.demo else []
    if people:
        click.echo("Demo sign-ins, all of them invented people, at /sign-in:")
    for user in people:
        roles = ", ".join(grant.role.value.replace("_", " ") for grant in user.roles)
        click.echo(f"  {user.key:<16} {user.name} ({roles}, {user.language})")


def _fill(settings: Settings, demo: bool) -> str | None:
    """Fill the database, in one transaction so that a start that is cut off leaves it empty.

    Returns the line that says how the first administrator signs in; None for the demo.
    """
    with writing():
        # Another start may have filled it while this one waited for its turn.
        if has_programme():
            return None
        if demo:
            make_demo()
            return None
        year = clock.today().year
        beginning = usual_beginning(settings, year, year + 2)
        administrator = make_instance(beginning)
        if not settings_file(settings).exists():
            write_settings(settings_file(settings), beginning)
        return link_line(administrator, invite(administrator, INSTALLER))


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@with_appcontext
def keep_no_longer(dry_run: bool) -> None:
    """Let go of what has been kept as long as the settings say; run it once a night."""
    settings: Settings = current_app.config["SETTINGS"]
    run = retention.due if dry_run else retention.let_go
    for each in run(settings, clock.now()):
        up_to = f"{clock.local(each.up_to):%Y-%m-%d %H:%M}"
        click.echo(f"{each.kept.name}: {each.number} from before {up_to} ({each.days} days)")
    if dry_run:
        click.echo("This was a dry run: nothing was written.")


def _migrate(settings: Settings) -> None:
    """Bring the database's tables to the newest migration, where they are not there yet."""
    settings.instance.mkdir(parents=True, exist_ok=True)
    config = current_app.extensions["migrate"].migrate.get_config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    if present != newest:
        upgrade()
