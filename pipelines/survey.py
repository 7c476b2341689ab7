"""The first reading of a file: every row checked, the whole judged, before anything lands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from governance.pii.scan import Finding
from pipelines.contract import Contract, FactType
from pipelines.errors import PiiFound, TooManyBadRows
from pipelines.limits import IngestLimits
from pipelines.quarantine import Quarantined, counted
from pipelines.reading import RawBatch
from pipelines.rows import check, duplicates, source_keys

_SPREAD = 20
"""Distinct values kept of a column for each one that is scanned."""


@dataclass(slots=True)
class Survey:
    """What a first reading gathers; `add` it every batch, then ask.

    It holds the columns that expectations name, the source keys, and a few distinct values of each text fact: its
    memory grows with the rows, by those columns only.
    """

    contract: Contract
    limits: IngestLimits
    rows: int = 0
    readable: int = 0
    batches: int = 0
    _bad: list[Quarantined] = field(default_factory=list)
    _keys: list[pa.Array] = field(default_factory=list)
    _lines: list[NDArray[np.int64]] = field(default_factory=list)
    _judged: dict[str, list[pa.Array]] = field(default_factory=dict)
    _scanned: dict[str, dict[str, None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._judged = {promise.column: [] for promise in self.contract.quality if promise.column}
        self._scanned = {fact.column: {} for fact in self.contract.facts if fact.type is FactType.TEXT}

    def add(self, batch: RawBatch) -> None:
        """Look at one batch. Raises TooManyBadRows as soon as there are more than any file may have."""
        self.rows += batch.rows + len(batch.bad)
        self.readable += batch.rows
        self.batches += 1
        sound, faults = check(batch, self.contract, self.limits)
        self._bad += [*batch.bad, *faults]
        if len(self._bad) > self.limits.quarantine_rows_max:
            self._refuse()
        clean = batch.keep(sound)
        self._keys.append(source_keys(clean, self.contract))
        self._lines.append(clean.lines)
        for name, parts in self._judged.items():
            parts.append(batch.columns[name])
        for name, seen in self._scanned.items():
            if len(seen) < _SPREAD * self.limits.scan_values_max:
                seen.update(dict.fromkeys(pc.unique(clean.columns[name]).drop_null().to_pylist()))

    def quarantine(self) -> tuple[Quarantined, ...]:
        """Every row to be set aside, by line. Raises TooManyBadRows when the file, not its rows, is at fault."""
        bad = [*self._bad, *duplicates(self._keys, self._lines, self.contract.source_key)]
        share = len(bad) / max(self.rows, 1)
        many = len(bad) > self.limits.quarantine_rows_min and share > self.limits.quarantine_share_max
        if many or len(bad) > self.limits.quarantine_rows_max:
            self._bad = bad
            self._refuse()
        return tuple(sorted(bad, key=lambda row: row.line))

    def judged(self) -> Mapping[str, pa.ChunkedArray]:
        """The columns that expectations name, whole."""
        return {name: pa.chunked_array(parts, pa.string()) for name, parts in self._judged.items()}

    def scanned(self) -> Mapping[str, Sequence[str]]:
        """Distinct values of each column of text facts, from the file's start on; the scan picks evenly among them."""
        return {name: list(seen) for name, seen in self._scanned.items() if seen}

    def _refuse(self) -> None:
        told = ", ".join(f"{number} {code}" for code, number in counted(self._bad).items())
        first = min(self._bad, key=lambda row: row.line)
        raise TooManyBadRows(
            f"{len(self._bad)} of {self.rows} rows read cannot be taken in ({told})",
            why=f"the first is line {first.line}: {first.reason}; nothing was landed",
            remedy="check the contract's format and the file, then ingest it again",
        )


def refuse_pii(found: Sequence[Finding]) -> None:
    """Raises PiiFound that names every column in which personal identifiers were found, and of which kind."""
    if found:
        told = "; ".join(f"column {one.column} ({one.kind}, {one.share:.0%} of the values looked at)" for one in found)
        raise PiiFound(
            f"personal identifiers stand where facts were promised: {told}",
            why="nothing was landed",
            remedy="map the column under 'fields', or put it under 'ignore'",
        )
