"""The first tables: everything up to the city board's approval and the status page."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


REFUSE_CHANGE = """
CREATE TRIGGER snapshot_refuses_{event} BEFORE {event} ON snapshot
BEGIN SELECT RAISE(ABORT, 'an approved snapshot never changes'); END
"""


def upgrade():
    op.create_table(
        "classification_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "source",
                "long_term_benefit",
                "beneficiary",
                "level",
                "development_model",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name_fi", sa.String(length=200), nullable=False),
        sa.Column("name_sv", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classification_value")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_classification_value_kind_key")),
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("minutes_approved_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("held_on", "number", name=op.f("uq_meeting_held_on_number")),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_fi", sa.String(length=200), nullable=False),
        sa.Column("name_sv", sa.String(length=200), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column("board_date", sa.Date(), nullable=True),
        sa.Column("board_section", sa.String(length=20), nullable=True),
        sa.Column("board_case", sa.String(length=60), nullable=True),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.CheckConstraint("first_year <= last_year", name=op.f("ck_programme_years_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("first_year", name=op.f("uq_programme_first_year")),
    )
    op.create_table(
        "receipt",
        sa.Column("actor_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("pk_receipt")),
    )
    op.create_index("ix_receipt_made_at", "receipt", ["made_at"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_revision_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name_fi", sa.String(length=200), nullable=False),
        sa.Column("name_sv", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_unit_not_own_parent")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("key", name=op.f("uq_unit_key")),
    )
    op.create_index("ix_unit_parent_id", "unit", ["parent_id"], unique=False)

    op.create_table(
        "roadmap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "planned",
                "collecting",
                "scoring",
                "drafting",
                "before_board",
                "returned_by_board",
                "approved",
                "amending",
                "closed",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("once_approved", sa.Boolean(), nullable=False),
        sa.Column("submit_by", sa.Date(), nullable=True),
        sa.Column("board_by", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_roadmap_year")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_roadmap_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roadmap")),
        sa.UniqueConstraint("year", name=op.f("uq_roadmap_year")),
    )
    op.create_index("ix_roadmap_phase", "roadmap", ["phase"], unique=False)
    op.create_index("ix_roadmap_programme_id", "roadmap", ["programme_id"], unique=False)

    op.create_table(
        "theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name_fi", sa.String(length=200), nullable=False),
        sa.Column("name_sv", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "theme",
                "enabler",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("colour", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_theme_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
        sa.UniqueConstraint("programme_id", "code", name=op.f("uq_theme_programme_id_code")),
        sa.UniqueConstraint("programme_id", "id", name=op.f("uq_theme_programme_id_id")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("language IN ('fi', 'sv')", name=op.f("ck_user_account_language")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_user_account_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("key", name=op.f("uq_user_account_key")),
    )
    op.create_index("ix_user_account_unit_id", "user_account", ["unit_id"], unique=False)

    op.create_table(
        "board_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roadmap_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "approved",
                "approved_with_changes",
                "tabled",
                "returned",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("section", sa.String(length=20), nullable=False),
        sa.Column("case_number", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("imported OR section <> ''", name=op.f("ck_board_decision_section")),
        sa.CheckConstraint(
            "outcome NOT IN ('returned', 'approved_with_changes') OR reason <> ''",
            name=op.f("ck_board_decision_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user_account.id"], name=op.f("fk_board_decision_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmap.id"], name=op.f("fk_board_decision_roadmap_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_decision")),
    )
    op.create_index("ix_board_decision_roadmap_id", "board_decision", ["roadmap_id"], unique=False)

    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("title_fi", sa.String(length=200), nullable=False),
        sa.Column("title_sv", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["deputy_id"], ["user_account.id"], name=op.f("fk_post_deputy_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["user_account.id"], name=op.f("fk_post_holder_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_post_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("key", name=op.f("uq_post_key")),
    )
    op.create_index("ix_post_deputy_id", "post", ["deputy_id"], unique=False)
    op.create_index("ix_post_holder_id", "post", ["holder_id"], unique=False)
    op.create_index("ix_post_unit_id", "post", ["unit_id"], unique=False)

    op.create_table(
        "roadmap_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roadmap_id", sa.Integer(), nullable=False),
        sa.Column("transition", sa.String(length=32), nullable=False),
        sa.Column(
            "target",
            sa.Enum(
                "planned",
                "collecting",
                "scoring",
                "drafting",
                "before_board",
                "returned_by_board",
                "approved",
                "amending",
                "closed",
                name="target",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_roadmap_step_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmap.id"], name=op.f("fk_roadmap_step_roadmap_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roadmap_step")),
    )
    op.create_index("ix_roadmap_step_roadmap_id", "roadmap_step", ["roadmap_id"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "board_secretary",
                "chair",
                "member",
                "proposer",
                "secretary",
                "viewer",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "last_day IS NULL OR first_day <= last_day", name=op.f("ck_role_grant_days_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_role_grant_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint("user_id", "role", name=op.f("uq_role_grant_user_id_role")),
    )
    op.create_table(
        "scoring_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roadmap_id", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.CheckConstraint("opens_on <= closes_on", name=op.f("ck_scoring_round_days_in_order")),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmap.id"], name=op.f("fk_scoring_round_roadmap_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scoring_round")),
        sa.UniqueConstraint("roadmap_id", name=op.f("uq_scoring_round_roadmap_id")),
    )
    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name_fi", sa.String(length=200), nullable=False),
        sa.Column("name_sv", sa.String(length=200), nullable=False),
        sa.Column("help_fi", sa.Text(), nullable=False),
        sa.Column("help_sv", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "weight > 0 OR (weight = 0 AND NOT counted)", name=op.f("ck_criterion_weight")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["scoring_round.id"], name=op.f("fk_criterion_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("round_id", "key", name=op.f("uq_criterion_round_id_key")),
    )
    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_fi", sa.String(length=300), nullable=False),
        sa.Column("name_sv", sa.String(length=300), nullable=False),
        sa.Column("problem_fi", sa.Text(), nullable=False),
        sa.Column("problem_sv", sa.Text(), nullable=False),
        sa.Column("description_fi", sa.Text(), nullable=False),
        sa.Column("description_sv", sa.Text(), nullable=False),
        sa.Column("stale", sa.String(length=2), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("long_term_benefit_id", sa.Integer(), nullable=True),
        sa.Column("beneficiary_id", sa.Integer(), nullable=True),
        sa.Column("level_id", sa.Integer(), nullable=True),
        sa.Column("development_model_id", sa.Integer(), nullable=True),
        sa.Column(
            "impact",
            sa.Enum(
                "S", "M", "L", name="impact", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column(
            "cost_class",
            sa.Enum(
                "S",
                "M",
                "L",
                name="cost_class",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("cost_once", sa.Integer(), nullable=True),
        sa.Column("cost_yearly", sa.Integer(), nullable=True),
        sa.Column("first_year", sa.Integer(), nullable=True),
        sa.Column("last_year", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("lead_post_id", sa.Integer(), nullable=True),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "unit",
                "resident",
                "company",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("partners", sa.String(length=500), nullable=False),
        sa.Column("legal_act", sa.String(length=300), nullable=False),
        sa.Column("legal_section", sa.String(length=60), nullable=False),
        sa.Column("legal_deadline", sa.Date(), nullable=True),
        sa.Column(
            "publicity",
            sa.Enum(
                "public",
                "not_yet_public",
                "secret",
                name="publicity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("secrecy_basis", sa.String(length=300), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "in_scoring",
                "approved",
                "postponed",
                "rejected",
                "withdrawn",
                "merged",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "name_fi <> '' OR name_sv <> '' OR state = 'draft'", name=op.f("ck_measure_has_name")
        ),
        sa.CheckConstraint(
            "publicity <> 'secret' OR secrecy_basis <> ''", name=op.f("ck_measure_secrecy_basis")
        ),
        sa.CheckConstraint("stale IS NULL OR stale IN ('fi', 'sv')", name=op.f("ck_measure_stale")),
        sa.CheckConstraint("cost_once >= 0", name=op.f("ck_measure_cost_once")),
        sa.CheckConstraint("cost_yearly >= 0", name=op.f("ck_measure_cost_yearly")),
        sa.CheckConstraint("first_year <= last_year", name=op.f("ck_measure_years_in_order")),
        sa.ForeignKeyConstraint(
            ["beneficiary_id"], ["classification_value.id"], name=op.f("fk_measure_beneficiary_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_measure_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["development_model_id"],
            ["classification_value.id"],
            name=op.f("fk_measure_development_model_id"),
        ),
        sa.ForeignKeyConstraint(
            ["lead_post_id"], ["post.id"], name=op.f("fk_measure_lead_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["level_id"], ["classification_value.id"], name=op.f("fk_measure_level_id")
        ),
        sa.ForeignKeyConstraint(
            ["long_term_benefit_id"],
            ["classification_value.id"],
            name=op.f("fk_measure_long_term_benefit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["classification_value.id"], name=op.f("fk_measure_source_id")
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_measure_theme_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_measure_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
    op.create_index("ix_measure_beneficiary_id", "measure", ["beneficiary_id"], unique=False)
    op.create_index("ix_measure_cost_class", "measure", ["cost_class"], unique=False)
    op.create_index("ix_measure_created_by_id", "measure", ["created_by_id"], unique=False)
    op.create_index(
        "ix_measure_development_model_id", "measure", ["development_model_id"], unique=False
    )
    op.create_index("ix_measure_impact", "measure", ["impact"], unique=False)
    op.create_index("ix_measure_lead_post_id", "measure", ["lead_post_id"], unique=False)
    op.create_index("ix_measure_level_id", "measure", ["level_id"], unique=False)
    op.create_index(
        "ix_measure_listed",
        "measure",
        ["state", "publicity", "unit_id", "impact", "cost_class"],
        unique=False,
    )
    op.create_index(
        "ix_measure_long_term_benefit_id", "measure", ["long_term_benefit_id"], unique=False
    )
    op.create_index("ix_measure_publicity", "measure", ["publicity"], unique=False)
    op.create_index("ix_measure_source_id", "measure", ["source_id"], unique=False)
    op.create_index("ix_measure_state_first_year", "measure", ["state", "first_year"], unique=False)
    op.create_index("ix_measure_theme_id", "measure", ["theme_id"], unique=False)
    op.create_index("ix_measure_unit_id", "measure", ["unit_id"], unique=False)

    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roadmap_id", sa.Integer(), nullable=False),
        sa.Column("board_decision_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_snapshot_sha256")),
        sa.ForeignKeyConstraint(
            ["board_decision_id"], ["board_decision.id"], name=op.f("fk_snapshot_board_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["roadmap.id"], name=op.f("fk_snapshot_roadmap_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("roadmap_id", "number", name=op.f("uq_snapshot_roadmap_id_number")),
    )
    op.create_index(
        "ix_snapshot_board_decision_id", "snapshot", ["board_decision_id"], unique=False
    )

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "approve",
                "postpone",
                "reject",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("section", sa.String(length=20), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome = 'approve' OR reason <> ''",
            name=op.f("ck_decision_reason"),
        ),
        sa.CheckConstraint(
            "(outcome IS NULL AND decided_on IS NULL AND recorded_by_id IS NULL AND recorded_at IS NULL) OR (outcome IS NOT NULL AND decided_on IS NOT NULL AND recorded_by_id IS NOT NULL AND recorded_at IS NOT NULL)",
            name=op.f("ck_decision_decided_if_and_only_if_complete"),
        ),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_decision_measure_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_decision_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user_account.id"], name=op.f("fk_decision_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("meeting_id", "position", name=op.f("uq_decision_meeting_id_position")),
    )
    op.create_index("ix_decision_measure_id", "decision", ["measure_id"], unique=False)
    op.create_index(
        "uq_decision_standing",
        "decision",
        ["meeting_id", "measure_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )

    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=16), nullable=True),
        sa.Column("code_order", sa.String(length=24), nullable=False),
        sa.CheckConstraint("code <> ''", name=op.f("ck_entry_code")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_entry_measure_id")),
        sa.ForeignKeyConstraint(
            ["programme_id", "theme_id"], ["theme.programme_id", "theme.id"], name="theme"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_entry_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint(
            "measure_id", "programme_id", name=op.f("uq_entry_measure_id_programme_id")
        ),
        sa.UniqueConstraint("programme_id", "code", name=op.f("uq_entry_programme_id_code")),
    )
    op.create_index(
        "ix_entry_listed", "entry", ["measure_id", "theme_id", "code_order"], unique=False
    )
    op.create_index("ix_entry_theme_id", "entry", ["theme_id"], unique=False)

    op.create_table(
        "lineage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "duplicate",
                "split",
                "carried_over",
                "renamed",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("measure_id <> earlier_id", name=op.f("ck_lineage_two_measures")),
        sa.ForeignKeyConstraint(["earlier_id"], ["measure.id"], name=op.f("fk_lineage_earlier_id")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_lineage_measure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lineage")),
        sa.UniqueConstraint(
            "measure_id", "earlier_id", name=op.f("uq_lineage_measure_id_earlier_id")
        ),
    )
    op.create_index("ix_lineage_earlier_id", "lineage", ["earlier_id"], unique=False)

    op.create_table(
        "measure_post",
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_measure_post_measure_id")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_measure_post_post_id")),
        sa.PrimaryKeyConstraint("measure_id", "post_id", name=op.f("pk_measure_post")),
    )
    op.create_index("ix_measure_post_post_id", "measure_post", ["post_id"], unique=False)

    op.create_table(
        "measure_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("transition", sa.String(length=32), nullable=False),
        sa.Column(
            "target",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "in_scoring",
                "approved",
                "postponed",
                "rejected",
                "withdrawn",
                "merged",
                name="target",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_measure_step_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_measure_step_measure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_step")),
    )
    op.create_index("ix_measure_step_measure_id", "measure_step", ["measure_id"], unique=False)

    op.create_table(
        "measure_word",
        sa.Column(
            "word",
            sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_measure_word_measure_id")
        ),
        sa.PrimaryKeyConstraint("word", "measure_id", name=op.f("pk_measure_word")),
    )
    op.create_index("ix_measure_word_measure_id", "measure_word", ["measure_id"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "proposed_outcome",
            sa.Enum(
                "approve",
                "return",
                "postpone",
                "reject",
                name="proposed_outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("disqualified", sa.Boolean(), nullable=False),
        sa.Column("disqualification_reason", sa.Text(), nullable=False),
        sa.Column("measure_version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(disqualified AND disqualification_reason <> '') OR NOT disqualified",
            name=op.f("ck_review_disqualification_reason"),
        ),
        sa.CheckConstraint(
            "(state = 'submitted') = (submitted_at IS NOT NULL)",
            name=op.f("ck_review_submitted_if_dated"),
        ),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_review_measure_id")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["scoring_round.id"], name=op.f("fk_review_round_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_review_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint(
            "round_id", "measure_id", "user_id", name=op.f("uq_review_round_id_measure_id_user_id")
        ),
    )
    op.create_index("ix_review_measure_id", "review", ["measure_id"], unique=False)
    op.create_index("ix_review_user_id", "review", ["user_id"], unique=False)

    op.create_table(
        "status_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "started",
                "done",
                "abandoned",
                "no_info",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note_fi", sa.Text(), nullable=False),
        sa.Column("note_sv", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column(
            "precision",
            sa.Enum(
                "day",
                "month",
                name="precision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("newest", sa.Boolean(), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_status_report_measure_id")
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["user_account.id"], name=op.f("fk_status_report_reporter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_report")),
        sa.UniqueConstraint(
            "measure_id",
            "as_of",
            "precision",
            name=op.f("uq_status_report_measure_id_as_of_precision"),
        ),
    )
    op.create_index(
        "ix_status_report_newest",
        "status_report",
        ["measure_id", "newest", "status", "as_of"],
        unique=False,
        sqlite_where=sa.text("newest = 1"),
        postgresql_where=sa.text("newest"),
    )
    op.create_index(
        "uq_status_report_newest",
        "status_report",
        ["measure_id"],
        unique=True,
        sqlite_where=sa.text("newest = 1"),
        postgresql_where=sa.text("newest"),
    )

    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roadmap_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "membership",
            sa.Enum(
                "proposed",
                "approved",
                "added",
                "not_followed",
                "removed",
                name="membership",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("carried_over_from_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["carried_over_from_id"], ["item.id"], name=op.f("fk_item_carried_over_from_id")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_item_entry_id")),
        sa.ForeignKeyConstraint(["roadmap_id"], ["roadmap.id"], name=op.f("fk_item_roadmap_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("roadmap_id", "entry_id", name=op.f("uq_item_roadmap_id_entry_id")),
        sa.UniqueConstraint("roadmap_id", "number", name=op.f("uq_item_roadmap_id_number")),
    )
    op.create_index("ix_item_carried_over_from_id", "item", ["carried_over_from_id"], unique=False)
    op.create_index("ix_item_entry_id", "item", ["entry_id"], unique=False)
    op.create_index(
        "ix_item_roadmap_id_membership",
        "item",
        ["roadmap_id", "membership", "entry_id"],
        unique=False,
    )

    op.create_table(
        "rating",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint("value BETWEEN 1 AND 5", name=op.f("ck_rating_value")),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_rating_criterion_id")
        ),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_rating_review_id")),
        sa.PrimaryKeyConstraint("review_id", "criterion_id", name=op.f("pk_rating")),
    )
    op.create_index("ix_rating_criterion_id", "rating", ["criterion_id"], unique=False)

    op.execute("INSERT INTO revision (id, number) VALUES (1, 0)")
    # PostgreSQL gets the same triggers together with its support.
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(REFUSE_CHANGE.format(event=event))


def downgrade():
    raise NotImplementedError("the first tables are not taken away; restore a backup instead")
