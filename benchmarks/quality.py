"""How well the clusters of a home fit the truth, pair by pair."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet

from benchmarks.homes import Delivered, Tell, delivered, made, take_in
from cdp.use_cases.export_clusters import export_clusters
from cdp.wiring import Application

Key = tuple[str, str]
"""Entity and source key."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Pairs of records said to be one person, against those that are; sizes are of the largest clusters."""

    precision: float
    recall: float
    f1: float
    largest: int
    true_largest: int


def fit(said: Mapping[Key, int], true: Mapping[Key, int]) -> Fit:
    """Compares two labellings. A record that the truth has and the other lacks (a rejected row) stands alone there."""
    both = _pairs(Counter((said[key], person) for key, person in true.items() if key in said).values())
    found = _pairs(Counter(said.values()).values())
    wanted = _pairs(Counter(true.values()).values())
    precision = both / found if found else 1.0
    recall = both / wanted if wanted else 1.0
    f1 = 2 * precision * recall / (precision + recall) if both else 0.0
    largest = (max(Counter(labels.values()).values(), default=0) for labels in (said, true))
    return Fit(precision, recall, f1, *largest)


def labels_of(app: Application, folder: Path) -> dict[Key, int]:
    """What the home says: the label of every record, by the product's own export."""
    file = folder / "clusters.csv"
    export_clusters(app, file)
    with file.open(encoding="utf-8", newline="") as rows:
        return {(row["entity"], row["source_key"]): int(row["label"]) for row in csv.DictReader(rows)}


def truth_of(file: Path) -> dict[Key, int]:
    """The generator's truth."""
    table = pyarrow.parquet.read_table(file).to_pydict()
    return dict(
        zip(zip(table["entity"], map(str, table["source_key"]), strict=True), map(int, table["person"]), strict=True)
    )


def febrl(research: Path, examples: Path, scratch: Path, tell: Tell) -> Fit | None:
    """FEBRL 4 from its two files to clusters, in a fresh home; None where its files are not."""
    names = {"hospital": "febrl4a.parquet", "insurer": "febrl4b.parquet"}
    links = research / "febrl4_links.parquet"
    if not links.exists() or not all((research / name).exists() for name in names.values()):
        return None
    files = tuple(delivered(research / name, examples / f"{who}.yaml") for who, name in names.items())
    scratch.mkdir()
    app = made(scratch / "home")
    take_in(app, files, tell)
    return fit(labels_of(app, scratch), _linked(files, links))


def _linked(files: tuple[Delivered, ...], links: Path) -> dict[Key, int]:
    """The truth of FEBRL 4: each link joins one record of the first file with one of the second."""
    pairs = zip(*(column.to_pylist() for column in pyarrow.parquet.read_table(links).columns), strict=True)
    return {
        (file.entity, str(key)): person
        for person, pair in enumerate(pairs)
        for file, key in zip(files, pair, strict=True)
    }


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)
