from datetime import UTC, date, datetime

import pytest

from app.core import clock


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        (utc(2026, 1, 15, 12, 0), "2026-01-15T14:00:00+02:00"),
        (utc(2026, 7, 15, 12, 0), "2026-07-15T15:00:00+03:00"),
        (utc(2026, 12, 31, 23, 0), "2027-01-01T01:00:00+02:00"),
    ],
)
def test_kept_times_are_shown_as_clocks_in_finland_show_them(kept: datetime, shown: str) -> None:
    assert clock.local(kept).isoformat() == shown


def test_now_is_utc_without_a_zone() -> None:
    before = datetime.now(UTC).replace(tzinfo=None)
    assert clock.now().tzinfo is None
    assert before <= clock.now() <= datetime.now(UTC).replace(tzinfo=None)


def test_today_is_finlands_day() -> None:
    assert clock.today() in {clock.local(clock.now()).date(), date.today()}  # noqa: DTZ011


def test_an_hour_is_that_of_clocks_in_finland() -> None:
    assert clock.at_hour(date(2026, 1, 15), 7) == utc(2026, 1, 15, 5)
    assert clock.at_hour(date(2026, 7, 15), 7) == utc(2026, 7, 15, 4)
    assert clock.beginning_of(date(2026, 7, 15)) == utc(2026, 7, 14, 21)
