"""Comments."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.models import UNRECORDED
from app.comments.states import Audience
from app.core.enums import enum_type
from app.extensions import IDS_ONCE, Model


class Comment(Model):
    """A remark on a measure. Of one that was removed the row stays, without its text."""

    __tablename__ = "comment"
    __table_args__ = (
        CheckConstraint("(text = '') = (removed_at IS NOT NULL)", name="text"),
        Index("ix_comment_measure", "measure_id", "id"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"))
    author_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, info=UNRECORDED
    )
    audience: Mapped[Audience] = mapped_column(enum_type(Audience, "audience"))
    text: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(info=UNRECORDED)
    removed_at: Mapped[datetime | None] = mapped_column(info=UNRECORDED)
