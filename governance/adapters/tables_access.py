"""The tables of access: clients and the policies that were ever in force; part of governance's metadata."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text

from governance.adapters.tables import metadata

clients = Table(
    "governance_clients",
    metadata,
    Column("id", Text, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("purposes", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("secret_hash", Text, nullable=False),
)
"""`roles` and `purposes` are sorted JSON arrays; `secret_hash` is scrypt's, never the secret."""

policies = Table(
    "governance_policies",
    metadata,
    Column("version", Text, primary_key=True),
    Column("source", Text, nullable=False),
)
"""The texts of each policy version, as canonical JSON."""

policies_applied = Table(
    "governance_policies_applied",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("version", Text, nullable=False),
    Column("applied_at", BigInteger, nullable=False),
)
"""Which version came into force when; append-only."""
