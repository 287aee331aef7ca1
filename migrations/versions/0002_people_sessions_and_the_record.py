"""People, how they sign in, their sessions, and the record of everything.

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-22 05:29:34.456088

"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


MAY_BE_ERASED = """
    EXISTS (SELECT 1 FROM audit_event AS own WHERE own.id = OLD.event_id
            AND own.person_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM audit_event AS erasing WHERE erasing.id > own.id
        AND (erasing.tag = 'person_erased' AND erasing.subject_id = own.person_id
             OR erasing.tag = 'kept_no_longer' AND erasing.kind = 'record'
                AND erasing.subject_id >= own.id)))
"""
"""Personal values go once the record itself says that their person was erased or their time over."""

NOT_THE_NEXT = "NEW.id <> (SELECT COALESCE(MAX(id), 0) + 1 FROM audit_event)"
IS_THERE = "EXISTS (SELECT 1 FROM audit_values WHERE event_id = NEW.event_id)"
"""What is put in the place of a row that is there; SQLite's REPLACE asks no other trigger."""

REFUSALS = (
    ("audit_event", "insert", NOT_THE_NEXT, "an event follows the one before it"),
    ("audit_event", "update", "TRUE", "the record is never changed"),
    ("audit_event", "delete", "TRUE", "the record is never changed"),
    ("audit_values", "insert", IS_THERE, "the record is never changed"),
    ("audit_values", "update", "TRUE", "the record is never changed"),
    ("audit_values", "delete", f"NOT ({MAY_BE_ERASED})", "the record is never changed"),
)
"""Table, what is refused, when, and the words."""

SNAPSHOT_REFUSALS = (
    ("snapshot", "update", "TRUE", "an approved snapshot never changes"),
    ("snapshot", "delete", "TRUE", "an approved snapshot never changes"),
)
"""SQLite has these from the first migration."""


def _refuse_changes():
    if op.get_bind().dialect.name == "sqlite":
        for table, event, condition, words in REFUSALS:
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{event} BEFORE {event} ON {table} "
                f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
        return
    for table, event, condition, words in (*REFUSALS, *SNAPSHOT_REFUSALS):
        name = f"{table}_refuses_{event}"
        row = "NEW" if event == "insert" else "OLD"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{words}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
    for table in ("audit_event", "audit_values", "snapshot"):
        op.execute(
            f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuses_update()"
        )


def upgrade():
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("command", sa.String(length=64), nullable=True),
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("values_digest", sa.String(length=64), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "actor_id IS NULL OR command IS NULL", name=op.f("ck_audit_event_one_actor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_actor_id", "audit_event", ["actor_id", "id"], unique=False)
    op.create_index(
        "ix_audit_event_happened_at", "audit_event", ["happened_at", "id"], unique=False
    )
    op.create_index(
        "ix_audit_event_kind_subject_id", "audit_event", ["kind", "subject_id", "id"], unique=False
    )
    op.create_index("ix_audit_event_person_id", "audit_event", ["person_id", "id"], unique=False)
    op.create_index("ix_audit_event_tag", "audit_event", ["tag", "id"], unique=False)

    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(
        "ix_sign_in_failure_account", "sign_in_failure", ["account", "happened_at"], unique=False
    )
    op.create_index(
        "ix_sign_in_failure_address", "sign_in_failure", ["address", "happened_at"], unique=False
    )
    op.create_index(
        "ix_sign_in_failure_happened_at", "sign_in_failure", ["happened_at"], unique=False
    )

    op.create_table(
        "audit_values",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_event.id"], name=op.f("fk_audit_values_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_values")),
    )
    op.create_table(
        "credential",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_set_at", sa.DateTime(), nullable=True),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_credential_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_credential")),
    )
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_identity_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identity_issuer_subject")),
    )
    op.create_index("ix_identity_user_id", "identity", ["user_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_invitation_user_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitation")),
    )
    op.create_index("ix_invitation_user_id", "invitation", ["user_id"], unique=False)

    op.create_table(
        "kept_form",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_kept_form_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_kept_form")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("earlier_hash", sa.String(length=64), nullable=True),
        sa.Column("rotate", sa.Boolean(), nullable=False),
        sa.Column("rotated_at", sa.DateTime(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "demo",
                "oidc",
                "password",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    op.create_index("ix_session_earlier_hash", "session", ["earlier_hash"], unique=False)
    op.create_index("ix_session_seen_at", "session", ["seen_at"], unique=False)
    op.create_index("ix_session_user_id", "session", ["user_id"], unique=False)

    with op.batch_alter_table("post") as batch_op:
        batch_op.add_column(
            sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))

    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.add_column(sa.Column("unit_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("deputy_for_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("from_claim", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.drop_constraint("uq_role_grant_user_id_role", type_="unique")
        batch_op.create_index(
            batch_op.f("ix_role_grant_deputy_for_id"), ["deputy_for_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_role_grant_role"), ["role"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_grant_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_grant_user_id"), ["user_id"], unique=False)
        batch_op.create_check_constraint(
            batch_op.f("ck_role_grant_not_own_deputy"),
            "deputy_for_id IS NULL OR deputy_for_id <> user_id",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_role_grant_deputy_for_id"), "user_account", ["deputy_for_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_role_grant_unit_id"), "unit", ["unit_id"], ["id"]
        )

    with op.batch_alter_table("unit") as batch_op:
        batch_op.add_column(
            sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))

    with op.batch_alter_table("user_account") as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=True))
        batch_op.add_column(
            sa.Column(
                "mail",
                sa.Enum(
                    "at_once",
                    "digest",
                    "never",
                    name="mail",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=False,
                server_default="at_once",
            )
        )
        batch_op.add_column(sa.Column("disabled_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("erased_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("last_seen_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_check_constraint(
            batch_op.f("ck_user_account_erased_is_disabled"),
            "erased_on IS NULL OR disabled_on IS NOT NULL",
        )
    op.execute("UPDATE user_account SET disabled_on = CURRENT_DATE WHERE NOT active")
    with op.batch_alter_table("user_account") as batch_op:
        batch_op.drop_column("active")
        batch_op.alter_column("mail", server_default=None)
        batch_op.alter_column("version", server_default=None)
    op.create_index(
        "ix_user_account_last_seen_at", "user_account", ["last_seen_at", "id"], unique=False
    )
    op.create_index("ix_user_account_name", "user_account", ["name", "id"], unique=False)
    for table in ("unit", "post"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column("retired", server_default=None)
            batch_op.alter_column("version", server_default=None)
    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.alter_column("from_claim", server_default=None)
    _refuse_changes()


def downgrade():
    raise NotImplementedError("the record is not taken away; restore a backup instead")
