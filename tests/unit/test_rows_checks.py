"""Each row is checked by whole columns, and every fault is told by line, column and code."""

import numpy as np
import pyarrow as pa
import pytest
from pipeline_world import contract

from pipelines.contract import FactType
from pipelines.limits import IngestLimits
from pipelines.quarantine import REASONS, Quarantined, Reason
from pipelines.reading import RawBatch
from pipelines.rows import check, duplicates, instants, typed

SOUND = {
    "id": "c1",
    "given": "Mira",
    "family": "Okonkwo",
    "born": "03/04/1981",
    "mail": "mira@mail.example",
    "spent": "12.5",
    "tier": "gold",
    "ads": "yes",
    "note": None,
}
LIMITS = IngestLimits(value_chars_max=50, row_bytes_max=200)


def batch(*changes: dict[str, str | None]) -> RawBatch:
    people = [SOUND | {"id": f"c{at}"} | change for at, change in enumerate(changes)]
    columns = {name: pa.array([person[name] for person in people], pa.string()) for name in SOUND}
    return RawBatch(np.arange(2, 2 + len(people), dtype=np.int64), columns)


FAULTS = {
    "no source key": ({"id": None}, "id", Reason.NO_SOURCE_KEY),
    "blank source key": ({"id": "  "}, "id", Reason.NO_SOURCE_KEY),
    "value too long": ({"family": "x" * 51}, "family", Reason.VALUE_TOO_LONG),
    "row too long": ({"note": "x" * 200}, "", Reason.ROW_TOO_LONG),
    "control character": ({"tier": "a\0b"}, "tier", Reason.CONTROL_CHARACTER),
    "wrong type": ({"spent": "twelve"}, "spent", Reason.WRONG_TYPE),
    "infinite": ({"spent": "1e999"}, "spent", Reason.WRONG_TYPE),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_told_by_line_and_column_and_spares_its_neighbours(fault: str) -> None:
    change, column, code = FAULTS[fault]
    sound, found = check(batch({}, change, {}), contract(), LIMITS)
    assert sound.tolist() == [True, False, True]
    assert found == [Quarantined(3, column, code)]


def test_one_row_has_one_reason() -> None:
    _, found = check(batch({"id": None, "spent": "x", "family": "x" * 51}), contract(), LIMITS)
    assert len(found) == 1


def test_the_first_of_a_source_key_stays_and_every_later_one_is_set_aside() -> None:
    keys = [pa.array(["a", "b", "a"]), pa.array(["c", "b"])]
    lines = [np.array([2, 3, 4]), np.array([5, 9])]
    assert [(row.line, row.code) for row in duplicates(keys, lines, "id")] == [
        (4, Reason.DUPLICATE_SOURCE_KEY),
        (9, Reason.DUPLICATE_SOURCE_KEY),
    ]


def test_every_reason_has_words() -> None:
    assert REASONS.keys() == set(Reason)


TYPED = {
    FactType.TEXT: {"x": "x", " ": " "},
    FactType.INTEGER: {"7": 7, "-7": -7, "+7": 7, " 7 ": 7, "7.0": None, "x": None, "9" * 19: None},
    FactType.NUMBER: {"7": 7.0, "-.5": -0.5, "+1e3": 1000.0, "7.": 7.0, "nan": None, "1e999": None, "1,5": None},
    FactType.BOOLEAN: {"true": True, "No": False, "1": True, "0": False, "maybe": None},
    FactType.DATE: {
        "2024-02-29": "2024-02-29",
        "2023-02-29": None,
        "2024-2-9": None,
        "2024-02-29T10:00:00": "2024-02-29",
        "31/12/2024": None,
    },
}


@pytest.mark.parametrize("kind", TYPED)
def test_a_fact_is_of_its_type_or_null(kind: FactType) -> None:
    assert typed(pa.array(list(TYPED[kind])), kind).to_pylist() == list(TYPED[kind].values())


def test_a_missing_fact_is_no_fault() -> None:
    sound, found = check(batch({"spent": None}, {"spent": "  "}), contract(), LIMITS)
    assert sound.all()
    assert found == []


def test_days_become_instants_at_midnight_utc() -> None:
    assert instants(pa.array(["1970-01-02", None, "x"])).to_pylist() == [86_400_000_000, None, None]


def test_a_consent_without_a_readable_date_is_set_aside() -> None:
    dated = contract(**{"{column: ads, given": "{column: ads, at: tier, given", ", type: text}": ", type: date}"})
    _, found = check(batch({"tier": "2024-01-01"}, {"tier": "soon"}), dated, LIMITS)
    assert found == [Quarantined(3, "tier", Reason.WRONG_TYPE)]
