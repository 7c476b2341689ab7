"""A row that was set aside: where it stood and why, never what stood in it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a row is set aside; the value is the code that a report shows."""

    NO_SOURCE_KEY = "no-source-key"
    DUPLICATE_SOURCE_KEY = "duplicate-source-key"
    RAGGED_ROW = "ragged-row"
    ROW_TOO_LONG = "row-too-long"
    VALUE_TOO_LONG = "value-too-long"
    CONTROL_CHARACTER = "control-character"
    WRONG_TYPE = "wrong-type"
    BAD_JSON = "bad-json"
    NOT_AN_OBJECT = "not-an-object"
    UNEXPECTED_COLUMN = "unexpected-column"
    NESTED_VALUE = "nested-value"


REASONS: Mapping[Reason, str] = {
    Reason.NO_SOURCE_KEY: "the source key is missing",
    Reason.DUPLICATE_SOURCE_KEY: "an earlier row of this file has the same source key; the earlier one is kept",
    Reason.RAGGED_ROW: "the row has more or fewer values than the header has columns",
    Reason.ROW_TOO_LONG: "the row is longer than row_bytes_max",
    Reason.VALUE_TOO_LONG: "the value is longer than value_chars_max",
    Reason.CONTROL_CHARACTER: "the value holds a NUL character",
    Reason.WRONG_TYPE: "the value is not of the type that the contract gives this fact",
    Reason.BAD_JSON: "the line is not JSON",
    Reason.NOT_AN_OBJECT: "the line is JSON, but not an object",
    Reason.UNEXPECTED_COLUMN: "the object has a key that the columns of the file do not",
    Reason.NESTED_VALUE: "the value is a list or an object",
}
"""What each code means, in words."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One row set aside. `line` counts from 1 as an editor does (a row number in Parquet); `column` may be empty."""

    line: int
    column: str
    code: Reason

    @property
    def reason(self) -> str:
        """The code in words."""
        return REASONS[self.code]


def counted(rows: Iterable[Quarantined]) -> dict[str, int]:
    """Rows per code, the most frequent first."""
    return {str(code): number for code, number in Counter(row.code for row in rows).most_common()}
