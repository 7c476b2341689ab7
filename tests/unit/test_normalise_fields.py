"""Every field that is not a name: its normal forms, its variants, and the values that are named unusable."""

import sys
from datetime import date

import pyarrow as pa
import pytest

from identity.errors import InvalidColumns, InvalidVariants, MissingExtra, UnknownLocale
from identity.fields import FieldKind
from identity.normalise import han, normalise
from identity.normalise.dates import DateOrder
from identity.variants import VARIANT_NAMES, VariantTable

AT = "@"  # apart, where a domain is a real one
TODAY = date(2026, 11, 21)


def table_of(locale: str = "en", region: str = "GB", order: DateOrder | None = None, **fields: str) -> VariantTable:
    columns = {FieldKind(kind): pa.array([value]) for kind, value in fields.items()}
    return normalise(columns, locale=locale, region=region, date_order=order, today=TODAY)


def value(variant: str, locale: str = "en", region: str = "GB", **fields: str) -> str | None:
    columns = table_of(locale, region, **fields).columns
    return columns[variant].of_row(0) if variant in columns else None


def reason(region: str = "GB", **field: str) -> str | None:
    """Why the one value of `field` is unusable; it must then be in no variant."""
    table = table_of(region=region, **field)
    assert not (table.columns and table.unusable)
    return next(iter(table.unusable[FieldKind(next(iter(field)))]), None) if table.unusable else None


@pytest.mark.parametrize(
    "text",
    [
        "1980-03-03",
        "19800303",
        "1980/3/3",
        "1980年3月3日",
        "昭和55年3月3日",
        "昭和五十五年三月三日",
        "S55.3.3",
        "s55/03/03",
        "民國69年3月3日",
        "民国69年3月3日",
        "3 March 1980",
        "Mar 3, 1980",
        "03/03/1980",
        "１９８０－０３－０３",
        "1980-03-03T00:00:00Z",
    ],
)
def test_every_notation_of_a_date_is_one(text: str) -> None:
    found = table_of(birth_date=text).columns
    parts = {name: found[name].of_row(0) for name in ("d", "ym", "md", "yd", "y")}
    assert parts == {"d": "1980-03-03", "ym": "1980-03", "md": "03-03", "yd": "1980-03", "y": "1980"}


def test_the_parts_of_a_date_differ_where_the_dates_do() -> None:
    assert value("yd", birth_date="1980-04-21") == "1980-21"
    assert value("d", birth_date="令和元年5月1日") == "2019-05-01"
    assert value("d", birth_date="25/12/1980") == "1980-12-25"


def test_an_ambiguous_date_needs_the_order_of_its_file() -> None:
    assert reason(birth_date="03/04/1980") == "ambiguous-date"
    assert table_of(order="dmy", birth_date="03/04/1980").columns["d"].of_row(0) == "1980-04-03"
    assert table_of(order="mdy", birth_date="03/04/1980").columns["d"].of_row(0) == "1980-03-04"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1900-01-01", "placeholder"),
        ("0001-01-01", "placeholder"),
        ("9999-12-31", "placeholder"),
        ("0000-00-00", "placeholder"),
        ("2026-11-22", "future-date"),
        ("1980-02-30", "not-a-date"),
        ("80/03/03", "two-digit-year"),
        ("0850-05-05", "implausible-date"),
        ("平成40年1月1日", "not-a-date"),
        ("soon", "malformed"),
    ],
)
def test_an_unusable_date_is_named(text: str, why: str) -> None:
    assert reason(birth_date=text) == why


@pytest.mark.parametrize(
    ("region", "text", "e164"),
    [
        ("JP", "０９０-1234-5671", "+819012345671"),
        ("JP", "+81 90 1234 5671", "+819012345671"),
        ("JP", "090ー1234ー5671", "+819012345671"),
        ("JP", "(03) 3210-7654", "+81332107654"),
        ("TW", "0912-345-671", "+886912345671"),
        ("CN", "138 1234 5671", "+8613812345671"),
        ("GB", "020 7946 0018", "+442079460018"),
        ("US", "(212) 555-2368", "+12125552368"),
        ("GB", "+49 30 901820", "+4930901820"),
    ],
)
def test_a_phone_number_becomes_e164(region: str, text: str, e164: str) -> None:
    found = table_of(region=region, phone=text).columns
    assert found["t"].of_row(0) == e164
    assert (found["ta"].of_row(0), found["tz"].of_row(0)) == (e164[:-4], e164[-6:])


def test_a_number_outside_the_plan_keeps_its_digits() -> None:
    assert value("t", region="JP", phone="12-3456-1987") == "1234561987"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0000000000", "placeholder"),
        ("090-0000-0000", "placeholder"),
        ("1111111111", "placeholder"),
        ("123456789", "placeholder"),
        ("-", "placeholder"),
        ("12345", "too-short"),
        ("none", "malformed"),
    ],
)
def test_an_unusable_phone_is_named(text: str, why: str) -> None:
    assert reason(region="JP", phone=text) == why


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Taro.Yamada+shop" + AT + "GoogleMail.com", "taroyamada" + AT + "gmail.com"),
        ("ＴＡＲＯ@Mail.Example", "taro@mail.example"),
        ("Taro <taro.y@mail.example>", "taro.y@mail.example"),
        ("mailto:a.b+c@mail.example", "a.b@mail.example"),
    ],
)
def test_an_email_is_folded(text: str, address: str) -> None:
    assert value("e", email=text) == address


def test_a_short_local_part_is_no_variant() -> None:
    assert value("el", email="taro@mail.example") is None
    assert value("el", email="taroy@mail.example") == "taroy"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("test@test", "placeholder"),
        ("noreply@shop.example", "placeholder"),
        ("none" + AT + "none.com", "placeholder"),
        ("aaaa@mail.example", "placeholder"),
        ("info@mail.example", "shared-mailbox"),
        ("taro@", "malformed"),
        ("taro", "malformed"),
        ("taro@@mail.example", "malformed"),
    ],
)
def test_an_unusable_email_is_named(text: str, why: str) -> None:
    assert reason(email=text) == why


@pytest.mark.parametrize(
    ("region", "text", "code", "area"),
    [
        ("JP", "〒１００－０００５", "1000005", "100"),
        ("JP", "600001", "0600001", "060"),
        ("CN", "200120", "200120", "2001"),
        ("GB", "sw1a 1aa", "SW1A1AA", "SW1A"),
        ("US", "02139-4307", "02139", "021"),
        ("TW", "10491", "10491", "104"),
        ("NL", "1012 ab", "1012AB", "101"),
    ],
)
def test_a_postcode_is_folded_and_has_an_area(region: str, text: str, code: str, area: str) -> None:
    assert (value("p", region=region, postcode=text), value("pa", region=region, postcode=text)) == (code, area)


def test_an_unusable_postcode_is_named() -> None:
    assert reason("JP", postcode="000-0000") == "placeholder"
    assert reason("JP", postcode="123") == "malformed"


@pytest.mark.parametrize(
    "text",
    [
        "東京都千代田区丸の内1丁目2番3号",
        "千代田区丸の内一丁目二番三号",
        "丸の内１－２－３",
        "東京都千代田区丸ノ内 1-2-3",
        "丸の内1丁目2番地の3",
    ],
)
def test_every_way_to_write_a_japanese_address_is_one(text: str) -> None:
    fields = {"address": text, "city": "千代田区"}
    assert value("a", "ja", "JP", **fields) == "丸ノ内1-2-3"
    assert value("an", "ja", "JP", **fields) == "1-2-3|丸ノ内"


def test_the_gist_of_an_address_does_not_need_the_city() -> None:
    assert value("an", "ja", "JP", address="千代田区丸の内1-2-3") == value("an", "ja", "JP", address="丸の内1-2-3")


@pytest.mark.parametrize("text", ["12 High Street, Flat 5, Leeds", "12 HIGH ST., #5", "12 High St apt 5 leeds"])
def test_every_way_to_write_a_western_address_is_one(text: str) -> None:
    assert value("a", address=text, city="Leeds") == "12 high st 5"
    assert value("an", address=text, city="Leeds") == "12-5|hig"


def test_a_taiwanese_address_in_either_script_is_one() -> None:
    one = value("a", "zh", "TW", address="臺北市中山區中山北路二段10號3樓之1")
    assert one == value("a", "zh", "TW", address="台北市中山区中山北路2段10号3楼之1") == "台北市中山区中山北路2-10-3-1"


def test_a_city_goes_without_its_suffix() -> None:
    assert value("c", "ja", "JP", city="横浜市") == value("c", "ja", "JP", city="神奈川県横濱市") == "横浜"
    assert value("c", "zh", "TW", city="臺北市") == "台北"
    assert value("c", city="São Paulo") == "saopaulo"
    assert value("b", city="Leeds") is None
    assert value("b", birth_place="LEEDS") == "leeds"


def _my_number(stem: str) -> str:
    total = sum(
        int(digit) * weight for digit, weight in zip(reversed(stem), (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6), strict=True)
    )
    return stem + str(0 if total % 11 <= 1 else 11 - total % 11)


def test_a_national_id_must_pass_the_check_of_its_region() -> None:
    good = _my_number("20261121345")
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert value("i", region="JP", national_id=good) == good
    assert reason("JP", national_id=wrong) == "check-digit"
    assert value("i", region="GB", national_id=wrong) == wrong  # not a format of that region
    assert value("i", region="CN", national_id="11010519491231002x") == "11010519491231002X"
    assert reason("CN", national_id="110105194912310021") == "check-digit"
    assert value("i", region="TW", national_id="A123456789") == "A123456789"
    assert reason("TW", national_id="A123456788") == "check-digit"


def test_my_number_vector() -> None:
    assert value("i", region="JP", national_id="1234-5678-9018") == "123456789018"


def test_a_national_id_has_two_halves() -> None:
    found = table_of(national_id="QQ 12 34 56 C").columns
    assert [found[name].of_row(0) for name in ("i", "ia", "iz")] == ["QQ123456C", "QQ12", "3456C"]


@pytest.mark.parametrize("kind", ["national_id", "loyalty_number"])
@pytest.mark.parametrize(("text", "why"), [("000000000", "placeholder"), ("none", "placeholder"), ("A1", "too-short")])
def test_an_unusable_number_is_named(kind: str, text: str, why: str) -> None:
    assert reason(**{kind: text}) == why


def test_a_loyalty_number_keeps_letters_and_digits() -> None:
    assert value("l", loyalty_number="ab-1234 ５６７８") == "AB12345678"


@pytest.mark.parametrize(
    ("text", "letter"), [("男", "m"), ("Male", "m"), ("男性", "m"), ("Ｆ", "f"), ("女", "f"), ("female", "f")]
)
def test_every_word_for_a_sex_is_one_letter(text: str, letter: str) -> None:
    assert value("x", sex=text) == letter


def test_a_digit_for_a_sex_is_unusable() -> None:
    assert reason(sex="1") == "coded"
    assert reason(sex="other") == "unrecognised"


@pytest.mark.parametrize("text", ["株式会社エニシ", "えにし(株)", "㈱エニシ", "エニシ 株式會社"])
def test_the_legal_form_of_a_japanese_firm_falls_away(text: str) -> None:
    assert value("o", "ja", "JP", employer=text) == "エニシ"


def test_the_legal_form_of_a_western_firm_falls_away() -> None:
    assert value("o", employer="ACME Widgets Co., Ltd.") == value("o", employer="Acme Widgets Inc") == "acmewidgets"
    assert reason(employer="unemployed") == "not-an-employer"


@pytest.mark.parametrize("text", ["test", "Unknown", "不明", "テスト", "てすと", "xxx", "N/A", "-"])
def test_a_placeholder_name_is_named(text: str) -> None:
    assert reason(family_name=text) == "placeholder"
    assert reason(full_name=text) == "placeholder"


def test_a_name_without_letters_is_named() -> None:
    assert reason(given_name="1234") == "no-letters"


def test_blank_is_missing_and_not_unusable() -> None:
    table = table_of(family_name=" ", email="", phone="　", birth_date="", address=" ", national_id="", sex="")
    assert (dict(table.columns), dict(table.unusable)) == ({}, {})


def test_unusable_values_are_counted_in_rows() -> None:
    table = normalise(
        {FieldKind.EMAIL: pa.array(["test@test", "test@test", None, "taro@mail.example"])}, locale="ja", region="JP"
    )
    assert table.unusable == {FieldKind.EMAIL: {"placeholder": 2}}
    assert table.columns["e"].codes.tolist() == [-1, -1, -1, 0]


def test_one_locale_per_row() -> None:
    columns = {FieldKind.FULL_NAME: pa.array(["林 明", "林 明", "Ann Lin"])}
    table = normalise(columns, locale=pa.array(["ja", "zh-TW", "en_GB"]), region="JP")
    assert [table.columns["f"].of_row(row) for row in range(3)] == ["hayashi", "lin", "lin"]


def test_ragged_columns_are_refused() -> None:
    with pytest.raises(InvalidColumns, match="different lengths"):
        normalise({FieldKind.SEX: pa.array(["m"]), FieldKind.CITY: pa.array(["a", "b"])}, locale="en", region="GB")
    with pytest.raises(InvalidColumns, match="one per row"):
        normalise({FieldKind.SEX: pa.array(["m"])}, locale=pa.array(["en", "en"]), region="GB")


def test_columns_that_are_no_text_are_refused() -> None:
    with pytest.raises(InvalidColumns, match="birth_date holds int64"):
        normalise({FieldKind.BIRTH_DATE: pa.array([19800303])}, locale="en", region="GB")


def test_an_unknown_locale_or_region_is_refused() -> None:
    for locale, region in (("fr", "FR"), ("en", "gb"), ("en", "XX")):
        with pytest.raises(UnknownLocale):
            normalise({FieldKind.SEX: pa.array(["m"])}, locale=locale, region=region)


@pytest.mark.parametrize(
    ("module", "locale", "extra"),
    [("sudachipy", "ja", "ja"), ("sudachidict_core", "ja", "ja"), ("pypinyin", "zh", "zh")],
)
def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, module: str, locale: str, extra: str) -> None:
    caches = (han._sudachi, han._tokenizer, han._pinyin, han.entries, han.japanese_reading, han.chinese_reading)
    for cached in caches:
        cached.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf"enishi-cdp\[{extra}\]"):
        table_of(locale, "JP", given_name="優")
    for cached in caches:
        cached.cache_clear()


def test_latin_and_kana_names_need_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("sudachipy", "pypinyin", "opencc"):
        monkeypatch.setitem(sys.modules, module, None)
    assert value("g", "ja", "JP", given_name="タロウ") == value("g", "ja", "JP", given_name="Taro") == "taro"


def test_a_variant_table_refuses_what_does_not_fit() -> None:
    column = table_of(sex="m").columns["x"]
    with pytest.raises(InvalidVariants, match="no such variant"):
        VariantTable(1, {"zz": column}, {})
    with pytest.raises(InvalidVariants, match="one code per row"):
        VariantTable(2, {"x": column}, {})


def test_the_order_of_the_variants_is_frozen() -> None:
    frozen = "g gp ga gz g1 gk f fp fa fz fk gf m x d ym md yd y p pa a an c t ta tz e el i ia iz b o l"
    assert " ".join(VARIANT_NAMES).startswith(frozen)
