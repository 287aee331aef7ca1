"""What stands on a roadmap, what the city board decided, and what never changes since then.

The city board decides on the roadmap of a year and on a programme in the same way, so a row of
these tables is of the one or of the other.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.models import UNRECORDED
from app.core.enums import enum_type
from app.extensions import IDS_ONCE, Model
from app.programmes.states import Phase
from app.roadmaps.states import BoardOutcome, ChangeKind, Membership


class Item(Model):
    """An entry on one year's roadmap.

    `number` is the running number of an imported list that had no codes yet; `position` is the
    order on the roadmap.
    """

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("roadmap_id", "entry_id"),
        UniqueConstraint("roadmap_id", "number"),
        Index("ix_item_roadmap_id_membership", "roadmap_id", "membership", "entry_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    membership: Mapped[Membership] = mapped_column(enum_type(Membership, "membership"))
    number: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    carried_over_from_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)


_ONE_SUBJECT = "(roadmap_id IS NULL) <> (programme_id IS NULL)"


class PhaseStep(Model):
    """A transition that a roadmap or a programme went through: by whom, when, and why if given."""

    __tablename__ = "phase_step"
    __table_args__ = (CheckConstraint(_ONE_SUBJECT, name="one_subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    transition: Mapped[str] = mapped_column(String(32))
    target: Mapped[Phase] = mapped_column(enum_type(Phase, "target"))
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(info=UNRECORDED)


class BoardProposal(Model):
    """What the chair proposed to the city board, as it was then; triggers refuse any change.

    `content` and `sha256` are as in `Snapshot`. The board decides on this text, whatever is
    written elsewhere afterwards.
    """

    __tablename__ = "board_proposal"
    __table_args__ = (
        UniqueConstraint("roadmap_id", "number"),
        UniqueConstraint("programme_id", "number"),
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    content: Mapped[str] = mapped_column(Text, info=UNRECORDED)
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(info=UNRECORDED)


class BoardChange(Model):
    """A change with which the city board approves what was proposed, written down beforehand.

    It takes a measure off, or gives one of its fields another value; in a programme a field of the
    programme itself or of one of its themes. `value` is what the field says then, in JSON. A change
    is applied with the decision, and stays as what the board changed.
    """

    __tablename__ = "board_change"
    __table_args__ = (
        Index(
            "uq_board_change_item",
            "proposal_id",
            "item_id",
            "field",
            unique=True,
            sqlite_where=text("item_id IS NOT NULL"),
            postgresql_where=text("item_id IS NOT NULL"),
        ),
        CheckConstraint("(kind = 'edited') = (field <> '')", name="field"),
        CheckConstraint("kind <> 'removed' OR item_id IS NOT NULL", name="removed_item"),
        CheckConstraint("item_id IS NULL OR theme_id IS NULL", name="one_of_them"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("board_proposal.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(enum_type(ChangeKind, "kind"))
    field: Mapped[str] = mapped_column(String(40), default="")
    value: Mapped[str] = mapped_column(Text, default="")


class BoardDecision(Model):
    """What the city board decided on a year's roadmap or on a programme.

    `section` and `case_number` are as the minutes give them and empty where unknown; `imported`
    ones were made before the tool came into use, and had no proposal here. `reason` says why it
    was returned, or which changes it was approved with.
    """

    __tablename__ = "board_decision"
    __table_args__ = (
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        CheckConstraint("imported OR section <> ''", name="section"),
        CheckConstraint(
            "outcome NOT IN ('returned', 'approved_with_changes') OR reason <> ''", name="reason"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("board_proposal.id"), index=True)
    outcome: Mapped[BoardOutcome] = mapped_column(enum_type(BoardOutcome, "outcome"))
    decided_on: Mapped[date]
    section: Mapped[str] = mapped_column(String(20), default="")
    case_number: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    imported: Mapped[bool] = mapped_column(default=False)
    recorded_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), info=UNRECORDED
    )
    recorded_at: Mapped[datetime] = mapped_column(info=UNRECORDED)


class Snapshot(Model):
    """A roadmap or a programme exactly as the city board approved it; triggers refuse any change.

    `content` is canonical JSON (sorted keys, UTF-8, no floats) and `sha256` its digest in hex.
    """

    __tablename__ = "snapshot"
    __table_args__ = (
        UniqueConstraint("roadmap_id", "number"),
        UniqueConstraint("programme_id", "number"),
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    board_decision_id: Mapped[int] = mapped_column(ForeignKey("board_decision.id"), index=True)
    number: Mapped[int]
    content: Mapped[str] = mapped_column(Text, info=UNRECORDED)
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(info=UNRECORDED)


class DateReminder(Model):
    """That a day of a roadmap has been reminded of: `milestone` is the column of `Roadmap`."""

    __tablename__ = "date_reminder"

    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), primary_key=True)
    milestone: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    days_before: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sent_at: Mapped[datetime] = mapped_column(info=UNRECORDED)
