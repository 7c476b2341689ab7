"""The tables of profiles and of serving."""

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

facts = Table(
    "profiles_facts",
    metadata,
    Column("record", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(128), primary_key=True),
    Column("controller", String(32), nullable=False),
    Column("category", String(128), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("observed_at", BigInteger, nullable=False),
)

idempotency = Table(
    "cdp_idempotency",
    metadata,
    Column("client", String(64), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
