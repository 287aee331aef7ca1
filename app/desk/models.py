"""What was done to many proposals at once."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.enums import enum_type
from app.extensions import Model
from app.measures.states import State


class BulkAction(Model):
    """One transition of several proposals, which can be undone as long as nothing has followed.

    `key` is that of the form that confirmed it, so that a second press does nothing. The reason is
    given in the languages of those whom it concerns. Times are in UTC.
    """

    __tablename__ = "bulk_action"
    __table_args__ = (Index("ix_bulk_action_actor", "actor_id", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    transition: Mapped[str] = mapped_column(String(32))
    reason_fi: Mapped[str] = mapped_column(Text, default="")
    reason_sv: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class BulkChange(Model):
    """One of the proposals of a bulk action: the state before, and the step that it made.

    `undone` says that undoing the action has brought it back into that state.
    """

    __tablename__ = "bulk_change"

    action_id: Mapped[int] = mapped_column(ForeignKey("bulk_action.id"), primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), primary_key=True, index=True)
    before: Mapped[State] = mapped_column(enum_type(State, "before"))
    step_id: Mapped[int] = mapped_column(ForeignKey("measure_step.id"))
    undone: Mapped[bool] = mapped_column(default=False)
