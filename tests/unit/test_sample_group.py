"""The sample group is what its manifest and its contracts say it is."""

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from cdp.errors import InvalidSetting
from cdp.sample import ENTITIES, Manifest, generate
from consent.trees import shipped
from pipelines.adapters.files import LocalFiles
from pipelines.contract import Contract
from pipelines.contract_yaml import contract_from
from pipelines.limits import IngestLimits
from pipelines.lint import lint
from pipelines.quarantine import REASONS
from pipelines.reading import Source
from pipelines.rows import check, duplicates, source_keys

RECORDS = 3_000
LIMITS = IngestLimits()


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return generate(tmp_path_factory.mktemp("group"), records=RECORDS, seed=11)


def contract_of(group: Manifest, entity: str) -> Contract:
    return contract_from(group.contracts[entity].read_text(encoding="utf-8"))


def source_of(group: Manifest, entity: str) -> Source:
    return LocalFiles().open(str(group.files[entity]), contract_of(group, entity).format, LIMITS)


def truth_of(group: Manifest) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(group.truth).to_pylist()
    return rows


def sound_rows(group: Manifest, entity: str) -> list[dict[str, str | None]]:
    """The rows of a file that are not bad on purpose, as the reader gives them."""
    found: list[dict[str, str | None]] = []
    for batch in source_of(group, entity).batches():
        texts = {name: column.to_pylist() for name, column in batch.columns.items()}
        found += [dict(zip(texts, row, strict=True)) for row in zip(*texts.values(), strict=True)]
    return found[: group.counts[entity]]


def test_the_group_has_exactly_the_records_asked_for(group: Manifest) -> None:
    assert group.records == RECORDS
    assert set(group.files) == set(ENTITIES)
    assert Counter(row["entity"] for row in truth_of(group)) == Counter(group.counts)


def test_the_truth_names_every_sound_row_of_every_file_once(group: Manifest) -> None:
    told = defaultdict(list)
    for row in truth_of(group):
        told[row["entity"]].append(row["source_key"])
    for entity in ENTITIES:
        key = contract_of(group, entity).source_key
        assert [row[key] for row in sound_rows(group, entity)] == told[entity]
        assert len(set(told[entity])) == len(told[entity])


def test_people_are_customers_of_about_two_companies_and_some_of_all(group: Manifest) -> None:
    companies = defaultdict(set)
    rows = truth_of(group)
    for row in rows:
        companies[row["person"]].add(row["entity"])
    assert 1.7 <= len(rows) / len(companies) <= 2.2
    assert len(companies) == group.people
    assert max(map(len, companies.values())) == len(ENTITIES)


def test_few_people_have_two_records_at_one_company(group: Manifest) -> None:
    records = Counter((row["entity"], row["person"]) for row in truth_of(group))
    assert 0 < sum(count > 1 for count in records.values()) < 0.03 * len(records)


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_contract_has_no_finding_beside_its_file(group: Manifest, entity: str) -> None:
    contract = contract_of(group, entity)
    assert contract.entity == entity
    assert lint(contract, trees=shipped(), columns=source_of(group, entity).columns) == ()


@pytest.mark.parametrize("entity", ENTITIES)
def test_exactly_the_rows_that_are_bad_on_purpose_are_set_aside(group: Manifest, entity: str) -> None:
    contract = contract_of(group, entity)
    found, keys, lines = [], [], []
    for batch in source_of(group, entity).batches():
        sound, bad = check(batch, contract, LIMITS)
        kept = batch.keep(sound)
        found += [*bad, *batch.bad]
        keys.append(source_keys(kept, contract))
        lines.append(kept.lines)
    found += duplicates(keys, lines, contract.source_key)
    planned = {(fault.line, fault.code) for fault in group.of(entity).faults}
    assert {(row.line, str(row.code)) for row in found} == planned
    assert {code for _, code in planned} <= {str(code) for code in REASONS}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    once, again, other = (
        generate(tmp_path / name, records=200, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    for entity in ENTITIES:
        assert once.files[entity].read_bytes() == again.files[entity].read_bytes()
        assert once.files[entity].read_bytes() != other.files[entity].read_bytes()
    assert once.to_json() == again.to_json()


def test_the_bank_writes_shift_jis_and_only_what_it_can_hold(group: Manifest) -> None:
    text = group.files["bank"].read_bytes().decode("cp932")
    assert "\r\n" in text
    assert "　" in text


def test_every_email_address_is_under_a_domain_that_nobody_owns(group: Manifest) -> None:
    columns = {"shop": "email", "bank": "mail_address", "securities": "email", "travel": "e_mail", "insurance": "email"}
    for entity, column in columns.items():
        domains = {(row[column] or "@test").rpartition("@")[2] for row in sound_rows(group, entity)}
        assert all(re.fullmatch(r"(.*\.)?example\.(com|net|org|jp|ne\.jp|co\.jp)|test", domain) for domain in domains)


def test_shop_and_travel_know_a_person_under_one_card(group: Manifest) -> None:
    cards = defaultdict(set)
    people = {(row["entity"], row["source_key"]): row["person"] for row in truth_of(group)}
    for entity, column in (("shop", "card_no"), ("travel", "loyalty_no")):
        key = contract_of(group, entity).source_key
        for row in sound_rows(group, entity):
            if row[column]:
                cards[people[entity, row[key] or ""]].add(row[column])
    assert sum(len(numbers) for numbers in cards.values()) == len(cards)
    assert len(set.union(*cards.values())) == len(cards)


def test_nothing_about_health_is_offered_or_permitted_to_another_company(group: Manifest) -> None:
    trees = shipped()
    contract = contract_of(group, "insurance")
    shared = [offer for offer in contract.agreements if offer.operations != frozenset({"link"})]
    assert shared == []
    for terms in contract.terms:
        covers = any(trees.categories.grants(category, "user.health") for category in terms.categories)
        assert terms.operations == frozenset({"link"}) or not covers or terms.recipients == frozenset({"insurance"})


def test_some_refuse_linking_and_some_marketing_and_most_do_not(group: Manifest) -> None:
    rows = sound_rows(group, "shop")
    refused = np.mean([row["group_link_ok"] == "no" for row in rows])
    assert 0.005 < refused < 0.08
    answers = Counter(row["mail_ok"] for row in rows)
    assert set(answers) == {"yes", "no", None}
    assert min(answers.values()) > 0.05 * len(rows)


@pytest.mark.parametrize("records", [len(ENTITIES), 17])
def test_a_group_so_small_that_a_company_may_have_nobody_is_still_written(tmp_path: Path, records: int) -> None:
    made = generate(tmp_path, records=records, seed=3)
    assert made.records == records
    assert all(path.exists() for path in made.files.values())


@pytest.mark.parametrize(("records", "seed"), [(5, 7), (10**9, 7), (20, -1)])
def test_an_impossible_group_is_refused(tmp_path: Path, records: int, seed: int) -> None:
    with pytest.raises(InvalidSetting):
        generate(tmp_path, records=records, seed=seed)


def test_progress_hears_of_every_company(tmp_path: Path) -> None:
    heard: list[tuple[str, int]] = []
    made = generate(tmp_path, records=60, progress=lambda entity, rows: heard.append((entity, rows)))
    assert heard == [(delivery.entity, delivery.rows) for delivery in made.deliveries]
