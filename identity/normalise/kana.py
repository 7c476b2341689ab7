"""Kana and every spelling of romaji to one romanised form without long vowels."""

import re

from identity.normalise.text import fold_kana, table

_SILENT = "ー・゛゜"
_SMALL_Y = {"ャ": "a", "ュ": "u", "ョ": "o", "ェ": "e"}
_SMALL_VOWEL = {"ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o"}
_PALATAL = ("shi", "chi", "ji")
_REPEATS = "ヽヾ"

_MORA = (
    r"(?:([kstpgdbzj])(?=\1)|t(?=ch)|c(?=ch))?(?:ch|sh|ts|dz|[kgsztdnhbpmrjc]y|[kgsztdnhbpmrywjf])?[aiueo]"
    r"|n(?![aiueoy])|m(?=[bmp])|(?<=o)h(?![aiueoy])"
)
_IS_ROMAJI = re.compile(f"(?:{_MORA})+\\Z")
_VOWEL = re.compile("[aiueo]+")
# Kunrei and the other spellings to Hepburn; each right side is left alone by the whole list
_HEPBURN = (
    (re.compile("tch"), "cch"),
    (re.compile("m(?=[bmp])"), "n"),
    (re.compile("s(?:h?y|(?=i))"), "sh"),
    (re.compile("(?:t|c)y|ch?y|t(?=i)"), "ch"),
    (re.compile("dz(?=u)|d(?=u)"), "z"),
    (re.compile("[zdj]y|[zd](?=i)"), "j"),
    (re.compile("(?<![st])t(?=u)"), "ts"),
    (re.compile("(?<![sc])h(?=u)"), "f"),
    (re.compile("wo"), "o"),
)
_LONG = (
    (re.compile("o(?:h(?![aiueoy])|[ou])+"), "o"),
    (re.compile("([aiue])\\1+"), r"\1"),
)


def _contracted(head: str, small: str) -> str | None:
    """The mora of a kana whose sound is `head` and the small kana after it, None where the two do not contract."""
    if small in _SMALL_Y and head.endswith("i") and len(head) > 1:
        return head[:-1] + ("" if head.endswith(_PALATAL) else "y") + _SMALL_Y[small]
    if small in _SMALL_VOWEL and len(head) > 1:
        return head[:-1] + _SMALL_VOWEL[small]
    if small in _SMALL_VOWEL and head == "u":
        return "w" + _SMALL_VOWEL[small]
    return None


def romaji(kana: str) -> str:
    """`kana` (of either kind, full width) in Hepburn, long vowels as written; what is no kana stays."""
    sounds = table("kana.tsv")
    out: list[str] = []
    double = False
    for char in fold_kana(kana):
        if char == "ッ":
            double = True
            continue
        if char in _REPEATS and out:
            out.append(out[-1])
            continue
        sound = "" if char in _SILENT else sounds.get(char, char)
        joined = _contracted(out[-1], char) if out else None
        if joined is not None:
            out[-1] = joined
            continue
        out.append(sound[:1] + sound if double and sound[:1] not in "aiueon" else sound)
        double = False
    return "".join(out)


def is_romaji(word: str) -> bool:
    """Whether the whole of `word` (a-z) can be read as Japanese morae, in any romanisation."""
    return _IS_ROMAJI.match(word) is not None


def shorten(word: str) -> str:
    """`word` with long vowels short: 'oono', 'ohno' and 'ono' are one."""
    for pattern, short in _LONG:
        word = pattern.sub(short, word)
    return word


def canonical_romaji(word: str) -> str:
    """The one spelling of `word` (a-z) if it reads as Japanese, else `word` itself. Idempotent."""
    if not is_romaji(word):
        return word
    before = ""
    while before != word:
        before = word
        for pattern, hepburn in _HEPBURN:
            word = pattern.sub(hepburn, word)
        word = shorten(word)
    return word


def shortened_romaji(word: str) -> str:
    """`word` with long vowels short if it reads as two or more Japanese morae, else itself.

    For Latin names outside Japan: 'Satoh' of an English form meets 'Satō' of a Japanese one; 'John' and 'Hou' stay.
    """
    if not is_romaji(word) or len(_VOWEL.findall(word)) < 2:
        return word
    return shorten(word)
