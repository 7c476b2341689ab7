"""What a generated group consists of: its files, what is wrong with them on purpose, and the truth about them."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is bad on purpose: its line (as an editor counts; in Parquet its row number), why, and the column.

    `code` is the reason that a pipeline should give for it, a value of `pipelines.quarantine.Reason`.
    """

    line: int
    code: str
    column: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One company's file. `records` are its sound rows, all of which are in the truth."""

    entity: str
    path: Path
    contract: Path
    records: int
    faults: tuple[Fault, ...]

    @property
    def rows(self) -> int:
        """All rows of the file, the bad ones too."""
        return self.records + len(self.faults)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A generated group. `truth` is a Parquet file of entity, source_key and person (a number)."""

    folder: Path
    seed: int
    people: int
    deliveries: tuple[Delivery, ...]
    truth: Path

    @property
    def records(self) -> int:
        """Sound rows over all companies."""
        return sum(delivery.records for delivery in self.deliveries)

    @property
    def files(self) -> dict[str, Path]:
        """The file of each entity."""
        return {delivery.entity: delivery.path for delivery in self.deliveries}

    @property
    def contracts(self) -> dict[str, Path]:
        """The contract of each entity."""
        return {delivery.entity: delivery.contract for delivery in self.deliveries}

    @property
    def counts(self) -> dict[str, int]:
        """Sound rows of each entity."""
        return {delivery.entity: delivery.records for delivery in self.deliveries}

    def of(self, entity: str) -> Delivery:
        """The delivery of `entity`. Raises KeyError for one that is not of the group."""
        return {delivery.entity: delivery for delivery in self.deliveries}[entity]

    def to_json(self) -> str:
        """The manifest as text, with paths relative to its folder."""
        deliveries = {
            delivery.entity: {
                "file": delivery.path.relative_to(self.folder).as_posix(),
                "contract": delivery.contract.relative_to(self.folder).as_posix(),
                "records": delivery.records,
                "faults": dict(Counter(fault.code for fault in delivery.faults)),
            }
            for delivery in self.deliveries
        }
        top = {"seed": self.seed, "records": self.records, "people": self.people, "truth": self.truth.name}
        return json.dumps({**top, "deliveries": deliveries}, indent=2, ensure_ascii=False) + "\n"
