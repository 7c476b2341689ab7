"""Katakana: its Latin spellings and its half-width form, enough for the names in `data`."""

import re
import unicodedata

_ROWS = {
    "": "アイウエオ",
    "k": "カキクケコ",
    "g": "ガギグゲゴ",
    "s": "サシスセソ",
    "z": "ザジズゼゾ",
    "t": "タチツテト",
    "d": "ダヂヅデド",
    "n": "ナニヌネノ",
    "h": "ハヒフヘホ",
    "b": "バビブベボ",
    "p": "パピプペポ",
    "m": "マミムメモ",
    "r": "ラリルレロ",
}
_IRREGULAR = {"シ": "shi", "ジ": "ji", "チ": "chi", "ツ": "tsu", "ヂ": "ji", "ヅ": "zu", "フ": "fu"}
_REST = {"ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa", "ヲ": "o", "ン": "n"}
_MORAE = {kana: row + vowel for row, line in _ROWS.items() for kana, vowel in zip(line, "aiueo", strict=True)}
_MORAE |= _REST | _IRREGULAR
_GLIDES = {"ャ": "ya", "ュ": "yu", "ョ": "yo"}
_HALF = {
    unicodedata.normalize("NFKC", chr(code) + mark): chr(code) + mark
    for code in range(0xFF61, 0xFF9E)
    for mark in ("", "ﾞ", "ﾟ")
    if len(unicodedata.normalize("NFKC", chr(code) + mark)) == 1
}


def hepburn(kana: str) -> str:
    """Lower-case Hepburn of katakana, long vowels as written: サトウ is satou. The mark ー is left out."""
    found: list[str] = []
    for sign in kana:
        if sign in _GLIDES:
            found[-1] = _glided(found[-1][:-1], _GLIDES[sign])
        elif sign != "ー":
            found.append(_MORAE.get(sign, "" if sign != "ッ" else "'"))
    doubled = re.sub(r"'(ch)", r"t\1", "".join(found))
    return re.sub(r"'(.)", r"\1\1", doubled)


def passport(kana: str) -> str:
    """Upper-case Hepburn as in Japanese passports: no long vowels, m before b, m and p. サトウ is SATO.

    Takes every ou, oo and uu for a long vowel; names where the vowels meet between two words (イノウエ) need their
    spelling given. Source: Ministry of Foreign Affairs of Japan, Hepburn table for passports.
    """
    text = re.sub(r"n(?=[bmp])", "m", hepburn(kana))
    text = re.sub(r"ou|oo(?!$)", "o", text)
    return text.replace("uu", "u").upper()


def half_width(kana: str) -> str:
    """The same in half-width signs, voiced marks apart: ガ becomes ｶﾞ."""
    return "".join(_HALF.get(sign, sign) for sign in kana).replace("\u3000", " ")


def _glided(consonant: str, glide: str) -> str:
    return consonant + (glide[1:] if consonant in {"sh", "ch", "j"} else glide)
