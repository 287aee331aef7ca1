"""People, their roles, units and posts."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.config import Language
from app.core.enums import enum_type
from app.core.policy import Role
from app.extensions import Model


class Unit(Model):
    """A part of the city's organisation; one without a parent is a sector."""

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    name_fi: Mapped[str] = mapped_column(String(200))
    name_sv: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)


class User(Model):
    """A person who uses the tool.

    `invented` marks the people of the demo; `language` is what they read and get mail in.
    """

    __tablename__ = "user_account"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("language IN ('fi', 'sv')", name="language"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[Language] = mapped_column(String(2))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    invented: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)

    roles: Mapped[list["RoleGrant"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="RoleGrant.id"
    )


class RoleGrant(Model):
    """A role that a person holds, from and to a day where these are set (both included)."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("user_id", "role"),
        CheckConstraint("last_day IS NULL OR first_day <= last_day", name="days_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[Role] = mapped_column(enum_type(Role, "role"))
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]


class Post(Model):
    """A director's post: it is responsible for measures, whoever holds it."""

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    title_fi: Mapped[str] = mapped_column(String(200))
    title_sv: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
