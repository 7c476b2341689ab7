"""The laws of normalisation, on invented people and on arbitrary text."""

import unicodedata

import numpy as np
import phonenumbers
import pyarrow as pa
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from identity.fields import FieldKind
from identity.normalise import normalise
from identity.normalise.contact import _parsed, _usual
from identity.normalise.kana import canonical_romaji, is_romaji, romaji, shortened_romaji
from identity.normalise.names import is_placeholder
from identity.normalise.text import table

LOCALES = st.sampled_from(["ja", "zh", "en"])
LETTERS = "abcdefghijklmnopqrstuvwxyzéüßøçœłñāōū'- .ABCXYZ"
KANA = "".join(map(chr, range(0x30A1, 0x30F5))) + "ー"
HAN = "山田高橋渡辺邉斎齋藤佐木林森李王陳陈张張明小優子美太郎一二三々髙﨑"
NAMES = st.one_of(
    st.text(LETTERS, max_size=12), st.text(KANA, max_size=6), st.text(HAN, max_size=4), st.text(max_size=6)
)
DIGITS = st.text("0123456789", max_size=13)
ADDRESSES = st.text(HAN + "丁目番地号のノ段路弄 ‐-ー0123456789１２３ABCst.,#", max_size=20)
SINGLE = {  # the exact variant of each kind: what it gives must give itself
    FieldKind.GIVEN_NAME: ("g", NAMES),
    FieldKind.FAMILY_NAME: ("f", NAMES),
    FieldKind.EMAIL: ("e", st.one_of(st.emails(), st.text("ab.+@gmailcom", max_size=20))),
    FieldKind.PHONE: ("t", st.one_of(DIGITS, st.text("0123456789+-() ", max_size=18))),
    FieldKind.POSTCODE: ("p", st.one_of(DIGITS, st.text("AB019 -〒", max_size=9))),
    FieldKind.ADDRESS: ("a", st.one_of(ADDRESSES, st.text(max_size=8))),
    FieldKind.CITY: ("c", st.one_of(st.text(HAN + "市区县都府県", max_size=6), st.text(LETTERS, max_size=10))),
    FieldKind.NATIONAL_ID: ("i", st.text("AZ0123456789X -", max_size=20)),
    FieldKind.LOYALTY_NUMBER: ("l", st.text("AZ0123456789X -", max_size=20)),
    FieldKind.EMPLOYER: (
        "o",
        st.one_of(st.text(LETTERS, max_size=12), st.text(HAN + KANA + "株式会社()", max_size=10)),
    ),
    FieldKind.BIRTH_DATE: ("d", st.dates().map(str)),
    FieldKind.SEX: ("x", st.sampled_from(["男", "Female", "m", "1", "女性"])),
}
CASES = st.one_of(*(st.tuples(st.just(kind), texts) for kind, (_, texts) in SINGLE.items()))


def rows_of(kind: FieldKind, texts: list[str | None], locale: str, region: str, variant: str) -> list[str | None]:
    found = normalise({kind: pa.array(texts, pa.string())}, locale=locale, region=region)
    column = found.columns.get(variant)
    return [column.of_row(row) if column else None for row in range(len(texts))]


@settings(max_examples=400)
@given(CASES, LOCALES, st.sampled_from(["JP", "CN", "GB"]))
def test_a_normal_form_is_its_own_normal_form(case: tuple[FieldKind, str], locale: str, region: str) -> None:
    kind, text = case
    variant = SINGLE[kind][0]
    (once,) = rows_of(kind, [text], locale, region, variant)
    if once is not None:
        assert rows_of(kind, [once], locale, region, variant) == [once]


WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@settings(max_examples=150)
@given(st.text("abcdefghijklmnopqrstuvwxyzéüōā ", min_size=1, max_size=12), LOCALES)
def test_width_case_and_accents_of_a_name_do_not_count(text: str, locale: str) -> None:
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    spellings: list[str | None] = [
        text,
        text.upper(),
        text.title(),
        bare,
        text.translate(WIDE),
        unicodedata.normalize("NFD", text),
    ]
    for kind, variant in ((FieldKind.GIVEN_NAME, "g"), (FieldKind.FAMILY_NAME, "f"), (FieldKind.FULL_NAME, "gf")):
        assert len(set(rows_of(kind, spellings, locale, "JP", variant))) == 1


HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}


@settings(max_examples=150)
@given(
    st.text(
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンャュョッー",
        min_size=2,
        max_size=8,
    )
)
def test_kana_of_every_kind_and_width_are_one(kana: str) -> None:
    hiragana = "".join(char if char == "ー" else chr(ord(char) - 0x60) for char in kana)
    half = "".join(HALF[char] for char in kana)
    assert len(set(rows_of(FieldKind.GIVEN_NAME, [kana, hiragana, half], "ja", "JP", "g"))) == 1


@settings(max_examples=150)
@given(
    st.text(
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンガギグゴザジズゼゾダデドバビブ",
        min_size=2,
        max_size=7,
    )
)
def test_kana_and_their_romaji_agree(kana: str) -> None:
    spoken = romaji(kana)
    assume(is_romaji(spoken))  # no name begins with ん
    assume(not is_placeholder(kana) and not is_placeholder(spoken))  # なし, and ノネ in romaji
    assert len(set(rows_of(FieldKind.FAMILY_NAME, [kana, spoken, spoken.upper()], "ja", "JP", "f"))) == 1


@settings(max_examples=100)
@given(st.sampled_from(sorted(table("surnames_ja.tsv"))), st.sampled_from(["太郎", "花子", "健一", "美咲"]))
def test_kanji_and_romaji_of_common_names_agree(family: str, name: str) -> None:
    roman = {"太郎": "Tarou", "花子": "Hanako", "健一": "Ken'ichi", "美咲": "Misaki"}[name]
    spoken = table("surnames_ja.tsv")[family].title()
    texts: list[str | None] = [family + name, f"{family} {name}", f"{spoken}, {roman}"]
    assert len(set(rows_of(FieldKind.FULL_NAME, texts, "ja", "JP", "f"))) == 1
    assert len(set(rows_of(FieldKind.FULL_NAME, texts, "ja", "JP", "g"))) == 1


@settings(max_examples=100)
@given(st.text("aiueokstnhmyrwgzdbpjcf", max_size=10))
def test_romanisations_have_fixed_points(word: str) -> None:
    for fold in (canonical_romaji, shortened_romaji):
        assert fold(fold(word)) == fold(word)


PEOPLE = st.lists(
    st.tuples(
        st.one_of(st.none(), st.sampled_from(["山田 太郎", "Taro Yamada", "李小明", "test", "高橋裕子", "Ann Lee"])),
        st.one_of(st.none(), st.sampled_from(["ヤマダ タロウ", "リ シャオミン", ""])),
        st.one_of(st.none(), st.sampled_from(["1980-03-03", "1900-01-01", "昭和55年3月3日", "x"])),
        st.one_of(st.none(), st.sampled_from(["丸の内1-2-3", "12 High St", "東京都千代田区丸の内1丁目"])),
        LOCALES,
    ),
    min_size=1,
    max_size=12,
)
KINDS = (FieldKind.FULL_NAME, FieldKind.FULL_NAME_KANA, FieldKind.BIRTH_DATE, FieldKind.ADDRESS)


@settings(max_examples=60)
@given(PEOPLE, st.randoms(use_true_random=False))
def test_shuffling_the_rows_shuffles_the_codes_and_nothing_else(
    people: list[tuple[str | None, ...]], random: object
) -> None:
    order = list(range(len(people)))
    random.shuffle(order)  # type: ignore[attr-defined]

    def run(rows: list[tuple[str | None, ...]]) -> tuple[object, ...]:
        columns = {kind: pa.array([row[place] for row in rows], pa.string()) for place, kind in enumerate(KINDS)}
        return normalise(columns, locale=pa.array([row[4] for row in rows]), region="JP"), len(rows)

    before, _ = run(people)
    after, _ = run([people[place] for place in order])
    assert before.unusable == after.unusable  # type: ignore[attr-defined]
    assert set(before.columns) == set(after.columns)  # type: ignore[attr-defined]
    for name, column in before.columns.items():  # type: ignore[attr-defined]
        assert column.values == after.columns[name].values  # type: ignore[attr-defined]
        assert np.array_equal(column.codes[order], after.columns[name].codes)  # type: ignore[attr-defined]


@settings(max_examples=60)
@given(PEOPLE)
def test_a_row_is_normalised_as_if_it_were_alone(people: list[tuple[str | None, ...]]) -> None:
    def run(rows: list[tuple[str | None, ...]]) -> list[dict[str, str | None]]:
        columns = {kind: pa.array([row[place] for row in rows], pa.string()) for place, kind in enumerate(KINDS)}
        found = normalise(columns, locale=pa.array([row[4] for row in rows]), region="JP")
        every = [{name: column.of_row(row) for name, column in found.columns.items()} for row in range(len(rows))]
        return [{name: text for name, text in row.items() if text is not None} for row in every]

    assert run(people) == [run([person])[0] for person in people]


@given(st.sampled_from(list(FieldKind)), st.integers(0, 5))
def test_nulls_give_nothing_for_every_kind(kind: FieldKind, rows: int) -> None:
    for column in (pa.nulls(rows), pa.array([None] * rows, pa.string()), pa.array([""] * rows, pa.large_string())):
        found = normalise({kind: column}, locale="ja", region="JP")
        assert (found.rows, dict(found.columns), dict(found.unusable)) == (rows, {}, {})


@settings(max_examples=200)
@given(st.sampled_from(list(FieldKind)), st.lists(st.text(max_size=12), min_size=1, max_size=4), LOCALES)
def test_any_text_is_taken_without_a_fault(kind: FieldKind, texts: list[str], locale: str) -> None:
    found = normalise({kind: pa.array(texts)}, locale=locale, region="JP")
    for column in found.columns.values():
        assert list(column.values) == sorted(set(column.values))
        assert "" not in column.values
        assert set(column.codes.tolist()) <= {-1, *range(len(column.values))}


@settings(max_examples=300)
@given(st.sampled_from(["JP", "CN", "TW", "US", "GB", "DE"]), st.integers(0, 1), st.integers(0, 9), st.integers(0, 9))
def test_the_short_cut_for_phones_gives_what_the_parser_gives(region: str, kind: int, place: int, digit: int) -> None:
    example = phonenumbers.example_number_for_type(region, kind)
    national = phonenumbers.national_significant_number(example)
    place %= len(national)
    changed = national[:place] + str(digit) + national[place + 1 :]
    for text in (changed, "0" + changed, f"{example.country_code}{changed}", "00" + changed):
        quick = _usual(text, text, region)
        assert quick is None or quick == _parsed(text, region)
