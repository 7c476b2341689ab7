"""The contract of a journal store, on memory, SQLite and PostgreSQL."""

from threading import Barrier, Thread

import pytest
from journal_samples import ORIGIN, SIGNER, SUBJECTS, a_journal, a_leaf
from sqlalchemy import Connection, Engine

from governance.adapters.journal_memory import JournalMemory
from governance.adapters.journal_sql import JournalSql
from governance.journal.errors import InvalidLeaf, JournalContention, OutsideJournal
from governance.journal.journal import Journal, Search
from governance.journal.leaf import decode, encode, instant_of, search_keys
from governance.journal.merkle import EMPTY_ROOT, Node, Place, leaf_hash, levels_of, root_of
from governance.journal.ports import JournalStore, StoredLeaf
from governance.journal.proofs import verify_consistency, verify_inclusion


class JournalStoreContract:
    """What every store owes; `store` is a fresh one."""

    def test_an_empty_journal_has_the_empty_root(self, store: JournalStore) -> None:
        journal = a_journal(store=store)
        assert journal.size() == 0
        assert journal.root() == EMPTY_ROOT
        assert journal.search(Search()).entries == ()
        assert store.leaves(0, 10) == {}
        assert store.level(0, start=0, stop=10) == {}

    def test_appends_of_any_size_make_one_tree(self, store: JournalStore) -> None:
        journal = a_journal(store=store)
        ranges = [
            journal.append([a_leaf(n) for n in range(start, start + count)])
            for start, count in ((0, 1), (1, 6), (7, 30))
        ]
        assert ranges == [range(1), range(1, 7), range(7, 37)]
        levels = levels_of([leaf_hash(encode(a_leaf(number))) for number in range(37)])
        assert [journal.root(size) for size in range(38)] == [root_of(levels, size) for size in range(38)]

    def test_appending_nothing_changes_nothing(self, store: JournalStore) -> None:
        journal = a_journal(3, store)
        before = journal.checkpoint()
        assert journal.append([]) == range(3, 3)
        assert journal.checkpoint() == before

    def test_leaves_come_back_byte_for_byte(self, store: JournalStore) -> None:
        journal = a_journal(9, store)
        assert store.leaves(2, 5) == {number: encode(a_leaf(number)) for number in (2, 3, 4)}
        assert store.leaves(7, 100) == {number: encode(a_leaf(number)) for number in (7, 8)}
        assert journal.entry(4).leaf == decode(encode(a_leaf(4)))

    def test_levels_come_back_by_position(self, store: JournalStore) -> None:
        a_journal(11, store)
        levels = levels_of([leaf_hash(encode(a_leaf(number))) for number in range(11)])
        assert [store.level(level, start=0, stop=100) for level in range(4)] == [
            dict(enumerate(level)) for level in levels
        ]
        assert store.level(1, start=2, stop=4) == {2: levels[1][2], 3: levels[1][3]}

    def test_proofs_from_the_store_verify(self, store: JournalStore) -> None:
        journal = a_journal(21, store)
        for index in (0, 13, 20):
            content = leaf_hash(journal.content(index))
            verify_inclusion(content, index=index, size=21, proof=journal.inclusion(index), root=journal.root())
        for old in (1, 8, 13, 21):
            proof = journal.consistency(old)
            verify_consistency(
                old_size=old, new_size=21, old_root=journal.root(old), new_root=journal.root(), proof=proof
            )

    def test_what_the_journal_has_not_reached_is_refused(self, store: JournalStore) -> None:
        journal = a_journal(3, store)
        for ask in (
            lambda: journal.entry(3),
            lambda: journal.entry(-1),
            lambda: journal.root(4),
            lambda: journal.inclusion(0, 4),
            lambda: journal.inclusion(2, 2),
            lambda: journal.consistency(3, 2),
            lambda: journal.checkpoint(-1),
        ):
            with pytest.raises(OutsideJournal):
                ask()

    def test_an_invalid_leaf_stores_nothing_of_its_batch(self, store: JournalStore) -> None:
        journal = a_journal(2, store)
        with pytest.raises(InvalidLeaf):
            journal.append([a_leaf(2), a_leaf(3, client="a person's name")])
        assert journal.size() == 2

    @pytest.mark.parametrize(
        "search",
        [
            Search(),
            Search(subject=SUBJECTS[2]),
            Search(client="crm-1"),
            Search(recipient="bank", decision="refuse"),
            Search(purpose="marketing", since=instant_of(a_leaf(10)["at"]), until=instant_of(a_leaf(30)["at"])),
            Search(subject="f" * 64),
        ],
    )
    def test_a_search_finds_exactly_what_meets_all_conditions(self, store: JournalStore, search: Search) -> None:
        journal = a_journal(40, store)
        wanted = [
            number
            for number in reversed(range(40))
            if all(a_leaf(number)[name] == text for name, text in search.texts().items())
            and (search.since is None or instant_of(a_leaf(number)["at"]) >= search.since)
            and (search.until is None or instant_of(a_leaf(number)["at"]) < search.until)
        ]
        found: list[int] = []
        before: int | None = None
        while True:
            page = journal.search(search, before=before, limit=3)
            assert len(page.entries) <= 3
            found += [entry.index for entry in page.entries]
            before = page.before
            if before is None:
                break
        assert found == wanted

    def test_pages_do_not_shift_when_leaves_arrive(self, store: JournalStore) -> None:
        journal = a_journal(6, store)
        first = journal.search(Search(), limit=3)
        journal.append([a_leaf(6)])
        second = journal.search(Search(), before=first.before, limit=3)
        assert [entry.index for entry in (*first.entries, *second.entries)] == [5, 4, 3, 2, 1, 0]
        assert second.before is None

    @pytest.mark.parametrize("index", [0, 2, 4])
    def test_a_leaf_that_does_not_follow_the_last_one_is_refused(self, store: JournalStore, index: int) -> None:
        a_journal(3, store)
        content = encode(a_leaf(9))
        with pytest.raises(JournalContention):
            store.extend([StoredLeaf(index, content, leaf_hash(content), search_keys(a_leaf(9)))], [])
        assert store.size() == 3

    def test_a_hash_is_never_replaced(self, store: JournalStore) -> None:
        a_journal(2, store)
        content = encode(a_leaf(9))
        with pytest.raises(JournalContention):
            store.extend(
                [StoredLeaf(2, content, leaf_hash(content), search_keys(a_leaf(9)))], [Node(Place(1, 0), b"x" * 32)]
            )


class TestJournalMemory(JournalStoreContract):
    @pytest.fixture
    def store(self) -> JournalStore:
        return JournalMemory()


class TestJournalSql(JournalStoreContract):
    @pytest.fixture
    def store(self, sql_connection: Connection) -> JournalStore:
        return JournalSql(sql_connection)


def test_appenders_that_meet_write_one_after_the_other(sql_engine: Engine) -> None:
    barrier, ranges = Barrier(4), list[range]()
    writing = sql_engine.execution_options(writes=True)

    def append(number: int) -> None:
        barrier.wait()
        for _ in range(3):
            with writing.begin() as connection:
                ranges.append(Journal(JournalSql(connection), SIGNER, ORIGIN).append([a_leaf(number), a_leaf(number)]))

    threads = [Thread(target=append, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(index for one in ranges for index in one) == list(range(24))
    with sql_engine.begin() as connection:
        store = JournalSql(connection)
        levels = levels_of([leaf_hash(leaf) for leaf in store.leaves(0, 24).values()])
        assert Journal(store, SIGNER, ORIGIN).root() == root_of(levels, 24)


def test_a_transaction_rolled_back_leaves_no_leaf(sql_engine: Engine) -> None:
    with sql_engine.connect() as connection, connection.begin() as transaction:
        a_journal(5, JournalSql(connection))
        transaction.rollback()
    with sql_engine.begin() as connection:
        assert a_journal(0, JournalSql(connection)).root() == EMPTY_ROOT
