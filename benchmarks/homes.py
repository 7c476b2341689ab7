"""Scratch homes, and the files that are taken into them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cdp.sample import ENTITIES, generate
from cdp.settings import Settings
from cdp.use_cases.ingest_file import ingest_file
from cdp.wiring import Application, initialise
from identity.ids import EntityId
from pipelines.contract import Contract
from pipelines.contract_yaml import contract_from
from pipelines.ingest import RunReport
from pipelines.relink import record_agreements

Tell = Callable[[str], None]
"""Is told what is being done."""

_PERSONS = 1_000_000


@dataclass(frozen=True, slots=True)
class Delivered:
    """One file and the contract under which it comes."""

    path: Path
    contract: Contract

    @property
    def entity(self) -> EntityId:
        """Whose file it is."""
        return self.contract.entity


@dataclass(frozen=True, slots=True)
class Group:
    """The generated files, and where the truth about them stands."""

    files: tuple[Delivered, ...]
    truth: Path


def delivered(path: Path, contract: Path) -> Delivered:
    """A file under the YAML contract at `contract`."""
    return Delivered(path, contract_from(contract.read_text("utf-8")))


def invented(folder: Path, *, records: int, seed: int) -> Group:
    """The sample group of `cdp demo`, `records` sound rows in all, written into `folder`."""
    manifest = generate(folder, records=records, seed=seed)
    files = (delivered(manifest.files[entity], manifest.contracts[entity]) for entity in ENTITIES)
    return Group(tuple(files), manifest.truth)


def made(folder: Path) -> Application:
    """A new home in `folder` with the settings that a newcomer gets, opened."""
    settings = Settings(home=folder)
    initialise(settings, group="benchmark", persons=_PERSONS)
    return Application(settings)


def take_in(app: Application, files: tuple[Delivered, ...], tell: Tell) -> tuple[RunReport, ...]:
    """Ingests the files one after the other, after all companies signed, as `cdp demo` does it."""
    with app.stores() as stores:
        for file in files:
            record_agreements(stores, file.contract, resolver=app.resolver, trees=app.trees, at=app.clock.now())
    reports = []
    for file in files:
        tell(f"ingest {file.path.name}")
        reports.append(ingest_file(app, file.path, file.contract))
    return tuple(reports)
