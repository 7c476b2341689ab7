"""Whoever copies the databases cannot tell from any row, order or number which rows belong together, or to whom."""

import contextlib
import random
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from command_line import DONE, cdp, new_home, settings_of
from invented_group import NAMES, invented, shop_row, write_group

from cdp.wiring import Application
from identity.hub_keys import open_handles
from identity.ids import entity_id
from pipelines.edge import edge_keys, ref_of

PEOPLE = invented(150)
SHOP = entity_id("shop")


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Application]:
    """The same shop's file: as delivered, in another order under the same keys, and again under other keys."""
    folder = tmp_path_factory.mktemp("stores")
    write_group(folder, PEOPLE)
    header, *rows = (folder / NAMES["shop"]).read_text("utf-8").splitlines()
    shuffled = folder / "shuffled.csv"
    shuffled.write_text("\n".join([header, *random.Random(1).sample(rows, len(rows))]) + "\n", "utf-8")
    apps = {"first": new_home(folder / "first"), "other keys": new_home(folder / "other")}
    apps["first"].keys.create("entity/shop")
    shutil.copytree(folder / "first", folder / "same")
    apps["same keys"] = Application(settings_of(folder / "same"))
    files = {"first": folder / NAMES["shop"], "same keys": shuffled, "other keys": folder / NAMES["shop"]}
    for name, app in apps.items():
        ran = cdp("ingest", files[name], "-c", folder / "shop.yaml", home=app.settings.home)
        assert ran.code == DONE, ran.said
    return apps


def _rows(app: Application, query: str, database: str = "enishi.db") -> list[Any]:
    with contextlib.closing(sqlite3.connect(f"file:{app.settings.home / database}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def _handles(app: Application) -> list[tuple[int, bytes]]:
    return _rows(app, "SELECT token, handle FROM identity_tokens")


def _records(app: Application) -> list[int]:
    """The record of each token row as the table gives them: what the thief would like to know."""
    raw = b"".join(handle for _, handle in _handles(app))
    return open_handles(raw, app.hub_key("handle")).tolist()


def test_the_tokens_agree_under_the_same_keys_whatever_the_order(homes: dict[str, Application]) -> None:
    sets = {name: [token for token, _ in _handles(app)] for name, app in homes.items()}
    assert sets["first"] == sets["same keys"]
    assert not set(sets["first"]) & set(sets["other keys"])
    assert len(sets["first"]) == len(sets["other keys"]) > 1000


@pytest.mark.parametrize("name", ["first", "same keys", "other keys"])
def test_token_rows_are_stored_by_token_and_have_no_row_number(homes: dict[str, Application], name: str) -> None:
    tokens = [token for token, _ in _handles(homes[name])]
    assert tokens == sorted(tokens)
    with pytest.raises(sqlite3.OperationalError, match="rowid"):
        _rows(homes[name], "SELECT rowid FROM identity_tokens")


def test_no_handle_appears_twice(homes: dict[str, Application]) -> None:
    handles = [handle for app in homes.values() for _, handle in _handles(app)]
    assert len(set(handles)) == len(handles)


def test_neighbouring_rows_belong_together_no_more_than_by_chance(homes: dict[str, Application]) -> None:
    records = _records(homes["first"])
    chance = np.random.default_rng(5)
    baseline = [_neighbours(chance.permutation(records).tolist()) for _ in range(200)]
    assert _neighbours(records) <= np.mean(baseline) + 4 * np.std(baseline)
    by_handle = [record for _, record in sorted(zip((h for _, h in _handles(homes["first"])), records, strict=True))]
    assert _neighbours(by_handle) <= np.mean(baseline) + 4 * np.std(baseline)
    assert _neighbours(sorted(records)) > np.mean(baseline) + 4 * np.std(baseline)  # the test can see a grouping


def _neighbours(records: Sequence[int]) -> int:
    return sum(left == right for left, right in pairwise(records))


def test_record_ids_are_random_and_new_in_every_home(homes: dict[str, Application]) -> None:
    ids = {name: [row[0] for row in _rows(app, "SELECT record FROM identity_refs")] for name, app in homes.items()}
    assert not set(ids["first"]) & set(ids["same keys"])
    for numbers in ids.values():
        assert min(numbers) >= 0
        shares = [np.mean([number >> bit & 1 for number in numbers]) for bit in range(63)]
        assert all(abs(share - 0.5) < 6 * 0.5 / len(numbers) ** 0.5 for share in shares)


def _tables(app: Application) -> Iterator[tuple[str, str]]:
    """Every table of the hub that names records, with the column that does."""
    for (name,) in _rows(app, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        for column in _rows(app, f"SELECT name FROM pragma_table_info('{name}')"):
            if column[0] == "record":
                yield name, column[0]


def test_no_table_keeps_the_order_of_the_partners_file(homes: dict[str, Application]) -> None:
    """Or else who holds that file in the clear would read off whose every row is."""
    app = homes["first"]
    keys = edge_keys(app.keys, SHOP)
    line_of_ref = {ref_of(keys, SHOP, one.key("shop")): line for line, one in enumerate(PEOPLE)}
    line_of = {record: line_of_ref[bytes(ref)] for record, ref in _rows(app, "SELECT record, ref FROM identity_refs")}
    looked_at = [name for name, _ in _tables(app)]
    assert {"identity_refs", "identity_records", "identity_members", "governance_vault", "consent_events"} <= set(
        looked_at
    )
    for table, column in _tables(app):
        stored = [line_of[record] for (record,) in _rows(app, f"SELECT {column} FROM {table} NOT INDEXED")]
        assert abs(_likeness(stored)) < 0.4, table
    keystore = [
        line_of_ref[bytes(ref)]
        for (ref,) in _rows(app, "SELECT subject FROM keystore_data_keys NOT INDEXED", "keys.db")
    ]
    assert abs(_likeness(keystore)) < 0.4


def _likeness(lines: Sequence[int]) -> float:
    """How much the order of rows is the order of lines: 1 the same, 0 unrelated."""
    return float(np.corrcoef(lines, range(len(lines)))[0, 1])


def test_the_test_of_order_would_see_one() -> None:
    assert _likeness(range(100)) > 0.99
    assert _likeness([line for block in (range(50, 100), range(50)) for line in block]) < -0.4


def test_two_homes_seal_the_same_record_alike_nowhere(homes: dict[str, Application]) -> None:
    seals = [
        bytes(row[0])
        for app in homes.values()
        for table in ("identity_records", "governance_vault", "profiles_facts")
        for row in _rows(app, f"SELECT sealed FROM {table}")
    ]
    assert len(set(seals)) == len(seals)
    assert shop_row(PEOPLE[0]).encode() not in b"".join(seals)
