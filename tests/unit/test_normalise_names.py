"""Names of people in Japan, China, Taiwan and the West: what must come out equal, and what must not."""

import pyarrow as pa
import pytest

from identity.fields import FieldKind
from identity.normalise import normalise
from identity.normalise.kana import canonical_romaji, romaji


def variants(locale: str = "ja", region: str = "JP", **fields: str | None) -> dict[str, str | None]:
    columns = {FieldKind(kind): pa.array([value], pa.string()) for kind, value in fields.items()}
    table = normalise(columns, locale=locale, region=region)
    return {name: column.of_row(0) for name, column in table.columns.items()}


def names(locale: str = "ja", **fields: str | None) -> tuple[str | None, str | None]:
    found = variants(locale, **fields)
    return found.get("g"), found.get("f")


@pytest.mark.parametrize("spelling", ["おおの", "オオノ", "ｵｵﾉ", "Oono", "Ohno", "Ōno", "Ono", "ＯＮＯ", "大野"])
def test_every_spelling_of_a_long_vowel_is_one_family_name(spelling: str) -> None:
    assert variants(family_name=spelling)["f"] == "ono"


@pytest.mark.parametrize(
    "spelling", ["タロウ", "たろう", "ﾀﾛｳ", "Taro", "Tarou", "Tarō", "Tarô", "TAROH", "太郎", "タロー"]
)
def test_every_spelling_of_taro_is_one_given_name(spelling: str) -> None:
    assert variants(given_name=spelling)["g"] == "taro"


@pytest.mark.parametrize(
    ("kunrei", "hepburn"),
    [
        ("Hujiwara", "Fujiwara"),
        ("Zyunko", "Junko"),
        ("Tuda", "Tsuda"),
        ("Syouzi", "Shoji"),
        ("Mattya", "Matcha"),
        ("Tiba", "Chiba"),
        ("Jumpei", "Junpei"),
        ("Shin'ichi", "Shinichi"),
        ("Ken-ichi", "Kenichi"),
        ("Honma", "Homma"),
    ],
)
def test_kunrei_and_hepburn_are_one(kunrei: str, hepburn: str) -> None:
    assert variants(given_name=kunrei)["g"] == variants(given_name=hepburn)["g"]


@pytest.mark.parametrize(
    ("kana", "sound"),
    [
        ("キョウコ", "kyouko"),
        ("ハットリ", "hattori"),
        ("ショウジ", "shouji"),
        ("ジュン", "jun"),
        ("ッチャ", "ccha"),
        ("ウィリアム", "wiriamu"),
        ("ファン", "fan"),
        ("ヅカ", "zuka"),
    ],
)
def test_kana_are_read_in_hepburn(kana: str, sound: str) -> None:
    assert romaji(kana) == sound
    assert romaji(kana) == romaji("".join(chr(ord(char) - 0x60) for char in kana))


def test_a_kana_column_wins_over_the_dictionary() -> None:
    assert names(given_name="裕子", family_name="山田") == ("yuko", "yamada")
    assert names(given_name="裕子", given_name_kana="ヒロコ", family_name="山田") == ("hiroko", "yamada")


def test_the_reading_is_the_likely_one_among_the_entries_for_that_part_of_a_name() -> None:
    assert variants(given_name="仁")["g"] == "hitoshi"  # not jin, not megumi
    assert variants(family_name="東")["f"] == "azuma"  # not higashi, as a place is


def test_romaji_column_is_read_where_there_is_no_kana() -> None:
    assert names(given_name="裕子", given_name_roman="Hiroko")[0] == "hiroko"


@pytest.mark.parametrize(
    "fields",
    [
        {"full_name": "山田太郎", "full_name_kana": "ヤマダ タロウ"},
        {"full_name": "山田　太郎 様"},
        {"full_name": "Yamada Tarō"},
        {"full_name": "TARO YAMADA"},
        {"full_name": "Yamada, Taro"},
        {"full_name": "ヤマダタロウ"},
        {"full_name_kana": "ﾔﾏﾀﾞ ﾀﾛｳ"},
        {"full_name_roman": "Yamada Tarou"},
        {"family_name": "山田", "given_name": "太郎"},
    ],
)
def test_kanji_kana_and_romaji_of_one_person_agree(fields: dict[str, str]) -> None:
    assert names(**fields) == ("taro", "yamada")


@pytest.mark.parametrize("full", ["李小明", "李 小明", "Li Xiaoming", "Xiao-Ming Li", "Xiaoming LI", "LI, Xiao Ming"])
def test_hanzi_and_pinyin_of_one_person_agree(full: str) -> None:
    assert names("zh", full_name=full) == ("xiaoming", "li")


@pytest.mark.parametrize(
    ("full", "given", "family"),
    [
        ("欧阳娜娜", "nana", "ouyang"),
        ("司馬光", "guang", "sima"),
        ("曾志伟", "zhiwei", "zeng"),
        ("Li Na", "na", "li"),
        ("吕布", "bu", "lu"),
        ("Lü Bu", "bu", "lu"),
        ("Lyu Bu", "bu", "lu"),
        ("单雄信", "xiongxin", "shan"),
    ],
)
def test_chinese_family_names_are_cut_and_read_as_such(full: str, given: str, family: str) -> None:
    assert names("zh", full_name=full) == (given, family)


def test_traditional_and_simplified_are_one_native_form() -> None:
    one, two = variants("zh", full_name="陳麗華"), variants("zh", full_name="陈丽华")
    assert (one["fk"], one["gk"]) == (two["fk"], two["gk"]) == ("陈", "丽华")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("齋藤", "斎藤"),
        ("齊藤", "斉藤"),
        ("吉澤", "吉沢"),
        ("濱田", "浜田"),
        ("廣瀬", "広瀬"),
        ("𠮷田", "吉田"),
        ("龍崎", "竜崎"),
        ("渡邉󠄁", "渡辺"),
    ],
)
def test_old_kanji_forms_are_folded(old: str, new: str) -> None:
    one, two = variants(family_name=old), variants(family_name=new)
    assert (one["f"], one["fk"]) == (two["f"], two["fk"])
    assert one["fk"] == new


@pytest.mark.parametrize(
    ("full", "family", "given"),
    [
        ("佐々木希", "sasaki", "nozomi"),
        ("林原めぐみ", "hayashibara", "megumi"),
        ("五十嵐美咲", "igarashi", "misaki"),
        ("森蘭丸", "mori", "ranmaru"),
        ("小笠原翔", "ogasawara", "sho"),
    ],
)
def test_a_japanese_name_without_a_space_is_cut_where_both_sides_are_known(full: str, family: str, given: str) -> None:
    assert names(full_name=full) == (given, family)


@pytest.mark.parametrize(
    ("full", "given", "family", "middle"),
    [
        ("Dr. Ludwig van der Bergé, Jr.", "ludwig", "berge", None),
        ("O’Brien-Smith, Mary Ann", "mary", "obriensmith", "a"),
        ("Sir JOHN  Q. PUBLIC III", "john", "public", "q"),
        ("Omar al-Hassan", "omar", "hassan", None),
        ("José María García", "jose", "garcia", "m"),
        ("Søren Ångström", "soren", "angstrom", None),
        ("Madonna", "madonna", None, None),
        ("Xiao-Ming Li", "xiaoming", "li", None),
        ("Xiao Ming Li", "xiaoming", "li", None),
        ("Kenji Ohno", "kenji", "ono", None),
    ],
)
def test_titles_particles_suffixes_and_accents_fall_away(
    full: str, given: str, family: str | None, middle: str | None
) -> None:
    found = variants("en", "GB", full_name=full)
    assert (found.get("g"), found.get("f"), found.get("m")) == (given, family, middle)


def test_han_characters_in_western_data_are_japanese_only_beside_kana() -> None:
    assert names("en", family_name="高", given_name="明") == ("ming", "gao")
    assert names("en", family_name="高橋", family_name_kana="タカハシ", given_name="明", given_name_kana="アキラ") == (
        "akira",
        "takahashi",
    )


def test_the_pair_of_names_does_not_care_which_is_which() -> None:
    one, two = variants("en", "GB", full_name="Kim Lee"), variants("en", "GB", full_name="Lee Kim")
    assert one["gf"] == two["gf"]
    assert one["g"] != two["g"]


def test_a_column_of_its_own_wins_over_the_full_name() -> None:
    assert names("en", full_name="Bob Marsh", given_name="Robert") == ("robert", "marsh")
    assert names("en", full_name="Bob Marsh", given_name=None) == ("bob", "marsh")


def test_prefixes_suffixes_initial_and_sound() -> None:
    found = variants("en", "GB", given_name="Stephen", family_name="Smyth")
    assert (found["ga"], found["gz"], found["g1"]) == ("ste", "hen", "s")
    assert found["fp"] == variants("en", "GB", family_name="Smith")["fp"]
    assert variants("zh", family_name="Li")["fp"] != variants("zh", family_name="Lu")["fp"]


def test_a_name_in_a_script_of_its_own_stays_as_it_is() -> None:
    found = variants("en", "KR", given_name="민준")
    assert (found["g"], found["gk"], found.get("gp")) == ("민준", "민준", None)


@pytest.mark.parametrize("word", ["taro", "chiba", "tsuda", "fuji", "junko", "maccha", "ryo", "smith"])
def test_canonical_romaji_stays(word: str) -> None:
    assert canonical_romaji(word) == word
