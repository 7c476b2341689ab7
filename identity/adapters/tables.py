"""The tables of identity."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata = MetaData()

tokens = Table(
    "identity_tokens",
    metadata,
    Column("token", BigInteger, nullable=False),
    Column("handle", LargeBinary(16), nullable=False),
    PrimaryKeyConstraint("token", "handle"),
    # Clustered by token: a row number would betray the order of writing, and so which tokens belong together.
    sqlite_with_rowid=False,
)

records = Table(
    "identity_records",
    metadata,
    # On SQLite the number *is* the row number: random, so it tells nothing, and wide rows stay within their page.
    Column("record", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

_NOW = text("known_to = 4611686018427387904 AND valid_to = 4611686018427387904")

members = Table(
    "identity_members",
    metadata,
    Column("record", BigInteger, nullable=False),
    Column("super_id", LargeBinary(16), nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_to", BigInteger, nullable=False),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger, nullable=False),
    PrimaryKeyConstraint("record", "valid_from", "known_from"),
    sqlite_with_rowid=False,
)
Index("identity_members_super_id", members.c.super_id, members.c.valid_from)
Index("identity_members_now", members.c.record, unique=True, sqlite_where=_NOW, postgresql_where=_NOW)

refs = Table(
    "identity_refs",
    metadata,
    Column("entity", Text, nullable=False),
    Column("ref", LargeBinary(32), nullable=False),
    Column("record", BigInteger, nullable=False, unique=True),
    Column("content", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("entity", "ref"),
    sqlite_with_rowid=False,
)
