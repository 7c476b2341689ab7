"""The tables of consent. Sets are sorted and joined by commas; no term, entity or operation holds one."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData()

events = Table(
    "consent_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("record", BigInteger, nullable=False),
    Column("controller", Text, nullable=False),
    Column("recipients", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("operations", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("known_at", BigInteger, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("separate", Boolean, nullable=False),
    Column("notice", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("bundle", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("signal", Text, nullable=False),
    Index("consent_events_record", "record"),
    Index("consent_events_known_at", "known_at", "id"),
)

agreements = Table(
    "consent_agreements",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("controller", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("operations", Text, nullable=False),
    Column("purposes", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("starts", BigInteger, nullable=False),
    Column("ends", BigInteger),
    Column("reference", Text, nullable=False),
    Column("known_at", BigInteger, nullable=False),
)
