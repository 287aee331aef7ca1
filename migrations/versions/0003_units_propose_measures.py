"""What units need to propose: mail, comments, files, working copies, look-alikes, bulk actions.

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-22 08:50:40.872970

"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DELETED_FROM = (
    "decision",
    "identity",
    "lineage",
    "measure",
    "role_grant",
    "session",
    "sign_in_failure",
)
"""Tables of earlier migrations whose rows may be deleted."""


def upgrade():
    op.create_table(
        "bulk_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("transition", sa.String(length=32), nullable=False),
        sa.Column("reason_fi", sa.Text(), nullable=False),
        sa.Column("reason_sv", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_bulk_action_actor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_action")),
        sa.UniqueConstraint("key", name=op.f("uq_bulk_action_key")),
    )
    op.create_index("ix_bulk_action_actor", "bulk_action", ["actor_id", "made_at"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "commented",
                "decided",
                "handled",
                "reminded",
                "returned",
                "submitted",
                name="topic",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=True),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column(
            "trouble",
            sa.Enum(
                "address",
                "content",
                "encryption",
                "lost",
                "recipient",
                "sender",
                "sign_in",
                "unreachable",
                name="trouble",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("fault", sa.String(length=500), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("given_up_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "sent_at IS NULL OR given_up_at IS NULL", name=op.f("ck_message_one_end")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_message_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_batch", "message", ["batch"], unique=False)
    op.create_index("ix_message_given_up_at", "message", ["given_up_at"], unique=False)
    op.create_index("ix_message_user_id", "message", ["user_id"], unique=False)
    op.create_index(
        "ix_message_waiting", "message", ["sent_at", "given_up_at", "not_before"], unique=False
    )
    op.create_index("ix_message_written_at", "message", ["written_at"], unique=False)

    op.create_table(
        "mail_run",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ran_at", sa.DateTime(), nullable=True),
        sa.Column(
            "trouble",
            sa.Enum(
                "address",
                "content",
                "encryption",
                "lost",
                "recipient",
                "sender",
                "sign_in",
                "unreachable",
                name="trouble",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("fault", sa.String(length=500), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_run_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_run")),
    )
    op.execute("INSERT INTO mail_run (id, fault) VALUES (1, '')")

    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "docx",
                "jpg",
                "pdf",
                "png",
                "xlsx",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
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
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_attachment_name")),
        sa.CheckConstraint(
            "publicity <> 'secret' OR secrecy_basis <> ''", name=op.f("ck_attachment_secrecy_basis")
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_attachment_size")),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["user_account.id"], name=op.f("fk_attachment_added_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_attachment_measure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attachment_added_by_id", "attachment", ["added_by_id"], unique=False)
    op.create_index("ix_attachment_measure_id", "attachment", ["measure_id"], unique=False)

    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "signed_in",
                "steering_group",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("(text = '') = (removed_at IS NOT NULL)", name=op.f("ck_comment_text")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_comment_author_id")
        ),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_comment_measure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_comment_author_id", "comment", ["author_id"], unique=False)
    op.create_index("ix_comment_measure", "comment", ["measure_id", "id"], unique=False)

    op.create_table(
        "likeness",
        sa.Column("measure_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_fi", sa.Text(), nullable=False),
        sa.Column("name_sv", sa.Text(), nullable=False),
        sa.Column("problem_fi", sa.Text(), nullable=False),
        sa.Column("problem_sv", sa.Text(), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_likeness_measure_id")
        ),
        sa.PrimaryKeyConstraint("measure_id", name=op.f("pk_likeness")),
    )
    op.create_index("ix_likeness_digest", "likeness", ["measure_id", "digest"], unique=False)
    op.create_table(
        "working_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_working_copy_measure_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_working_copy_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_copy")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_working_copy_user_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_working_copy_measure_id", "working_copy", ["measure_id"], unique=False)
    op.create_index("ix_working_copy_saved_at", "working_copy", ["saved_at"], unique=False)

    op.create_table(
        "attachment_content",
        sa.Column("attachment_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_attachment_content_attachment_id")
        ),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_attachment_content")),
    )
    op.create_table(
        "bulk_change",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column(
            "before",
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
                name="before",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["bulk_action.id"], name=op.f("fk_bulk_change_action_id")
        ),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_bulk_change_measure_id")
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["measure_step.id"], name=op.f("fk_bulk_change_step_id")
        ),
        sa.PrimaryKeyConstraint("action_id", "measure_id", name=op.f("pk_bulk_change")),
    )
    op.create_index("ix_bulk_change_measure_id", "bulk_change", ["measure_id"], unique=False)

    with op.batch_alter_table("measure") as batch_op:
        batch_op.add_column(sa.Column("contact_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("funding_call", sa.String(length=300), nullable=False, server_default="")
        )
        batch_op.create_index(batch_op.f("ix_measure_contact_id"), ["contact_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_measure_contact_id"), "user_account", ["contact_id"], ["id"]
        )

    with op.batch_alter_table("measure_step") as batch_op:
        batch_op.add_column(sa.Column("concerned", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("content", sa.Text(), nullable=True))
    with op.batch_alter_table("measure") as batch_op:
        batch_op.alter_column("funding_call", server_default=None)
    with op.batch_alter_table("measure_step") as batch_op:
        batch_op.alter_column("concerned", server_default=None)

    untranslated = (
        "stale IS NOT NULL"
        " OR (name_fi = '') <> (name_sv = '')"
        " OR (problem_fi = '') <> (problem_sv = '')"
        " OR (description_fi = '') <> (description_sv = '')"
    )
    if op.get_bind().dialect.name == "sqlite":
        _give_ids_once()
    # SQLite takes the newest of two indexes that it thinks as good as each other.
    op.create_index(
        "ix_measure_waits_for_translation",
        "measure",
        ["state"],
        unique=False,
        sqlite_where=sa.text(untranslated),
        postgresql_where=sa.text(untranslated),
    )


def _give_ids_once():
    """Let SQLite give no id of a row that was deleted again, as PostgreSQL never does.

    The record knows measures that are no longer there, so theirs are not given either.
    """
    for table in DELETED_FROM:
        given_once = {"sqlite_autoincrement": True}
        with op.batch_alter_table(table, recreate="always", table_kwargs=given_once):
            pass
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'measure'")
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'measure', coalesce(max(id), 0) FROM ("
        "SELECT id FROM measure"
        " UNION ALL SELECT subject_id FROM audit_event WHERE kind = 'measure')"
    )


def downgrade():
    raise NotImplementedError("what units have written is not taken away; restore a backup instead")
