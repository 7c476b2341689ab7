"""The lint of contracts: each check of the table finds its fault, and says what to do."""

import pytest
from pipeline_world import CONTRACT, HEADER, contract

from consent.trees import shipped
from pipelines.errors import ContractRefused
from pipelines.lint import CHECKS, Severity, lint, refuse_errors

LINK_BY_INTEREST = "operations: [link], purpose: identity-resolution, basis: legitimate-interest"
COLUMNS = tuple(HEADER.split(","))

FAULTS = {
    "UNKNOWN_PURPOSE": ("purpose: marketing", "purpose: marketting"),
    "UNKNOWN_CATEGORY": ("category: user.behavior, type", "category: user.behaviour, type"),
    "FACT_OF_ALL": ("category: user.behavior, type", 'category: "*", type'),
    "TWO_MEANINGS": ("ignore: [note]", "ignore: [note, mail]"),
    "REPEATED_FACT": ("column: tier,", "column: tier, name: spent_total,"),
    "REPEATED_SCOPE": (
        "consents:\n",
        "consents:\n  - {column: ads, given: [a], " + LINK_BY_INTEREST + "}\n",
    ),
    "BAD_PATTERN": (
        "ignore: [note]",
        "ignore: [note]\nquality: [{expect: column_values_to_match_regex, column: id, regex: '(a'}]",
    ),
    "BAD_DATE_FORMAT": ("%d/%m/%Y", "%d/%Y"),
    "FOREIGN_FILE": None,
    "MISSING_COLUMN": ("column: tier,", "column: teir,"),
    "UNPROMISED_COLUMN": ("ignore: [note]\n", ""),
    "FEW_FIELDS": ('birth_date: {column: born, format: "%d/%m/%Y"}\n  email: mail', "sex: born"),
    "NO_LINK_PERMISSION": (
        "operations: [link], purpose: identity-resolution, basis: leg",
        "operations: [use], purpose: marketing, basis: leg",
    ),
    "NO_LINK_AGREEMENT": ("operations: [link], purposes", "operations: [share], purposes"),
    "NO_NOTICE": ("basis: consent, notice: n-1", "basis: consent"),
    "NO_OWNER": ("owner: team@shop.example\n", ""),
    "IGNORED_ABSENT": ("ignore: [note]", "ignore: [note, gone]"),
}


def test_a_sound_contract_beside_its_file_has_no_findings() -> None:
    assert lint(contract(), trees=shipped(), columns=COLUMNS) == ()


def test_every_check_of_the_table_has_a_fault_here() -> None:
    assert FAULTS.keys() == CHECKS.keys()


@pytest.mark.parametrize("code", [code for code, fault in FAULTS.items() if fault])
def test_every_fault_is_found_by_its_own_check(code: str) -> None:
    fault = FAULTS[code]
    assert fault is not None
    found = lint(contract(**{fault[0]: fault[1]}), trees=shipped(), columns=COLUMNS)
    assert code in {one.code for one in found}
    assert all(one.severity is CHECKS[code][1] for one in found if one.code == code)


def test_a_file_without_any_promised_column_is_refused_without_naming_its_header() -> None:
    """It may have no header, and its first row then is a person."""
    found = lint(contract(), trees=shipped(), columns=("c1", "Mira", "Okonkwo"))
    assert {one.code for one in found} == {"FOREIGN_FILE"}
    assert "Okonkwo" not in str(found)


def test_a_misspelt_column_is_told_with_the_nearest_one() -> None:
    found = lint(contract(**{"column: tier,": "column: teir,"}), trees=shipped(), columns=COLUMNS)
    assert any("teir (did you mean tier?)" in one.place for one in found)


def test_errors_refuse_and_warnings_pass() -> None:
    warned = contract(CONTRACT.replace("owner: team@shop.example\n", ""))
    assert [one.severity for one in refuse_errors(lint(warned, trees=shipped()))] == [Severity.WARNING]
    with pytest.raises(ContractRefused, match=r"UNPROMISED_COLUMN column 9 \(note\).*'ignore'"):
        refuse_errors(lint(contract(**{"ignore: [note]\n": ""}), trees=shipped(), columns=COLUMNS))


def test_a_contract_that_links_nobody_says_so_and_what_to_add() -> None:
    old, new = FAULTS["NO_LINK_PERMISSION"] or ("", "")
    found = lint(contract(**{old: new}), trees=shipped())
    (finding,) = [one for one in found if one.code == "NO_LINK_PERMISSION"]
    assert "no record of this entity will be linked" in finding.place
    assert "operations: [link]" in finding.hint
