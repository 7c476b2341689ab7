"""What crosses from an edge to the hub: tokens, facts, permissions and sealed fields, never a personal value."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from consent.ledger import STORABLE, State
from governance.disclosure import TraitKind
from identity.ids import EntityId, Instant
from identity.tokens import TokenRow
from pipelines.contract import Terms
from pipelines.errors import BatchInvalid

COMMITMENT_BYTES = 32
NAME_CHARS_MAX = 128
_SOURCE_CHARS_MAX = 200
_NOTHING_SEALED: Mapping[str, bytes] = MappingProxyType({})

Value = str | int | float | bool
"""What a fact holds."""


@dataclass(frozen=True, slots=True)
class EdgeFact:
    """One trait of one record."""

    name: str
    category: str
    kind: TraitKind
    value: Value

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= NAME_CHARS_MAX or not 0 < len(self.category) <= NAME_CHARS_MAX:
            raise BatchInvalid(f"a fact's name and category have 1 to {NAME_CHARS_MAX} characters")
        if isinstance(self.value, float) and not math.isfinite(self.value):
            raise BatchInvalid("a fact is not a finite number", remedy="leave it out where it is unknown")


@dataclass(frozen=True, slots=True)
class EdgeConsent:
    """What one person permits or refuses; `valid_from` None means from the moment of landing."""

    terms: Terms
    state: State = State.GIVEN
    valid_from: Instant | None = None

    def __post_init__(self) -> None:
        if self.state not in STORABLE:
            raise BatchInvalid("a consent is given, refused, withdrawn, objected or restricted")


@dataclass(frozen=True, slots=True)
class EdgeRecord:
    """One source record: `ref` names it and `content` commits to what it says, both keyed hashes of 32 bytes.

    `tokens` are edge tokens, empty where the person permits no link. `sealed` is the vault's row, each field sealed
    for the place `ref` under the record's own data key; empty where the entity keeps its vault elsewhere.
    """

    ref: bytes
    content: bytes
    tokens: TokenRow
    facts: tuple[EdgeFact, ...] = ()
    consents: tuple[EdgeConsent, ...] = ()
    sealed: Mapping[str, bytes] = field(default_factory=lambda: _NOTHING_SEALED)

    def __post_init__(self) -> None:
        if len(self.ref) != COMMITMENT_BYTES or len(self.content) != COMMITMENT_BYTES:
            raise BatchInvalid(f"ref and content of a record have {COMMITMENT_BYTES} bytes")
        if len({fact.name for fact in self.facts}) != len(self.facts):
            raise BatchInvalid("a record has two facts of one name", remedy="give each fact its own name")
        if len({consent.terms.item for consent in self.consents}) != len(self.consents):
            raise BatchInvalid("a record has two consents of one scope", remedy="send the one that holds")


@dataclass(frozen=True, slots=True)
class EdgeBatch:
    """Records of one entity. `source` says where the consents come from (`contract:customers`); it scopes them."""

    entity: EntityId
    records: tuple[EdgeRecord, ...]
    source: str = "edge"
    epoch: int = 1

    def __post_init__(self) -> None:
        if len({record.ref for record in self.records}) != len(self.records):
            raise BatchInvalid("a batch has one record twice", remedy="send each record once, in its latest state")
        if not 0 < len(self.source) <= _SOURCE_CHARS_MAX:
            raise BatchInvalid(f"the source of a batch has 1 to {_SOURCE_CHARS_MAX} characters")
