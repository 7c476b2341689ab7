"""How much one ingest may hold, each limit with its unit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IngestLimits:
    """The limits of one run; beyond them rows are quarantined or the run is refused, as each line says."""

    batch_rows: int = 5_000
    """Rows that land in one transaction."""
    row_bytes_max: int = 64 * 1024
    """A longer row is quarantined; one longer than `block_bytes` refuses the file."""
    value_chars_max: int = 2_000
    """A row with a longer value is quarantined."""
    file_bytes_max: int = 20 * 1024**3
    """A larger file, uncompressed, is refused."""
    columns_max: int = 500
    """A file with more columns is refused."""
    quarantine_rows_max: int = 50_000
    """More bad rows refuse the run."""
    quarantine_share_max: float = 0.5
    """A larger share of bad rows refuses the run, once there are more than `quarantine_rows_min`."""
    quarantine_rows_min: int = 20
    """So few bad rows never refuse a run by their share."""
    scan_values_max: int = 200
    """Distinct values of a column that are scanned for PII."""
    relink_records: int = 5_000
    """Records whose permissions are judged again in one step of the resolver."""

    def __post_init__(self) -> None:
        if min(self.batch_rows, self.row_bytes_max, self.value_chars_max, self.file_bytes_max) < 1:
            raise ValueError("a limit is at least 1")
        if not 0.0 <= self.quarantine_share_max <= 1.0:
            raise ValueError("a share is from 0 to 1")

    @property
    def block_bytes(self) -> int:
        """How much of a CSV file is parsed at a time; no row may be longer."""
        return max(1024 * 1024, 4 * self.row_bytes_max)
