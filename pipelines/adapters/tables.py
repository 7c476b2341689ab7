"""The tables of pipelines."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

runs = Table(
    "pipelines_runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("entity", String(32), nullable=False),
    Column("contract", Text, nullable=False),
    Column("contract_digest", LargeBinary(32), nullable=False),
    Column("file", Text, nullable=False),
    Column("file_digest", LargeBinary(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("batches_done", Integer, nullable=False),
    Column("counts", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("stages", Text, nullable=False),
    Column("unusable", Text, nullable=False),
    Column("batch_rows", Integer, nullable=False),
    Column("refusal", Text, nullable=False),
    Index("pipelines_runs_by_start", "started_at"),
)
"""One row per run; counts, reasons and stages are JSON objects of whole numbers."""

quarantine = Table(
    "pipelines_quarantine",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("column", Text, nullable=False),
    Column("code", String(32), nullable=False),
)
"""One row per row set aside. There is no column for its value, on purpose."""

validations = Table(
    "pipelines_validations",
    metadata,
    Column("run", String(32), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("result", Text, nullable=False),
)
"""How a run's file fared against its contract's expectations, as JSON without values."""

contracts = Table(
    "pipelines_contracts",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("entity", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("canonical", Text, nullable=False),
)
"""Every contract that a run was started under, as canonical JSON; `at` is when it was first seen."""
