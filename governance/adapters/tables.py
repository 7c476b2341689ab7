"""The tables of governance: what the vault and the journal keep; access tables join the same metadata."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)

metadata = MetaData()

vault = Table(
    "governance_vault",
    metadata,
    Column("entity", Text, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("epoch", SmallInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("entity", "record"),
)
"""One row per record of an entity; `sealed` packs one ciphertext per field (see governance.vault)."""

journal_leaves = Table(
    "governance_journal_leaves",
    metadata,
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Index("governance_journal_by_subject", "subject", "leaf_index"),
    Index("governance_journal_by_client", "client", "leaf_index"),
    Index("governance_journal_by_recipient", "recipient", "leaf_index"),
    Index("governance_journal_by_purpose", "purpose", "leaf_index"),
    Index("governance_journal_by_decision", "decision", "leaf_index"),
    Index("governance_journal_by_time", "at", "leaf_index"),
)
"""The leaves, canonical JSON byte for byte as hashed, and the columns that a search may name."""

journal_nodes = Table(
    "governance_journal_nodes",
    metadata,
    Column("level", SmallInteger, nullable=False),
    Column("node_index", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("level", "node_index"),
)
"""Hashes of full subtrees above the leaves: (level, node_index) covers 2^level leaves from node_index · 2^level on."""

keystore_metadata = MetaData()

data_keys = Table(
    "keystore_data_keys",
    keystore_metadata,
    Column("subject", LargeBinary(32), nullable=False),
    Column("use", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    PrimaryKeyConstraint("subject", "use"),
)
"""Wrapped per-subject keys: another database, with its own backup life, because deleting a row is the erasure."""
