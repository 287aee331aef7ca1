"""The rows of the record, and the values beside them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.tags import Kind, Tag
from app.core.enums import enum_type
from app.extensions import Model

UNRECORDED = {"unrecorded": True}
"""The `info` of a column whose value is not recorded.

It is a secret, counts changes, follows from other columns, or says who and when as the event does.
"""


class Event(Model):
    """One change: who made it, when, what it was and to what; chained to the event before it.

    Events are numbered without gaps. Triggers refuse every UPDATE and DELETE. People are plain
    ids, so that the record stays whole when somebody is erased. `person_id` is whose personal
    values the event holds; only these can be erased. `command` is what was run where no person of
    the tool acted.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        CheckConstraint("actor_id IS NULL OR command IS NULL", name="one_actor"),
        Index("ix_audit_event_kind_subject_id", "kind", "subject_id", "id"),
        Index("ix_audit_event_actor_id", "actor_id", "id"),
        Index("ix_audit_event_person_id", "person_id", "id"),
        Index("ix_audit_event_tag", "tag", "id"),
        Index("ix_audit_event_happened_at", "happened_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    happened_at: Mapped[datetime] = mapped_column(DateTime)
    actor_id: Mapped[int | None]
    command: Mapped[str | None] = mapped_column(String(64))
    tag: Mapped[Tag] = mapped_column(enum_type(Tag, "tag", checked=False))
    kind: Mapped[Kind] = mapped_column(enum_type(Kind, "kind", checked=False))
    subject_id: Mapped[int | None]
    person_id: Mapped[int | None]
    values_digest: Mapped[str | None] = mapped_column(String(64), info=UNRECORDED)
    digest: Mapped[str] = mapped_column(String(64), info=UNRECORDED)


class Values(Model):
    """What the subject of an event was before and after it, as canonical JSON.

    The salt keeps a short value, such as a name, from being guessed by the digest that stays in
    the chain when the values are erased.
    """

    __tablename__ = "audit_values"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("audit_event.id"), primary_key=True, autoincrement=False
    )
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str] = mapped_column(String(32), info=UNRECORDED)
