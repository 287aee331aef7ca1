"""Files and their contents."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.attachments.states import FileKind
from app.audit.models import UNRECORDED
from app.core.enums import enum_type
from app.extensions import IDS_ONCE, Model
from app.measures.states import Publicity


class Attachment(Model):
    """A file that belongs to a measure; its content lies in a row of its own.

    `size` is in bytes, `digest` the SHA-256 of the content in hexadecimal. Of one that was removed
    the row stays, so that the record can name it; its content goes.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("publicity <> 'secret' OR secrecy_basis <> ''", name="secrecy_basis"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    # The record names a file by its id, so that those alone learn its name who may read it.
    name: Mapped[str] = mapped_column(String(200), info=UNRECORDED)
    kind: Mapped[FileKind] = mapped_column(enum_type(FileKind, "kind"))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    publicity: Mapped[Publicity] = mapped_column(
        enum_type(Publicity, "publicity"), default=Publicity.NOT_YET_PUBLIC
    )
    secrecy_basis: Mapped[str] = mapped_column(String(300), default="")
    added_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, info=UNRECORDED
    )
    added_at: Mapped[datetime] = mapped_column(info=UNRECORDED)
    removed_at: Mapped[datetime | None] = mapped_column(info=UNRECORDED)


class Content(Model):
    """The bytes of a file."""

    __tablename__ = "attachment_content"

    attachment_id: Mapped[int] = mapped_column(
        ForeignKey("attachment.id"), primary_key=True, autoincrement=False
    )
    data: Mapped[bytes] = mapped_column(LargeBinary)
