"""Measures, the texts they are found by, their entries in programmes, steps and lineage."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Post, Unit
from app.audit.models import UNRECORDED
from app.config import Language
from app.core.enums import enum_type
from app.extensions import IDS_ONCE, Model
from app.measures.states import LineageKind, Origin, Publicity, Size, State
from app.programmes.models import Theme
from app.vocabulary.models import ClassificationValue

WAITS_FOR_TRANSLATION = (
    "stale IS NOT NULL"
    " OR (name_fi = '') <> (name_sv = '')"
    " OR (problem_fi = '') <> (problem_sv = '')"
    " OR (description_fi = '') <> (description_sv = '')"
)
"""What holds of a measure of whose texts one language lacks one, or has not followed a change."""


class Measure(Model):
    """One measure for life, from a unit's first draft until it is done or dropped.

    Empty values are "not given" and never guessed. `stale` is the language whose texts have not
    followed a change of the other's. Money is in whole euros. Years are the first and the last in
    which the measure is carried out; a proposal is for the roadmap of its first year. `version`
    counts the changes of what is written here; a new state or publicity is not one.
    """

    __tablename__ = "measure"
    __table_args__ = (
        CheckConstraint("name_fi <> '' OR name_sv <> '' OR state = 'draft'", name="has_name"),
        CheckConstraint("stale IS NULL OR stale IN ('fi', 'sv')", name="stale"),
        CheckConstraint("cost_once >= 0", name="cost_once"),
        CheckConstraint("cost_yearly >= 0", name="cost_yearly"),
        CheckConstraint("first_year <= last_year", name="years_in_order"),
        CheckConstraint("publicity <> 'secret' OR secrecy_basis <> ''", name="secrecy_basis"),
        Index("ix_measure_state_first_year", "state", "first_year"),
        # The translator's queue is found by it, without reading the texts of all measures.
        Index(
            "ix_measure_waits_for_translation",
            "state",
            sqlite_where=text(WAITS_FOR_TRANSLATION),
            postgresql_where=text(WAITS_FOR_TRANSLATION),
        ),
        # The status page counts by this index alone, without reading the long texts.
        Index("ix_measure_listed", "state", "publicity", "unit_id", "impact", "cost_class"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name_fi: Mapped[str] = mapped_column(String(300), default="")
    name_sv: Mapped[str] = mapped_column(String(300), default="")
    problem_fi: Mapped[str] = mapped_column(Text, default="")
    problem_sv: Mapped[str] = mapped_column(Text, default="")
    description_fi: Mapped[str] = mapped_column(Text, default="")
    description_sv: Mapped[str] = mapped_column(Text, default="")
    stale: Mapped[Language | None] = mapped_column(String(2))

    source_id: Mapped[int | None] = mapped_column(ForeignKey("classification_value.id"), index=True)
    long_term_benefit_id: Mapped[int | None] = mapped_column(
        ForeignKey("classification_value.id"), index=True
    )
    beneficiary_id: Mapped[int | None] = mapped_column(
        ForeignKey("classification_value.id"), index=True
    )
    level_id: Mapped[int | None] = mapped_column(ForeignKey("classification_value.id"), index=True)
    development_model_id: Mapped[int | None] = mapped_column(
        ForeignKey("classification_value.id"), index=True
    )
    impact: Mapped[Size | None] = mapped_column(enum_type(Size, "impact"), index=True)
    cost_class: Mapped[Size | None] = mapped_column(enum_type(Size, "cost_class"), index=True)
    cost_once: Mapped[int | None]
    cost_yearly: Mapped[int | None]
    first_year: Mapped[int | None]
    last_year: Mapped[int | None]

    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    lead_post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"), index=True)
    origin: Mapped[Origin | None] = mapped_column(enum_type(Origin, "origin"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    partners: Mapped[str] = mapped_column(String(500), default="")
    funding_call: Mapped[str] = mapped_column(String(300), default="")
    legal_act: Mapped[str] = mapped_column(String(300), default="")
    legal_section: Mapped[str] = mapped_column(String(60), default="")
    legal_deadline: Mapped[date | None]
    publicity: Mapped[Publicity] = mapped_column(
        enum_type(Publicity, "publicity"), default=Publicity.NOT_YET_PUBLIC, index=True
    )
    secrecy_basis: Mapped[str] = mapped_column(String(300), default="")

    state: Mapped[State] = mapped_column(enum_type(State, "state"), default=State.DRAFT)
    invented: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, info=UNRECORDED
    )
    created_at: Mapped[datetime] = mapped_column(info=UNRECORDED)
    changed_at: Mapped[datetime] = mapped_column(info=UNRECORDED)
    version: Mapped[int] = mapped_column(default=1, info=UNRECORDED)

    source: Mapped[ClassificationValue | None] = relationship(foreign_keys=source_id)
    long_term_benefit: Mapped[ClassificationValue | None] = relationship(
        foreign_keys=long_term_benefit_id
    )
    beneficiary: Mapped[ClassificationValue | None] = relationship(foreign_keys=beneficiary_id)
    level: Mapped[ClassificationValue | None] = relationship(foreign_keys=level_id)
    development_model: Mapped[ClassificationValue | None] = relationship(
        foreign_keys=development_model_id
    )
    unit: Mapped[Unit | None] = relationship()
    lead_post: Mapped[Post | None] = relationship()
    theme: Mapped[Theme | None] = relationship()

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}


class MeasurePost(Model):
    """A post that is responsible for a measure beside the lead post."""

    __tablename__ = "measure_post"

    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), primary_key=True, index=True)


class MeasureWord(Model):
    """A word, folded, that a measure is found by; the primary key serves word beginnings."""

    __tablename__ = "measure_word"

    word: Mapped[str] = mapped_column(
        String(64).with_variant(String(64, collation="C"), "postgresql"), primary_key=True
    )
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), primary_key=True, index=True)


class Likeness(Model):
    """The words of a measure's name and problem, a language each, that look-alikes are found by.

    They follow from the texts, and are written with them; `edition` says by what dictionaries. A
    word of the name is not repeated in the problem. By `digest` a process knows whether what it
    keeps in memory is still so.
    """

    __tablename__ = "likeness"
    # The digests of all measures are read from it, without their words.
    __table_args__ = (Index("ix_likeness_digest", "measure_id", "digest"),)

    measure_id: Mapped[int] = mapped_column(
        ForeignKey("measure.id"), primary_key=True, autoincrement=False
    )
    name_fi: Mapped[str] = mapped_column(Text, default="")
    name_sv: Mapped[str] = mapped_column(Text, default="")
    problem_fi: Mapped[str] = mapped_column(Text, default="")
    problem_sv: Mapped[str] = mapped_column(Text, default="")
    edition: Mapped[str] = mapped_column(String(40))
    digest: Mapped[int] = mapped_column(BigInteger)


class Entry(Model):
    """A measure in a programme, under a theme and, once on a roadmap, with a code.

    `code_order` is the code with its number padded, so that A9 comes before A13.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("programme_id", "code"),
        UniqueConstraint("measure_id", "programme_id"),
        ForeignKeyConstraint(
            ["programme_id", "theme_id"], ["theme.programme_id", "theme.id"], name="theme"
        ),
        CheckConstraint("code <> ''", name="code"),
        Index("ix_entry_listed", "measure_id", "theme_id", "code_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    theme_id: Mapped[int | None] = mapped_column(index=True)
    code: Mapped[str | None] = mapped_column(String(16))
    code_order: Mapped[str] = mapped_column(String(24), default="", info=UNRECORDED)


class FormerCode(Model):
    """A code that an entry of a programme had and has given up; nothing else ever gets it."""

    __tablename__ = "former_code"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), primary_key=True)


class Step(Model):
    """What happened to a proposal: by whom, when, and why where a reason was given.

    It is a transition of the workflow, or `EDITED` when somebody edited a proposal that the unit
    had submitted, or the facts of an approved measure. `concerned` names the fields that a reason
    is about or that were edited, separated by spaces. `content` is, in JSON, what the fields said
    before: all that can be edited where the proposal was returned, those that were edited
    otherwise.
    """

    __tablename__ = "measure_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    transition: Mapped[str] = mapped_column(String(32))
    target: Mapped[State] = mapped_column(enum_type(State, "target"))
    reason: Mapped[str] = mapped_column(Text, default="")
    concerned: Mapped[str] = mapped_column(Text, default="")
    # Several people have written it, so it is no part of the actor's own data.
    content: Mapped[str | None] = mapped_column(Text, info=UNRECORDED)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]


class Lineage(Model):
    """How a measure follows from an earlier one."""

    __tablename__ = "lineage"
    __table_args__ = (
        UniqueConstraint("measure_id", "earlier_id"),
        CheckConstraint("measure_id <> earlier_id", name="two_measures"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"))
    earlier_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    kind: Mapped[LineageKind] = mapped_column(enum_type(LineageKind, "kind"))
