"""What people have typed into the form of a proposal and not saved yet."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import IDS_ONCE, Model


class WorkingCopy(Model):
    """A form of a proposal as one person has left it, kept until they save or discard it.

    It is that person's alone: nobody else sees it, and it changes no proposal. `key` is the key of
    the form that was last open on it. A copy of a proposal that exists has its `measure_id`, and in
    `version` the version that the person began from. `fields` holds the names and texts as they
    were typed, right or wrong, in JSON. Times are in UTC.
    """

    __tablename__ = "working_copy"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_working_copy_saved_at", "saved_at"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    key: Mapped[str] = mapped_column(String(32))
    measure_id: Mapped[int | None] = mapped_column(ForeignKey("measure.id"), index=True)
    version: Mapped[int] = mapped_column(default=0)
    fields: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]

    @property
    def typed(self) -> Sequence[tuple[str, str]]:
        """The names and texts of the form in its order; a name may come several times."""
        return [(name, value) for name, value in json.loads(self.fields)]
