"""Who has what to do by which day of a roadmap: a table for the annual clock and the reminders."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.core.enums import Labelled
from app.core.policy import Actor, Role
from app.programmes.models import Roadmap
from app.programmes.states import Phase
from app.roadmaps.dates import NAMED, was_decided


class Who(Labelled):
    """Those who have the same to do, in the order of the process."""

    PROPOSERS = "proposers", _l("proposers")
    SCORERS = "scorers", _l("members of the steering group")
    SECRETARY = "secretary", _l("secretary of the steering group")
    CHAIR = "chair", _l("chair of the steering group")
    BOARD_SECRETARY = "board_secretary", _l("city board's secretary")
    LEADS = "leads", _l("holders of responsible posts")


@dataclass(frozen=True)
class Duty:
    """What somebody has to do by a day of a roadmap.

    Attributes:
        milestone: The day: a column of `Roadmap`.
        who: Whose it is.
        what: What they do, as one tells them.
        path: Where they do it; with the year where the page is of one.
        when_late: Whether it can still be done when the day has passed.
        waits_in: The phases in which it waits, where those are not all in which the day is late.
    """

    milestone: str
    who: Who
    what: LazyString
    path: str
    when_late: bool = True
    waits_in: frozenset[Phase] = frozenset()

    def waits(self, roadmap: Roadmap, today: date) -> bool:
        """Tell whether it is still to be done for a roadmap, as far as its phase tells."""
        milestone = NAMED[self.milestone]
        day = milestone.of(roadmap)
        if day is None or roadmap.phase is Phase.CLOSED:
            return False
        if self.who is Who.LEADS and not was_decided(roadmap):
            return False
        if day < today and not (self.when_late and milestone.is_late(roadmap, today)):
            return False
        phases = self.waits_in or milestone.late_in
        return not phases or roadmap.phase in phases


_ROADMAP = "/roadmaps/{year}"

DUTIES = (
    Duty("collect_from", Who.SECRETARY, _l("Open the collecting of proposals."), _ROADMAP),
    Duty(
        "submit_by",
        Who.PROPOSERS,
        _l("Finish your drafts and submit them."),
        "/proposals",
        when_late=False,
    ),
    Duty(
        "submit_by",
        Who.SECRETARY,
        _l("End the collecting after the last day, and take the proposals into scoring."),
        _ROADMAP,
    ),
    Duty("score_by", Who.SCORERS, _l("Score the proposals."), "/scoring"),
    Duty(
        "score_by",
        Who.SECRETARY,
        _l("See that all have scored, and begin to draft the roadmap."),
        _ROADMAP,
    ),
    Duty(
        "draft_by",
        Who.SECRETARY,
        _l("Take the proposals to a meeting, and assemble the roadmap."),
        _ROADMAP,
    ),
    Duty(
        "board_by",
        Who.CHAIR,
        _l("See that the roadmap gets before the city board in time."),
        _ROADMAP,
        waits_in=NAMED["draft_by"].late_in,
    ),
    Duty("board_by", Who.BOARD_SECRETARY, _l("Record what the city board decides."), _ROADMAP),
    Duty(
        "board_by",
        Who.SECRETARY,
        _l("See that the roadmap lacks nothing when it goes before the city board."),
        _ROADMAP,
        waits_in=NAMED["draft_by"].late_in,
    ),
    Duty(
        "budget_on",
        Who.SECRETARY,
        _l("See that what the roadmap costs is in the proposal for the budget."),
        _ROADMAP,
    ),
    Duty(
        "midyear_report_by",
        Who.LEADS,
        _l("Tell how your measures go in the first half of the year."),
        "/?year={year}",
    ),
    Duty(
        "year_report_by",
        Who.LEADS,
        _l("Tell what became of your measures during the year."),
        "/?year={year}",
    ),
)
"""All duties, in the order of the year."""

_OF_ROLES = {
    Role.PROPOSER: Who.PROPOSERS,
    Role.MEMBER: Who.SCORERS,
    Role.SECRETARY: Who.SECRETARY,
    Role.CHAIR: Who.CHAIR,
    Role.BOARD_SECRETARY: Who.BOARD_SECRETARY,
}


def whose(actor: Actor) -> set[Who]:
    """Return whose duties are the actor's own."""
    found = {who for role, who in _OF_ROLES.items() if role in actor.roles}
    if Role.CHAIR in actor.roles:
        found.add(Who.SCORERS)
    return found | {Who.LEADS} if actor.post_ids else found


class Task(NamedTuple):
    """A duty that waits, for one roadmap.

    Attributes:
        duty: What it is.
        roadmap: The roadmap.
        day: By when.
        days_left: The days until then; below zero when the day has passed.
    """

    duty: Duty
    roadmap: Roadmap
    day: date
    days_left: int

    @property
    def path(self) -> str:
        """Where it is done."""
        return self.duty.path.format(year=self.roadmap.year)


class Next(NamedTuple):
    """What is next for some people: what is late, and what comes first after that."""

    who: Who
    is_own: bool
    tasks: Sequence[Task]


def tasks(roadmaps: Iterable[Roadmap], today: date) -> list[Task]:
    """Return all duties that wait, by their days."""
    found = []
    for roadmap in roadmaps:
        for duty in DUTIES:
            day = NAMED[duty.milestone].of(roadmap)
            if day is not None and duty.waits(roadmap, today):
                found.append(Task(duty, roadmap, day, (day - today).days))
    return sorted(found, key=lambda task: (task.day, task.roadmap.year))


def next_for_all(roadmaps: Iterable[Roadmap], actor: Actor, today: date) -> list[Next]:
    """Return what is next for whom; what is the actor's own comes first."""
    every, own = tasks(roadmaps, today), whose(actor)
    found = []
    for who in Who:
        waiting = [task for task in every if task.duty.who is who]
        late = [task for task in waiting if task.days_left < 0]
        coming = [task for task in waiting if task.days_left >= 0]
        found.append(Next(who, who in own, [*late, *coming[:1]]))
    return sorted(found, key=lambda each: not each.is_own)
