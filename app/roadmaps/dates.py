"""The days of a roadmap: what each is for, their order, what they warn of, and setting them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.audit.operations import recorded
from app.audit.tags import Kind, Tag
from app.core.errors import Refused, Stale
from app.core.policy import Action, Actor, can
from app.programmes.models import Roadmap
from app.programmes.states import DECIDED, Phase


@dataclass(frozen=True)
class Milestone:
    """One of the days that a roadmap has.

    Attributes:
        name: Its column of `Roadmap`.
        label: What it is called.
        meaning: What it is for, in plain words.
        late_in: The phases that should be over once the day has passed.
    """

    name: str
    label: LazyString
    meaning: LazyString
    late_in: frozenset[Phase] = frozenset()

    def of(self, roadmap: Roadmap) -> date | None:
        """Return the day as the roadmap has it."""
        day: date | None = getattr(roadmap, self.name)
        return day

    def is_late(self, roadmap: Roadmap, today: date) -> bool:
        """Tell whether the day has passed and the roadmap has not moved on.

        The days are those of the first approval, so an amendment is not late by them.
        """
        day = self.of(roadmap)
        has_passed = day is not None and day < today
        return has_passed and roadmap.phase in self.late_in and not roadmap.once_approved


_NOT_OPEN = frozenset({Phase.PLANNED})
_COLLECTED = _NOT_OPEN | {Phase.COLLECTING}
_SCORED = _COLLECTED | {Phase.SCORING}
_DRAFTED = _SCORED | {Phase.DRAFTING, Phase.RETURNED_BY_BOARD}
_DECIDED_ON = _DRAFTED | {Phase.BEFORE_BOARD}

MILESTONES = (
    Milestone(
        "collect_from",
        _l("Proposals are collected from"),
        _l("The secretary opens the collecting, and the units begin to propose."),
        _NOT_OPEN,
    ),
    Milestone(
        "submit_by",
        _l("Last day for proposals"),
        _l("What is submitted by this day is taken into scoring."),
        _COLLECTED,
    ),
    Milestone(
        "score_by",
        _l("Scored by"),
        _l("By this day the members have scored the proposals."),
        _SCORED,
    ),
    Milestone(
        "draft_by",
        _l("Drafted by"),
        _l("By this day the steering group has decided, and the roadmap is ready for the board."),
        _DRAFTED,
    ),
    Milestone(
        "board_by",
        _l("The city board decides by"),
        _l("The meeting of the city board that approves the roadmap."),
        _DECIDED_ON,
    ),
    Milestone(
        "budget_on",
        _l("The budget is made on"),
        _l("The day on which the city decides on the budget of the year."),
    ),
    Milestone(
        "midyear_report_by",
        _l("Midyear reports by"),
        _l("By this day the units tell how their measures go in the first half of the year."),
    ),
    Milestone(
        "year_report_by",
        _l("Reports of the year by"),
        _l("By this day the units tell what became of their measures during the year."),
    ),
)
"""All days of a roadmap in the order of the year."""

NAMED: Mapping[str, Milestone] = {each.name: each for each in MILESTONES}

NEEDED = frozenset({"submit_by", "board_by"})
"""The days without which no proposals are collected."""

_REPORTS = ("midyear_report_by", "year_report_by")
_ORDER = ("collect_from", "submit_by", "score_by", "draft_by", "board_by")
_FAR = 2
"""How many years a day may be from the year of its roadmap."""

Days = Mapping[str, date | None]
"""Days by the columns of `Roadmap`."""


class Shown(NamedTuple):
    """A day of a roadmap, as its page shows it.

    Attributes:
        label: What it is called.
        day: The day.
        is_late: Whether it has passed and the roadmap has not moved on.
    """

    label: LazyString
    day: date
    is_late: bool


def shown(roadmap: Roadmap, today: date) -> list[Shown]:
    """Return the days that a roadmap has, in the order of the year."""
    return [
        Shown(each.label, day, each.is_late(roadmap, today))
        for each in MILESTONES
        if (day := each.of(roadmap))
    ]


def settable(roadmap: Roadmap) -> Collection[str]:
    """Return the days that may still be set: those of the reports alone once the board decided."""
    if roadmap.phase is Phase.CLOSED:
        return ()
    return _REPORTS if was_decided(roadmap) else tuple(NAMED)


def was_decided(roadmap: Roadmap) -> bool:
    """Tell whether the city board has approved a roadmap, which may be amended now."""
    return roadmap.once_approved or roadmap.phase in DECIDED


def days_of(roadmap: Roadmap) -> dict[str, date | None]:
    """Return all days of a roadmap."""
    return {each.name: each.of(roadmap) for each in MILESTONES}


def years_of(roadmap: Roadmap) -> set[int]:
    """Return the year of a roadmap, and those in which it has days."""
    return {roadmap.year, *(day.year for day in days_of(roadmap).values() if day)}


def faults(days: Days, year: int) -> dict[str, LazyString]:
    """Return what is wrong with the days of the roadmap of a year, by the day that is wrong."""
    found = {}
    for name, day in days.items():
        if day is not None and abs(day.year - year) > _FAR:
            found[name] = _l("This day is far from the year %(year)s.", year=year)
        elif day is not None and name in _REPORTS and day.year < year:
            found[name] = _l("This day is before the year %(year)s, which it is about.", year=year)
    for order in (_ORDER, _REPORTS):
        given = [(name, day) for name in order if (day := days.get(name))]
        for (earlier, before), (name, day) in pairwise(given):
            if day < before:
                label = NAMED[earlier].label
                found.setdefault(
                    name, _l("This day is before the one before it: “%(name)s”.", name=label)
                )
    return found


def is_after_budget(roadmap: Roadmap) -> bool:
    """Tell whether the city board would decide when the budget has been made already."""
    board, budget = roadmap.board_by, roadmap.budget_on
    if board is None or budget is None or was_decided(roadmap):
        return False
    return board > budget


def suggested(earlier: Roadmap) -> dict[str, date | None]:
    """Return the days of an earlier roadmap a year later, those of a weekend on a Monday."""
    return {name: _a_year_later(day) if day else None for name, day in days_of(earlier).items()}


def _a_year_later(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    later = date(day.year + 1, 2, 28) if is_leap_day else day.replace(year=day.year + 1)
    return working_day(later)


def working_day(day: date) -> date:
    """Return a day, or the Monday after it where it falls on a weekend."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= 5 else day


def set_dates(roadmap: Roadmap, version: int, days: Days, actor: Actor) -> None:
    """Set days of a roadmap; those that are not named stay.

    Raises:
        Stale: Somebody else has changed the roadmap since `version`.
        Refused: The actor may not, the time to set one of them has passed, or they are in a wrong
            order.
    """
    if not can(actor, Action.MANAGE_ROADMAP):
        raise Refused(_l("Your role does not include this action."))
    changed = {name: day for name, day in days.items() if day != getattr(roadmap, name)}
    if not changed:
        return
    if roadmap.version != version:
        raise Stale
    if not changed.keys() <= set(settable(roadmap)):
        raise Refused(_l("The city board has decided on the roadmap."))
    if wrong := faults({**days_of(roadmap), **changed}, roadmap.year):
        raise Refused(*wrong.values())
    with recorded(Tag.DATES_SET, actor, Kind.ROADMAP, roadmap):
        for name, day in changed.items():
            setattr(roadmap, name, day)
