"""The fields that are a word from a small set, or a firm's name."""

import re

from identity.normalise.names import is_placeholder
from identity.normalise.text import (
    drop_apostrophes,
    fold_accents,
    fold_kana,
    fold_old_kanji,
    fold_width,
    letters_of,
    word_set,
)
from identity.normalise.unusable import PLACEHOLDER, Outcome, Unusable

CODED = Unusable("coded")
"""A digit: which one stands for which sex differs from file to file."""
UNRECOGNISED = Unusable("unrecognised")
NOT_AN_EMPLOYER = Unusable("not-an-employer")

_SEXES = dict.fromkeys(word_set("male"), "m") | dict.fromkeys(word_set("female"), "f")
_NATIVE_FORMS = re.compile(
    r"株式[会會]社|有限[会會]社|合同[会會]社|合資[会會]社|\((?:株|有|同)\)|股份有限公司|有限[责責]任公司|有限公司|股份公司"
)
_WESTERN_FORMS = word_set("company-form")
_NOT_EMPLOYERS = word_set("not-an-employer")


def sex(text: str) -> Outcome:
    """The variant x: m or f. Digits say nothing without a legend, so they are unusable."""
    folded = fold_kana(fold_accents(fold_width(text))).strip(". ")
    if not folded:
        return None
    if folded.isdecimal():
        return CODED
    return {"x": _SEXES[folded]} if folded in _SEXES else UNRECOGNISED


def employer(text: str) -> Outcome:
    """The variant o: a firm's name without its legal form, spaces or punctuation."""
    folded = fold_width(text)
    if not folded:
        return None
    if is_placeholder(folded):
        return PLACEHOLDER
    plain = _NATIVE_FORMS.sub("", fold_old_kanji(fold_kana(fold_accents(drop_apostrophes(folded)))))
    kept = re.findall(r"[\w]+", plain.replace(".", "").replace("_", " ").replace("・", ""))
    while len(kept) > 1 and kept[-1] in _WESTERN_FORMS:
        kept = kept[:-1]
    name = "".join(kept)
    if name in _NOT_EMPLOYERS:
        return NOT_AN_EMPLOYER
    return {"o": name} if letters_of(name) else UNRECOGNISED
