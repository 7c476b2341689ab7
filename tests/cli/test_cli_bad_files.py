"""Every file and contract that is not what it should be: place and remedy are named, no value is, and nothing lands."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import DONE, FINDING, USAGE, cdp, new_home
from pipeline_world import CONTRACT, HEADER, PEOPLE, csv_file

from cdp.wiring import Application

SECRETS = ("Quixotina", "Zanzibarsky", "quixotina.zanzibarsky@mail.example", "29/02/1976", "zz-key-77")
"""What stands in the row that is at fault: no message may repeat any of it."""
ROW = "zz-key-77,Quixotina,Zanzibarsky,29/02/1976,quixotina.zanzibarsky@mail.example,12.5,gold,yes,x"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Application:
    """A home with three customers."""
    folder = tmp_path_factory.mktemp("bad files")
    opened = new_home(folder / "home")
    ran = cdp("ingest", csv_file(folder, *PEOPLE), "-c", contract(folder), home=folder / "home")
    assert ran.code == DONE, ran.said
    return opened


@pytest.fixture
def unchanged(app: Application) -> Iterator[None]:
    """Fails the test when anything landed."""
    before = landed(app)
    assert before["identity_refs"] == len(PEOPLE)
    yield
    assert landed(app) == before


def landed(app: Application) -> dict[str, int]:
    """Rows of every table that a customer's data could land in, and the data keys."""
    tables = ("identity_refs", "identity_records", "identity_tokens", "identity_members", "consent_events")
    tables += ("consent_agreements", "governance_vault", "profiles_facts", "governance_journal_leaves")
    with app.hub(writes=False) as hub:
        counts = {name: hub.connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in tables}
    with app.keystore.connect() as connection:
        counts["keys"] = connection.exec_driver_sql("SELECT count(*) FROM keystore_data_keys").scalar_one()
    return counts


def contract(folder: Path, old: str = "", new: str = "", *, more: str = "") -> Path:
    """The contract's file, with one change."""
    assert old in CONTRACT
    path = folder / "contract.yaml"
    path.write_text(CONTRACT.replace(old, new, 1) + more if old else CONTRACT + more, "utf-8")
    return path


Case = Callable[[Path], tuple[Path, Path]]
"""Writes a delivery into a folder: its file and its contract."""


def _file(name: str, content: bytes, change: tuple[str, str] = ("", ""), more: str = "") -> Case:
    def write(folder: Path) -> tuple[Path, Path]:
        (folder / name).write_bytes(content)
        return folder / name, contract(folder, *change, more=more)

    return write


def _rows(*rows: str, header: str = HEADER, change: tuple[str, str] = ("", ""), more: str = "") -> Case:
    return _file("delivery.csv", "\n".join([header, *rows, ""]).encode(), change, more)


def _table(rows: int = 1) -> pa.Table:
    return pa.table({name: [value] * rows for name, value in zip(HEADER.split(","), ROW.split(","), strict=True)})


def _parquet(cut: Callable[[bytes], bytes]) -> Case:
    def write(folder: Path) -> tuple[Path, Path]:
        path = folder / "delivery.parquet"
        pq.write_table(_table(50), path)
        path.write_bytes(cut(path.read_bytes()))
        return path, contract(folder)

    return write


def _missing(folder: Path) -> tuple[Path, Path]:
    return folder / "nowhere.csv", contract(folder)


def _folder(folder: Path) -> tuple[Path, Path]:
    return folder, contract(folder)


def _no_contract(folder: Path) -> tuple[Path, Path]:
    return Path(csv_file(folder, ROW)), folder / "nowhere.yaml"


def _contract_in_cp932(folder: Path) -> tuple[Path, Path]:
    path = contract(folder, more="# 縁\n")
    path.write_bytes(path.read_text("utf-8").encode("cp932"))
    return Path(csv_file(folder, ROW)), path


_GOOD = ROW.encode()
_JAPANESE = f"{HEADER}\n{ROW}\n{ROW.replace('Quixotina', '縁')}\n"
_UNCLOSED = ROW.replace("Quixotina", '"Quixotina')
_QUALITY = (
    'quality:\n  - {expect: column_values_to_match_regex, column: tier, regex: "^(silver|gold)$", severity: critical}\n'
)
_PII = [ROW.replace(",gold,", f",q{n}.zanzibarsky@mail.example,").replace("77", str(n)) for n in range(30)]
_RAGGED = [f"{ROW},more".replace("77", str(n)) for n in range(40)]

CASES: dict[str, tuple[Case, int, tuple[str, ...]]] = {
    "no file": (_missing, USAGE, ("file-missing", "nowhere.csv", "path")),
    "a folder": (_folder, USAGE, ("file-missing", "folder")),
    "no contract": (_no_contract, USAGE, ("file-missing", "nowhere.yaml")),
    "a contract in another encoding": (_contract_in_cp932, USAGE, ("file-missing", "UTF-8")),
    "unknown suffix": (
        _file("delivery.xlsx", _GOOD),
        FINDING,
        ("format-unknown", "delivery.xlsx", "format: {type: csv}"),
    ),
    "empty": (_file("delivery.csv", b""), FINDING, ("file-empty", "delivery.csv")),
    "cp932 for utf-8": (
        _file("delivery.csv", _JAPANESE.encode("cp932")),
        FINDING,
        ("wrong-encoding", "line 3 of delivery.csv", "cp932"),
    ),
    "utf-16 for utf-8": (
        _file("delivery.csv", _JAPANESE.encode("utf-16")),
        FINDING,
        ("wrong-encoding", "line 1 of delivery.csv", "utf-16"),
    ),
    "parquet cut at its end": (_parquet(lambda raw: raw[:-20]), FINDING, ("not-parquet", "delivery.parquet")),
    "parquet cut in two": (_parquet(lambda raw: raw[: len(raw) // 2]), FINDING, ("not-parquet", "delivery.parquet")),
    "parquet damaged inside": (
        _parquet(lambda raw: raw[:40] + bytes(400) + raw[440:]),
        FINDING,
        ("not-parquet", "delivery.parquet"),
    ),
    "csv called parquet": (_file("delivery.parquet", _GOOD), FINDING, ("not-parquet", "delivery.parquet")),
    "gzip cut off": (
        _file("delivery.csv.gz", gzip.compress(f"{HEADER}\n{ROW}\n".encode())[:-9]),
        FINDING,
        ("not-compressed", "delivery.csv.gz"),
    ),
    "not gzip": (_file("delivery.csv.gz", _GOOD), FINDING, ("not-compressed", "delivery.csv.gz")),
    "wrong delimiter": (
        _rows(ROW.replace(",", ";"), header=HEADER.replace(",", ";")),
        FINDING,
        ("wrong-delimiter", "delimiter: ';'"),
    ),
    "a column twice": (_rows(ROW, header=HEADER.replace("family", "given")), FINDING, ("duplicate-column", "column 3")),
    "a column missing": (_rows(ROW, header=HEADER.replace("born", "birth")), FINDING, ("contract-refused", "born")),
    "a column unknown": (_rows(f"{ROW},1", header=f"{HEADER},extra"), FINDING, ("contract-refused", "extra")),
    "a quote never closed": (_rows(_UNCLOSED, ROW, ROW), FINDING, ("unclosed-quote", "line 2", "close")),
    "an endless row": (
        _rows(_UNCLOSED, *(["y" * 99] * 30_000), ROW),
        FINDING,
        ("row-too-long", "line 1 of delivery.csv"),
    ),
    "too many bad rows": (_rows(*_RAGGED), FINDING, ("too-many-bad-rows", "ragged-row", "line 2")),
    "personal data as a fact": (_rows(*_PII), FINDING, ("pii-found", "column tier", "ignore")),
    "a critical expectation": (
        _rows(ROW.replace(",gold,", ",platinum,"), more=_QUALITY),
        FINDING,
        ("quality-failed", "column_values_to_match_regex", "tier"),
    ),
    "unknown purpose": (
        _rows(ROW, change=("purpose: marketing", "purpose: marketin")),
        FINDING,
        ("contract", "marketin", "marketing"),
    ),
    "unknown category": (
        _rows(ROW, change=("user.behavior,", "user.behaviour,")),
        FINDING,
        ("contract", "user.behaviour", "user.behavior"),
    ),
    "unknown field kind": (
        _rows(ROW, change=("family_name:", "surname:")),
        FINDING,
        ("contract", "surname", "line 11"),
    ),
    "unknown key": (_rows(ROW, change=("locale: en", "local: en")), FINDING, ("contract", "local", "line")),
    "yaml that is none": (_rows(ROW, change=("locale: en", "locale: [en")), FINDING, ("contract-invalid", "line")),
    "a yaml bomb": (_rows(ROW, more="x: &a [1]\ny: [*a, *a]\n"), FINDING, ("contract-invalid", "line")),
    "an empty contract": (_rows(ROW, change=(CONTRACT, "")), FINDING, ("contract-invalid",)),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.usefixtures("unchanged")
def test_a_bad_delivery_is_refused_whole(app: Application, tmp_path: Path, case: str) -> None:
    write, code, words = CASES[case]
    file, promised = write(tmp_path)
    ran = cdp("ingest", file, "--contract", promised, home=app.settings.home)
    assert ran.code == code, ran.said
    ran.explains(*words)
    for secret in SECRETS:
        assert secret not in ran.said


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("json_asked", [False, True])
def test_a_file_over_the_limit_is_refused_whole(app: Application, tmp_path: Path, json_asked: bool) -> None:
    arguments = ["ingest", csv_file(tmp_path, *([ROW] * 9)), "-c", contract(tmp_path), *(["--json"] * json_asked)]
    ran = cdp(*arguments, home=app.settings.home, settings={"CDP_FILE_BYTES_MAX": "300"})
    assert ran.code == FINDING
    ran.explains("file-too-large", "300 bytes", "CDP_FILE_BYTES_MAX")
    assert ran.out == ""


def _bad_row(**cells: str) -> str:
    values = dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | cells
    return ",".join(values.values())


BAD_ROWS = {
    "duplicate-source-key": ([ROW, _bad_row(id="n-1"), ROW], 4, "id"),
    "no-source-key": ([_bad_row(id="n-2"), _bad_row(id="")], 3, "id"),
    "ragged-row": ([_bad_row(id="n-3"), ROW + ",more"], 3, ""),
    "row-too-long": ([_bad_row(id="n-4"), _bad_row(note="y" * 1_900, tier="z" * 1_900)], 3, ""),
    "value-too-long": ([_bad_row(id="n-5"), _bad_row(tier="y" * 2_001)], 3, "tier"),
    "wrong-type": ([_bad_row(id="n-6"), _bad_row(spent="Zanzibarsky")], 3, "spent"),
}


@pytest.mark.parametrize("reason", BAD_ROWS)
def test_a_bad_row_is_set_aside_with_line_and_reason_and_the_rest_lands(tmp_path: Path, reason: str) -> None:
    rows, line, column = BAD_ROWS[reason]
    home = new_home(tmp_path / "home").settings.home
    limits = {"CDP_ROW_BYTES_MAX": "3000"}
    ran = cdp("ingest", csv_file(tmp_path, *rows), "-c", contract(tmp_path), "--json", home=home, settings=limits)
    assert ran.code == DONE, ran.said
    report = ran.json()
    assert report["quarantine_reasons"] == {reason: 1}
    assert report["counts"]["new"] == len(rows) - 1
    shown = cdp("run", "quarantine", report["run"], home=home)
    listed = cdp("run", "quarantine", report["run"], "--json", home=home).json()
    assert [(row["line"], row["column"], row["code"]) for row in listed] == [(line, column, reason)]
    assert reason in shown.out
    for secret in SECRETS:
        assert secret not in ran.said + shown.said + json.dumps(listed)


def test_bad_lines_of_ndjson_are_set_aside(tmp_path: Path) -> None:
    names = HEADER.split(",")
    good = dict(zip(names, ROW.split(","), strict=True))
    lines = [json.dumps(good), '{"id": "zz-key-77", "given": "Quixotina"', "[1]", json.dumps(good | {"id": ["a"]})]
    file = tmp_path / "delivery.ndjson"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    home = new_home(tmp_path / "home").settings.home
    ran = cdp("ingest", file, "-c", contract(tmp_path), "--json", home=home)
    assert ran.code == DONE, ran.said
    rows = cdp("run", "quarantine", ran.json()["run"], "--json", home=home).json()
    assert [(row["line"], row["code"]) for row in rows] == [(2, "bad-json"), (3, "not-an-object"), (4, "nested-value")]
    assert not any(secret in json.dumps(rows) for secret in SECRETS)


def test_the_same_file_twice_changes_nothing_and_says_so(app: Application, tmp_path: Path) -> None:
    before = landed(app)
    delivery = (csv_file(tmp_path, *PEOPLE), "-c", contract(tmp_path))
    ran = cdp("ingest", *delivery, home=app.settings.home)
    assert (ran.code, "nothing changed" in ran.out) == (DONE, True), ran.said
    told: Any = cdp("ingest", *delivery, "--json", home=app.settings.home).json()
    assert told["repeated"] is True
    assert landed(app) == before


def test_a_refused_run_is_listed_with_its_reason(app: Application, tmp_path: Path) -> None:
    file, promised = CASES["too many bad rows"][0](tmp_path)
    assert cdp("ingest", file, "-c", promised, home=app.settings.home).code == FINDING
    runs = cdp("run", "list", "--json", home=app.settings.home).json()
    assert {"refused"} <= {run["state"] for run in runs}
    refused = next(run for run in runs if run["refusal"] == "too-many-bad-rows")
    assert cdp("run", "show", refused["run"], home=app.settings.home).json()["refusal"] == "too-many-bad-rows"
