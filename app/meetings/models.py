"""The steering group's meetings, who was there, and what they decide."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.models import UNRECORDED
from app.core.enums import enum_type
from app.extensions import IDS_ONCE, Model
from app.meetings.states import Outcome, Part, Presence, RecordKind, Ruling, Stage


class Meeting(Model):
    """A meeting of the steering group; `minutes_approved_on` ends the time for undoing.

    Times are of the city's clock. `first_section` is the section of the first matter, from which
    the others are numbered; without one they have none. What was prepared is applied when the
    meeting is ended at `ended_at`. `others` names those who were there without being in the group.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("held_on", "number"),
        CheckConstraint("starts_at <= ends_at", name="times_in_order"),
        CheckConstraint("first_section > 0", name="first_section"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    held_on: Mapped[date]
    number: Mapped[int]
    starts_at: Mapped[time | None]
    ends_at: Mapped[time | None]
    place: Mapped[str] = mapped_column(String(200), default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    record_kind: Mapped[RecordKind] = mapped_column(
        enum_type(RecordKind, "record_kind"), default=RecordKind.MINUTES
    )
    first_section: Mapped[int | None]
    others: Mapped[str] = mapped_column(Text, default="", info=UNRECORDED)
    ended_at: Mapped[datetime | None]
    minutes_approved_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1, info=UNRECORDED)

    __mapper_args__ = {"version_id_col": version}


class Attendance(Model):
    """Whether somebody of the group was at a meeting, as what, and in whose place.

    `remark` says what is to be known of it, as when they left.
    """

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("meeting_id", "user_id"),
        CheckConstraint("deputy_for_id <> user_id", name="not_own_deputy"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    deputy_for_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    part: Mapped[Part] = mapped_column(enum_type(Part, "part"))
    presence: Mapped[Presence] = mapped_column(
        enum_type(Presence, "presence"), default=Presence.UNKNOWN
    )
    remark: Mapped[str] = mapped_column(String(200), default="")


class OtherMatter(Model):
    """A matter of a meeting that is no measure: its title, what is said of it, what came of it.

    They stand after the measures unless `comes_first`.
    """

    __tablename__ = "other_matter"
    __table_args__ = (
        CheckConstraint("title_fi <> '' OR title_sv <> ''", name="has_title"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    position: Mapped[int]
    comes_first: Mapped[bool] = mapped_column(default=False)
    title_fi: Mapped[str] = mapped_column(String(200), default="")
    title_sv: Mapped[str] = mapped_column(String(200), default="")
    text_fi: Mapped[str] = mapped_column(Text, default="")
    text_sv: Mapped[str] = mapped_column(Text, default="")
    outcome_fi: Mapped[str] = mapped_column(Text, default="")
    outcome_sv: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1, info=UNRECORDED)

    __mapper_args__ = {"version_id_col": version}


class Decision(Model):
    """What a meeting does with one measure: on its agenda first, then prepared, then decided.

    What is prepared has an outcome, and changes nothing until it is applied. The meeting decides;
    `recorded_by_id` is who wrote it down. A decision that was undone stays as history.
    `on_screen` is what the room looks at, with the scores only if `scores_shown`.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(
            "(stage = 'decided' AND meeting_id IS NOT NULL AND outcome IS NOT NULL"
            " AND decided_on IS NOT NULL) OR (stage <> 'decided' AND decided_on IS NULL)",
            name="decided_if_and_only_if_complete",
        ),
        CheckConstraint("(stage = 'on_agenda') = (outcome IS NULL)", name="stage_has_outcome"),
        CheckConstraint("stage = 'decided' OR undone_at IS NULL", name="undone_was_decided"),
        CheckConstraint(
            "(stage = 'decided' AND recorded_by_id IS NOT NULL AND recorded_at IS NOT NULL)"
            " OR (stage <> 'decided' AND recorded_by_id IS NULL AND recorded_at IS NULL)",
            name="decided_is_recorded",
        ),
        CheckConstraint("stage <> 'decided' OR outcome = 'approve' OR reason <> ''", name="reason"),
        UniqueConstraint("meeting_id", "position"),
        Index(
            "uq_decision_standing",
            "meeting_id",
            "measure_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index(
            "uq_decision_on_screen",
            "meeting_id",
            unique=True,
            sqlite_where=text("on_screen"),
            postgresql_where=text("on_screen"),
        ),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    position: Mapped[int]
    stage: Mapped[Stage] = mapped_column(enum_type(Stage, "stage"), default=Stage.ON_AGENDA)
    outcome: Mapped[Outcome | None] = mapped_column(enum_type(Outcome, "outcome"))
    reason: Mapped[str] = mapped_column(Text, default="")
    section: Mapped[str] = mapped_column(String(20), default="")
    decided_on: Mapped[date | None]
    recorded_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), info=UNRECORDED
    )
    recorded_at: Mapped[datetime | None] = mapped_column(info=UNRECORDED)
    undone_at: Mapped[datetime | None] = mapped_column(info=UNRECORDED)
    on_screen: Mapped[bool] = mapped_column(default=False, info=UNRECORDED)
    scores_shown: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1, info=UNRECORDED)

    __mapper_args__ = {"version_id_col": version}


class Disqualification(Model):
    """That somebody took no part in a matter, or was found to be able to, and why.

    Source: Administrative Procedure Act (434/2003), sections 27-30.
    """

    __tablename__ = "disqualification"
    __table_args__ = (UniqueConstraint("decision_id", "user_id"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    ruling: Mapped[Ruling] = mapped_column(enum_type(Ruling, "ruling"))
