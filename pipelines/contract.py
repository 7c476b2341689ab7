"""What a partner promises about one file: its columns, what they mean, what may be done with them, how good it is."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from consent.basis import LegalBasis, Operation
from consent.ledger import State
from governance.disclosure import TraitKind
from identity.fields import FieldKind
from identity.ids import EntityId


class FactType(StrEnum):
    """What the text of a fact's column must read as."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


class FileType(StrEnum):
    """The formats that are read."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How the file is written; `type` None means that its suffix says so, `delimiter` None the suffix's own."""

    type: FileType | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    header: bool = True
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocaleRule:
    """Which language's rules a row follows: by the values of a column, else `default`."""

    default: str
    column: str | None = None
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where an identifying field stands: columns joined by a space; `date_format` as strptime writes it."""

    kind: FieldKind
    columns: tuple[str, ...]
    date_format: str | None = None


@dataclass(frozen=True, slots=True)
class FactRule:
    """A column that becomes a trait."""

    column: str
    name: str
    category: str
    kind: TraitKind
    type: FactType
    buckets: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person's permission covers. `recipients` and `categories` may hold "*" for all."""

    operations: frozenset[Operation]
    purpose: str
    recipients: frozenset[str]
    categories: frozenset[str]
    basis: LegalBasis
    notice: str = ""
    jurisdiction: str = ""
    separate: bool = False
    expires_days: int | None = None

    @property
    def item(self) -> str:
        """A short name of the scope, stable across runs: the same scope is the same item of a contract."""
        return _item(self)


@dataclass(frozen=True, slots=True)
class PermissionRule:
    """A permission that every record of the file has (or refuses)."""

    terms: Terms
    state: State = State.GIVEN


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """A permission that a column decides row by row; other values than these say nothing, and unknown is no."""

    column: str
    given: frozenset[str]
    refused: frozenset[str]
    terms: Terms
    at: str | None = None


@dataclass(frozen=True, slots=True)
class AgreementOffer:
    """What this entity, as controller, agrees with a recipient ("*": with every entity of the group)."""

    id: str
    recipient: str
    operations: frozenset[Operation]
    purposes: frozenset[str]
    categories: frozenset[str]
    basis: LegalBasis
    reference: str
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """One promise about the whole file, in great-expectations' words."""

    expect: str
    column: str | None = None
    critical: bool = True
    mostly: float | None = None
    regex: str | None = None
    values: tuple[str, ...] = ()
    least: float | date | None = None
    most: float | date | None = None

    @property
    def title(self) -> str:
        """How a report names it."""
        return f"{self.expect} of {self.column}" if self.column else self.expect


@dataclass(frozen=True, slots=True)
class Contract:
    """All that a partner promises about one file. Two contracts with one digest promise the same."""

    entity: EntityId
    name: str
    owner: str
    source_key: str
    locale: LocaleRule
    region: str
    format: FileFormat
    fields: tuple[FieldRule, ...]
    facts: tuple[FactRule, ...] = ()
    permissions: tuple[PermissionRule, ...] = ()
    consents: tuple[ConsentRule, ...] = ()
    agreements: tuple[AgreementOffer, ...] = ()
    ignore: tuple[str, ...] = ()
    quality: tuple[Expectation, ...] = ()
    cadence: str = ""
    retention_days: int | None = None
    version: int = 1

    @property
    def canonical(self) -> str:
        """The contract as JSON with sorted keys; comments and layout of the YAML are gone."""
        return _canonical(asdict(self)).decode()

    @property
    def digest(self) -> bytes:
        """SHA-256 of `canonical`, 32 bytes."""
        return hashlib.sha256(self.canonical.encode()).digest()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the file must have, once each."""
        named = [self.source_key, *(column for field in self.fields for column in field.columns)]
        named += [fact.column for fact in self.facts]
        named += [column for rule in self.consents for column in (rule.column, rule.at) if column]
        named += [self.locale.column] if self.locale.column else []
        named += [promise.column for promise in self.quality if promise.column and promise.column not in self.ignore]
        return tuple(dict.fromkeys(named))

    @property
    def terms(self) -> tuple[Terms, ...]:
        """The terms of all permissions and consents."""
        return (*(rule.terms for rule in self.permissions), *(rule.terms for rule in self.consents))


@lru_cache(maxsize=1024)
def _item(terms: Terms) -> str:
    scope = [sorted(terms.operations), terms.purpose, sorted(terms.recipients), sorted(terms.categories), terms.basis]
    return hashlib.sha256(_canonical(scope)).hexdigest()[:16]


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
