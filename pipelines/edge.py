"""Inside the legal entity: from clean rows to a batch that may cross the border.

This is the only module of the flow that sees raw values and the entity's keys together. It tokenises every record
whose person permits `link` with anyone at all; with whom it is linked in the end is the hub's to decide, from the
agreements as they stand and as they change, since a record that sent no tokens cannot be linked later without being
delivered again.
"""

import hmac
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from consent.ledger import State
from consent.trees import Trees
from governance.keys import KeyProvider, derive
from governance.vault import Vault
from identity.fields import FieldKind
from identity.ids import EntityId, Instant
from identity.normalise import normalise
from identity.ports import Clock
from identity.recipes import RecipeTable
from identity.secret import SecretKey
from identity.tokens import Tokeniser, TokenRow
from identity.variants import VariantTable
from pipelines.batch import EdgeBatch, EdgeConsent, EdgeFact, EdgeRecord
from pipelines.contract import Contract, FieldRule
from pipelines.lint import lets_link
from pipelines.plan import Stopwatch
from pipelines.reading import RawBatch
from pipelines.rows import instants, source_keys, typed

VAULT_USE = "vault"
"""The use under which a record's data key is kept; its subject is the record's ref."""
SOURCE_KEY = "source_key"
"""The name of the source key among the sealed fields."""

_ZONE = "edge"
_EPOCH = 1


@dataclass(frozen=True, slots=True)
class EdgeKeys:
    """The keys of one edge: the group's linkage key, and the entity's own for refs and for commitments to content."""

    linkage: SecretKey
    ref: SecretKey
    content: SecretKey


def edge_keys(provider: KeyProvider, entity: EntityId) -> EdgeKeys:
    """The keys of `entity`, derived from the roots `group` and `entity/<id>`. Raises MissingKey."""
    group, own = provider.root("group", _EPOCH), provider.root(f"entity/{entity}", _EPOCH)
    return EdgeKeys(
        linkage=derive(group, zone=_ZONE, entity="group", use="linkage", epoch=_EPOCH),
        ref=derive(own, zone=_ZONE, entity=entity, use="ref", epoch=_EPOCH),
        content=derive(own, zone=_ZONE, entity=entity, use="content", epoch=_EPOCH),
    )


def ref_of(keys: EdgeKeys, entity: EntityId, source_key: str) -> bytes:
    """What the hub knows a source record by: HMAC-SHA256 of entity and source key, 32 bytes."""
    return hmac.digest(keys.ref.reveal(), f"ref|{entity}|{source_key.strip()}".encode(), "sha256")


@dataclass(frozen=True, slots=True)
class Committed:
    """Rows with their refs and content commitments, 32 bytes each, in the rows' order."""

    rows: RawBatch
    refs: tuple[bytes, ...]
    contents: tuple[bytes, ...]

    def keep(self, mask: NDArray[np.bool_]) -> "Committed":
        """The rows where `mask` is true."""
        return Committed(
            self.rows.keep(mask),
            tuple(ref for ref, kept in zip(self.refs, mask, strict=True) if kept),
            tuple(content for content, kept in zip(self.contents, mask, strict=True) if kept),
        )


@dataclass(frozen=True, slots=True)
class Edge:
    """One entity's edge under one contract. `seal_keys` gives each ref its data key, durable before it returns."""

    contract: Contract
    keys: EdgeKeys
    tokeniser: Tokeniser
    recipes: RecipeTable
    vault: Vault
    seal_keys: Callable[[Sequence[bytes]], Mapping[bytes, SecretKey]]
    trees: Trees
    clock: Clock

    def commit(self, rows: RawBatch) -> Committed:
        """Refs and contents. The content changes when a cell, the contract or the recipes change, else never."""
        key, entity = self.keys.ref.reveal(), self.contract.entity
        names = source_keys(rows, self.contract).to_pylist()
        refs = tuple(hmac.digest(key, f"ref|{entity}|{name}".encode(), "sha256") for name in names)
        versions = f"{self.recipes.version}.{self.recipes.norm_version}"
        prefix = b"content|" + self.contract.digest + versions.encode() + b"|"
        key = self.keys.content.reveal()
        written = _framed([rows.columns[name] for name in self.contract.columns])
        return Committed(rows, refs, tuple(hmac.digest(key, prefix + row.encode(), "sha256") for row in written))

    def batch(self, committed: Committed, watch: Stopwatch, unusable: Counter[str] | None = None) -> EdgeBatch:
        """The records as they may cross. Seconds of normalise, tokenise and seal go to `watch`.

        Values that cannot identify anybody, such as placeholders, are counted in `unusable` as `<kind> <reason>`.
        """
        rows, contract = committed.rows, self.contract
        with watch.stage("normalise"):
            columns = {rule.kind: _field(rule, rows, as_read=True) for rule in contract.fields}
            today = datetime.fromtimestamp(self.clock.now() / 1_000_000, tz=UTC).date()
            variants = normalise(columns, locale=_locales(rows, contract), region=contract.region, today=today)
            if unusable is not None:
                unusable.update(_told(variants))
        with watch.stage("tokenise"):
            tokens = self.tokeniser.tokenise(variants, self.recipes)
            consents = _consents(rows, contract)
            permits = {item: self._permits_link(item) for item in {one for row in consents for one in row}}
            lone = TokenRow.empty()
            token_rows = [
                tokens.of_row(at) if any(permits[one] for one in row) else lone for at, row in enumerate(consents)
            ]
        with watch.stage("seal"):
            sealed = self._sealed(committed)
        parts = zip(
            committed.refs, committed.contents, token_rows, _facts(rows, contract), consents, sealed, strict=True
        )
        return EdgeBatch(contract.entity, tuple(EdgeRecord(*part) for part in parts), f"contract:{contract.name}")

    def _sealed(self, committed: Committed) -> list[dict[str, bytes]]:
        """Per record every identifying field and the source key, raw, sealed for the record's ref."""
        rows, entity = committed.rows, self.contract.entity
        names = [SOURCE_KEY, *(str(rule.kind) for rule in self.contract.fields)]
        columns = [source_keys(rows, self.contract).to_pylist()]
        columns += [_field(rule, rows, as_read=False).to_pylist() for rule in self.contract.fields]
        keys = self.seal_keys(sorted(committed.refs))  # sorted, so that the key store forgets the file's order
        return [
            self.vault.seal(entity, ref, {n: v for n, v in zip(names, values, strict=True) if v is not None}, keys[ref])
            for ref, *values in zip(committed.refs, *columns, strict=True)
        ]

    def _permits_link(self, consent: EdgeConsent) -> bool:
        return consent.state is State.GIVEN and lets_link(consent.terms, self.trees)


def _field(rule: FieldRule, rows: RawBatch, *, as_read: bool) -> pa.Array:
    """The field's text, its columns joined by a space; `as_read` turns dates of the contract's format into ISO ones."""
    columns = [rows.columns[name] for name in rule.columns]
    joined = columns[0]
    if len(columns) > 1:
        # BUG of Arrow: a row of nothing but nulls vanishes from the result, and all rows after it move up
        absent = reduce(pc.and_, [column.is_null() for column in columns])
        columns[0] = pc.if_else(absent, "", columns[0])
        joined = pc.binary_join_element_wise(*columns, " ", null_handling="skip")
        joined = pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
    if rule.kind is not FieldKind.BIRTH_DATE or rule.date_format is None or not as_read:
        return joined
    text = pc.utf8_trim_whitespace(joined)
    day = pc.strptime(text, format=rule.date_format, unit="s", error_is_null=True)
    # strptime takes 31 February for 3 March; written back, it shows: what does not come back as it was goes on as it
    # stands, for the normaliser to name as unusable
    same = pc.equal(_bare(pc.strftime(day, format=rule.date_format)), _bare(text))
    return pc.if_else(pc.fill_null(same, False), pc.strftime(day, format="%Y-%m-%d"), text)


def _bare(text: pa.Array) -> pa.Array:
    """A date as written, without the zeros that some leave out (`05/03` and `5/3`), in lower case."""
    return pc.replace_substring_regex(pc.utf8_lower(text), pattern=r"\b0+([0-9])", replacement=r"\1")


def _locales(rows: RawBatch, contract: Contract) -> str | pa.Array:
    rule = contract.locale
    if rule.column is None:
        return rule.default
    chosen = pa.array([rule.default] * rows.rows, pa.string())
    for value, locale in rule.values:
        chosen = pc.if_else(pc.fill_null(pc.equal(rows.columns[rule.column], value), False), locale, chosen)
    return chosen


def _consents(rows: RawBatch, contract: Contract) -> list[tuple[EdgeConsent, ...]]:
    """Per row what the person permits or refuses; equal consents are one object."""
    constant = tuple(EdgeConsent(rule.terms, rule.state) for rule in contract.permissions)
    columns: list[Iterator[EdgeConsent | None]] = []
    for rule in contract.consents:
        told: dict[tuple[State, Instant | None], EdgeConsent] = {}
        states = dict.fromkeys(rule.given, State.GIVEN) | dict.fromkeys(rule.refused, State.REFUSED)
        said = [states.get(value) for value in rows.columns[rule.column].to_pylist()]
        since = instants(rows.columns[rule.at]).to_pylist() if rule.at else [None] * rows.rows
        columns.append(
            iter(
                [
                    None
                    if state is None
                    else told.get((state, at)) or told.setdefault((state, at), EdgeConsent(rule.terms, state, at))
                    for state, at in zip(said, since, strict=True)
                ]
            )
        )
    if not columns:
        return [constant] * rows.rows
    return [(*constant, *(one for one in row if one is not None)) for row in zip(*columns, strict=True)]


def _facts(rows: RawBatch, contract: Contract) -> list[tuple[EdgeFact, ...]]:
    columns = [
        [
            None if value is None else EdgeFact(rule.name, rule.category, rule.kind, value)
            for value in typed(rows.columns[rule.column], rule.type).to_pylist()
        ]
        for rule in contract.facts
    ]
    if not columns:
        return [()] * rows.rows
    return [tuple(fact for fact in row if fact is not None) for row in zip(*columns, strict=True)]


def _framed(columns: Sequence[pa.Array]) -> list[str]:
    """Each row as one text that no other row has: every cell after its length, `-` for a missing one."""
    cells = []
    for column in columns:
        length = pc.cast(pc.binary_length(column), pa.string())
        cells.append(pc.fill_null(pc.binary_join_element_wise(length, column, ":"), "-"))
    framed: list[str] = pc.binary_join_element_wise(*cells, "|").to_pylist()
    return framed


def _told(variants: VariantTable) -> dict[str, int]:
    """Rows by `<kind> <reason>` of what is unusable."""
    return {f"{kind} {reason}": rows for kind, reasons in variants.unusable.items() for reason, rows in reasons.items()}
