"""Reminding of the days of roadmaps: when, whom, in which words, and each once.

Whose turn it is stands in the table of `roadmaps/duties.py`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import or_, select

from app.accounts import queries as accounts
from app.accounts.models import Post, User
from app.config import Language
from app.core import clock
from app.core.i18n import format_date
from app.core.policy import Actor, Role
from app.extensions import db
from app.followup.models import StatusReport
from app.followup.states import FINISHED
from app.mail.operations import Words, write
from app.mail.states import Topic
from app.measures.models import Entry, Measure
from app.measures.workflow import IN_THE_UNIT
from app.programmes.models import Roadmap
from app.programmes.queries import roadmaps
from app.programmes.states import Phase
from app.roadmaps.dates import MILESTONES, Milestone
from app.roadmaps.duties import DUTIES, Duty, Who
from app.roadmaps.models import DateReminder, Item
from app.roadmaps.states import Membership
from app.scoring.queries import to_review

JOB = Actor(name="flask jobs")
"""Who reminds: nobody, so that nobody is left out."""

AHEAD = (14, 3)
"""How many days before a day it is reminded of."""

AFTER = -1
"""The day after, when nothing has happened."""

LATEST = 2
"""By how many days a reminder may be late, as when the job did not run; then it is left out."""

_REPORTED_SINCE = {"midyear_report_by": (1, 1), "year_report_by": (7, 1)}
"""From which month and day on a report counts, by the day of the reports."""


class Due(NamedTuple):
    """A reminder to be sent now.

    Attributes:
        roadmap: The roadmap.
        milestone: The day of it.
        day: The day.
        step: Which reminder it is: one of `AHEAD`, or `AFTER`.
        days_left: How many days are left in fact.
    """

    roadmap: Roadmap
    milestone: Milestone
    day: date
    step: int
    days_left: int

    @property
    def is_late(self) -> bool:
        """Whether the day has passed."""
        return self.days_left < 0


def due(today: date) -> list[Due]:
    """Return the reminders that are to be sent and have not been."""
    found = [
        Due(roadmap, milestone, day, step, (day - today).days)
        for roadmap in roadmaps()
        for milestone in MILESTONES
        if (day := milestone.of(roadmap))
        for step in (*AHEAD, AFTER)
        if step - LATEST <= (day - today).days <= step and (step < 0) == (day < today)
    ]
    noted = select(
        DateReminder.roadmap_id,
        DateReminder.milestone,
        DateReminder.day,
        DateReminder.days_before,
    ).where(DateReminder.day >= today - timedelta(days=LATEST + 1))
    sent = {tuple(row) for row in db.session.execute(noted)}
    return [
        each
        for each in found
        if (each.roadmap.id, each.milestone.name, each.day, each.step) not in sent
    ]


def remind(today: date, hour: int) -> int:
    """Write to all whose turn it is; return how many messages that are.

    Call it in a transaction that holds the lock of writers: of two at once the second finds what
    the first has noted.

    Args:
        today: The day.
        hour: The hour of the day, in Finland, before which nothing is sent.
    """
    hold = max(clock.at_hour(today, hour) - clock.now(), timedelta())
    count = 0
    for each in due(today):
        note = DateReminder(
            roadmap_id=each.roadmap.id,
            milestone=each.milestone.name,
            day=each.day,
            days_before=each.step,
            sent_at=clock.now(),
        )
        db.session.add(note)
        db.session.flush()
        count += _write(each, today, hold)
    return count


def _write(each: Due, today: date, hold: timedelta) -> int:
    """Write to everybody whom a reminder concerns, once, with all that they have to do."""
    people: dict[int, User] = {}
    theirs: dict[int, list[Duty]] = defaultdict(list)
    for duty in DUTIES:
        if duty.milestone == each.milestone.name and _waits(duty, each, today):
            for user in WHOM[duty.who](each, today):
                people[user.id] = user
                theirs[user.id].append(duty)
    groups: dict[tuple[Duty, ...], list[User]] = defaultdict(list)
    for user_id, duties in theirs.items():
        groups[tuple(duties)].append(people[user_id])
    count = 0
    for duties_of_all, users in groups.items():

        def compose(_language: Language, duties: Sequence[Duty] = duties_of_all) -> Words:
            return words(each, duties)

        path = duties_of_all[0].path.format(year=each.roadmap.year)
        count += write(Topic.DUE, users, compose, path, JOB, hold=hold)
    return count


def _waits(duty: Duty, each: Due, today: date) -> bool:
    """Tell whether a duty is still to be done, as far as the roadmap tells."""
    # Nobody moves a roadmap on for the reports: those are late who have not reported.
    has_late_reports = duty.who is Who.LEADS and each.roadmap.phase is not Phase.CLOSED
    return duty.waits(each.roadmap, today) or has_late_reports


def words(each: Due, duties: Sequence[Duty]) -> Words:
    """Return what a reminder says, in the language that gettext speaks now."""
    named = {
        "day": each.milestone.label,
        "date": format_date(each.day),
        "year": each.roadmap.year,
    }
    what = " ".join(str(duty.what) for duty in duties)
    if each.is_late:
        subject = _("Late: %(day)s %(date)s – digital roadmap %(year)s", **named)
        when = _("This day of the digital roadmap %(year)s has passed: %(day)s %(date)s.", **named)
        return Words(subject, f"{when}\n\n{what}")
    subject = _("%(day)s %(date)s – digital roadmap %(year)s", **named)
    when = _("A day of the digital roadmap %(year)s is coming: %(day)s %(date)s.", **named)
    return Words(subject, f"{when}\n\n{what}")


def _holding(*roles: Role) -> Callable[[Due, date], Sequence[User]]:
    return lambda _each, today: accounts.holding(roles, today)


def _with_drafts(each: Due, today: date) -> Sequence[User]:
    """Return the proposers who have written drafts for the roadmap that are not submitted."""
    query = select(Measure.created_by_id, Measure.contact_id).where(
        Measure.state.in_(sorted(IN_THE_UNIT)),
        or_(Measure.first_year == each.roadmap.year, Measure.first_year.is_(None)),
    )
    writers = {user_id for row in db.session.execute(query) for user_id in row}
    return [user for user in accounts.holding({Role.PROPOSER}, today) if user.id in writers]


def _with_scores_left(each: Due, today: date) -> Sequence[User]:
    """Return the people of seats in which proposals of the year wait for scores."""
    found = []
    for user in accounts.holding({Role.MEMBER, Role.CHAIR}, today):
        actor = accounts.actor_of(user.id, today)
        rounds = to_review(actor, today) if actor else ()
        if any(row.year == each.roadmap.year for row in rounds):
            found.append(user)
    return found


def _with_reports_left(each: Due, _today: date) -> Sequence[User]:
    """Return who answers for measures on the roadmap that have not been reported on.

    Where nobody holds a post, or the holder may not sign in, it is the deputy.
    """
    since = date(each.roadmap.year, *_REPORTED_SINCE[each.milestone.name])
    silent = ~(
        select(StatusReport.id)
        .where(
            StatusReport.measure_id == Measure.id,
            or_(
                StatusReport.as_of >= since,
                StatusReport.newest & StatusReport.status.in_(sorted(FINISHED)),
            ),
        )
        .exists()
    )
    query = (
        select(Post.holder_id, Post.deputy_id)
        .join(Measure, Measure.lead_post_id == Post.id)
        .join(Entry, Entry.measure_id == Measure.id)
        .join(Item, Item.entry_id == Entry.id)
        .where(
            Item.roadmap_id == each.roadmap.id,
            Item.membership.in_([Membership.APPROVED, Membership.ADDED]),
            silent,
        )
        .distinct()
    )
    posts = db.session.execute(query).all()
    ids = {user_id for post in posts for user_id in post if user_id}
    active = {user.id: user for user in accounts.people(ids) if user.disabled_on is None}
    return _answering(posts, active)


def _answering(
    posts: Collection[Sequence[int | None]], active: Mapping[int, User]
) -> Sequence[User]:
    found = {}
    for holder_id, deputy_id in posts:
        user = active.get(holder_id or 0) or active.get(deputy_id or 0)
        if user:
            found[user.id] = user
    return list(found.values())


WHOM: Mapping[Who, Callable[[Due, date], Sequence[User]]] = {
    Who.PROPOSERS: _with_drafts,
    Who.SCORERS: _with_scores_left,
    Who.SECRETARY: _holding(Role.SECRETARY),
    Who.CHAIR: _holding(Role.CHAIR),
    Who.BOARD_SECRETARY: _holding(Role.BOARD_SECRETARY),
    Who.LEADS: _with_reports_left,
}
"""Who of those whose duty something is are reminded: those who have something left to do."""
