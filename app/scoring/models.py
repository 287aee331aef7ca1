"""Scoring rounds, who scores in them and by what, the members' reviews, and saved scenarios."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.audit.models import UNRECORDED
from app.core.enums import enum_type
from app.extensions import IDS_ONCE, Model
from app.scoring.states import Blindness, ProposedOutcome, ReviewState


class Round(Model):
    """The scoring round of one year's roadmap, open from one day to another (both included).

    `capacity` is how many measures the year has room for: the cut line of the ranking runs after so
    many. It is None while nobody has said. `reminded_at` is when the scorers were reminded last.
    """

    __tablename__ = "scoring_round"
    __table_args__ = (
        UniqueConstraint("roadmap_id"),
        CheckConstraint("opens_on <= closes_on", name="days_in_order"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    blindness: Mapped[Blindness] = mapped_column(
        enum_type(Blindness, "blindness"), default=Blindness.UNTIL_OWN
    )
    capacity: Mapped[int | None]
    reminded_at: Mapped[datetime | None] = mapped_column(info=UNRECORDED)
    version: Mapped[int] = mapped_column(default=1, info=UNRECORDED)

    criteria: Mapped[list["Criterion"]] = relationship(
        lazy="selectin", order_by="Criterion.position", cascade="all, delete-orphan"
    )

    def is_open(self, today: date) -> bool:
        """Whether members may score on the day `today`."""
        return self.opens_on <= today <= self.closes_on

    def is_closed(self, today: date) -> bool:
        """Whether the last day of the round has passed on the day `today`."""
        return today > self.closes_on

    __mapper_args__ = {"version_id_col": version}


class Scorer(Model):
    """A seat in a round: the member who scores, and the deputy who may do so in their place.

    A seat has one voice: of a measure that one of the two has scored, the other scores no more.
    """

    __tablename__ = "scorer"
    __table_args__ = (
        UniqueConstraint("round_id", "user_id"),
        UniqueConstraint("round_id", "deputy_id"),
        CheckConstraint("deputy_id <> user_id", name="not_own_deputy"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("scoring_round.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)

    def other_than(self, user_id: int | None) -> int | None:
        """Return the other person of the seat; None when there is no other."""
        return self.deputy_id if user_id == self.user_id else self.user_id


class Criterion(Model):
    """What a measure is judged by, from 1 to 5.

    `weight` is relative to the others'. What is not `counted` is shown beside the total. The words
    say what 1, 2, 3, 4 and 5 mean, one on each of five lines; empty for those of every criterion.
    """

    __tablename__ = "criterion"
    __table_args__ = (
        UniqueConstraint("round_id", "key"),
        CheckConstraint("weight > 0 OR (weight = 0 AND NOT counted)", name="weight"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("scoring_round.id"))
    key: Mapped[str] = mapped_column(String(64))
    name_fi: Mapped[str] = mapped_column(String(200))
    name_sv: Mapped[str] = mapped_column(String(200))
    help_fi: Mapped[str] = mapped_column(Text, default="")
    help_sv: Mapped[str] = mapped_column(Text, default="")
    words_fi: Mapped[str] = mapped_column(Text, default="")
    words_sv: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[int] = mapped_column(Integer)
    required: Mapped[bool] = mapped_column(default=True)
    counted: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)


class Review(Model):
    """What one member thinks of one measure, or why they may not judge it.

    `measure_version` is the version of the measure that the member saw, and `content` what it said
    then, in JSON; None where that is not known.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("round_id", "measure_id", "user_id"),
        CheckConstraint(
            "(disqualified AND disqualification_reason <> '') OR NOT disqualified",
            name="disqualification_reason",
        ),
        CheckConstraint(
            "(state = 'submitted') = (submitted_at IS NOT NULL)", name="submitted_if_dated"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("scoring_round.id"))
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    state: Mapped[ReviewState] = mapped_column(enum_type(ReviewState, "state"))
    proposed_outcome: Mapped[ProposedOutcome | None] = mapped_column(
        enum_type(ProposedOutcome, "proposed_outcome")
    )
    comment: Mapped[str] = mapped_column(Text, default="")
    disqualified: Mapped[bool] = mapped_column(default=False)
    disqualification_reason: Mapped[str] = mapped_column(Text, default="")
    measure_version: Mapped[int]
    content: Mapped[str | None] = mapped_column(Text, info=UNRECORDED)
    saved_at: Mapped[datetime] = mapped_column(info=UNRECORDED)
    submitted_at: Mapped[datetime | None] = mapped_column(info=UNRECORDED)
    version: Mapped[int] = mapped_column(default=1, info=UNRECORDED)

    ratings: Mapped[list["Rating"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}


class Rating(Model):
    """A member's 1-5 on one criterion."""

    __tablename__ = "rating"
    __table_args__ = (CheckConstraint("value BETWEEN 1 AND 5", name="value"),)

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(
        ForeignKey("criterion.id"), primary_key=True, index=True
    )
    value: Mapped[int]


class Scenario(Model):
    """A named choice of measures within limits, kept so that it can be compared with others.

    `settings` are the limits and pins, and `chosen` the ids of the measures that were best then,
    with their scores; both in JSON. The record does not repeat them: who reads it may be blind.
    """

    __tablename__ = "scenario"
    __table_args__ = (UniqueConstraint("round_id", "name"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("scoring_round.id"))
    name: Mapped[str] = mapped_column(String(100))
    settings: Mapped[str] = mapped_column(Text, info=UNRECORDED)
    chosen: Mapped[str] = mapped_column(Text, info=UNRECORDED)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    saved_at: Mapped[datetime] = mapped_column(info=UNRECORDED)
