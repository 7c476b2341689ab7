"""What the store of policy versions keeps to, on SQLite and PostgreSQL; and what a folder of policies must be."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from governance.adapters.policies_sql import PoliciesSql
from governance.adapters.policy_files import read_policy
from governance.errors import InvalidPolicy, UnknownPolicyVersion
from governance.policy_source import PolicySource
from governance.ports import PolicyStore

FIRST = PolicySource("schema", {"a.cedar": "permit; // 許可"}, "[]")
SECOND = replace(FIRST, policies={"a.cedar": "forbid;"})


@pytest.fixture
def policies(sql_connection: Connection) -> PolicyStore:
    return PoliciesSql(sql_connection)


def test_nothing_is_in_force_before_the_first(policies: PolicyStore) -> None:
    assert policies.active() is None
    with pytest.raises(UnknownPolicyVersion):
        policies.get(FIRST.version)


def test_a_version_comes_back_as_it_was_with_the_same_hash(policies: PolicyStore) -> None:
    version = policies.apply(FIRST, at=10)
    assert policies.get(version) == FIRST
    assert policies.get(version).version == version


def test_each_instant_has_the_policy_that_was_in_force_then(policies: PolicyStore) -> None:
    policies.apply(FIRST, at=10)
    policies.apply(SECOND, at=20)
    policies.apply(FIRST, at=30)
    said = [policies.active(at=instant) for instant in (9, 10, 19, 20, 29, 30, 99)]
    assert said == [None, FIRST, FIRST, SECOND, SECOND, FIRST, FIRST]
    assert policies.active() == FIRST


def test_the_version_in_force_is_known_without_its_texts_and_follows_each_change(policies: PolicyStore) -> None:
    assert policies.active_version() is None
    for at, source in enumerate((FIRST, SECOND, SECOND, FIRST)):
        policies.apply(source, at=at)
        assert policies.active_version() == source.version


def test_applying_what_is_in_force_changes_nothing(policies: PolicyStore) -> None:
    policies.apply(FIRST, at=10)
    assert policies.apply(FIRST, at=20) == FIRST.version
    policies.apply(SECOND, at=15)
    assert policies.active(at=16) == SECOND


def test_a_policy_never_comes_into_force_before_its_predecessor(policies: PolicyStore) -> None:
    policies.apply(FIRST, at=10)
    with pytest.raises(InvalidPolicy):
        policies.apply(SECOND, at=9)


def test_a_folder_is_read_with_the_shipped_words_where_it_has_none(tmp_path: Path) -> None:
    (tmp_path / "mine.cedar").write_bytes(b'@id("x")\r\npermit;')
    (tmp_path / "notes.txt").write_text("not a policy")
    found = read_policy(tmp_path)
    assert found == PolicySource(PolicySource.shipped().schema, {"mine.cedar": '@id("x")\npermit;'}, "[]")
    (tmp_path / "entities.json").write_text("[1]")
    (tmp_path / "schema.cedarschema").write_text("entity X;")
    assert read_policy(tmp_path) == replace(found, schema="entity X;", entities="[1]")


def test_a_folder_that_is_no_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidPolicy, match="folder"):
        read_policy(tmp_path / "absent")
    with pytest.raises(InvalidPolicy, match="no file"):
        read_policy(tmp_path)
    (tmp_path / "a.cedar").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidPolicy, match="UTF-8"):
        read_policy(tmp_path)
    (tmp_path / "a.cedar").write_bytes(b" " * (2 << 20))
    with pytest.raises(InvalidPolicy, match="over"):
        read_policy(tmp_path)
