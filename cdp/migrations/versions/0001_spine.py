"""Spine."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "identity_members",
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("super_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record", "valid_from", "known_from"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("identity_members", schema=None) as batch_op:
        batch_op.create_index(
            "identity_members_now",
            ["record"],
            unique=True,
            sqlite_where=sa.text("known_to = 4611686018427387904 AND valid_to = 4611686018427387904"),
            postgresql_where=sa.text("known_to = 4611686018427387904 AND valid_to = 4611686018427387904"),
        )
        batch_op.create_index("identity_members_super_id", ["super_id", "valid_from"], unique=False)

    op.create_table(
        "identity_records",
        sa.Column("record", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record"),
    )
    op.create_table(
        "identity_refs",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("ref", sa.LargeBinary(length=32), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("entity", "ref"),
        sa.UniqueConstraint("record"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_tokens",
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("handle", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("token", "handle"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consent_agreements",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("operations", sa.Text(), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("starts", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "consent_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("operations", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("separate", sa.Boolean(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("consent_events", schema=None) as batch_op:
        batch_op.create_index("consent_events_known_at", ["known_at", "id"], unique=False)
        batch_op.create_index("consent_events_record", ["record"], unique=False)

    op.create_table(
        "governance_clients",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "governance_journal_leaves",
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index"),
    )
    with op.batch_alter_table("governance_journal_leaves", schema=None) as batch_op:
        batch_op.create_index("governance_journal_by_client", ["client", "leaf_index"], unique=False)
        batch_op.create_index("governance_journal_by_decision", ["decision", "leaf_index"], unique=False)
        batch_op.create_index("governance_journal_by_purpose", ["purpose", "leaf_index"], unique=False)
        batch_op.create_index("governance_journal_by_recipient", ["recipient", "leaf_index"], unique=False)
        batch_op.create_index("governance_journal_by_subject", ["subject", "leaf_index"], unique=False)
        batch_op.create_index("governance_journal_by_time", ["at", "leaf_index"], unique=False)

    op.create_table(
        "governance_journal_nodes",
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("node_index", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "node_index"),
    )
    op.create_table(
        "governance_policies",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "governance_policies_applied",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_table(
        "governance_vault",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.SmallInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "record"),
    )
    op.create_table(
        "pipelines_contracts",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "pipelines_quarantine",
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("run", "line"),
    )
    op.create_table(
        "pipelines_runs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("contract_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("file_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("batches_done", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("stages", sa.Text(), nullable=False),
        sa.Column("unusable", sa.Text(), nullable=False),
        sa.Column("batch_rows", sa.Integer(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("pipelines_runs", schema=None) as batch_op:
        batch_op.create_index("pipelines_runs_by_start", ["started_at"], unique=False)

    op.create_table(
        "pipelines_validations",
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run"),
    )
    op.create_table(
        "cdp_idempotency",
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client", "key"),
    )
    op.create_table(
        "profiles_facts",
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("controller", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record", "name"),
    )


def downgrade() -> None:
    """Take it back; what was in the tables that go is lost."""
    op.drop_table("profiles_facts")
    op.drop_table("cdp_idempotency")
    op.drop_table("pipelines_validations")
    with op.batch_alter_table("pipelines_runs", schema=None) as batch_op:
        batch_op.drop_index("pipelines_runs_by_start")

    op.drop_table("pipelines_runs")
    op.drop_table("pipelines_quarantine")
    op.drop_table("pipelines_contracts")
    op.drop_table("governance_vault")
    op.drop_table("governance_policies_applied")
    op.drop_table("governance_policies")
    op.drop_table("governance_journal_nodes")
    with op.batch_alter_table("governance_journal_leaves", schema=None) as batch_op:
        batch_op.drop_index("governance_journal_by_time")
        batch_op.drop_index("governance_journal_by_subject")
        batch_op.drop_index("governance_journal_by_recipient")
        batch_op.drop_index("governance_journal_by_purpose")
        batch_op.drop_index("governance_journal_by_decision")
        batch_op.drop_index("governance_journal_by_client")

    op.drop_table("governance_journal_leaves")
    op.drop_table("governance_clients")
    with op.batch_alter_table("consent_events", schema=None) as batch_op:
        batch_op.drop_index("consent_events_record")
        batch_op.drop_index("consent_events_known_at")

    op.drop_table("consent_events")
    op.drop_table("consent_agreements")
    op.drop_table("identity_tokens")
    op.drop_table("identity_refs")
    op.drop_table("identity_records")
    with op.batch_alter_table("identity_members", schema=None) as batch_op:
        batch_op.drop_index("identity_members_super_id")
        batch_op.drop_index(
            "identity_members_now",
            sqlite_where=sa.text("known_to = 4611686018427387904 AND valid_to = 4611686018427387904"),
            postgresql_where=sa.text("known_to = 4611686018427387904 AND valid_to = 4611686018427387904"),
        )

    op.drop_table("identity_members")
