"""The contract of every AgreementStore: in memory, on SQLite and on PostgreSQL."""

from dataclasses import replace

import pytest
from consent_examples import BANK, SHOP, an_agreement
from sqlalchemy import Connection

from consent.adapters.agreements_memory import AgreementsMemory
from consent.adapters.agreements_sql import AgreementsSql
from consent.agreements import AgreementBook
from consent.basis import Operation
from consent.errors import AgreementEnded, UnknownAgreement
from consent.ports import AgreementStore


class AgreementContract:
    """What holds for every store of agreements."""

    @pytest.fixture
    def store(self) -> AgreementStore:
        raise AssertionError("each adapter's suite brings its own store")

    def test_an_agreement_comes_back_as_it_was_recorded(self, store: AgreementStore) -> None:
        told = [
            an_agreement(id="b", operations={Operation.LINK, Operation.SHARE}, purposes={"marketing", "analytics"}),
            an_agreement(SHOP, "*", id="a", ends=2**62, starts=-7),
        ]
        assert [store.record(one) for one in told] == told
        assert list(store.all()) == [told[1], told[0]]

    def test_the_same_content_again_changes_nothing(self, store: AgreementStore) -> None:
        first = store.record(an_agreement(version=7))
        assert first.version == 1
        assert store.record(an_agreement(version=3, known_at=9)) == first
        assert list(store.all()) == [first]

    def test_a_change_is_the_next_version_and_the_old_one_stays(self, store: AgreementStore) -> None:
        first = store.record(an_agreement())
        second = store.record(an_agreement(purposes={"marketing"}, known_at=4))
        third = store.record(replace(first, known_at=6))
        assert [second.version, third.version] == [2, 3]
        assert list(store.all()) == [first, second, third]

    def test_an_ended_agreement_lets_nothing_flow_from_then_on(self, store: AgreementStore) -> None:
        for one in (an_agreement(BANK, SHOP), an_agreement(SHOP, BANK)):
            store.record(one)
        ended = store.end("bank-shop", 5, known_at=4)
        assert (ended.version, ended.ends, ended.known_at) == (2, 5, 4)
        book = AgreementBook(store.all())
        assert [book.links(BANK, SHOP, at) for at in (4, 5)] == [True, False]
        assert book.links(BANK, SHOP, 5, known_at=3)

    def test_an_end_is_never_put_off(self, store: AgreementStore) -> None:
        store.record(an_agreement())
        ended = store.end("bank-shop", 5)
        assert store.end("bank-shop", 9) == ended
        assert store.end("bank-shop", 3).ends == 3

    def test_what_has_ended_is_not_reopened_by_recording_it_again(self, store: AgreementStore) -> None:
        store.record(an_agreement())
        store.end("bank-shop", 5)
        with pytest.raises(AgreementEnded):
            store.record(an_agreement(known_at=5))
        assert len(store.all()) == 2

    def test_an_agreement_that_nobody_recorded_cannot_end(self, store: AgreementStore) -> None:
        with pytest.raises(UnknownAgreement):
            store.end("bank-shop", 5)


class TestAgreementsMemory(AgreementContract):
    @pytest.fixture
    def store(self) -> AgreementStore:
        return AgreementsMemory()


class TestAgreementsSql(AgreementContract):
    @pytest.fixture
    def store(self, sql_connection: Connection) -> AgreementStore:
        return AgreementsSql(sql_connection)
