"""Dated status reports, and what becomes of the unfinished in the year after."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.models import UNRECORDED
from app.core.enums import enum_type
from app.extensions import IDS_ONCE, Model
from app.followup.states import Choice, Precision, Status


class StatusReport(Model):
    """What was said of a measure's status as of a day.

    Reports are history: a new one is added, and the newest counts. `newest` marks it, so that
    lists find it by an index; the database allows one a measure. The day of a report known by the
    month is the month's last.
    """

    __tablename__ = "status_report"
    __table_args__ = (
        UniqueConstraint("measure_id", "as_of", "precision"),
        Index(
            "uq_status_report_newest",
            "measure_id",
            unique=True,
            sqlite_where=text("newest = 1"),
            postgresql_where=text("newest"),
        ),
        Index(
            "ix_status_report_newest",
            "measure_id",
            "newest",
            "status",
            "as_of",
            sqlite_where=text("newest = 1"),
            postgresql_where=text("newest"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"))
    status: Mapped[Status] = mapped_column(enum_type(Status, "status"))
    note_fi: Mapped[str] = mapped_column(Text, default="")
    note_sv: Mapped[str] = mapped_column(Text, default="")
    as_of: Mapped[date]
    precision: Mapped[Precision] = mapped_column(enum_type(Precision, "precision"))
    newest: Mapped[bool] = mapped_column(default=False, info=UNRECORDED)
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), info=UNRECORDED)
    reported_at: Mapped[datetime] = mapped_column(info=UNRECORDED)


class CarryOver(Model):
    """What was decided on a measure that a year's roadmap left unfinished; one decision an item.

    What continues stands on the next roadmap as the item `next_item_id`; `last_year_before` is the
    measure's last year where that was moved on with it. What is done or dropped has the status
    report `report_id`; where the day had a report already, `status_before` is what that said.
    """

    __tablename__ = "carry_over"
    __table_args__ = (
        UniqueConstraint("item_id"),
        CheckConstraint("(choice = 'continue') = (next_item_id IS NOT NULL)", name="next_item"),
        CheckConstraint("(choice = 'continue') = (report_id IS NULL)", name="report"),
        CheckConstraint("choice <> 'drop' OR reason <> ''", name="reason"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    choice: Mapped[Choice] = mapped_column(enum_type(Choice, "choice"))
    reason: Mapped[str] = mapped_column(Text, default="")
    last_year_before: Mapped[int | None] = mapped_column(info=UNRECORDED)
    next_item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("status_report.id"), index=True)
    status_before: Mapped[Status | None] = mapped_column(
        enum_type(Status, "status_before"), info=UNRECORDED
    )
    decided_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), info=UNRECORDED
    )
    decided_at: Mapped[datetime] = mapped_column(info=UNRECORDED)
