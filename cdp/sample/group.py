"""Generates the whole group into a folder."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from cdp.sample.companies import COMPANIES
from cdp.sample.draws import stream
from cdp.sample.faults import PLANS, with_faults
from cdp.sample.files import FORMS, write_truth
from cdp.sample.latents import latents_of
from cdp.sample.manifest import Delivery, Fault, Manifest
from cdp.sample.memberships import memberships_of
from cdp.sample.papers import papers_of
from cdp.sample.people import people_of
from cdp.sample.population import ENTITIES, Population
from cdp.sample.sheet import Sheet

Progress = Callable[[str, int], None]
"""Told after each company: its name and the rows of its file."""

_CONTRACTS = Path(__file__).parent / "contracts"


def generate(folder: Path, *, records: int = 20_000, seed: int = 7, progress: Progress | None = None) -> Manifest:
    """Writes six companies' files, their contracts, `truth.parquet` and `manifest.json` into `folder`, made if missing.

    `records` is the number of sound rows over all companies. The same records and seed give the same bytes.
    Raises InvalidSetting for too few or too many, or a seed below 0.
    """
    return generate_population(folder, Population(records=records, seed=seed), progress=progress)


def generate_population(folder: Path, population: Population, *, progress: Progress | None = None) -> Manifest:
    """Like `generate`, with every parameter of the population."""
    (folder / "contracts").mkdir(parents=True, exist_ok=True)
    sheets = sheets_of(population)
    deliveries = []
    keys: list[Any] = []
    for sheet, entity in zip(sheets, ENTITIES, strict=True):
        columns = COMPANIES[entity](sheet)
        keys.append(next(iter(columns.values())))
        delivery = _delivered(folder, entity, columns, population)
        deliveries.append(delivery)
        if progress is not None:
            progress(entity, delivery.rows)
    truth = folder / "truth.parquet"
    write_truth(truth, list(ENTITIES), keys, [pa.array(sheet.person) for sheet in sheets])
    manifest = Manifest(folder, population.seed, len(sheets[0].people), tuple(deliveries), truth)
    (folder / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def sheets_of(population: Population) -> tuple[Sheet, ...]:
    """The records of each company, by ENTITIES, before anything is written."""
    memberships = memberships_of(population)
    people = people_of(population, memberships.people)
    papers, latents = papers_of(population, people), latents_of(population, people)
    return tuple(
        Sheet(population, people, papers, latents, members, stream(population.seed, "company", entity))
        for entity, members in zip(ENTITIES, memberships.members, strict=True)
    )


def _delivered(folder: Path, entity: str, columns: dict[str, Any], population: Population) -> Delivery:
    form = FORMS[entity]
    path = folder / f"{entity}{form.suffix}"
    contract = folder / "contracts" / f"{entity}.yaml"
    shutil.copyfile(_CONTRACTS / f"{entity}.yaml", contract)
    records = len(next(iter(columns.values())))
    whole, bad = with_faults(columns, PLANS[entity], stream(population.seed, "faults", entity))
    form.write(path, whole, form.broken)
    reasons = [*bad, *([(form.broken_code, "")] if form.broken else [])]
    first = records + form.first_line
    faults = tuple(Fault(first + place, str(code), column) for place, (code, column) in enumerate(reasons))
    return Delivery(entity, path, contract, records, faults)
