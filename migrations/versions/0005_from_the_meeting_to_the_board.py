"""From the meeting to the city board: attendance, what is prepared, proposals, programmes, dates.

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-22 16:20:00.000000

"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ONCE = {"sqlite_autoincrement": True}

PHASES = (
    "planned",
    "collecting",
    "scoring",
    "drafting",
    "before_board",
    "returned_by_board",
    "approved",
    "amending",
    "closed",
)

TOPICS = ("commented", "decided", "due", "handled", "invited", "reminded", "returned", "submitted")

ONE_SUBJECT = "(roadmap_id IS NULL) <> (programme_id IS NULL)"

FROZEN = {
    "board_proposal": "what was proposed to the city board never changes",
    "snapshot": "an approved snapshot never changes",
}
"""Tables whose rows never change, and the words that say so."""

IS_THERE = (
    "EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR number = NEW.number"
    " AND (roadmap_id = NEW.roadmap_id OR programme_id = NEW.programme_id))"
)


def upgrade():
    _meetings()
    _programmes()
    _board()
    _followup()
    _freeze()
    with op.batch_alter_table("message", table_kwargs=ONCE) as batch:
        batch.drop_constraint(op.f("ck_message_topic"), type_="check")
        batch.create_check_constraint(op.f("ck_message_topic"), _one_of("topic", TOPICS))


def _choice(name, values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _one_of(column, values):
    return f"{column} IN ({', '.join(map(repr, values))})"


def _meetings():
    with op.batch_alter_table("meeting", table_kwargs=ONCE) as batch:
        batch.add_column(sa.Column("starts_at", sa.Time(), nullable=True))
        batch.add_column(sa.Column("ends_at", sa.Time(), nullable=True))
        batch.add_column(
            sa.Column("link", sa.String(length=500), nullable=False, server_default="")
        )
        batch.add_column(
            sa.Column(
                "record_kind",
                _choice("record_kind", ("minutes", "memo")),
                nullable=False,
                server_default="minutes",
            )
        )
        batch.add_column(sa.Column("first_section", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("others", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("ended_at", sa.DateTime(), nullable=True))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch.create_check_constraint(op.f("ck_meeting_times_in_order"), "starts_at <= ends_at")
        batch.create_check_constraint(op.f("ck_meeting_first_section"), "first_section > 0")
    with op.batch_alter_table("meeting", table_kwargs=ONCE) as batch:
        for column in ("link", "record_kind", "others", "version"):
            batch.alter_column(column, server_default=None)
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("deputy_for_id", sa.Integer(), nullable=True),
        sa.Column(
            "part", _choice("part", ("chair", "member", "secretary", "expert")), nullable=False
        ),
        sa.Column(
            "presence", _choice("presence", ("unknown", "present", "absent")), nullable=False
        ),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.CheckConstraint("deputy_for_id <> user_id", name=op.f("ck_attendance_not_own_deputy")),
        sa.ForeignKeyConstraint(
            ["deputy_for_id"], ["user_account.id"], name=op.f("fk_attendance_deputy_for_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_attendance_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_attendance_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("meeting_id", "user_id", name=op.f("uq_attendance_meeting_id_user_id")),
        **ONCE,
    )
    op.create_index("ix_attendance_deputy_for_id", "attendance", ["deputy_for_id"], unique=False)
    op.create_index("ix_attendance_user_id", "attendance", ["user_id"], unique=False)
    op.create_table(
        "other_matter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("comes_first", sa.Boolean(), nullable=False),
        sa.Column("title_fi", sa.String(length=200), nullable=False),
        sa.Column("title_sv", sa.String(length=200), nullable=False),
        sa.Column("text_fi", sa.Text(), nullable=False),
        sa.Column("text_sv", sa.Text(), nullable=False),
        sa.Column("outcome_fi", sa.Text(), nullable=False),
        sa.Column("outcome_sv", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "title_fi <> '' OR title_sv <> ''", name=op.f("ck_other_matter_has_title")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_other_matter_meeting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_matter")),
        **ONCE,
    )
    op.create_index("ix_other_matter_meeting_id", "other_matter", ["meeting_id"], unique=False)

    with op.batch_alter_table("decision", table_kwargs=ONCE) as batch:
        batch.drop_constraint(op.f("ck_decision_decided_if_and_only_if_complete"), type_="check")
        batch.drop_constraint(op.f("ck_decision_reason"), type_="check")
        batch.add_column(
            sa.Column(
                "stage",
                _choice("stage", ("on_agenda", "prepared", "decided")),
                nullable=False,
                server_default="on_agenda",
            )
        )
        for column in ("on_screen", "scores_shown"):
            batch.add_column(
                sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false())
            )
    op.execute("UPDATE decision SET stage = 'decided' WHERE outcome IS NOT NULL")
    with op.batch_alter_table("decision", table_kwargs=ONCE) as batch:
        for column in ("stage", "on_screen", "scores_shown"):
            batch.alter_column(column, server_default=None)
        batch.create_check_constraint(
            op.f("ck_decision_decided_if_and_only_if_complete"),
            "(stage = 'decided' AND meeting_id IS NOT NULL AND outcome IS NOT NULL"
            " AND decided_on IS NOT NULL) OR (stage <> 'decided' AND decided_on IS NULL)",
        )
        batch.create_check_constraint(
            op.f("ck_decision_stage_has_outcome"), "(stage = 'on_agenda') = (outcome IS NULL)"
        )
        batch.create_check_constraint(
            op.f("ck_decision_undone_was_decided"), "stage = 'decided' OR undone_at IS NULL"
        )
        batch.create_check_constraint(
            op.f("ck_decision_decided_is_recorded"),
            "(stage = 'decided' AND recorded_by_id IS NOT NULL AND recorded_at IS NOT NULL)"
            " OR (stage <> 'decided' AND recorded_by_id IS NULL AND recorded_at IS NULL)",
        )
        batch.create_check_constraint(
            op.f("ck_decision_reason"), "stage <> 'decided' OR outcome = 'approve' OR reason <> ''"
        )
    op.create_index(
        "uq_decision_on_screen",
        "decision",
        ["meeting_id"],
        unique=True,
        sqlite_where=sa.text("on_screen"),
        postgresql_where=sa.text("on_screen"),
    )
    op.create_table(
        "disqualification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "ruling",
            _choice("ruling", ("declared", "disqualified", "not_disqualified")),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_disqualification_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_disqualification_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disqualification")),
        sa.UniqueConstraint(
            "decision_id", "user_id", name=op.f("uq_disqualification_decision_id_user_id")
        ),
        **ONCE,
    )
    op.create_index("ix_disqualification_user_id", "disqualification", ["user_id"], unique=False)


def _programmes():
    with op.batch_alter_table("programme") as batch:
        batch.add_column(
            sa.Column("phase", _choice("phase", PHASES), nullable=False, server_default="drafting")
        )
        for column in ("imported", "once_approved"):
            batch.add_column(
                sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false())
            )
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        # Nothing has ever been written into these: the board's decisions are rows of their own.
        for column in ("board_date", "board_section", "board_case"):
            batch.drop_column(column)
    with op.batch_alter_table("programme") as batch:
        for column in ("phase", "imported", "once_approved", "version"):
            batch.alter_column(column, server_default=None)
    if op.get_bind().dialect.name == "sqlite":
        # Themes may be deleted from now on, and PostgreSQL gives no id a second time.
        with op.batch_alter_table("theme", recreate="always", table_kwargs=ONCE):
            pass
    # A programme whose roadmaps the board has approved was approved before the tool knew of it.
    op.execute(
        "UPDATE programme SET phase = 'approved', imported = true, once_approved = true WHERE id IN"
        " (SELECT programme_id FROM roadmap WHERE once_approved)"
    )
    with op.batch_alter_table("roadmap") as batch:
        for column in (
            "collect_from",
            "score_by",
            "draft_by",
            "budget_on",
            "midyear_report_by",
            "year_report_by",
        ):
            batch.add_column(sa.Column(column, sa.Date(), nullable=True))


def _board():
    op.create_table(
        "phase_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roadmap_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("transition", sa.String(length=32), nullable=False),
        sa.Column("target", _choice("target", PHASES), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(ONE_SUBJECT, name=op.f("ck_phase_step_one_subject")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_phase_step_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_phase_step_programme_id")
        ),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmap.id"], name=op.f("fk_phase_step_roadmap_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase_step")),
    )
    op.create_index("ix_phase_step_roadmap_id", "phase_step", ["roadmap_id"], unique=False)
    op.execute(
        "INSERT INTO phase_step (roadmap_id, transition, target, reason, actor_id, made_at)"
        " SELECT roadmap_id, transition, target, reason, actor_id, made_at FROM roadmap_step"
        " ORDER BY id"
    )
    op.drop_table("roadmap_step")
    for table in ("board_decision", "snapshot"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column("roadmap_id", existing_type=sa.Integer(), nullable=True)
            batch.add_column(sa.Column("programme_id", sa.Integer(), nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_{table}_programme_id"), "programme", ["programme_id"], ["id"]
            )
            batch.create_check_constraint(op.f(f"ck_{table}_one_subject"), ONE_SUBJECT)
    op.create_table(
        "board_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roadmap_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(ONE_SUBJECT, name=op.f("ck_board_proposal_one_subject")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_board_proposal_sha256")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_board_proposal_programme_id")
        ),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmap.id"], name=op.f("fk_board_proposal_roadmap_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_proposal")),
        sa.UniqueConstraint(
            "programme_id", "number", name=op.f("uq_board_proposal_programme_id_number")
        ),
        sa.UniqueConstraint(
            "roadmap_id", "number", name=op.f("uq_board_proposal_roadmap_id_number")
        ),
    )
    op.create_table(
        "board_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("kind", _choice("kind", ("removed", "edited")), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.CheckConstraint("(kind = 'edited') = (field <> '')", name=op.f("ck_board_change_field")),
        sa.CheckConstraint(
            "kind <> 'removed' OR item_id IS NOT NULL", name=op.f("ck_board_change_removed_item")
        ),
        sa.CheckConstraint(
            "item_id IS NULL OR theme_id IS NULL", name=op.f("ck_board_change_one_of_them")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_board_change_item_id")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["board_proposal.id"], name=op.f("fk_board_change_proposal_id")
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_board_change_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_change")),
        **ONCE,
    )
    op.create_index("ix_board_change_item_id", "board_change", ["item_id"], unique=False)
    op.create_index("ix_board_change_theme_id", "board_change", ["theme_id"], unique=False)
    op.create_index(
        "uq_board_change_item",
        "board_change",
        ["proposal_id", "item_id", "field"],
        unique=True,
        sqlite_where=sa.text("item_id IS NOT NULL"),
        postgresql_where=sa.text("item_id IS NOT NULL"),
    )
    with op.batch_alter_table("board_decision") as batch:
        batch.add_column(sa.Column("proposal_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_board_decision_proposal_id"), "board_proposal", ["proposal_id"], ["id"]
        )
    for table, column in (
        ("phase_step", "programme_id"),
        ("board_decision", "programme_id"),
        ("board_decision", "proposal_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
    op.create_table(
        "date_reminder",
        sa.Column("roadmap_id", sa.Integer(), nullable=False),
        sa.Column("milestone", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmap.id"], name=op.f("fk_date_reminder_roadmap_id")
        ),
        sa.PrimaryKeyConstraint(
            "roadmap_id", "milestone", "day", "days_before", name=op.f("pk_date_reminder")
        ),
    )


def _followup():
    op.create_table(
        "former_code",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_former_code_programme_id")
        ),
        sa.PrimaryKeyConstraint("programme_id", "code", name=op.f("pk_former_code")),
    )
    op.create_table(
        "carry_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("choice", _choice("choice", ("continue", "done", "drop")), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("last_year_before", sa.Integer(), nullable=True),
        sa.Column("next_item_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column(
            "status_before",
            _choice("status_before", ("planned", "started", "done", "abandoned", "no_info")),
            nullable=True,
        ),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "(choice = 'continue') = (next_item_id IS NOT NULL)",
            name=op.f("ck_carry_over_next_item"),
        ),
        sa.CheckConstraint(
            "(choice = 'continue') = (report_id IS NULL)", name=op.f("ck_carry_over_report")
        ),
        sa.CheckConstraint("choice <> 'drop' OR reason <> ''", name=op.f("ck_carry_over_reason")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_carry_over_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_carry_over_item_id")),
        sa.ForeignKeyConstraint(
            ["next_item_id"], ["item.id"], name=op.f("fk_carry_over_next_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["status_report.id"], name=op.f("fk_carry_over_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carry_over")),
        sa.UniqueConstraint("item_id", name=op.f("uq_carry_over_item_id")),
        **ONCE,
    )
    op.create_index("ix_carry_over_next_item_id", "carry_over", ["next_item_id"], unique=False)
    op.create_index("ix_carry_over_report_id", "carry_over", ["report_id"], unique=False)


def _freeze():
    """Refuse every change of what never changes; on SQLite copying a table took its triggers.

    SQLite's REPLACE asks no trigger but that of INSERT, so a row in the place of one that is there
    is refused too.
    """
    with op.batch_alter_table("snapshot") as batch:
        batch.create_unique_constraint(
            op.f("uq_snapshot_programme_id_number"), ["programme_id", "number"]
        )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, words in FROZEN.items():
        is_there = IS_THERE.format(table=table)
        for event, condition in (("insert", is_there), ("update", "TRUE"), ("delete", "TRUE")):
            name = f"{table}_refuses_{event}"
            if sqlite:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
                    f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"
                )
                continue
            row = "NEW" if event == "insert" else "OLD"
            op.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {condition} THEN RAISE EXCEPTION '{words}' "
                f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$"
            )
            op.execute(
                f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {name}()"
            )
        if not sqlite:
            op.execute(
                f"CREATE OR REPLACE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuses_update()"
            )


def downgrade():
    raise NotImplementedError(
        "what the board has decided is not taken away; restore a backup instead"
    )
