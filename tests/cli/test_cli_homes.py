"""Making and opening homes: what is there is never overwritten, and what cannot be opened says why."""

import contextlib
import gc
import json
import sqlite3
from pathlib import Path

import pytest
from command_line import DONE, UNAVAILABLE, USAGE, Ran, cdp, cdp_process, finished
from pipeline_world import CONTRACT, PEOPLE, csv_file

READING = ("identity", "stats", "--json")


def _content(home: Path) -> dict[str, object]:
    """Every file's bytes; of a database its rows, since opening and closing one moves its pages."""
    gc.collect()  # connections that an earlier command left behind
    files = [path for path in sorted(home.rglob("*")) if path.is_file() and ".db" not in path.name]
    content: dict[str, object] = {str(path.relative_to(home)): path.read_bytes() for path in files}
    for name in ("enishi.db", "keys.db"):
        with contextlib.closing(sqlite3.connect(f"file:{home / name}?mode=ro", uri=True)) as connection:
            content[name] = list(connection.iterdump())
    return content


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A fresh home, made by the command."""
    folder = tmp_path / "home"
    assert cdp("init", "--group", "test", home=folder).code == DONE
    return folder


def _refused(home: Path, *arguments: str, code: int, **settings: str) -> Ran:
    """An error with three parts, and a home in which nothing changed."""
    before = _content(home) if home.exists() else None
    ran = cdp(*(arguments or READING), home=home, settings=settings)
    assert ran.code == code, ran.said
    assert ran.out == ""
    after = _content(home) if home.exists() else None
    assert before == after
    return ran.explains()


def test_init_twice_changes_nothing(home: Path) -> None:
    before = _content(home)
    again = cdp("init", "--group", "test", home=home)
    assert again.code == DONE
    assert _content(home) == before


def test_a_home_and_its_keys_are_their_owners_alone(home: Path) -> None:
    assert home.stat().st_mode & 0o077 == 0
    keys = home / "keys"
    assert [path for path in (keys, *keys.iterdir()) if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("other", [("--group", "another"), ("--group", "test", "--persons", "77")])
def test_init_with_other_settings_is_refused(home: Path, other: tuple[str, ...]) -> None:
    ran = _refused(home, "init", *other, code=USAGE)
    ran.explains("home-exists", str(home), "--home")


def test_a_home_by_a_newer_version_is_refused(home: Path) -> None:
    content = json.loads((home / "home.json").read_text())
    (home / "home.json").write_text(json.dumps(content | {"format": 99, "quota": 5}))
    for arguments in (READING, ("init", "--group", "test"), ("journal", "checkpoint")):
        _refused(home, *arguments, code=UNAVAILABLE).explains("home-is-newer", "format 99", "upgrade")


def test_a_database_by_a_newer_version_is_refused(home: Path) -> None:
    with contextlib.closing(sqlite3.connect(home / "enishi.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for arguments in (READING, ("init", "--group", "test")):
        ran = cdp(*arguments, home=home)
        assert ran.code == UNAVAILABLE
        ran.explains("home-is-newer", "newer version")
    with contextlib.closing(sqlite3.connect(home / "enishi.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', "\xff\xfe"])
def test_a_damaged_home_file_is_named(home: Path, text: str) -> None:
    (home / "home.json").write_bytes(text.encode("latin-1"))
    _refused(home, code=UNAVAILABLE).explains("home-damaged", "home.json", "backup")


def test_a_missing_home_says_how_to_make_one(tmp_path: Path) -> None:
    ran = _refused(tmp_path / "nowhere", code=UNAVAILABLE).explains("home-missing", "nowhere", "cdp init", "CDP_HOME")
    assert not (tmp_path / "nowhere").exists()
    assert ran.out == ""


@pytest.mark.parametrize(
    ("name", "near"), [("CDP_DATABSE_URL", "CDP_DATABASE_URL"), ("CDP_BATCHROWS", "CDP_BATCH_ROWS"), ("CDP_XYZZY", "")]
)
def test_an_unknown_setting_is_named_with_the_nearest(home: Path, name: str, near: str) -> None:
    ran = _refused(home, code=USAGE, **{name: "s3cret-value"}).explains("invalid-setting", name, near or "settings")
    assert "s3cret-value" not in ran.said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CDP_BATCH_ROWS", "many"),
        ("CDP_BATCH_ROWS", "0"),
        ("CDP_TRACE_SAMPLE_RATIO", "2"),
        ("CDP_DATABASE_URL", "mysql://user:s3cret@host/name"),
        ("CDP_DATABASE_URL", "s3cret"),
    ],
)
def test_a_setting_out_of_range_is_named_without_its_value(home: Path, name: str, value: str) -> None:
    ran = _refused(home, code=USAGE, **{name: value}).explains("invalid-setting")
    assert name in ran.err or "database URL" in ran.err
    assert "s3cret" not in ran.said


def test_a_postgres_that_does_not_answer_is_unavailable(home: Path) -> None:
    url = "postgresql://someone:s3cret@127.0.0.1:9/enishi"
    for arguments in (READING, ("init", "--group", "test")):
        ran = cdp(*arguments, home=home, settings={"CDP_DATABASE_URL": url})
        assert ran.code == UNAVAILABLE, ran.said
        ran.explains("database-unavailable", "reachable")
        assert "s3cret" not in ran.said


GARBAGE = b"this was a database once, and is one no more" * 100


def _delivery(folder: Path, *rows: str) -> tuple[object, ...]:
    (folder / "contract.yaml").write_text(CONTRACT, "utf-8")
    return "ingest", csv_file(folder, *(rows or PEOPLE)), "-c", folder / "contract.yaml"


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("enishi.db", GARBAGE, "database-unavailable"),
        ("keys.db", GARBAGE, "database-unavailable"),
        ("enishi.db", b"", "home-is-older"),
        ("keys.db", b"", "database-unavailable"),
    ],
)
def test_a_database_file_that_is_no_more_is_unavailable(
    tmp_path: Path, home: Path, name: str, content: bytes, word: str
) -> None:
    gc.collect()
    for file in home.glob(f"{name}*"):
        file.unlink()
    (home / name).write_bytes(content)
    ran = cdp(*_delivery(tmp_path), home=home)
    assert ran.code == UNAVAILABLE, ran.said
    ran.explains(word)
    if content:
        assert (home / name).read_bytes() == content
    if name == "keys.db":
        assert cdp(*READING, home=home).json()["records"] == {}


def test_a_company_whose_key_is_gone_is_not_taken_in_under_a_new_one(tmp_path: Path, home: Path) -> None:
    assert cdp(*_delivery(tmp_path, *PEOPLE[:2]), home=home).code == DONE
    next(path for path in (home / "keys").iterdir() if "shop" in path.name).unlink()
    ran = cdp(*_delivery(tmp_path), home=home)
    assert ran.code == UNAVAILABLE, ran.said
    ran.explains("missing-key", "entity/shop")
    assert cdp(*READING, home=home).json()["records"] == {"shop": 2}


def test_a_database_that_was_removed_is_unavailable(home: Path) -> None:
    for file in home.glob("enishi.db*"):
        file.unlink()
    ran = cdp(*READING, home=home)
    assert ran.code == UNAVAILABLE, ran.said
    ran.explains("database-unavailable", "not there")


def test_a_folder_that_may_not_be_written_is_unavailable(tmp_path: Path, home: Path) -> None:
    url = f"sqlite:///file:{home / 'enishi.db'}?mode=ro&uri=true"
    ran = cdp(*_delivery(tmp_path), home=home, settings={"CDP_DATABASE_URL": url})
    assert ran.code == UNAVAILABLE, ran.said
    ran.explains("database-unavailable")


def test_keys_that_anybody_may_read_are_refused(home: Path) -> None:
    key = next(path for path in (home / "keys").iterdir() if "hub" in path.name)
    key.chmod(0o644)
    ran = cdp("journal", "checkpoint", home=home)
    assert ran.code == UNAVAILABLE, ran.said
    ran.explains("loose-key-file", "hub", "chmod")


def test_keys_that_are_gone_are_named_and_not_made_anew(home: Path) -> None:
    for key in (home / "keys").iterdir():
        key.unlink()
    ran = cdp("journal", "checkpoint", home=home)
    assert ran.code == UNAVAILABLE, ran.said
    ran.explains("missing-key", "hub")
    assert list((home / "keys").iterdir()) == []


def test_a_process_of_its_own_leaves_with_the_same_codes(home: Path, tmp_path: Path) -> None:
    started = [
        cdp_process("identity", "stats", "--json", home=home),
        cdp_process("identity", "stats", home=tmp_path / "nowhere"),
        cdp_process("identity", "stats", home=home, settings={"CDP_HOMME": "x"}),
        cdp_process("nonsense", home=home),
    ]
    done, missing, unknown, usage = map(finished, started)
    assert (done.code, missing.code, unknown.code, usage.code) == (DONE, UNAVAILABLE, USAGE, USAGE)
    assert done.json()["persons"] == 0
    assert "Traceback" not in missing.err + unknown.err + usage.err


def test_a_mistake_of_ours_tells_its_place_and_never_its_message(tmp_path: Path, home: Path) -> None:
    with contextlib.closing(sqlite3.connect(home / "enishi.db")) as connection:
        connection.execute("ALTER TABLE identity_refs RENAME COLUMN content TO contents")
    ran = cdp(*_delivery(tmp_path), home=home)
    assert ran.code == 70
    assert "a mistake of ours" in ran.err
    assert "identity_refs" not in ran.err
    assert "Okonkwo" not in ran.said
