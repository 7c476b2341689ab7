"""What a contract promises about the whole file, judged; a broken critical promise stops the run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import pyarrow as pa

from pipelines.contract import Expectation
from pipelines.errors import QualityFailed


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one expectation fared; `judged` is false where the engine itself failed, which counts as not met."""

    expect: str
    column: str | None
    critical: bool
    met: bool
    judged: bool = True

    @property
    def title(self) -> str:
        """How a report names it."""
        return f"{self.expect} of {self.column}" if self.column else self.expect


@dataclass(frozen=True, slots=True)
class QualityResult:
    """All verdicts, in the contract's order, and who judged. Holds no value of the file."""

    engine: str
    rows: int
    verdicts: tuple[Verdict, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not met and does not stop the run."""
        return tuple(f"not met: {verdict.title}" for verdict in self.verdicts if not verdict.met)

    def to_json(self) -> str:
        """The result as it is stored with the run."""
        return json.dumps(asdict(self), sort_keys=True)


class QualityChecker(Protocol):
    """Judges expectations on whole columns."""

    def check(
        self, expectations: Sequence[Expectation], columns: Mapping[str, pa.ChunkedArray], rows: int
    ) -> QualityResult:
        """One verdict for each expectation, in order. Raises QualityUnavailable when no engine is installed."""
        ...


def refuse_unmet(result: QualityResult) -> None:
    """Raises QualityFailed that names every critical expectation which is not met."""
    broken = [verdict.title for verdict in result.verdicts if verdict.critical and not verdict.met]
    if broken:
        raise QualityFailed(
            f"the file does not meet {len(broken)} critical expectation(s) of its contract: {'; '.join(broken)}",
            why="nothing of it was landed",
            remedy="have the file corrected, or give the expectation 'severity: warning'",
        )
