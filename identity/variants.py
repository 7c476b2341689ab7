"""The variants of a person's fields, column by column: what recipes are made of and what tags compare."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.errors import InvalidVariants
from identity.fields import FieldKind

VARIANT_NAMES: Final[tuple[str, ...]] = (
    *("g", "gp", "ga", "gz", "g1", "gk"),  # given name: exact, sound-alike, first 3, last 3, initial, native script
    *("f", "fp", "fa", "fz", "fk"),  # family name, likewise
    "gf",  # the unordered pair of the exact given and family names
    *("m", "x"),  # middle initial, sex
    *("d", "ym", "md", "yd", "y"),  # birth date and its parts
    *("p", "pa"),  # postcode and its area
    *("a", "an"),  # street address, its numbers with the first letters of its longest word
    "c",  # city
    *("t", "ta", "tz"),  # phone, all but its last 4 digits, its last 6
    *("e", "el"),  # e-mail, its local part when that is long enough
    *("i", "ia", "iz"),  # national ID and its halves
    *("b", "o", "l"),  # birth place, employer, loyalty number
)
"""INVARIANT: a name's place is the place of its tag on the wire, so this is only ever appended to."""

_KNOWN = frozenset(VARIANT_NAMES)


@dataclass(frozen=True, slots=True)
class VariantColumn:
    """One variant of every row: `values` (distinct) and `codes` (rows,) int32, an index into them or -1 for missing."""

    values: tuple[str, ...]
    codes: NDArray[np.int32]

    def __post_init__(self) -> None:
        if self.codes.dtype != np.int32 or self.codes.ndim != 1:
            raise InvalidVariants("the codes of a variant are not one row of int32")
        if self.codes.size and (self.codes.min() < -1 or self.codes.max() >= len(self.values)):
            raise InvalidVariants("a code of a variant points outside its values")

    def of_row(self, row: int) -> str | None:
        """The value of `row`, None where it is missing. For tests and explanations, not for loops over rows."""
        code = int(self.codes[row])
        return None if code < 0 else self.values[code]


@dataclass(frozen=True, slots=True)
class VariantTable:
    """Every variant of `rows` persons; a variant that no row has may be absent from `columns`.

    `unusable` counts, per field kind, the rows whose value was named unusable (a placeholder, a failed check digit)
    by reason; such a value is in no column. It holds personal data: it stays on the edge.
    """

    rows: int
    columns: Mapping[str, VariantColumn]
    unusable: Mapping[FieldKind, Mapping[str, int]]

    def __post_init__(self) -> None:
        unknown = sorted(set(self.columns) - _KNOWN)
        if unknown:
            raise InvalidVariants(f"no such variant: {', '.join(unknown)}")
        ragged = sorted(name for name, column in self.columns.items() if len(column.codes) != self.rows)
        if ragged:
            raise InvalidVariants(f"not one code per row: {', '.join(ragged)}")
