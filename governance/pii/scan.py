"""Scans columns and free text for identifiers of people, and tells kinds and shares, never what stood there."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from governance.errors import PiiExtraMissing, TextTooLong
from governance.pii.kinds import CHANCE, PiiKind

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

SAMPLE_VALUES: Final = 200
VALUE_CHARS_MAX: Final = 2_000
"""Of a column's value, what a scan looks at."""

TEXT_CHARS_MAX: Final = 20_000
"""The longest text that `redact` takes."""

# One character for one, so that a place in the folded text is the place in the original.
_FOLD: Final[dict[int, int | str]] = {
    **{0xFF01 + place: 0x21 + place for place in range(94)},
    0x3000: " ",
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u2009\u202f"), " "),
}
_LONG_VOWEL_IN_NUMBER: Final = re.compile(r"(?<=[0-9])ー(?=[0-9])")
_WORTH_A_LOOK: Final = re.compile(r"@|(?:\d\D{0,3}){8}")
_SHAPES: Final = {
    PiiKind.CREDIT_CARD: re.compile(r"(?<!\d)[2-6]\d{3}(?:[ -]?\d{1,6}){2,5}(?!\d)", re.ASCII),
    PiiKind.MY_NUMBER: re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)", re.ASCII),
    PiiKind.CHINA_RESIDENT_ID: re.compile(r"(?<!\w)\d{17}[\dXx](?!\w)", re.ASCII),
    PiiKind.TAIWAN_ID: re.compile(r"(?<!\w)[A-Za-z]\d{9}(?!\w)", re.ASCII),
    PiiKind.KOREA_RRN: re.compile(r"(?<!\d)\d{6}-?\d{7}(?!\d)", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind of identifier in a column. `share`: of the distinct values examined, 0 < share ≤ 1. Holds no value."""

    column: str
    kind: PiiKind
    share: float
    rows_examined: int


def scan(columns: Mapping[str, Sequence[str | None]], *, sample: int = SAMPLE_VALUES) -> tuple[Finding, ...]:
    """What kinds of identifier stand in which columns, by column, the greatest share first.

    Looks at up to `sample` distinct values of each column, evenly spread over those in order of appearance, and at
    the first 2,000 characters of each. A check digit passes one number in ten by chance, so a kind that has one is
    reported only where more numbers pass than chance explains: 60 card-like order numbers in 600 are order numbers.
    Names and addresses are not looked for. Raises PiiExtraMissing without presidio.
    """
    findings = []
    for column, values in columns.items():
        examined = _spread(list(dict.fromkeys(value for value in values if value)), sample)
        hits = [_found(value[:VALUE_CHARS_MAX]) for value in examined]
        findings += [
            Finding(column, kind, sum(kind in kinds for kinds in hits) / len(examined), len(examined))
            for kind in PiiKind
            if _is_more_than_chance(kind, hits, examined)
        ]
    return tuple(sorted(findings, key=lambda finding: (finding.column, -finding.share, finding.kind)))


def redact(text: str) -> str:
    """`text` with every identifier replaced by its kind, as in `[email]`; where two overlap, by the first's.

    Names and addresses stay. Raises TextTooLong over 20,000 characters, and PiiExtraMissing without presidio.
    """
    if len(text) > TEXT_CHARS_MAX:
        raise TextTooLong(f"a text of more than {TEXT_CHARS_MAX} characters", remedy="split it before it is redacted")
    parts, done = [], 0
    for start, end, kind in _spans(text):
        parts += [text[done:start], f"[{kind}]"]
        done = end
    return "".join([*parts, text[done:]])


def kinds_in(texts: Iterable[str]) -> frozenset[PiiKind]:
    """All kinds that stand in any of `texts`; for the few texts of a row that is about to be stored."""
    return frozenset(PiiKind(kind) for text in texts for kind in _found(text[:TEXT_CHARS_MAX]))


def _spans(text: str) -> list[tuple[int, int, str]]:
    """Where identifiers stand, overlapping ones as one."""
    spans: list[tuple[int, int, str]] = []
    for result in sorted(_analysed(text), key=lambda found: (found.start, -found.score)):
        if spans and result.start < spans[-1][1]:
            start, end, kind = spans[-1]
            spans[-1] = (start, max(end, result.end), kind)
        else:
            spans.append((result.start, result.end, result.entity_type))
    return spans


def _found(text: str) -> frozenset[str]:
    return frozenset(result.entity_type for result in _analysed(text))


def _analysed(text: str) -> list[Any]:
    """Presidio's results; texts without an @ and without eight digits close together hold none, and skip it."""
    folded = _folded(text)
    if not _WORTH_A_LOOK.search(folded):
        return []
    return list(_analyser().analyze(folded, "en"))


def _folded(text: str) -> str:
    return _LONG_VOWEL_IN_NUMBER.sub("-", text.translate(_FOLD))


def _is_more_than_chance(kind: PiiKind, hits: Sequence[frozenset[str]], values: Sequence[str]) -> bool:
    passed = sum(kind in kinds for kinds in hits)
    if not passed or kind not in CHANCE:
        return passed > 0
    shaped = max(passed, sum(bool(_SHAPES[kind].search(_folded(value[:VALUE_CHARS_MAX]))) for value in values))
    chance = CHANCE[kind]
    by_chance = shaped * chance + 3 * math.sqrt(shaped * chance * (1 - chance))
    return passed > by_chance or passed * 2 >= shaped


def _spread(values: Sequence[str], sample: int) -> list[str]:
    if len(values) <= sample:
        return list(values)
    return [values[place * len(values) // sample] for place in range(sample)]


@cache
def _analyser() -> "AnalyzerEngine":
    try:
        from governance.pii.recognisers import analyser
    except ImportError as error:
        raise PiiExtraMissing(
            "personal data cannot be looked for",
            why="presidio is not installed",
            remedy="install 'enishi-cdp[pii]'",
        ) from error
    return analyser()
