"""What every LinkStore promises, and what the SQL one hides."""

from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import Connection, select, update

from identity.adapters.links_memory import LinkStoreMemory
from identity.adapters.links_sql import LinkStoreSql
from identity.adapters.tables import records as records_table
from identity.adapters.tables import tokens as tokens_table
from identity.errors import BrokenSeal
from identity.hub_keys import HubKeys, index_values, rekey
from identity.ids import EntityId, RecordId
from identity.links import LinkRecord
from identity.ports import LinkStore
from identity.secret import SecretKey
from identity.tokens import TokenRow
from identity.variants import VARIANT_NAMES

KEYS = HubKeys(*(SecretKey(bytes([number]) * 32) for number in (1, 2, 3)))
BANK, SHOP = EntityId("bank"), EntityId("shop")
BIG = 2**63 - 1


def row(*tokens: tuple[int, int]) -> TokenRow:
    """Tokens given by (recipe, number)."""
    token = np.zeros((len(tokens), 16), np.uint8)
    for at, (recipe, number) in enumerate(tokens):
        token[at, 0], token[at, 1] = recipe, number
    tags = np.full((len(tokens), len(VARIANT_NAMES)), 7, np.uint8)
    return TokenRow(np.array([recipe for recipe, _ in tokens], np.uint8), token, tags)


def link(record: int, tokens: TokenRow, *, entity: EntityId = BANK) -> LinkRecord:
    return LinkRecord(RecordId(record), entity, frozenset({BANK, SHOP}), tokens)


def index(recipe: int, number: int) -> int:
    return int(index_values(rekey(row((recipe, number)).token, KEYS.token))[0])


def holders(store: LinkStore, *tokens: tuple[int, int], up_to: int = 9) -> dict[tuple[int, int], set[int]]:
    values = np.array([index(*token) for token in tokens], np.int64)
    found = store.holders(values, up_to=up_to)
    assert found.token.tolist() == sorted(found.token.tolist())
    return {token: set(found.record[found.token == index(*token)].tolist()) for token in tokens}


def open_(store: LinkStore, *records: int) -> dict[int, tuple[str, set[str], list[int]]]:
    block = store.open(np.array(records, np.int64))
    opened = {}
    for at, record in enumerate(block.record.tolist()):
        rows, stance = slice(block.start[at], block.start[at + 1]), block.stance_of(at)
        opened[record] = (stance.entity, set(stance.linkable_with), block.recipe[rows].tolist())
    return opened


class LinkStoreContract:
    """One set of tests for every LinkStore."""

    def test_what_was_put_is_opened_as_it_was(self, store: LinkStore) -> None:
        put = row((1, 5), (9, 6), (127, 255))
        store.put([link(BIG, put), link(1, TokenRow.empty(), entity=SHOP)])
        assert open_(store, 1, 2, BIG) == {BIG: (BANK, {BANK, SHOP}, [1, 9, 127]), 1: (SHOP, {BANK, SHOP}, [])}
        block = store.open(np.array([BIG], np.int64))
        assert np.array_equal(block.token, rekey(put.token, KEYS.token))
        assert np.array_equal(block.tags, put.tags)

    def test_a_token_that_two_hold_is_held_by_both_and_one_that_is_alone_by_nobody(self, store: LinkStore) -> None:
        store.put([link(1, row((1, 5), (2, 5))), link(2, row((1, 5), (2, 6)))])
        assert holders(store, (1, 5), (2, 5), (2, 6), (3, 1)) == {
            (1, 5): {1, 2},
            (2, 5): set(),
            (2, 6): set(),
            (3, 1): set(),
        }

    def test_no_more_holders_are_given_than_asked_for(self, store: LinkStore) -> None:
        store.put([link(record, row((1, 5))) for record in range(1, 8)])
        assert [len(holders(store, (1, 5), up_to=up_to)[1, 5]) for up_to in (2, 6, 7, 8)] == [2, 6, 7, 7]

    def test_putting_again_replaces(self, store: LinkStore) -> None:
        store.put([link(1, row((1, 5), (2, 5))), link(2, row((1, 5), (2, 5)))])
        store.put([link(1, row((2, 5), (3, 5)), entity=SHOP)])
        assert holders(store, (1, 5), (2, 5)) == {(1, 5): set(), (2, 5): {1, 2}}
        assert open_(store, 1)[1] == (SHOP, {BANK, SHOP}, [2, 3])

    def test_a_new_permission_leaves_entity_and_tokens(self, store: LinkStore) -> None:
        store.put([link(1, row((1, 5))), link(2, row((1, 5)))])
        store.permit({RecordId(1): frozenset({BANK}), RecordId(77): frozenset({BANK})})
        assert open_(store, 1, 77) == {1: (BANK, {BANK}, [1])}
        assert holders(store, (1, 5)) == {(1, 5): {1, 2}}

    def test_what_is_removed_holds_nothing(self, store: LinkStore) -> None:
        store.put([link(record, row((1, 5))) for record in (1, 2, 3)])
        store.remove([RecordId(2), RecordId(99)])
        assert holders(store, (1, 5)) == {(1, 5): {1, 3}}
        assert open_(store, 1, 2, 3).keys() == {1, 3}

    def test_nothing_asked_nothing_given(self, store: LinkStore) -> None:
        store.put([])
        store.remove([])
        store.permit({})
        assert len(store.open(np.zeros(0, np.int64))) == 0
        assert len(store.holders(np.zeros(0, np.int64), up_to=3).record) == 0

    def test_more_records_and_tokens_than_one_statement_takes(self, store: LinkStore) -> None:
        store.put([link(record, row((1, record % 250), (2, record % 200))) for record in range(1, 1501)])
        assert len(store.open(np.arange(1, 2000))) == 1500
        assert len(holders(store, *((1, number) for number in range(250)))[1, 7]) == 6


class TestMemory(LinkStoreContract):
    @pytest.fixture
    def store(self) -> LinkStore:
        return LinkStoreMemory(KEYS)


class TestSql(LinkStoreContract):
    @pytest.fixture
    def store(self, sql_connection: Connection) -> LinkStore:
        return LinkStoreSql(sql_connection, KEYS)


def test_at_rest_no_record_number_company_or_token_of_an_edge_is_to_be_seen(sql_connection: Connection) -> None:
    tokens = row((1, 5), (2, 5), (3, 5))
    LinkStoreSql(sql_connection, KEYS).put([link(record, tokens, entity=BANK) for record in (1001, 1002)])
    rows = sql_connection.execute(select(tokens_table)).all()
    handles = {bytes(handle) for _, handle in rows}
    assert len(handles) == len(rows) == 6  # no handle comes twice: rows of one record cannot be put together
    sealed = b"".join(bytes(sealed) for _, sealed in sql_connection.execute(select(records_table)))
    stored = b"".join((*handles, *(token.to_bytes(8, "big", signed=True) for token, _ in rows), sealed))
    for secret in (
        b"bank",
        (1001).to_bytes(8, "big"),
        *map(bytes, tokens.token),
        bytes(rekey(tokens.token, KEYS.token)[0]),
    ):
        assert secret not in stored


def test_the_index_is_written_in_the_order_of_tokens(sql_connection: Connection) -> None:
    LinkStoreSql(sql_connection, KEYS).put([link(1, row(*((recipe, 9) for recipe in range(1, 60))))])
    if sql_connection.dialect.name == "sqlite":
        (definition,) = sql_connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'identity_tokens'"
        ).one()
        assert "WITHOUT ROWID" in definition
    else:  # a heap shows the order of writing, so the order of writing must be that of the tokens
        written = [
            token for (token,) in sql_connection.exec_driver_sql("SELECT token FROM identity_tokens ORDER BY ctid")
        ]
        assert written == sorted(written)


@pytest.mark.parametrize("spoil", [lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]), lambda sealed: sealed[:12]])
def test_a_changed_row_is_not_opened(sql_connection: Connection, spoil: Callable[[bytes], bytes]) -> None:
    store = LinkStoreSql(sql_connection, KEYS)
    store.put([link(1, row((1, 5)))])
    sealed = bytes(sql_connection.execute(select(records_table.c.sealed)).scalar_one())
    sql_connection.execute(update(records_table).values(sealed=spoil(sealed)))
    with pytest.raises(BrokenSeal):
        open_(store, 1)


def test_a_row_put_under_another_record_is_not_opened(sql_connection: Connection) -> None:
    store = LinkStoreSql(sql_connection, KEYS)
    store.put([link(1, row((1, 5)))])
    sql_connection.execute(update(records_table).values(record=2))
    with pytest.raises(BrokenSeal):
        open_(store, 2)


def test_a_handle_of_another_key_is_not_opened(sql_connection: Connection) -> None:
    LinkStoreSql(sql_connection, KEYS).put([link(1, row((1, 5))), link(2, row((1, 5)))])
    other = HubKeys(KEYS.token, SecretKey(b"x" * 32), KEYS.record)
    with pytest.raises(BrokenSeal):
        holders(LinkStoreSql(sql_connection, other), (1, 5))
