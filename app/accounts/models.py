"""People, how they sign in, their sessions and roles, units and posts."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.states import Access, Mail, Method
from app.audit.models import UNRECORDED
from app.config import Language
from app.core.enums import enum_type
from app.core.policy import Role
from app.extensions import IDS_ONCE, Model


class Unit(Model):
    """A part of the city's organisation; one without a parent is a sector.

    A retired unit keeps what it owns, and gets nothing new.
    """

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
    retired: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1, info=UNRECORDED)


class User(Model):
    """A person who uses the tool.

    `key` is what they sign in as here. `invented` marks the people of the demo; `language` is what
    they read and get mail in. Somebody with a day in `disabled_on` cannot sign in. Of somebody
    who was erased the row stays, so that what they did refers to someone, without a name.
    """

    __tablename__ = "user_account"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("language IN ('fi', 'sv')", name="language"),
        CheckConstraint("erased_on IS NULL OR disabled_on IS NOT NULL", name="erased_is_disabled"),
        Index("ix_user_account_name", "name", "id"),
        Index("ix_user_account_last_seen_at", "last_seen_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[Language] = mapped_column(String(2))
    mail: Mapped[Mail] = mapped_column(enum_type(Mail, "mail"), default=Mail.AT_ONCE)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    invented: Mapped[bool] = mapped_column(default=False)
    disabled_on: Mapped[date | None]
    erased_on: Mapped[date | None]
    last_seen_at: Mapped[datetime | None] = mapped_column(DateTime, info=UNRECORDED)
    version: Mapped[int] = mapped_column(default=1, info=UNRECORDED)

    @property
    def access(self) -> Access:
        """Whether they may sign in, and whether they ever have."""
        if self.erased_on is not None:
            return Access.ERASED
        if self.disabled_on is not None:
            return Access.DISABLED
        return Access.NEVER if self.last_seen_at is None else Access.ACTIVE

    roles: Mapped[list["RoleGrant"]] = relationship(
        lazy="selectin",
        cascade="all, delete-orphan",
        order_by="RoleGrant.id",
        foreign_keys="RoleGrant.user_id",
    )


class RoleGrant(Model):
    """A role that a person holds, from and to a day where these are set (both included).

    `deputy_for_id` is whom the person deputises for in it. A proposer proposes for `unit_id`, else
    for the unit of whom they deputise for, else for their own. What the sign-in service says of
    roles is marked `from_claim`, so that it can be brought up to date without touching the rest.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("last_day IS NULL OR first_day <= last_day", name="days_in_order"),
        CheckConstraint("deputy_for_id IS NULL OR deputy_for_id <> user_id", name="not_own_deputy"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_type(Role, "role"), index=True)
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    deputy_for_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    from_claim: Mapped[bool] = mapped_column(default=False)


class Identity(Model):
    """Who a person is to a sign-in service: its issuer and its subject, never an e-mail address."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))


class Credential(Model):
    """What a person signs in with here: the hash of a password, and the secret of one-time codes.

    `totp_step` is the step of time whose code was used last, so that none is used twice.
    """

    __tablename__ = "credential"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, autoincrement=False
    )
    password_hash: Mapped[str | None] = mapped_column(String(200), info=UNRECORDED)
    password_set_at: Mapped[datetime | None] = mapped_column(DateTime)
    totp_secret: Mapped[str | None] = mapped_column(String(64), info=UNRECORDED)
    totp_step: Mapped[int | None] = mapped_column(info=UNRECORDED)


class Invitation(Model):
    """A link that lets a person set a password once, until it expires."""

    __tablename__ = "invitation"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=UNRECORDED)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime)


class SignInFailure(Model):
    """A sign-in that failed: the digest of the name that was tried, and where it came from."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (
        Index("ix_sign_in_failure_account", "account", "happened_at"),
        Index("ix_sign_in_failure_address", "address", "happened_at"),
        Index("ix_sign_in_failure_happened_at", "happened_at"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    happened_at: Mapped[datetime] = mapped_column(DateTime)


class Session(Model):
    """A browser in which a person is signed in, by the hash of the token that its cookie carries.

    When roles change, `rotate` asks for a new token at the next request. The one before it is
    taken for a moment longer, as requests may be under way with it. Times are in UTC.
    """

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_session_seen_at", "seen_at"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), info=UNRECORDED)
    earlier_hash: Mapped[str | None] = mapped_column(String(64), index=True, info=UNRECORDED)
    rotate: Mapped[bool] = mapped_column(default=False)
    rotated_at: Mapped[datetime | None] = mapped_column(DateTime)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    method: Mapped[Method] = mapped_column(enum_type(Method, "method"))
    device: Mapped[str] = mapped_column(String(200), default="")
    begun_at: Mapped[datetime] = mapped_column(DateTime)
    seen_at: Mapped[datetime] = mapped_column(DateTime)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime)


class KeptForm(Model):
    """A form that was sent after its session had ended: kept for its sender to send again."""

    __tablename__ = "kept_form"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, autoincrement=False
    )
    path: Mapped[str] = mapped_column(String(500))
    fields: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime] = mapped_column(DateTime)


class Post(Model):
    """A director's post: it is responsible for measures, whoever holds it.

    A retired post keeps what it leads, and gets nothing new.
    """

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    title_fi: Mapped[str] = mapped_column(String(200))
    title_sv: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    retired: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1, info=UNRECORDED)
