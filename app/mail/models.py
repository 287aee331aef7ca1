"""The outbox."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.enums import enum_type
from app.extensions import IDS_ONCE, Model
from app.mail.states import State, Topic, Trouble


class Message(Model):
    """One thing to tell one person, in their language, written with the change that it tells of.

    It is sent by itself or with others in a digest, never before `not_before`. `path` is where its
    one link leads. What could not be sent is tried again; `given_up_at` says that it no longer is.
    No run of the job takes it before `next_try_at`: another run has it, or it pauses after a fault.
    `trouble` is why the last try failed, and `fault` is what the mail server or the system said.
    `batch` is the bulk action that it came of, whose undoing takes it back while it waits; or the
    comment, whose removal deletes it. Times are in UTC.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name="one_end"),
        Index("ix_message_waiting", "sent_at", "given_up_at", "not_before"),
        Index("ix_message_given_up_at", "given_up_at"),
        Index("ix_message_written_at", "written_at"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    topic: Mapped[Topic] = mapped_column(enum_type(Topic, "topic"))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(String(300))
    batch: Mapped[str | None] = mapped_column(String(32), index=True)
    written_at: Mapped[datetime]
    not_before: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[Trouble | None] = mapped_column(enum_type(Trouble, "trouble"))
    fault: Mapped[str] = mapped_column(String(500), default="")
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]

    @property
    def state(self) -> State:
        """What has become of it."""
        if self.sent_at is not None:
            return State.SENT
        return State.WAITING if self.given_up_at is None else State.GIVEN_UP


class MailRun(Model):
    """The newest run of the job, in the single row of its table; `ran_at` is None before the first.

    `trouble` and `fault` say what kept the run from sending at all, as when the mail server did not
    answer.
    """

    __tablename__ = "mail_run"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ran_at: Mapped[datetime | None]
    trouble: Mapped[Trouble | None] = mapped_column(enum_type(Trouble, "trouble"))
    fault: Mapped[str] = mapped_column(String(500), default="")
