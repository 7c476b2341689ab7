"""Three companies that know the same invented people, each in its own spelling, encoding and file format.

Every identifying value is distinctive, so that finding its bytes anywhere is finding that person.
"""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_KANJI = (
    "蘭麒麟鳳凰鶴亀鷹鷲鯉鮎鱗霞霧霜雫露雷霰雅颯飆馨驍騎騰黎黛黎曙曜暁暉旭昴晶皓"
    "皐皇珀珊瑚瑞瑠璃琥琉琵碧磐磯礁祥禎稜穹窓竜筑箕紬絢綾緋縁繭翠翼耀聡"
)
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
_ROMAJI = dict(
    zip(
        _KANA,
        [
            "a",
            "i",
            "u",
            "e",
            "o",
            "ka",
            "ki",
            "ku",
            "ke",
            "ko",
            "sa",
            "shi",
            "su",
            "se",
            "so",
            "ta",
            "chi",
            "tsu",
            "te",
            "to",
            "na",
            "ni",
            "nu",
            "ne",
            "no",
            "ha",
            "hi",
            "fu",
            "he",
            "ho",
            "ma",
            "mi",
            "mu",
            "me",
            "mo",
            "ya",
            "yu",
            "yo",
            "ra",
            "ri",
            "ru",
            "re",
            "ro",
            "wa",
        ],
        strict=True,
    )
)
_WORDS = ("saffron", "walnut", "juniper", "cobalt", "quartz", "velvet", "magenta", "topaz", "zephyr", "indigo")

ENTITIES = ("shop", "bank", "mobile")


@dataclass(frozen=True, slots=True)
class Invented:
    """One person, as each company may write them."""

    number: int
    family: tuple[str, str, str]
    given: tuple[str, str, str]
    email: str
    phone: str
    birth: tuple[str, str, str]
    address: str
    national_id: str
    card: str

    def key(self, entity: str) -> str:
        """The source key under which `entity` knows the person."""
        return f"{entity[0].upper()}KEY-{(self.number * 7919 + 104729) % 10**6:06d}-{self.number:04d}"

    def identifiers(self) -> dict[str, str]:
        """Everything that names the person, by what it is."""
        year, month, day = self.birth
        (family, family_kana, family_roman), (given, given_kana, given_roman) = self.family, self.given
        national = self.phone.replace("-", "")
        return {
            "name": family + given,
            "name with space": f"{family} {given}",
            "kana": family_kana + given_kana,
            "family kana": family_kana,
            "given kana": given_kana,
            "romaji": f"{given_roman} {family_roman}",
            "romaji in capitals": f"{family_roman} {given_roman}".upper(),
            "e-mail": self.email,
            "local part": self.email.partition("@")[0],
            "phone": self.phone,
            "phone without hyphens": national,
            "phone in E.164": "+81" + national[1:],
            "address": self.address,
            "birth date": f"{year}-{month}-{day}",
            "birth date with slashes": f"{year}/{month}/{day}",
            "national id": self.national_id,
            "card": self.card,
            **{f"source key of {entity}": self.key(entity) for entity in ENTITIES},
        }


def invented(count: int, *, seed: int = 20_261_121) -> tuple[Invented, ...]:
    """`count` people, the same for the same seed."""
    return tuple(_person(number, random.Random(f"{seed}/{number}")) for number in range(count))


def _person(number: int, chance: random.Random) -> Invented:
    family_kana, given_kana = ("".join(chance.sample(_KANA, 4)) for _ in range(2))
    phone = f"0{chance.choice('789')}0-{chance.randrange(1000, 9999)}-{chance.randrange(1000, 9999)}"
    word = "-".join(chance.sample(_WORDS, 2))
    return Invented(
        number=number,
        family=(_letters(chance, 3), family_kana, _roman(family_kana)),
        given=(_letters(chance, 2), given_kana, _roman(given_kana)),
        email=f"{word}.{number}{chance.randrange(100, 999)}@mail.example",
        phone=phone,
        birth=(str(chance.randrange(1935, 2004)), f"{chance.randrange(1, 13):02d}", f"{chance.randrange(1, 29):02d}"),
        address=f"東京都渋谷区{_letters(chance, 3)}{chance.randrange(1, 9)}-{number}-{chance.randrange(10, 99)}",
        national_id=_my_number(chance),
        card=f"4{chance.randrange(10**14, 10**15)}",
    )


def _letters(chance: random.Random, count: int) -> str:
    return "".join(chance.sample(_KANJI, count))


def _roman(kana: str) -> str:
    return "".join(_ROMAJI[letter] for letter in kana).capitalize()


def _my_number(chance: random.Random) -> str:
    """Twelve digits with My Number's check digit."""
    digits = [chance.randrange(10) for _ in range(11)]
    weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
    rest = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return "".join(map(str, [*digits, 0 if rest <= 1 else 11 - rest]))


_TERMS = """
permissions:
  - {{operations: [collect, use], purpose: service-provision, recipients: [{entity}], basis: contract, notice: n-1}}
  - {{operations: [link], purpose: identity-resolution, recipients: "*", basis: legitimate-interest, notice: n-1}}
consents:
  - {{column: offers, given: ["yes"], refused: ["no"], operations: [use, share, profile], purpose: marketing,
     recipients: [shop, bank, mobile], basis: consent, notice: n-1}}
agreements:
  - {{id: {entity}-link, recipient: "*", operations: [link], purposes: [identity-resolution], basis: joint-use}}
  - {{id: {entity}-offers, recipient: "*", operations: [use, share, profile], purposes: [marketing], basis: joint-use}}
"""

CONTRACTS = {
    "shop": """
contract: 1
entity: shop
name: customers
owner: data@shop.example
source_key: id
locale: ja
region: JP
format: {type: csv}
fields: {family_name: family, given_name: given, family_name_kana: family_kana, given_name_kana: given_kana,
         email: mail, phone: tel, birth_date: born, address: address, loyalty_number: card}
facts:
  - {column: points, name: points, category: user.behavior.purchase_history, type: integer}
  - {column: likes, name: likes, category: user.behavior.purchase_history, type: text}
"""
    + _TERMS.format(entity="shop"),
    "bank": """
contract: 1
entity: bank
name: accounts
owner: data@bank.example
source_key: id
locale: ja
region: JP
format: {type: csv, encoding: cp932, delimiter: ";"}
fields: {full_name: name, full_name_kana: kana, phone: tel, birth_date: {column: born, format: "%Y/%m/%d"},
         address: address, national_id: my_number}
facts:
  - {column: products, name: products, category: user.behavior, type: integer}
"""
    + _TERMS.format(entity="bank"),
    "mobile": """
contract: 1
entity: mobile
name: subscribers
owner: data@mobile.example
source_key: id
locale: ja
region: JP
format: {type: ndjson}
fields: {family_name_roman: last, given_name_roman: first, phone: msisdn, email: mail, birth_date: born,
         address: address, national_id: my_number}
facts:
  - {column: plan, name: plan, category: user.behavior, type: text}
"""
    + _TERMS.format(entity="mobile"),
}

NAMES = {"shop": "shop.csv", "bank": "bank.csv", "mobile": "mobile.ndjson"}


def write_group(folder: Path, people: Sequence[Invented], *, bad_rows: bool = False) -> None:
    """Write the three companies' files and contracts. `bad_rows`: the shop's file gets some that are set aside."""
    for entity, contract in CONTRACTS.items():
        (folder / f"{entity}.yaml").write_text(contract, "utf-8")
    rows = [*map(shop_row, people), *(_bad_rows(people) if bad_rows else ())]
    header = "id,family,given,family_kana,given_kana,mail,tel,born,address,card,points,likes,offers"
    (folder / NAMES["shop"]).write_text("\n".join([header, *rows]) + "\n", "utf-8")
    _write_bank(folder / NAMES["bank"], people)
    (folder / NAMES["mobile"]).write_text("".join(map(_mobile_line, people)), "utf-8")


def shop_row(one: Invented) -> str:
    """One line of the shop's file."""
    born = "-".join(one.birth)
    names = (one.family[0], one.given[0], one.family[1], one.given[1])
    rest = (
        one.email,
        one.phone,
        born,
        one.address,
        one.card,
        str(one.number * 3),
        f"likes-{one.number % 4}",
        _said(one),
    )
    return ",".join((one.key("shop"), *names, *rest))


def _said(one: Invented) -> str:
    return "no" if one.number % 5 == 4 else "yes"


def _bad_rows(people: Sequence[Invented]) -> Iterable[str]:
    first, second, third = (shop_row(one) for one in people[:3])
    yield first  # its source key again
    yield second.replace(people[1].key("shop"), "")
    yield third.replace(people[2].key("shop"), "TOO-MANY-CELLS") + f",{people[2].email}"
    cells = shop_row(people[0]).replace(people[0].key("shop"), "NOT-A-NUMBER").split(",")
    yield ",".join([*cells[:10], people[0].phone, *cells[11:]])


def _write_bank(path: Path, people: Sequence[Invented]) -> None:
    lines = ["id;name;kana;tel;born;address;my_number;products;offers"]
    for one in people:
        name = f"{one.family[0]} {one.given[0]}"
        kana = f"{one.family[1]} {one.given[1]}"
        cells = (one.key("bank"), name, kana, one.phone.replace("-", ""), "/".join(one.birth), one.address)
        lines.append(";".join((*cells, one.national_id, str(one.number % 4), _said(one))))
    path.write_text("\n".join(lines) + "\n", "cp932")


def _mobile_line(one: Invented) -> str:
    row = {
        "id": one.key("mobile"),
        "last": one.family[2],
        "first": one.given[2],
        "msisdn": "+81" + one.phone.replace("-", "")[1:],
        "mail": one.email,
        "born": "-".join(one.birth),
        "address": one.address,
        "my_number": one.national_id,
        "plan": f"plan-{one.number % 3}",
        "offers": _said(one),
    }
    return json.dumps(row, ensure_ascii=False) + "\n"
