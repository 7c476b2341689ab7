"""Expectations are judged on the whole file by great-expectations, and no value of the file is kept."""

from datetime import date

import pyarrow as pa
import pytest

from pipelines.adapters.quality_gx import GxQuality
from pipelines.contract import Expectation
from pipelines.contract_yaml import EXPECTATIONS
from pipelines.errors import QualityFailed
from pipelines.quality import refuse_unmet

COLUMNS = {
    "id": pa.chunked_array([["a", "b"], ["c", "c"]]),
    "n": pa.chunked_array([["1", "2"], ["30", "many"]]),
    "d": pa.chunked_array([["2024-01-01", "2024-06-01", "2025-01-01", None]], pa.string()),
}
ROWS = 4

CASES: dict[str, tuple[Expectation, bool]] = {
    "null": (Expectation("column_values_to_not_be_null", "d"), False),
    "mostly null": (Expectation("column_values_to_not_be_null", "d", mostly=0.7), True),
    "unique": (Expectation("column_values_to_be_unique", "id"), False),
    "regex": (Expectation("column_values_to_match_regex", "id", regex="^[abc]$"), True),
    "not regex": (Expectation("column_values_to_not_match_regex", "id", regex="c"), False),
    "set": (Expectation("column_values_to_be_in_set", "id", values=("a", "b")), False),
    "text beyond bounds": (Expectation("column_values_to_be_between", "n", least=0.0, most=99.0), False),
    "text below a bound": (Expectation("column_values_to_be_between", "n", least=0.0), False),
    "mostly between": (Expectation("column_values_to_be_between", "n", least=0.0, most=99.0, mostly=0.75), True),
    "dates between": (
        Expectation("column_values_to_be_between", "d", least=date(2024, 1, 1), most=date(2024, 12, 31)),
        False,
    ),
    "dates after": (Expectation("column_values_to_be_between", "d", least=date(2024, 1, 1)), True),
    "lengths": (Expectation("column_value_lengths_to_be_between", "id", least=1.0, most=1.0), True),
    "rows": (Expectation("table_row_count_to_be_between", least=1.0, most=4.0), True),
    "too few rows": (Expectation("table_row_count_to_be_between", least=5.0), False),
}


def test_every_expectation_of_the_contract_is_judged_as_it_says() -> None:
    result = GxQuality().check([promise for promise, _ in CASES.values()], COLUMNS, ROWS)
    assert dict(zip(CASES, [verdict.met for verdict in result.verdicts], strict=True)) == {
        name: met for name, (_, met) in CASES.items()
    }
    assert all(verdict.judged for verdict in result.verdicts)
    assert {promise.expect for promise, _ in CASES.values()} == EXPECTATIONS.keys()
    assert "many" not in result.to_json()


def test_a_broken_critical_promise_stops_and_a_broken_warning_does_not() -> None:
    unique = Expectation("column_values_to_be_unique", "id", critical=False)
    lenient = GxQuality().check([unique], COLUMNS, ROWS)
    refuse_unmet(lenient)
    assert lenient.warnings == ("not met: column_values_to_be_unique of id",)
    strict = GxQuality().check([Expectation("column_values_to_be_unique", "id")], COLUMNS, ROWS)
    with pytest.raises(QualityFailed, match="column_values_to_be_unique of id"):
        refuse_unmet(strict)


def test_what_the_engine_cannot_judge_is_not_met() -> None:
    (verdict,) = (
        GxQuality().check([Expectation("column_values_to_match_regex", "id", regex="(")], COLUMNS, ROWS).verdicts
    )
    assert (verdict.met, verdict.judged) == (False, False)
