"""What the steering group needs to score: seats, words for each rating, blindness, scenarios.

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-22 12:50:12.310542

"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "scorer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("deputy_id <> user_id", name=op.f("ck_scorer_not_own_deputy")),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["user_account.id"], name=op.f("fk_scorer_deputy_id")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["scoring_round.id"], name=op.f("fk_scorer_round_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_scorer_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorer")),
        sa.UniqueConstraint("round_id", "deputy_id", name=op.f("uq_scorer_round_id_deputy_id")),
        sa.UniqueConstraint("round_id", "user_id", name=op.f("uq_scorer_round_id_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_scorer_deputy_id"), "scorer", ["deputy_id"], unique=False)
    op.create_index(op.f("ix_scorer_user_id"), "scorer", ["user_id"], unique=False)
    op.create_table(
        "scenario",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["scoring_round.id"], name=op.f("fk_scenario_round_id")
        ),
        sa.ForeignKeyConstraint(
            ["saved_by_id"], ["user_account.id"], name=op.f("fk_scenario_saved_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
        sa.UniqueConstraint("round_id", "name", name=op.f("uq_scenario_round_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_scenario_saved_by_id"), "scenario", ["saved_by_id"], unique=False)

    with op.batch_alter_table("scoring_round") as batch:
        batch.drop_column("blind")
        batch.add_column(
            sa.Column(
                "blindness",
                sa.Enum(
                    "until_own",
                    "until_close",
                    name="blindness",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=False,
                server_default="until_own",
            )
        )
        batch.add_column(sa.Column("capacity", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("reminded_at", sa.DateTime(), nullable=True))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch.create_check_constraint(
            op.f("ck_scoring_round_capacity"), "capacity IS NULL OR capacity > 0"
        )
    with op.batch_alter_table("scoring_round") as batch:
        batch.alter_column("blindness", server_default=None)
        batch.alter_column("version", server_default=None)
    once = {"sqlite_autoincrement": True}
    with op.batch_alter_table("criterion", recreate="auto", table_kwargs=once) as batch:
        batch.add_column(sa.Column("words_fi", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("words_sv", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("criterion", table_kwargs=once) as batch:
        batch.alter_column("words_fi", server_default=None)
        batch.alter_column("words_sv", server_default=None)
    op.add_column("review", sa.Column("content", sa.Text(), nullable=True))

    # Until now whoever was a member could score in every round; from now on the rounds name them.
    op.execute(
        "INSERT INTO scorer (round_id, user_id) SELECT DISTINCT scoring_round.id, user_id"
        " FROM scoring_round CROSS JOIN role_grant JOIN user_account ON user_account.id = user_id"
        " WHERE role IN ('member', 'chair') AND deputy_for_id IS NULL AND disabled_on IS NULL"
    )


def downgrade():
    raise NotImplementedError(
        "what members have judged is not taken away; restore a backup instead"
    )
