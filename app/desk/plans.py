"""What doing one thing to many proposals would do, found out before anything is done."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.accounts.models import User
from app.config import Language
from app.core import clock
from app.core.bilingual import text_of
from app.core.policy import Actor
from app.core.transitions import Transition
from app.desk import queries
from app.desk.states import Deed
from app.mail.operations import recipients
from app.measures.models import Measure
from app.measures.notices import readers_of
from app.measures.states import State
from app.measures.workflow import WORKFLOW
from app.scoring.operations import NO_ROUND
from app.scoring.queries import rounds_of_years

MOST = 100
"""How many proposals may be handled at once."""


@dataclass(frozen=True)
class Change:
    """What would happen to one proposal.

    Attributes:
        measure: The proposal.
        row: The row of the workflow that it goes by.
        written_to: Who would get mail of it.
        not_written_to: Who hears of such things and gets no mail, by choice or without an address.
        languages: The languages in which the reason must be given.
    """

    measure: Measure
    row: Transition[State]
    written_to: Sequence[User]
    not_written_to: Sequence[User]
    languages: frozenset[Language]


@dataclass(frozen=True)
class LeftOut:
    """A proposal to which it cannot be done, and why."""

    measure: Measure
    reasons: Sequence[str | LazyString]


@dataclass(frozen=True)
class Plan:
    """What would happen.

    Attributes:
        deed: What is to be done.
        changes: The proposals that it would be done to.
        left_out: Those to which it cannot be done.
    """

    deed: Deed
    changes: Sequence[Change]
    left_out: Sequence[LeftOut]

    @property
    def needs_reason(self) -> bool:
        """Whether a reason must be given."""
        return any(change.row.needs_reason for change in self.changes)

    @property
    def languages(self) -> frozenset[Language]:
        """The languages in which the reason must be given."""
        return frozenset().union(*(change.languages for change in self.changes))

    @property
    def mails(self) -> Sequence[tuple[User, int]]:
        """The people who would get mail, by name, each with the number of messages."""
        return _counted([user for change in self.changes for user in change.written_to])

    @property
    def without_mail(self) -> Sequence[tuple[User, int]]:
        """The people who would not get the mail that concerns them, by name."""
        return _counted([user for change in self.changes for user in change.not_written_to])

    @property
    def fingerprint(self) -> str:
        """What is the same as long as the same would happen to the same proposals."""
        what = [
            self.deed,
            [
                [
                    each.measure.id,
                    each.measure.version,
                    each.measure.state,
                    each.row.name,
                    sorted(user.id for user in each.written_to),
                ]
                for each in self.changes
            ],
            [[each.measure.id, each.measure.state] for each in self.left_out],
        ]
        return sha256(json.dumps(what).encode()).hexdigest()


def _counted(users: Sequence[User]) -> Sequence[tuple[User, int]]:
    counts = Counter(user.id for user in users)
    by_name = sorted({user.id: user for user in users}.values(), key=lambda u: (u.name, u.id))
    return [(user, counts[user.id]) for user in by_name]


def make(deed: Deed, measure_ids: Collection[int], actor: Actor) -> Plan:
    """Return what doing `deed` to proposals would do now; nothing is written.

    Args:
        deed: What is to be done.
        measure_ids: The proposals. One that `actor` may not read is as if it were not there.
        actor: Who would do it.
    """
    measures = queries.chosen(measure_ids, actor)
    open_years = years_being_scored(measures, clock.today())
    left_out, rows = [], {}
    for measure in measures:
        row = _row(deed, measure)
        if reasons := _hindrances(row, measure, open_years):
            left_out.append(LeftOut(measure, reasons))
        else:
            rows[measure] = row
    hearers: dict[int, list[User]] = {}
    for name in {row.name for row in rows.values()}:
        hearers |= readers_of([each for each, row in rows.items() if row.name == name], name)
    changes = [_change(row, measure, hearers[measure.id], actor) for measure, row in rows.items()]
    return Plan(deed, changes, left_out)


def years_being_scored(measures: Iterable[Measure], today: date) -> Collection[int]:
    """Return those first years of the measures whose scoring round is open."""
    rounds = rounds_of_years({measure.first_year for measure in measures if measure.first_year})
    return {year for year, scoring_round in rounds.items() if scoring_round.is_open(today)}


def _row(deed: Deed, measure: Measure) -> Transition[State]:
    """Return the row of the workflow by which a deed is done to a measure in its state."""
    if deed is Deed.OPEN_SCORING and measure.state is State.POSTPONED:
        return WORKFLOW.named("rescore")
    return WORKFLOW.named(deed.value)


def _hindrances(
    row: Transition[State], measure: Measure, open_years: Collection[int]
) -> Sequence[str | LazyString]:
    """Return why a row cannot be used on a measure now; nothing when it can."""
    if measure.state not in row.sources:
        return [_l("The state is “%(state)s”.", state=measure.state.label)]
    found = row.unmet(measure)
    if row.target is State.IN_SCORING and measure.first_year not in open_years:
        found.append(NO_ROUND)
    return found


def _change(
    row: Transition[State], measure: Measure, hearers: Sequence[User], actor: Actor
) -> Change:
    hearers = [user for user in hearers if user.id != actor.user_id]
    written_to = recipients(hearers, actor)
    ids = {user.id for user in written_to}
    return Change(
        measure,
        row,
        written_to,
        [user for user in hearers if user.id not in ids],
        languages_of(measure, hearers) if row.needs_reason else frozenset(),
    )


def languages_of(measure: Measure, hearers: Iterable[User]) -> frozenset[Language]:
    """Return the languages of those whom a measure concerns; its own when there is nobody."""
    found = frozenset(user.language for user in hearers)
    return found or frozenset({text_of(measure, "name", "fi").lang})
