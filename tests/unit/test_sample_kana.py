"""Katakana is written in Latin letters as passports and people do."""

import pytest

from cdp.sample.kana import half_width, hepburn, passport


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("サトウ", "SATO"),
        ("オオノ", "ONO"),
        ("ユウイチ", "YUICHI"),
        ("シンペイ", "SHIMPEI"),
        ("ハットリ", "HATTORI"),
        ("リョウタ", "RYOTA"),
        ("ジュンコ", "JUNKO"),
        ("イッチ", "ITCHI"),
        ("トオル", "TORU"),
    ],
)
def test_a_passport_shortens_long_vowels(kana: str, latin: str) -> None:
    assert passport(kana) == latin


@pytest.mark.parametrize(("kana", "latin"), [("サトウ", "satou"), ("チャン", "chan"), ("シュウヘイ", "shuuhei")])
def test_everyday_spelling_keeps_long_vowels(kana: str, latin: str) -> None:
    assert hepburn(kana) == latin


def test_half_width_kana_keeps_voiced_marks_apart() -> None:
    assert half_width("ヤマダ　パク") == "ﾔﾏﾀﾞ ﾊﾟｸ"
