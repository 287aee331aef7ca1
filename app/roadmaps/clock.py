"""The annual clock: what runs when in a year, as a picture and as a list, and what to beware of."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.programmes.models import Roadmap
from app.programmes.states import Phase
from app.roadmaps import clock_queries
from app.roadmaps.dates import MILESTONES, NAMED, is_after_budget, settable, was_decided

LEFT, WIDTH, ROW, TOP = 210, 790, 28, 30
"""The picture, in its own units: room for names, the width of the year, a row, the months."""


class Stage(NamedTuple):
    """A part of the year of a roadmap: it follows the day `after` and ends on the day `until`.

    It is going on in its phases.
    """

    label: LazyString
    after: str
    until: str
    phases: frozenset[Phase]


STAGES = (
    Stage(_l("Collecting"), "collect_from", "submit_by", frozenset({Phase.COLLECTING})),
    Stage(_l("Scoring"), "submit_by", "score_by", frozenset({Phase.SCORING})),
    Stage(
        _l("Drafting"),
        "score_by",
        "draft_by",
        frozenset({Phase.DRAFTING, Phase.RETURNED_BY_BOARD}),
    ),
    Stage(_l("City board"), "draft_by", "board_by", frozenset({Phase.BEFORE_BOARD})),
)


class Bar(NamedTuple):
    """A time in a row of the picture.

    Attributes:
        first: Its first day.
        last: Its last day.
        state: "over", "now", "late" or "coming".
        x: Where it begins in the picture.
        width: How wide it is there.
    """

    first: date
    last: date
    state: str
    x: float
    width: float


class Row(NamedTuple):
    """A row of the picture; one without bars is a heading."""

    label: str | LazyString
    bars: Sequence[Bar]
    y: int


class Month(NamedTuple):
    """A month of the picture."""

    first: date
    x: float


class Happening(NamedTuple):
    """A day of the list.

    Attributes:
        day: The day.
        what: What is on it.
        year: The year of the roadmap that it belongs to; None for a meeting.
        meeting_id: The meeting that is held.
        is_late: Whether the roadmap should have moved on since.
    """

    day: date
    what: str | LazyString
    year: int | None = None
    meeting_id: int | None = None
    is_late: bool = False


class Clock(NamedTuple):
    """A year.

    Attributes:
        year: The year.
        roadmaps: What runs in it.
        rows: The picture.
        months: Its months.
        today_x: Where today is in it; None when it is in another year.
        height: How high it is.
        happenings: The days of the year in their order.
    """

    year: int
    roadmaps: Sequence[Roadmap]
    rows: Sequence[Row]
    months: Sequence[Month]
    today_x: float | None
    height: int
    happenings: Sequence[Happening]


def clock_of(year: int, today: date) -> Clock:
    """Return the annual clock of a year; the number of queries does not depend on what is in it."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    roadmaps = clock_queries.running(year)
    rounds = {row.roadmap_id: row for row in clock_queries.rounds(first, last)}
    meetings = clock_queries.meetings(first, last)
    named: list[tuple[str | LazyString, list[Bar]]] = []
    happenings = [
        Happening(row.held_on, _("Meeting %(number)s", number=row.number), meeting_id=row.id)
        for row in meetings
    ]
    for roadmap in roadmaps:
        named.append((_("Digital roadmap %(year)s", year=roadmap.year), []))
        named += _stages(roadmap, year, today)
        if found := rounds.get(roadmap.id):
            state = _by_days(found.opens_on, found.closes_on, today)
            bar = _bar(found.opens_on, found.closes_on, state, year)
            named.append((_l("Scoring round"), [bar]))
            begins, ends = _l("Scoring begins"), _l("Scoring ends")
            happenings.append(Happening(found.opens_on, begins, roadmap.year))
            happenings.append(Happening(found.closes_on, ends, roadmap.year))
        happenings += [
            Happening(day, each.label, roadmap.year, is_late=each.is_late(roadmap, today))
            for each in MILESTONES
            if (day := each.of(roadmap))
        ]
    if meetings:
        days = [row.held_on for row in meetings]
        bars = [_bar(day, day, _by_days(day, day, today), year) for day in days]
        named.append((_l("Meetings"), bars))
    rows = [Row(label, bars, TOP + number * ROW) for number, (label, bars) in enumerate(named)]
    return Clock(
        year,
        roadmaps,
        rows,
        [Month(date(year, month, 1), _x(date(year, month, 1), year)) for month in range(1, 13)],
        _x(today, year) if today.year == year else None,
        TOP + len(rows) * ROW,
        sorted((each for each in happenings if each.day.year == year), key=lambda each: each.day),
    )


def _stages(roadmap: Roadmap, year: int, today: date) -> list[tuple[LazyString, list[Bar]]]:
    """Return the rows of a roadmap that have something in the year."""
    rows = []
    for stage in STAGES:
        last = NAMED[stage.until].of(roadmap)
        if last is None:
            continue
        before = NAMED[stage.after].of(roadmap)
        first = last if before is None else min(last, before + timedelta(days=1))
        if stage.after == "collect_from" and before is not None:
            first = before
        rows.append((stage.label, first, last, _state(stage, roadmap, today)))
    if day := roadmap.budget_on:
        rows.append((_l("Budget"), day, day, _by_days(day, day, today)))
    if was_decided(roadmap) or roadmap.year >= today.year:
        first = date(roadmap.year, 1, 1)
        last = max(date(roadmap.year, 12, 31), roadmap.year_report_by or first)
        rows.append((_l("Follow-up"), first, last, _by_days(first, last, today)))
    return [
        (label, [_bar(first, last, state, year)])
        for label, first, last, state in rows
        if first.year <= year <= last.year
    ]


def _state(stage: Stage, roadmap: Roadmap, today: date) -> str:
    """Return how a stage stands, by the phase that the roadmap is in."""
    if was_decided(roadmap):
        return "over"
    milestone = NAMED[stage.until]
    if milestone.is_late(roadmap, today):
        return "late"
    if roadmap.phase in stage.phases:
        return "now"
    return "coming" if roadmap.phase in milestone.late_in else "over"


def _by_days(first: date, last: date, today: date) -> str:
    return "over" if last < today else "coming" if first > today else "now"


def _bar(first: date, last: date, state: str, year: int) -> Bar:
    x = _x(max(first, date(year, 1, 1)), year)
    end = _x(min(last, date(year, 12, 31)) + timedelta(days=1), year)
    # A single day is seen, too.
    return Bar(first, last, state, x, round(max(end - x, 6.0), 1))


def _x(day: date, year: int) -> float:
    """Return where a day begins in the picture of a year."""
    days = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    return round(LEFT + WIDTH * (day - date(year, 1, 1)).days / days, 1)


class Caution(NamedTuple):
    """What to beware of, and which roadmap it is about."""

    roadmap: Roadmap
    text: str


def cautions(roadmaps: Sequence[Roadmap], today: date) -> list[Caution]:
    """Return what the days of roadmaps warn of: budget, missing days, phases that are late."""
    found = []
    for roadmap in roadmaps:
        if is_after_budget(roadmap):
            found.append(
                Caution(roadmap, _("The city board would decide after the budget is made."))
            )
        may_set = () if roadmap.imported else settable(roadmap)
        missing = [NAMED[name].label for name in may_set if NAMED[name].of(roadmap) is None]
        if len(missing) == len(MILESTONES):
            found.append(Caution(roadmap, _("No days have been set yet.")))
        elif missing:
            days = ", ".join(str(label) for label in missing)
            found.append(Caution(roadmap, _("Days that have not been set: %(days)s.", days=days)))
        late = [each.label for each in MILESTONES if each.is_late(roadmap, today)]
        if late:
            text = _(
                "The roadmap is late: its phase is “%(phase)s”, and this day has passed: "
                "“%(day)s”.",
                phase=roadmap.phase.label,
                day=late[0],
            )
            found.append(Caution(roadmap, text))
    return found
