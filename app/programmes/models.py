"""Programmes, their themes, and the roadmap of each year."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.models import UNRECORDED
from app.core.enums import enum_type
from app.extensions import IDS_ONCE, Model
from app.programmes.states import Phase, ThemeKind


class Programme(Model):
    """A digital programme of several years, approved by the city board.

    What the city board decided on it is in the room `roadmaps`, as of the roadmaps of its years.
    `once_approved` says that the board has approved it, which stays so while it is amended.
    """

    __tablename__ = "programme"
    __table_args__ = (
        UniqueConstraint("first_year"),
        CheckConstraint("first_year <= last_year", name="years_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name_fi: Mapped[str] = mapped_column(String(200))
    name_sv: Mapped[str] = mapped_column(String(200))
    first_year: Mapped[int]
    last_year: Mapped[int]
    phase: Mapped[Phase] = mapped_column(enum_type(Phase, "phase"), default=Phase.DRAFTING)
    imported: Mapped[bool] = mapped_column(default=False)
    once_approved: Mapped[bool] = mapped_column(default=False)
    invented: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1, info=UNRECORDED)

    __mapper_args__ = {"version_id_col": version}


class Theme(Model):
    """A theme or an enabler of one programme."""

    __tablename__ = "theme"
    __table_args__ = (
        UniqueConstraint("programme_id", "code"),
        UniqueConstraint("programme_id", "id"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    code: Mapped[str] = mapped_column(String(8))
    name_fi: Mapped[str] = mapped_column(String(200))
    name_sv: Mapped[str] = mapped_column(String(200))
    kind: Mapped[ThemeKind] = mapped_column(enum_type(ThemeKind, "kind"))
    colour: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)


class Roadmap(Model):
    """One year of a programme: its phase and the days that matter to it.

    What happens to it is in the room `roadmaps`; it lives here so that rounds may refer to it.
    `once_approved` says that the city board has approved it, which stays so while it is amended.
    The days are the city's plan for the year: from when and until when proposals are collected,
    until when they are scored, the roadmap drafted and the board decides, when the budget is made
    that it should be in, and by when the units report, in the year itself, how it goes.
    """

    __tablename__ = "roadmap"
    __table_args__ = (
        UniqueConstraint("year"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    year: Mapped[int]
    phase: Mapped[Phase] = mapped_column(enum_type(Phase, "phase"), index=True)
    imported: Mapped[bool] = mapped_column(default=False)
    once_approved: Mapped[bool] = mapped_column(default=False)
    collect_from: Mapped[date | None]
    submit_by: Mapped[date | None]
    score_by: Mapped[date | None]
    draft_by: Mapped[date | None]
    board_by: Mapped[date | None]
    budget_on: Mapped[date | None]
    midyear_report_by: Mapped[date | None]
    year_report_by: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1, info=UNRECORDED)

    __mapper_args__ = {"version_id_col": version}
