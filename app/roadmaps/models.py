"""What stands on a roadmap, what the city board decided on it, and the approved snapshots."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.models import UNRECORDED
from app.core.enums import enum_type
from app.extensions import Model
from app.programmes.states import Phase
from app.roadmaps.states import BoardOutcome, Membership


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


class RoadmapStep(Model):
    """A transition that a roadmap went through: by whom, when, and why where a reason was given."""

    __tablename__ = "roadmap_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), index=True)
    transition: Mapped[str] = mapped_column(String(32))
    target: Mapped[Phase] = mapped_column(enum_type(Phase, "target"))
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(info=UNRECORDED)


class BoardDecision(Model):
    """What the city board decided on a year's roadmap.

    `section` and `case_number` are as the minutes give them and empty where unknown; `imported`
    ones were made before the tool came into use. `reason` says why it was returned, or which
    changes it was approved with.
    """

    __tablename__ = "board_decision"
    __table_args__ = (
        CheckConstraint("imported OR section <> ''", name="section"),
        CheckConstraint(
            "outcome NOT IN ('returned', 'approved_with_changes') OR reason <> ''", name="reason"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), index=True)
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
    """A roadmap exactly as the city board approved it; triggers refuse any change.

    `content` is canonical JSON (sorted keys, UTF-8, no floats) and `sha256` its digest in hex.
    """

    __tablename__ = "snapshot"
    __table_args__ = (
        UniqueConstraint("roadmap_id", "number"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    board_decision_id: Mapped[int] = mapped_column(ForeignKey("board_decision.id"), index=True)
    number: Mapped[int]
    content: Mapped[str] = mapped_column(Text, info=UNRECORDED)
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(info=UNRECORDED)
