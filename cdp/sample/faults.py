"""Bad rows, put at the end of each file on purpose so that a quarantine has something to show."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from cdp.sample.draws import between
from pipelines.quarantine import Reason

_LONG = 2_500
"""Characters, more than IngestLimits allows for one value."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a file is made to fail: a fact's column that takes text, and a column to overfill; empty for neither."""

    wrong_fact: str = ""
    too_long: str = ""


PLANS = {
    "shop": Plan(wrong_fact="purchases_12m"),
    "bank": Plan(wrong_fact="products"),
    "securities": Plan(wrong_fact="portfolio_value_jpy", too_long="address"),
    "mobile": Plan(wrong_fact="tenure_months"),
    "travel": Plan(wrong_fact="next_trip_probability"),
    "insurance": Plan(too_long="address"),
}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A changed copy of a sound row: what is written into which columns, and what is wrong with it then."""

    copied: int
    changes: tuple[tuple[str, str | None], ...]
    code: Reason
    column: str


def with_faults(
    columns: dict[str, Any], plan: Plan, rng: np.random.Generator
) -> tuple[dict[str, Any], tuple[tuple[Reason, str], ...]]:
    """`columns` with a handful of bad rows after the sound ones, and reason and column of each in order.

    The first column is the source key.
    """
    rows = _bad_rows(columns, plan, rng)
    copied = pa.array([row.copied for row in rows], pa.int64())
    found = {}
    for name, texts in columns.items():
        extra = texts.take(copied).to_pylist()
        for place, row in enumerate(rows):
            extra[place] = dict(row.changes).get(name, extra[place])
        found[name] = pa.concat_arrays([texts, pa.array(extra, texts.type)])
    return found, tuple((row.code, row.column) for row in rows)


def _bad_rows(columns: dict[str, Any], plan: Plan, rng: np.random.Generator) -> list[BadRow]:
    key = next(iter(columns))
    keys = columns[key]
    if len(keys) == 0:
        return []
    picks = between(rng, 0, len(keys) - 1, size=8).tolist()
    fresh = [f"{keys[place].as_py()}-{number}" for number, place in enumerate(picks)]
    rows = [BadRow(place, ((key, None),), Reason.NO_SOURCE_KEY, key) for place in picks[:2]]
    for place, other in zip(picks[2:4], picks[4:6], strict=True):
        rows.append(BadRow(place, ((key, keys[other].as_py()),), Reason.DUPLICATE_SOURCE_KEY, key))
    if plan.wrong_fact:
        changes = ((key, fresh[6]), (plan.wrong_fact, "n/a"))
        rows.append(BadRow(picks[6], changes, Reason.WRONG_TYPE, plan.wrong_fact))
    if plan.too_long:
        changes = ((key, fresh[7]), (plan.too_long, "-" * _LONG))
        rows.append(BadRow(picks[7], changes, Reason.VALUE_TOO_LONG, plan.too_long))
    return rows
