"""From the YAML of a contract to a Contract, or an error that names line and key."""

import codecs
import hashlib
from collections.abc import Mapping
from datetime import date

from consent.basis import LegalBasis, Operation
from consent.ledger import State
from governance.disclosure import TraitKind
from identity.errors import InvalidIdentifier
from identity.fields import FieldKind
from identity.ids import EntityId, entity_id
from pipelines.contract import (
    AgreementOffer,
    ConsentRule,
    Contract,
    Expectation,
    FactRule,
    FactType,
    FieldRule,
    FileFormat,
    FileType,
    LocaleRule,
    PermissionRule,
    Terms,
)
from pipelines.strict_yaml import Spot, parse

LOCALES = ("ja", "zh", "en")
EVERYONE = "*"
EXPECTATIONS: Mapping[str, frozenset[str]] = {
    "column_values_to_not_be_null": frozenset({"column", "mostly"}),
    "column_values_to_be_unique": frozenset({"column", "mostly"}),
    "column_values_to_match_regex": frozenset({"column", "mostly", "regex"}),
    "column_values_to_not_match_regex": frozenset({"column", "mostly", "regex"}),
    "column_values_to_be_in_set": frozenset({"column", "mostly", "values"}),
    "column_values_to_be_between": frozenset({"column", "mostly", "min", "max"}),
    "column_value_lengths_to_be_between": frozenset({"column", "mostly", "min", "max"}),
    "table_row_count_to_be_between": frozenset({"min", "max"}),
}
"""The expectations that a contract may state, and the keys of each."""

_FILE_KEYS = ("type", "encoding", "delimiter", "header", "columns")
_TERMS = ("operations", "purpose", "recipients", "categories", "basis", "notice", "jurisdiction", "separate")
_TERMS_KEYS = (*_TERMS, "expires_days")
_TERMS_REQUIRED = ("operations", "purpose", "basis")
_AGREEMENT_KEYS = ("id", "recipient", "operations", "purposes", "categories", "basis", "from", "until", "reference")
_CONTRACT_KEYS = (
    *("contract", "entity", "name", "owner", "source_key", "locale", "region", "format", "fields", "facts"),
    *("permissions", "consents", "agreements", "ignore", "quality", "cadence", "retention_days"),
)


def contract_from(text: str) -> Contract:
    """The contract that `text` (YAML) states.

    Raises ContractInvalid, with line and key, for an unknown key (naming the nearest valid one), a missing one, or
    a value of the wrong kind. What the contract means beside a file and the known purposes is `pipelines.lint`'s.
    """
    root = parse(text)
    found = root.keys(_CONTRACT_KEYS, required=("contract", "entity", "name", "source_key", "region", "fields"))
    if found["contract"].text() != "1":
        found["contract"].fail("this version of the contract format is unknown", remedy="write 'contract: 1'")
    entity = _entity(found["entity"])
    return Contract(
        entity=entity,
        name=found["name"].text(),
        owner=found["owner"].text() if "owner" in found else "",
        source_key=found["source_key"].text(),
        locale=_locale(found.get("locale")),
        region=_region(found["region"]),
        format=_format(found["format"]) if "format" in found else FileFormat(),
        fields=_fields(found["fields"]),
        facts=tuple(_fact(spot) for spot in _entries(found, "facts")),
        permissions=tuple(_permission(spot) for spot in _entries(found, "permissions")),
        consents=tuple(_consent(spot) for spot in _entries(found, "consents")),
        agreements=tuple(_agreement(spot, entity) for spot in _entries(found, "agreements")),
        ignore=found["ignore"].texts() if "ignore" in found else (),
        quality=tuple(_expectation(spot) for spot in _entries(found, "quality")),
        cadence=found["cadence"].text() if "cadence" in found else "",
        retention_days=found["retention_days"].whole(least=1) if "retention_days" in found else None,
    )


def _entries(found: Mapping[str, Spot], key: str) -> list[Spot]:
    return list(found[key].items()) if key in found else []


def _entity(spot: Spot) -> EntityId:
    try:
        return entity_id(spot.text())
    except InvalidIdentifier as error:
        spot.fail(error.what, remedy=error.remedy)


def _party(spot: Spot) -> str:
    return EVERYONE if spot.text() == EVERYONE else _entity(spot)


def _locale(spot: Spot | None) -> LocaleRule:
    if spot is None:
        return LocaleRule(default="en")
    if not spot.is_mapping:
        return LocaleRule(default=spot.one_of(LOCALES))
    found = spot.keys(("column", "values", "default"), required=("column", "values", "default"))
    values = tuple((key, value.one_of(LOCALES)) for key, value in found["values"].table().items())
    return LocaleRule(default=found["default"].one_of(LOCALES), column=found["column"].text(), values=values)


def _region(spot: Spot) -> str:
    region = spot.text()
    if len(region) != 2 or not (region.isascii() and region.isalpha() and region.isupper()):
        spot.fail("not an ISO 3166 country code of two capital letters", remedy="write it as JP, CN or AU")
    return region


def _format(spot: Spot) -> FileFormat:
    found = spot.keys(_FILE_KEYS)
    encoding = found["encoding"].text() if "encoding" in found else "utf-8"
    try:
        codecs.lookup(encoding)
    except LookupError:
        found["encoding"].fail("this encoding is unknown", remedy="write it as utf-8, cp932, gb18030 or latin-1")
    delimiter = found["delimiter"].text() if "delimiter" in found else None
    if delimiter in {"tab", "\\t"}:
        delimiter = "\t"
    if delimiter is not None and (len(delimiter) != 1 or not delimiter.isascii()):
        found["delimiter"].fail("a delimiter is one character", remedy="write it as ';' or tab")
    header = found["header"].flag() if "header" in found else True
    columns = found["columns"].texts() if "columns" in found else ()
    if header == bool(columns):
        spot.fail("columns are named by the header or here", remedy="write 'columns:' together with 'header: false'")
    kind = FileType(found["type"].one_of([*FileType])) if "type" in found else None
    return FileFormat(type=kind, encoding=encoding, delimiter=delimiter, header=header, columns=columns)


def _fields(spot: Spot) -> tuple[FieldRule, ...]:
    return tuple(_field(FieldKind(kind), where) for kind, where in spot.keys([*FieldKind]).items())


def _field(kind: FieldKind, spot: Spot) -> FieldRule:
    if not spot.is_mapping:
        return FieldRule(kind=kind, columns=spot.texts())
    found = spot.keys(("column", "format"), required=("column",))
    date_format = found["format"].text() if "format" in found else None
    if date_format is not None and kind is not FieldKind.BIRTH_DATE:
        found["format"].fail("only birth_date has a format", remedy="remove it")
    return FieldRule(kind=kind, columns=found["column"].texts(), date_format=date_format)


def _fact(spot: Spot) -> FactRule:
    found = spot.keys(("column", "name", "category", "kind", "type", "buckets"), required=("column", "category"))
    column = found["column"].text()
    buckets = tuple(bound.number() for bound in _entries(found, "buckets"))
    if list(buckets) != sorted(set(buckets)):
        found["buckets"].fail("bounds of buckets rise", remedy="write each bound once, the smallest first")
    return FactRule(
        column=column,
        name=found["name"].text() if "name" in found else column,
        category=found["category"].text(),
        kind=TraitKind(found["kind"].one_of([*TraitKind])) if "kind" in found else TraitKind.FACT,
        type=FactType(found["type"].one_of([*FactType])) if "type" in found else FactType.TEXT,
        buckets=buckets,
    )


def _terms(found: Mapping[str, Spot]) -> Terms:
    return Terms(
        operations=_operations(found["operations"]),
        purpose=found["purpose"].text(),
        recipients=_parties(found["recipients"]) if "recipients" in found else frozenset({EVERYONE}),
        categories=frozenset(found["categories"].texts()) if "categories" in found else frozenset({EVERYONE}),
        basis=LegalBasis(found["basis"].one_of([*LegalBasis])),
        notice=found["notice"].text() if "notice" in found else "",
        jurisdiction=found["jurisdiction"].text() if "jurisdiction" in found else "",
        separate=found["separate"].flag() if "separate" in found else False,
        expires_days=found["expires_days"].whole(least=1) if "expires_days" in found else None,
    )


def _operations(spot: Spot) -> frozenset[Operation]:
    entries = list(spot.items()) if spot.is_list else [spot]
    return frozenset(Operation(entry.one_of([*Operation])) for entry in entries)


def _parties(spot: Spot) -> frozenset[str]:
    return frozenset(_party(entry) for entry in (spot.items() if spot.is_list else (spot,)))


def _permission(spot: Spot) -> PermissionRule:
    found = spot.keys((*_TERMS_KEYS, "state"), required=_TERMS_REQUIRED)
    state = found["state"].one_of((State.GIVEN, State.REFUSED)) if "state" in found else State.GIVEN
    return PermissionRule(terms=_terms(found), state=State(state))


def _consent(spot: Spot) -> ConsentRule:
    own = ("column", "given", "refused", "at")
    found = spot.keys((*_TERMS_KEYS, *own), required=(*_TERMS_REQUIRED, "column", "given"))
    given = frozenset(found["given"].texts())
    refused = frozenset(found["refused"].texts()) if "refused" in found else frozenset()
    if given & refused:
        found["refused"].fail("a value is both given and refused", remedy="keep it in one of the lists")
    return ConsentRule(
        column=found["column"].text(),
        given=given,
        refused=refused,
        terms=_terms(found),
        at=found["at"].text() if "at" in found else None,
    )


def _agreement(spot: Spot, entity: EntityId) -> AgreementOffer:
    found = spot.keys(_AGREEMENT_KEYS, required=("recipient", "operations", "purposes", "basis"))
    recipient = _party(found["recipient"])
    if recipient == entity:
        found["recipient"].fail("an entity needs no agreement with itself", remedy="name another entity, or '*'")
    operations = _operations(found["operations"])
    purposes = frozenset(found["purposes"].texts())
    starts = found["from"].day() if "from" in found else None
    ends = found["until"].day() if "until" in found else None
    if starts and ends and ends <= starts:
        found["until"].fail("the agreement ends before it starts", remedy="write a later date")
    scope = f"{entity}|{recipient}|{' '.join(sorted(operations))}|{' '.join(sorted(purposes))}"
    return AgreementOffer(
        id=found["id"].text() if "id" in found else f"{entity}-{hashlib.sha256(scope.encode()).hexdigest()[:12]}",
        recipient=recipient,
        operations=operations,
        purposes=purposes,
        categories=frozenset(found["categories"].texts()) if "categories" in found else frozenset({EVERYONE}),
        basis=LegalBasis(found["basis"].one_of([*LegalBasis])),
        reference=found["reference"].text() if "reference" in found else "",
        starts=starts,
        ends=ends,
    )


def _expectation(spot: Spot) -> Expectation:
    found = spot.table()
    if "expect" not in found:
        spot.fail("the key 'expect' is missing", remedy="name an expectation, such as column_values_to_not_be_null")
    named = found["expect"].text().removeprefix("expect_")
    if named not in EXPECTATIONS:
        found["expect"].one_of(EXPECTATIONS)
    own = EXPECTATIONS[named]
    spot.keys((*own, "expect", "severity"), required=tuple(own & {"column", "regex", "values"}))
    if "min" in own and not found.keys() & {"min", "max"}:
        spot.fail("a bound is missing", remedy="add 'min:' or 'max:'")
    mostly = found["mostly"].number() if "mostly" in found else None
    if mostly is not None and not 0.0 <= mostly <= 1.0:
        found["mostly"].fail("a share is from 0 to 1")
    severity = found["severity"].one_of(("critical", "warning")) if "severity" in found else "critical"
    return Expectation(
        expect=named,
        column=found["column"].text() if "column" in found else None,
        critical=severity == "critical",
        mostly=mostly,
        regex=found["regex"].text() if "regex" in found else None,
        values=found["values"].texts() if "values" in found else (),
        least=_bound(found.get("min")),
        most=_bound(found.get("max")),
    )


def _bound(spot: Spot | None) -> float | date | None:
    """A number, or a day."""
    if spot is None:
        return None
    try:
        return float(spot.text())
    except ValueError:
        return spot.day()
