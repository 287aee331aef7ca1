"""What the papers of a meeting say: what its agenda and its record are written of.

They are passed on, to whom the tool does not know. So they hold no scores and nothing that scorers
have written, which are for the group alone and from whose members they may be hidden; and of what
is secret they name the basis alone, whoever asks for them (Act on the Openness of Government
Activities 621/1999, 22-24 §). All matters stand in the order of the agenda, which is the same for
every reader.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts import queries as accounts
from app.accounts.models import User
from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from app.measures.queries import visible_to
from app.measures.states import Publicity
from app.meetings import queries
from app.meetings.models import Attendance, Decision, Disqualification, Meeting, OtherMatter
from app.meetings.sections import sections_of
from app.meetings.states import VOTING, Part, Presence, Ruling, Stage


class Present(NamedTuple):
    """Somebody of a meeting, whether they were there or not.

    Attributes:
        attendance: Their row.
        name: Their name; empty for somebody who was erased.
        deputy_for: The name of the person in whose place they came; None without one.
    """

    attendance: Attendance
    name: str
    deputy_for: str | None


class Ruled(NamedTuple):
    """Somebody's disqualification for a matter, and what the group found."""

    name: str
    reason: str
    ruling: Ruling


class PaperMatter(NamedTuple):
    """A measure in the papers of a meeting.

    Attributes:
        decision: Its place on the agenda, and what was decided.
        measure: The measure.
        section: The number of its section; empty where the meeting numbers none.
        disqualified: Who was disqualified or had declared it.
    """

    decision: Decision
    measure: Measure
    section: str
    disqualified: Sequence[Ruled]

    @property
    def is_secret(self) -> bool:
        """Whether the papers say no more of it than that it is secret."""
        return self.measure.publicity is Publicity.SECRET


class Papers(NamedTuple):
    """What the papers of a meeting are written of.

    Attributes:
        meeting: The meeting.
        people: Who was there and who was not, in the order of their parts.
        matters: The measures on the agenda.
        others: The other matters, those that come first and those that come last.
    """

    meeting: Meeting
    people: Sequence[Present]
    matters: Sequence[PaperMatter]
    others: Sequence[OtherMatter]

    @property
    def voting(self) -> int:
        """How many of those who decide were there."""
        return sum(
            each.attendance.presence is Presence.PRESENT and each.attendance.part in VOTING
            for each in self.people
        )

    def those(self, part: Part) -> list[str]:
        """Return the names of those who were there as something."""
        return [
            each.name
            for each in self.people
            if each.attendance.part is part and each.attendance.presence is Presence.PRESENT
        ]


def papers_of(meeting: Meeting, actor: Actor) -> Papers:
    """Return what the papers of a meeting are written of, as far as `actor` may read it."""
    rows = standing(meeting, actor)
    disqualified = _disqualified([decision.id for decision, _measure in rows])
    sections = sections_of(meeting, rows)
    matters = [
        PaperMatter(decision, measure, sections[decision.id], disqualified.get(decision.id, ()))
        for decision, measure in rows
    ]
    return Papers(meeting, _people(meeting), matters, _others(meeting))


def standing(meeting: Meeting, actor: Actor) -> Sequence[tuple[Decision, Measure]]:
    """Return the matters that are or can be decided, in the order of the agenda.

    Units and themes come with the measures. What `actor` may not read is left out.
    """
    query = (
        select(Decision, Measure)
        .join(Measure, Measure.id == Decision.measure_id)
        .options(joinedload(Measure.unit), joinedload(Measure.theme))
        .where(
            Decision.meeting_id == meeting.id,
            Decision.undone_at.is_(None),
            visible_to(actor),
        )
        .order_by(Decision.position)
    )
    return [
        (decision, measure)
        for decision, measure in db.session.execute(query)
        if decision.stage is Stage.DECIDED or measure.state in queries.READY
    ]


def _disqualified(decision_ids: Sequence[int]) -> Mapping[int, Sequence[Ruled]]:
    query = (
        select(Disqualification, User.name)
        .join(User, User.id == Disqualification.user_id)
        .where(Disqualification.decision_id.in_(decision_ids))
        .order_by(User.name, Disqualification.id)
    )
    found: dict[int, list[Ruled]] = defaultdict(list)
    for row, name in db.session.execute(query):
        found[row.decision_id].append(Ruled(name, row.reason, row.ruling))
    return found


def _people(meeting: Meeting) -> list[Present]:
    query = (
        select(Attendance, User.name)
        .join(User, User.id == Attendance.user_id)
        .where(Attendance.meeting_id == meeting.id)
        .order_by(User.name, Attendance.id)
    )
    rows = db.session.execute(query).all()
    replaced = accounts.names_of({row.deputy_for_id for row, _name in rows if row.deputy_for_id})
    people = [Present(row, name, replaced.get(row.deputy_for_id or 0)) for row, name in rows]
    return sorted(people, key=lambda each: list(Part).index(each.attendance.part))


def _others(meeting: Meeting) -> Sequence[OtherMatter]:
    query = select(OtherMatter).where(OtherMatter.meeting_id == meeting.id)
    return db.session.scalars(query.order_by(OtherMatter.position, OtherMatter.id)).all()
