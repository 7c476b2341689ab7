"""Judges expectations with great-expectations on a pandas frame, and keeps nothing of the values."""

import os
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa

from pipelines.contract import Expectation
from pipelines.errors import QualityUnavailable
from pipelines.quality import QualityResult, Verdict

_FIRST_DAY: Final = date(1970, 1, 1)


class GxQuality:
    """great-expectations in an ephemeral context: no files, no telemetry, no progress bars, booleans only."""

    def check(
        self, expectations: Sequence[Expectation], columns: Mapping[str, pa.ChunkedArray], rows: int
    ) -> QualityResult:
        """See `pipelines.quality.QualityChecker`."""
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        try:
            import great_expectations as gx
            import pandas as pd
        except ImportError:
            raise QualityUnavailable(
                "the contract states expectations and great-expectations is not installed",
                remedy="pip install 'enishi-cdp[quality]'",
            ) from None
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        # the text of each expectation gets a column of its own, in the type that it compares
        frame = pd.DataFrame(
            {str(at): _compared(promise, columns) for at, promise in enumerate(expectations) if promise.column},
            index=range(rows),
        )
        source = context.data_sources.add_pandas("file")
        whole = source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("whole")
        suite = gx.ExpectationSuite(name="contract")
        for at, promise in enumerate(expectations):
            suite.add_expectation(_expectation(gx.expectations, promise, at))
        judged: Any = whole.get_batch({"dataframe": frame}).validate(suite, result_format="BOOLEAN_ONLY")
        outcome = judged.to_json_dict()
        by_number = {result["expectation_config"]["meta"]["at"]: result for result in outcome["results"]}
        verdicts = tuple(_verdict(promise, by_number.get(at)) for at, promise in enumerate(expectations))
        return QualityResult(f"great-expectations {gx.__version__}", rows, verdicts)


def _compared(promise: Expectation, columns: Mapping[str, pa.ChunkedArray]) -> Any:
    """The column as Python text; as numbers where it is held against bounds, what is no number lying beyond them.

    Days are numbers too: great-expectations compares no text with bounds that look like dates.
    """
    text = columns[promise.column or ""].to_numpy()
    if promise.expect != "column_values_to_be_between":
        return text
    import pandas as pd

    stood = pd.Series(text, dtype=object)
    if isinstance(promise.least, date) or isinstance(promise.most, date):
        days = pd.to_datetime(stood.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
        numbers = (days - pd.Timestamp(_FIRST_DAY)).dt.days.astype("float64")
    else:
        numbers = pd.to_numeric(stood, errors="coerce").astype("float64")
    beyond = np.inf if promise.most is not None else -np.inf
    return numbers.mask(numbers.isna() & stood.notna(), beyond).to_numpy()


def _bound(bound: float | date) -> float:
    return float((bound - _FIRST_DAY).days) if isinstance(bound, date) else bound


def _expectation(known: Any, promise: Expectation, at: int) -> Any:
    name = "Expect" + "".join(word.capitalize() for word in promise.expect.split("_"))
    told = {
        "column": None if promise.column is None else str(at),
        "mostly": promise.mostly,
        "regex": promise.regex,
        "value_set": list(promise.values) or None,
        "min_value": None if promise.least is None else _bound(promise.least),
        "max_value": None if promise.most is None else _bound(promise.most),
    }
    return getattr(known, name)(meta={"at": at}, **{key: value for key, value in told.items() if value is not None})


def _verdict(promise: Expectation, result: Mapping[str, Any] | None) -> Verdict:
    met = bool(result and result["success"])
    judged = result is not None and not _raised(result.get("exception_info") or {})
    return Verdict(promise.expect, promise.column, promise.critical, met and judged, judged)


def _raised(told: Mapping[str, Any]) -> bool:
    """Whether the engine failed: it tells so either at the top or per metric."""
    if "raised_exception" in told:
        return bool(told["raised_exception"])
    return any(isinstance(part, Mapping) and part.get("raised_exception") for part in told.values())
