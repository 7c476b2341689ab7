"""Hypothesis strategies of invented people and of raw values per FieldKind: `from strategies import people`.

Nobody here exists. E-mail addresses are under example.com and its like; phone numbers come from ranges that Ofcom, ACMA
and the North American plan keep for fiction, and Japanese ones, for which no such range exists, are drawn at random.
`people()` gives one person in three scripts; `spellings(person)` the same person as another company may write them;
`records()` a raw record, with gaps and placeholders, of any kinds.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st

from identity.fields import FieldKind

FAMILIES = (
    ("佐藤", "サトウ", "Sato"),
    ("高橋", "タカハシ", "Takahashi"),
    ("渡邊", "ワタナベ", "Watanabe"),
    ("井上", "イノウエ", "Inoue"),
    ("大野", "オオノ", "Ono"),
    ("王", "ワン", "Wang"),
    ("陈", "チェン", "Chen"),
    ("黃", "ホアン", "Huang"),
    ("O'Brien", "オブライエン", "O'Brien"),
    ("Müller", "ミュラー", "Muller"),
    ("Smith", "スミス", "Smith"),
)
"""Family names: as written at home, in katakana, in Latin letters."""

GIVENS = (
    ("太郎", "タロウ", "Taro", "m"),
    ("健一", "ケンイチ", "Kenichi", "m"),
    ("裕子", "ユウコ", "Yuko", "f"),
    ("さくら", "サクラ", "Sakura", "f"),
    ("小明", "シャオミン", "Xiaoming", "m"),
    ("怡君", "イージュン", "Yi-Chun", "f"),
    ("William", "ウィリアム", "William", "m"),
    ("Chloé", "クロエ", "Chloe", "f"),
    ("Jean-Pierre", "ジャンピエール", "Jean-Pierre", "m"),
)
"""Given names, likewise, and a sex."""

PLACES = (
    ("150-0001", "渋谷区", "東京都渋谷区神宮前1-2-3", "1-2-3 Jingumae, Shibuya-ku, Tokyo"),
    ("530-0001", "大阪市北区", "大阪府大阪市北区梅田二丁目4番9号 コーポ緑101", "2-4-9 Umeda, Kita-ku, Osaka"),
    ("106", "大安區", "臺北市大安區復興南路一段12號5樓", "12 Sec. 1, Fuxing S. Rd., Da'an Dist., Taipei"),
    ("200030", "徐汇区", "上海市徐汇区漕溪北路12号301室", "12 North Caoxi Road, Xuhui District, Shanghai"),
    ("N1 0QH", "London", "12 Upper Street, Islington, London", "12 Upper Street, Islington, London"),
    ("2010", "Surry Hills", "34 Crown Street, Surry Hills NSW", "34 Crown Street, Surry Hills NSW"),
)
"""Postcode, city, address as written there, address in Latin letters."""

PLACEHOLDERS = {
    FieldKind.EMAIL: ("test@test", "none", "-"),
    FieldKind.PHONE: ("000-0000-0000", "なし"),
    FieldKind.BIRTH_DATE: ("1900-01-01", "9999-12-31"),
    FieldKind.FAMILY_NAME: ("unknown", "不明"),
    FieldKind.POSTCODE: ("000-0000",),
}
"""What people enter to get past a form."""


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person. `family` and `given`: as at home, in katakana, in Latin letters."""

    family: tuple[str, str, str]
    given: tuple[str, str, str]
    sex: str
    birth: date
    phone: str
    email: str
    place: tuple[str, str, str, str]

    def raw(self) -> dict[FieldKind, str]:
        """The person with all that is known, plainly written."""
        postcode, city, address, _ = self.place
        names = zip(self.family, self.given, ("", "_kana", "_roman"), strict=True)
        found = {FieldKind.SEX: self.sex, FieldKind.BIRTH_DATE: self.birth.isoformat(), FieldKind.PHONE: self.phone}
        found |= {FieldKind.EMAIL: self.email, FieldKind.POSTCODE: postcode}
        found |= {FieldKind.CITY: city, FieldKind.ADDRESS: address}
        for family, given, script in names:
            found |= {FieldKind(f"family_name{script}"): family, FieldKind(f"given_name{script}"): given}
            found[FieldKind(f"full_name{script}")] = f"{family} {given}"
        return found


def birth_dates() -> st.SearchStrategy[date]:
    """Birth dates of adults."""
    return st.integers(0, 28_000).map(lambda days: date(1930, 1, 1) + timedelta(days=days))


def emails() -> st.SearchStrategy[str]:
    """Addresses that nobody can have."""
    local = st.from_regex(r"[a-z]{1,8}([._-][a-z0-9]{1,8})?", fullmatch=True)
    domain = st.sampled_from(("example.com", "example.net", "example.jp", "mail.example.jp", "firm7.example.co.jp"))
    return st.builds("{}@{}".format, local, domain)


def fictional_phones() -> st.SearchStrategy[str]:
    """International numbers kept for fiction. Source: Ofcom 020 7946 0xxx; ACMA 02 5550 xxxx; NANPA 555-01xx."""
    british = st.integers(0, 999).map(lambda last: f"+44 20 7946 0{last:03d}")
    australian = st.integers(0, 9_999).map(lambda last: f"+61 2 5550 {last:04d}")
    american = st.integers(100, 199).map(lambda last: f"+1 202-555-0{last}")
    return british | australian | american


def japanese_phones() -> st.SearchStrategy[str]:
    """Mobile numbers of the Japanese plan, at random."""
    parts = (st.sampled_from(("070", "080", "090")), st.integers(1_000, 9_999), st.integers(0, 9_999))
    return st.builds("{}-{}-{:04d}".format, *parts)


@st.composite
def people(draw: st.DrawFn) -> Person:
    """One person; names of different origins may meet."""
    family, given = draw(st.sampled_from(FAMILIES)), draw(st.sampled_from(GIVENS))
    return Person(
        family=family,
        given=given[:3],
        sex=given[3],
        birth=draw(birth_dates()),
        phone=draw(fictional_phones() | japanese_phones()),
        email=draw(emails()),
        place=draw(st.sampled_from(PLACES)),
    )


def spellings(person: Person) -> st.SearchStrategy[dict[FieldKind, str]]:
    """The person as one company or another writes them: some kinds only, in capitals, other date and phone formats."""
    raw = person.raw()
    dates = st.sampled_from(
        [person.birth.strftime(form) for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日")]
    )
    spaced = st.sampled_from([person.phone, person.phone.replace("-", ""), person.phone.replace("-", " ")])
    kept = st.sets(st.sampled_from(sorted(raw)), min_size=3)
    capitals = st.booleans()

    def written(kinds: set[FieldKind], day: str, phone: str, *, upper: bool) -> dict[FieldKind, str]:
        values = raw | {FieldKind.BIRTH_DATE: day, FieldKind.PHONE: phone}
        return {kind: values[kind].upper() if upper else values[kind] for kind in sorted(kinds)}

    return st.builds(written, kept, dates, spaced, upper=capitals)


def values(kind: FieldKind) -> st.SearchStrategy[str]:
    """Raw values of one kind: plausible ones, placeholders, and any text at all."""
    plausible = people().map(lambda person: person.raw().get(kind) or f"{kind}-{person.birth:%j%y}")
    stopgap = st.sampled_from(PLACEHOLDERS.get(kind, ("-", "n/a")))
    return plausible | stopgap | st.text(max_size=20)


def records(kinds: tuple[FieldKind, ...] = tuple(FieldKind)) -> st.SearchStrategy[dict[FieldKind, str | None]]:
    """A raw record of `kinds`, with gaps."""
    return st.fixed_dictionaries({kind: st.none() | values(kind) for kind in kinds})
