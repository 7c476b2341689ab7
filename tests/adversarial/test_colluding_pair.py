"""Two recipients put all that they have on one table, and still cannot tell which of their customers are the same."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import DONE, cdp, new_home
from fastapi.testclient import TestClient
from invented_group import ENTITIES, NAMES, invented, write_group

from cdp.http.app import create
from cdp.use_cases.clients import register
from consent.trees import shipped
from governance.actors import Role
from governance.errors import UnknownPseudonym
from governance.pseudonyms import PSEUDONYM_LENGTH, Pseudonymiser
from identity.ids import SuperId, entity_id
from identity.secret import SecretKey

SHOP, BANK = entity_id("shop"), entity_id("bank")
PURPOSES = [purpose.id for purpose in shipped().purposes]
COUNT = 300
COMMON = 8
"""Characters that two pseudonyms must not share in a row."""

PSEUDONYMISER = Pseudonymiser(SecretKey(bytes(range(32))))
PERSONS = [SuperId(np.random.default_rng(seed).bytes(16)) for seed in range(COUNT)]


def _table(recipient: str) -> list[list[str]]:
    """All pseudonyms of a recipient: a row for each purpose, persons always in the same order."""
    return [
        [PSEUDONYMISER.issue(person, recipient=entity_id(recipient), purpose=purpose) for person in PERSONS]
        for purpose in PURPOSES
    ]


@pytest.fixture(scope="module")
def tables() -> dict[str, list[list[str]]]:
    return {entity: _table(entity) for entity in (SHOP, BANK)}


def _windows(texts: Iterable[str]) -> set[str]:
    bodies = (text[len("ps1.0001.") :] for text in texts)
    return {body[at : at + COMMON] for body in bodies for at in range(len(body) - COMMON + 1)}


def _flat(rows: Sequence[Sequence[str]]) -> list[str]:
    return list(itertools.chain.from_iterable(rows))


def test_the_pair_shares_no_pseudonym(tables: dict[str, list[list[str]]]) -> None:
    mine, theirs = _flat(tables[SHOP]), _flat(tables[BANK])
    assert len(set(mine) | set(theirs)) == 2 * COUNT * len(PURPOSES)


def test_the_pair_shares_no_part_of_a_pseudonym(tables: dict[str, list[list[str]]]) -> None:
    some = slice(0, 4)
    assert not _windows(_flat(tables[SHOP][some])) & _windows(_flat(tables[BANK][some]))
    first, second, *_ = tables[SHOP]
    assert not _windows(first) & _windows(second)


def test_the_test_of_parts_would_see_a_shared_one() -> None:
    same = [bytes(person).hex() for person in PERSONS]
    assert _windows(f"ps1.0001.{text}AAAA" for text in same) & _windows(f"ps1.0001.BB{text}" for text in same)


def test_sorting_both_lists_pairs_nobody(tables: dict[str, list[list[str]]]) -> None:
    for mine, theirs in zip(tables[SHOP], tables[BANK], strict=True):
        ranks = np.argsort(np.argsort(mine)), np.argsort(np.argsort(theirs))
        assert abs(np.corrcoef(*ranks)[0, 1]) < 5 / COUNT**0.5
        assert np.count_nonzero(ranks[0] == ranks[1]) < 10  # one is expected by chance


def test_length_and_letters_say_nothing_of_the_person(tables: dict[str, list[list[str]]]) -> None:
    everything = _flat(tables[SHOP]) + _flat(tables[BANK])
    assert {len(text) for text in everything} == {PSEUDONYM_LENGTH}
    letters = np.array([[ord(letter) for letter in text[9:51]] for text in tables[SHOP][0]])
    others = np.array([[ord(letter) for letter in text[9:51]] for text in tables[BANK][0]])
    agreeing = (letters == others).mean()
    assert agreeing < 1 / 64 + 6 * (1 / 64 / letters.size) ** 0.5


@pytest.mark.parametrize("purpose", ["marketing", "analytics"])
def test_a_foreign_pseudonym_opens_for_nobody_else(purpose: str) -> None:
    issued = PSEUDONYMISER.issue(PERSONS[0], recipient=SHOP, purpose=purpose)
    assert PSEUDONYMISER.open(issued, recipient=SHOP, purpose=purpose) == PERSONS[0]
    told = set()
    others = [(BANK, purpose), (entity_id("mobile"), purpose), *((SHOP, one) for one in PURPOSES if one != purpose)]
    for recipient, other in others:
        with pytest.raises(UnknownPseudonym) as error:
            PSEUDONYMISER.open(issued, recipient=recipient, purpose=other)
        told.add(str(error.value))
    with pytest.raises(UnknownPseudonym) as forged:
        PSEUDONYMISER.open("ps1.0001." + "A" * 43, recipient=SHOP, purpose=purpose)
    assert told == {str(forged.value)}


class Company:
    """One company with every role there is: what its engineer read, and what its officer sees in the journal."""

    def __init__(self, api: TestClient, entity: str, secret: str, keys: Sequence[str]) -> None:
        form = {"grant_type": "client_credentials", "client_id": f"{entity}-all", "client_secret": secret}
        token = api.post("/v1/oauth/token", data=form).json()["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}
        self.profiles: list[dict[str, Any]] = []
        for key in keys:
            answer = api.post(
                "/v1/profiles/by-source-key",
                json={"source_key": key},
                params={"purpose": "marketing"},
                headers=self.headers,
            )
            self.profiles.append(answer.json())
        self.leaves: dict[int, dict[str, Any]] = {}

    def look_into_the_journal(self, api: TestClient) -> None:
        """All entries that the company's officer may see."""
        answer = api.get("/v1/journal/entries", params={"limit": 200}, headers=self.headers).json()
        assert answer["next_cursor"] is None
        self.leaves = {entry["index"]: entry["leaf"] for entry in answer["entries"]}

    def known_leaves(self) -> list[dict[str, Any]]:
        """The leaf of each of its own reads, in the order of its own customers."""
        return [self.leaves[profile["journal_index"]] for profile in self.profiles]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, Company]:
    """Shop and bank, who read the same persons, each in an order of its own."""
    folder: Path = tmp_path_factory.mktemp("pair")
    people = [one for one in invented(30) if one.number % 5 != 4]  # those who said yes to offers
    write_group(folder, people)
    app = new_home(folder / "home")
    for entity in ENTITIES:
        ran = cdp("ingest", folder / NAMES[entity], "-c", folder / f"{entity}.yaml", home=folder / "home")
        assert ran.code == DONE, ran.said
    api = TestClient(create(app))
    companies = []
    for entity in (SHOP, BANK):
        secret = register(app, f"{entity}-all", entity=entity, roles=list(Role)).reveal()
        companies.append(Company(api, entity, secret, [one.key(entity) for one in people]))
    for company in companies:
        company.look_into_the_journal(api)
    return companies[0], companies[1]


def test_both_read_something_of_the_same_persons(pair: tuple[Company, Company]) -> None:
    for company in pair:
        assert all(profile["facts"] for profile in company.profiles)
        assert all(len(leaf["consent_events"]) >= 2 for leaf in company.known_leaves())


def _long_texts(value: Any) -> set[str]:
    """Every text in an answer or leaf that is long enough to point at one person."""
    if isinstance(value, str):
        return {value} if len(value) >= 20 else set()
    children: Iterable[Any] = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return set().union(*map(_long_texts, children))


def test_nothing_that_one_was_told_of_a_person_is_also_told_to_the_other(pair: tuple[Company, Company]) -> None:
    """Profiles and the journal's entries together: what both hold of person i and of nobody else would join them."""
    shop, bank = pair
    mine, theirs = (
        [
            _long_texts(profile) | _long_texts(leaf)
            for profile, leaf in zip(one.profiles, one.known_leaves(), strict=True)
        ]
        for one in pair
    )
    of_everybody = set.intersection(*mine, *theirs)  # the policy's version, names of agreements
    for number, (left, right) in enumerate(zip(mine, theirs, strict=True)):
        assert left & right <= of_everybody, f"person {number}: {len(left & right - of_everybody)} texts join them"
    assert of_everybody  # the attack looks at what is really there
    assert len({text for told in mine for text in told}) > len(shop.profiles)
    assert len(bank.leaves) >= len(bank.profiles)


def test_entries_about_each_others_reads_name_no_common_person(pair: tuple[Company, Company]) -> None:
    """The shop's officer also sees the bank's reads of the shop's customers: not whose they are."""
    shop, _ = pair
    own = {leaf["subject"] for leaf in shop.known_leaves()}
    foreign = [leaf for leaf in shop.leaves.values() if leaf["recipient"] == BANK]
    assert foreign
    assert not own & {leaf["subject"] for leaf in foreign}
    assert len(own) == len(shop.profiles)
