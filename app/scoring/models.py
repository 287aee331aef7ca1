"""Scoring rounds, their criteria, and the members' reviews."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.audit.models import UNRECORDED
from app.core.enums import enum_type
from app.extensions import Model
from app.scoring.states import ProposedOutcome, ReviewState


class Round(Model):
    """The scoring round of one year's roadmap, open from one day to another (both included)."""

    __tablename__ = "scoring_round"
    __table_args__ = (
        UniqueConstraint("roadmap_id"),
        CheckConstraint("opens_on <= closes_on", name="days_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    blind: Mapped[bool] = mapped_column(default=True)

    criteria: Mapped[list["Criterion"]] = relationship(
        lazy="selectin", order_by="Criterion.position", cascade="all, delete-orphan"
    )

    def is_open(self, today: date) -> bool:
        """Whether members may score on the day `today`."""
        return self.opens_on <= today <= self.closes_on

    def is_closed(self, today: date) -> bool:
        """Whether the last day of the round has passed on the day `today`."""
        return today > self.closes_on


class Criterion(Model):
    """What a measure is judged by, from 1 to 5.

    `weight` is relative to the others'. What is not `counted` is shown beside the total.
    """

    __tablename__ = "criterion"
    __table_args__ = (
        UniqueConstraint("round_id", "key"),
        CheckConstraint("weight > 0 OR (weight = 0 AND NOT counted)", name="weight"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("scoring_round.id"))
    key: Mapped[str] = mapped_column(String(64))
    name_fi: Mapped[str] = mapped_column(String(200))
    name_sv: Mapped[str] = mapped_column(String(200))
    help_fi: Mapped[str] = mapped_column(Text, default="")
    help_sv: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[int] = mapped_column(Integer)
    required: Mapped[bool] = mapped_column(default=True)
    counted: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)


class Review(Model):
    """What one member thinks of one measure, or why they may not judge it.

    `measure_version` is the version of the measure that the member saw.
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
