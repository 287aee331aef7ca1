"""What `flask jobs run` does of this room."""

from flask import current_app

from app.core import clock
from app.core.database import writing
from app.followup import date_reminders


def remind_of_dates() -> None:
    """Write the reminders of the days of roadmaps that are due."""
    today, hour = clock.today(), current_app.config["SETTINGS"].digest_hour
    # On nearly every run nothing is due; then nobody waits for the lock of writers.
    if date_reminders.due(today):
        with writing(counted=False):
            date_reminders.remind(today, hour)
