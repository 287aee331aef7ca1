"""The steering group's meetings and what they decide."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.models import UNRECORDED
from app.core.enums import enum_type
from app.extensions import IDS_ONCE, Model
from app.meetings.states import Outcome


class Meeting(Model):
    """A meeting of the steering group; `minutes_approved_on` ends the time for undoing."""

    __tablename__ = "meeting"
    __table_args__ = (UniqueConstraint("held_on", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    held_on: Mapped[date]
    number: Mapped[int]
    place: Mapped[str] = mapped_column(String(200), default="")
    minutes_approved_on: Mapped[date | None]


class Decision(Model):
    """What a meeting does with one measure: on its agenda first, then decided.

    The meeting decides; `recorded_by_id` is who wrote it down. A decision that was undone stays
    as history.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(
            "(outcome IS NULL AND decided_on IS NULL AND recorded_by_id IS NULL"
            " AND recorded_at IS NULL) OR (outcome IS NOT NULL AND decided_on IS NOT NULL"
            " AND recorded_by_id IS NOT NULL AND recorded_at IS NOT NULL)",
            name="decided_if_and_only_if_complete",
        ),
        CheckConstraint("outcome IS NULL OR outcome = 'approve' OR reason <> ''", name="reason"),
        UniqueConstraint("meeting_id", "position"),
        Index(
            "uq_decision_standing",
            "meeting_id",
            "measure_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    position: Mapped[int]
    outcome: Mapped[Outcome | None] = mapped_column(enum_type(Outcome, "outcome"))
    reason: Mapped[str] = mapped_column(Text, default="")
    section: Mapped[str] = mapped_column(String(20), default="")
    decided_on: Mapped[date | None]
    recorded_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), info=UNRECORDED
    )
    recorded_at: Mapped[datetime | None] = mapped_column(info=UNRECORDED)
    undone_at: Mapped[datetime | None] = mapped_column(info=UNRECORDED)
    version: Mapped[int] = mapped_column(default=1, info=UNRECORDED)

    __mapper_args__ = {"version_id_col": version}
