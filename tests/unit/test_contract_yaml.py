"""Contracts are read strictly: every fault is named by its line and key, with the nearest valid one."""

import re

import pytest
from pipeline_world import CONTRACT, contract

from consent.basis import Operation
from consent.ledger import State
from identity.fields import FieldKind
from pipelines.contract import FactType, FileType
from pipelines.errors import ContractInvalid


def test_a_contract_means_what_it_says() -> None:
    read = contract()
    assert (read.entity, read.name, read.source_key, read.region) == ("shop", "customers", "id", "AU")
    assert [rule.kind for rule in read.fields][:2] == [FieldKind.GIVEN_NAME, FieldKind.FAMILY_NAME]
    assert read.fields[2].date_format == "%d/%m/%Y"
    assert (read.facts[0].name, read.facts[0].type, read.facts[1].name) == ("spent_total", FactType.NUMBER, "tier")
    assert read.permissions[0].terms.operations == {Operation.LINK}
    assert read.permissions[0].state is State.GIVEN
    assert read.permissions[0].terms.recipients == {"*"}
    assert (read.consents[0].given, read.consents[0].refused) == ({"yes"}, {"no"})
    assert read.agreements[0].recipient == "*"
    assert set(read.columns) == {"id", "given", "family", "born", "mail", "spent", "tier", "ads"}


def test_the_digest_follows_the_meaning_and_not_the_layout() -> None:
    assert contract(CONTRACT + "\n# a remark\n").digest == contract().digest
    assert contract(**{"name: spent_total": "name: spent_sum"}).digest != contract().digest


def test_format_locale_and_joined_columns_are_read() -> None:
    extra = "format: {type: csv, encoding: cp932, delimiter: tab}\n"
    read = contract(
        CONTRACT + extra,
        **{
            "locale: en": "locale: {column: country, values: {JP: ja, NO: en}, default: zh}",
            "given_name: given": "given_name: [given, second]",
        },
    )
    assert (read.format.type, read.format.encoding, read.format.delimiter) == (FileType.CSV, "cp932", "\t")
    assert read.locale.values == (("JP", "ja"), ("NO", "en"))  # NO is Norway here, not `false`
    assert read.fields[0].columns == ("given", "second")


FAULTS = {
    "unknown key": (("ignore: [note]", "ignored: [note]"), r"line 23, ignored: .*unknown.*did you mean 'ignore'"),
    "unknown kind": (("given_name: given", "givenname: given"), r"line 10, fields.givenname.*'given_name'"),
    "unknown fact type": (("type: number", "type: decimal"), r"line 15, facts\[0\].type"),
    "unknown basis": (
        ("basis: legitimate-interest", "basis: legitimate"),
        r"permissions\[0\].basis.*legitimate-interest",
    ),
    "unknown version": (("contract: 1", "contract: 2"), r"line 2, contract: this version"),
    "not an entity": (("entity: shop", "entity: The Shop"), r"line 3, entity"),
    "not a region": (("region: AU", "region: Australia"), r"line 8, region"),
    "missing key": (("source_key: id\n", ""), r"'source_key' is missing"),
    "key twice": (("name: customers", "name: customers\nname: clients"), r"line 5, name: this key stands twice"),
    "no value": (("name: customers", "name:"), r"line 4, name: a value is missing"),
    "not YAML": (("entity: shop", "entity: [shop"), r"line \d+: this is not YAML"),
    "alias": (("name: customers", "name: &a customers\nowner2: *a"), r"line 5: aliases"),
    "given and refused": (("refused: [no]", "refused: [yes]"), r"both given and refused"),
    "agreement with itself": (('recipient: "*"', "recipient: shop"), r"no agreement with itself"),
    "date format elsewhere": (("email: mail", "email: {column: mail, format: x}"), r"only birth_date"),
    "unknown encoding": (("ignore: [note]", "format: {encoding: utf-9}"), r"encoding is unknown"),
    "expectation misspelt": (
        ("ignore: [note]", "quality: [{expect: column_values_not_null, column: id}]"),
        r"column_values_to_not_be_null",
    ),
    "expectation without bound": (
        ("ignore: [note]", "quality: [{expect: table_row_count_to_be_between}]"),
        r"a bound is missing",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_named_with_its_place(fault: str) -> None:
    (old, new), told = FAULTS[fault]
    with pytest.raises(ContractInvalid) as caught:
        contract(**{old: new})
    assert re.search(told, str(caught.value)), str(caught.value)


def test_an_empty_contract_is_refused() -> None:
    with pytest.raises(ContractInvalid, match="empty"):
        contract("")
