"""The time, in the forms that the database and the law of the city's country use."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("Europe/Helsinki")


def now() -> datetime:
    """Return the time in UTC, without a zone, as all times are kept."""
    return datetime.now(UTC).replace(tzinfo=None)


def today() -> date:
    """Return the day in Finland."""
    return datetime.now(_ZONE).date()


def local(moment: datetime) -> datetime:
    """Return a kept time (UTC, without a zone) as a clock in Finland shows it."""
    return moment.replace(tzinfo=UTC).astimezone(_ZONE)


def beginning_of(day: date) -> datetime:
    """Return the moment at which a day begins in Finland, as times are kept."""
    return at_hour(day, 0)


def at_hour(day: date, hour: int) -> datetime:
    """Return the moment at which clocks in Finland show an hour (0-23) of a day, as times are kept.

    An hour that summer time skips is the one after it, and of one that it repeats it is the first.
    """
    return datetime.combine(day, time(hour), _ZONE).astimezone(UTC).replace(tzinfo=None)
