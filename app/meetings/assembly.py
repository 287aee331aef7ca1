"""Who is at a meeting, and who takes no part in which of its matters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from app.config import Settings
from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from app.meetings.models import Attendance, Decision, Disqualification, Meeting
from app.meetings.states import VOTING, Presence, Ruling
from app.programmes.models import Roadmap
from app.scoring.blindness import hidden_from
from app.scoring.models import Review, Round
from app.scoring.queries import rounds_of_years
from app.scoring.states import ReviewState

_TAKES_NO_PART = frozenset({Ruling.DECLARED, Ruling.DISQUALIFIED})
"""Whoever has said that they are disqualified takes no part until the group rules otherwise."""


def quorum() -> int:
    """Return how many must be present and able to decide; 0 when the city asks for none."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.meeting_quorum


@dataclass(frozen=True)
class Assembly:
    """Who is at a meeting.

    Attributes:
        attendance: The rows of who was expected, by the ids of the people.
        rulings: By matter and person what became of a disqualification; one that was declared in
            scoring and not handled yet is `Ruling.DECLARED`.
        quorum: How many must be present and able to decide.
    """

    attendance: Mapping[int, Attendance]
    rulings: Mapping[int, Mapping[int, Ruling]]
    quorum: int

    @property
    def is_recorded(self) -> bool:
        """Whether it has been written down of anybody that they were there or not."""
        return any(row.presence is not Presence.UNKNOWN for row in self.attendance.values())

    @property
    def present(self) -> frozenset[int]:
        """The ids of who is present, voting or not."""
        rows = self.attendance.items()
        return frozenset(key for key, row in rows if row.presence is Presence.PRESENT)

    @property
    def voting(self) -> frozenset[int]:
        """The ids of who is present and decides."""
        return frozenset(each for each in self.present if self.attendance[each].part in VOTING)

    def able_to_decide(self, decision_id: int) -> frozenset[int]:
        """Return who is present and decides on a matter."""
        rulings = self.rulings.get(decision_id, {})
        out = {user_id for user_id, ruling in rulings.items() if ruling in _TAKES_NO_PART}
        return self.voting - out

    def unruled(self, decision_id: int) -> list[int]:
        """Return who has declared a disqualification that the group has not ruled on."""
        rulings = self.rulings.get(decision_id, {})
        return [key for key, ruling in rulings.items() if ruling is Ruling.DECLARED]

    def hindrances(self, decision_id: int, actor: Actor) -> Sequence[LazyString]:
        """Return why `actor` cannot record a decision on a matter now; nothing when they can.

        Whoever is disqualified takes no part in handling a matter, which recording it is, and the
        body rules on the disqualification of its members (Administrative Procedure Act 434/2003,
        27 and 29 §). Where no quorum is asked for and nobody wrote down who was there, nothing of
        attendance is checked.
        """
        found: list[LazyString] = []
        if self.rulings.get(decision_id, {}).get(actor.user_id or 0) in _TAKES_NO_PART:
            found.append(
                _l("You are disqualified in this matter. Somebody else records the decision.")
            )
        if not self.is_recorded:
            return [*found, *self.unmet_quorum()]
        if not self.present.isdisjoint(self.unruled(decision_id)):
            found.append(
                _l(
                    "Somebody who is present has declared a disqualification. Record first what "
                    "the group rules on it."
                )
            )
        able = len(self.able_to_decide(decision_id))
        if able < self.quorum:
            found.append(
                _l(
                    "Present and able to decide on this are %(able)s; %(quorum)s are needed.",
                    able=able,
                    quorum=self.quorum,
                )
            )
        return found

    def unmet_quorum(self) -> list[LazyString]:
        """Return that attendance must be recorded, where a quorum asks for it and it is not."""
        if self.is_recorded or not self.quorum:
            return []
        return [_l("A quorum is asked for. Record first who is present.")]


def assembly(meeting: Meeting, reader: Actor | None = None, today: date | None = None) -> Assembly:
    """Return who is at a meeting, and the disqualifications in all its matters.

    Args:
        meeting: The meeting.
        reader: Who is shown it; what blindness hides from them is left out. Without one nothing
            is, as for a check.
        today: The day in Finland, with a reader.
    """
    people = select(Attendance).where(Attendance.meeting_id == meeting.id)
    rulings = declared(meeting.id, reader, today)
    recorded = (
        select(Disqualification)
        .join(Decision, Decision.id == Disqualification.decision_id)
        .where(Decision.meeting_id == meeting.id)
    )
    for row in db.session.scalars(recorded):
        rulings.setdefault(row.decision_id, {})[row.user_id] = row.ruling
    return Assembly({row.user_id: row for row in db.session.scalars(people)}, rulings, quorum())


def declared(
    meeting_id: int, reader: Actor | None, today: date | None
) -> dict[int, dict[int, Ruling]]:
    """Return the disqualifications declared in scoring, by matter and person, as `assembly`."""
    query = (
        select(Decision.id, Review.user_id, Review.round_id, Review.measure_id, Roadmap.year)
        .join(Measure, Measure.id == Decision.measure_id)
        .join(Review, Review.measure_id == Decision.measure_id)
        .join(Round, Round.id == Review.round_id)
        .join(Roadmap, (Roadmap.id == Round.roadmap_id) & (Roadmap.year == Measure.first_year))
        .where(
            Decision.meeting_id == meeting_id,
            Review.disqualified,
            Review.state == ReviewState.SUBMITTED,
        )
        .order_by(Review.user_id)
    )
    rows = db.session.execute(query).all()
    found: dict[int, dict[int, Ruling]] = {}
    hidden = None
    if reader and today and rows:
        rounds = rounds_of_years({row.year for row in rows}).values()
        hidden = hidden_from(reader, rounds, today, [row.measure_id for row in rows])
    for row in rows:
        if hidden is None or not hidden.hides(row.round_id, row.measure_id):
            found.setdefault(row.id, {})[row.user_id] = Ruling.DECLARED
    return found
