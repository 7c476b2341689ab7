"""How well the clusters of a home fit the truth, pair by pair."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet

from benchmarks.homes import Delivered, Tell, made, take_in
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
    files = tuple(_delivered(research / name, examples / f"{who}.yaml") for who, name in names.items())
    scratch.mkdir()
    app = made(scratch / "home")
    take_in(app, files, tell)
    said = labels_of(app, scratch)
    return fit(said, _linked(said, files, links))


def _delivered(path: Path, contract: Path) -> Delivered:
    from benchmarks.homes import delivered

    return delivered(path, contract)


def _linked(keys: Iterable[Key], files: tuple[Delivered, ...], links: Path) -> dict[Key, int]:
    """The truth of FEBRL 4: each link joins one record of the first file with one of the second."""
    person = {key: number for number, key in enumerate(keys)}
    left, right = pyarrow.parquet.read_table(links).columns
    for one, other in zip(left.to_pylist(), right.to_pylist(), strict=True):
        person[files[1].entity, str(other)] = person[files[0].entity, str(one)]
    return person
