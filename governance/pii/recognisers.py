"""Presidio's analyser with pattern recognisers of East Asia; importing this takes seconds, so `scan` does it late."""

from collections.abc import Callable, Sequence
from typing import Any

from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_analyzer.predefined_recognizers import KrRrnRecognizer, PhoneRecognizer

from governance.pii.kinds import PiiKind, is_china_resident_id, is_credit_card, is_my_number, is_taiwan_id

LANGUAGE = "en"
"""Presidio wants one; ours are patterns, alike in every language."""

REGIONS = ("JP", "CN", "TW", "KR")
"""Whose national spellings of phone numbers we know; every other country's are found with their +."""

# Python's \b sees no border between a kanji and a Latin letter or digit, hence the look-arounds on ASCII.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_EMAIL = (
    rf"(?<!{_LOCAL})(?<!\.){_LOCAL}{{1,64}}(?:\.{_LOCAL}{{1,64}}){{0,8}}"
    r"@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}(?![A-Za-z0-9-])"
)
_CARD = r"(?<![0-9])[2-6][0-9]{3}(?:[ -]?[0-9]{1,6}){2,5}(?![0-9])"
_TWELVE = r"(?<![0-9])[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])"
_CHINA = r"(?<![A-Za-z0-9])[1-8][0-9]{16}[0-9Xx](?![A-Za-z0-9])"
_TAIWAN = r"(?<![A-Za-z0-9])[A-Za-z][1289][0-9]{8}(?![A-Za-z0-9])"


class _Checked(PatternRecognizer):
    """A pattern and, where there is one, the check that a match must pass."""

    def __init__(self, kind: PiiKind, pattern: str, check: Callable[[str], bool] | None = None) -> None:
        super().__init__(
            supported_entity=kind.value,
            name=kind.value,
            supported_language=LANGUAGE,
            patterns=[Pattern(kind.value, pattern, 0.6)],
        )
        self._check = check

    def validate_result(self, pattern_text: str) -> bool | None:
        return None if self._check is None else self._check(pattern_text)


class _Phones(PhoneRecognizer):
    """Presidio's phones, without bare digits that only the leniency of national rules makes a phone.

    Nine digits of a booking are a Tokyo number without its leading zero; we ask for the zero, a +, or a Chinese
    mobile's eleven digits.
    """

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        found = super().analyze(text, entities, nlp_artifacts)
        for result in found:
            if text[result.start] == "(" and ")" not in text[result.start : result.end]:
                result.start += 1
        return [result for result in found if _is_dialled(text[result.start : result.end])]


def _is_dialled(text: str) -> bool:
    digits = [char for char in text if char.isdigit()]
    if text.startswith("0."):
        return False
    if text.lstrip("(").startswith(("+", "0")):
        return len(digits) >= 9
    return len(digits) == 11 and digits[0] == "1"


def analyser(regions: Sequence[str] = REGIONS) -> AnalyzerEngine:
    """An analyser for all of PiiKind: no language model, nothing fetched, phones in the spelling of `regions` too."""
    recognisers = [
        _Checked(PiiKind.EMAIL, _EMAIL),
        _Checked(PiiKind.CREDIT_CARD, _CARD, is_credit_card),
        _Checked(PiiKind.MY_NUMBER, _TWELVE, is_my_number),
        _Checked(PiiKind.CHINA_RESIDENT_ID, _CHINA, is_china_resident_id),
        _Checked(PiiKind.TAIWAN_ID, _TAIWAN, is_taiwan_id),
        KrRrnRecognizer(supported_entity=PiiKind.KOREA_RRN.value, supported_language=LANGUAGE),
        _Phones(supported_entity=PiiKind.PHONE.value, supported_language=LANGUAGE, supported_regions=tuple(regions)),
    ]
    registry = RecognizerRegistry(recognizers=recognisers, supported_languages=[LANGUAGE])
    engine = NoOpNlpEngine(models=[{"lang_code": LANGUAGE, "model_name": "none"}])
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=[LANGUAGE])
