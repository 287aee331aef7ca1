"""The commands of `flask look-alikes`."""

import click
from flask import current_app
from flask.cli import with_appcontext

from app.config import Settings
from app.core.database import writing
from app.measures import lemmas, likeness

# So many measures are written in one transaction, so that others are not kept waiting.
_AT_ONCE = 200


@click.group("look-alikes")
def look_alikes() -> None:
    """Prepare what similar measures are found by."""


@look_alikes.command()
@click.option("--anew", is_flag=True, help="Make dictionaries again that are there.")
@with_appcontext
def prepare(anew: bool) -> None:
    """Make the dictionaries of Finnish and Swedish words: once, in 20 seconds and 800 MB of memory.

    Start the tool again afterwards: `flask start-up` brings its measures up to date with them.
    """
    settings: Settings = current_app.config["SETTINGS"]
    made = lemmas.prepare(settings.lemma_root, anew=anew)
    click.echo(f"{'Made' if made else 'There already'}: {settings.lemma_root}")


def bring_up_to_date() -> None:
    """Write the words of measures that have none, or that other dictionaries have found."""
    while True:
        with writing():
            found = likeness.write_missing(_AT_ONCE)
        if found < _AT_ONCE:
            return
