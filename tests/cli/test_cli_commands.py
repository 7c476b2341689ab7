"""Every command in the hands of somebody who reads its help, asks for JSON, and gives it wrong names."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer.main
from command_line import DONE, FINDING, REFUSED, USAGE, Ran, cdp, new_home
from invented_group import ENTITIES, NAMES, invented, write_group

from cdp.cli.app import app as commands

PEOPLE = invented(20)
YES, NO = PEOPLE[0], PEOPLE[4]
"""Who wants offers, and who does not."""


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home in which three companies delivered twenty customers."""
    folder = tmp_path_factory.mktemp("commands")
    write_group(folder, PEOPLE, bad_rows=True)
    new_home(folder / "home")
    for entity in ENTITIES:
        ran = cdp("ingest", folder / NAMES[entity], "-c", folder / f"{entity}.yaml", home=folder / "home")
        assert ran.code == DONE, ran.said
    return folder


@pytest.fixture(scope="module")
def home(group: Path) -> Path:
    return group / "home"


def _all_commands() -> Iterator[tuple[str, ...]]:
    def below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield path
        for name, child in getattr(command, "commands", {}).items():
            yield from below(child, (*path, name))

    yield from below(typer.main.get_command(commands), ())


COMMANDS = list(_all_commands())
LEAVES = [path for path in COMMANDS if not any(other[: len(path)] == path and other != path for other in COMMANDS)]


def test_the_commands_are_nouns_with_verbs() -> None:
    assert {"init", "ingest", "serve", "demo"} <= {path[0] for path in LEAVES if len(path) == 1}
    assert len(LEAVES) > 20


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_fits_a_screen_and_shows_an_example(path: tuple[str, ...]) -> None:
    ran = cdp(*path, "--help")
    assert ran.code == DONE
    assert len(ran.out.splitlines()) <= 45
    if path in LEAVES:
        assert "Example:" in ran.out
        assert f"cdp {' '.join(path)}" in ran.out


def test_the_version_is_told() -> None:
    assert cdp("--version").out.startswith("enishi-cdp ")


@pytest.mark.parametrize("arguments", [["nonsense"], ["ingest"], ["run", "show"], ["identity", "stats", "--jason"], []])
def test_wrong_usage_leaves_with_two(arguments: list[str]) -> None:
    assert cdp(*arguments).code == USAGE


def _json(home: Path, *arguments: object) -> Any:
    ran = cdp(*arguments, "--json", home=home)
    assert ran.code == DONE, ran.said
    assert ran.err == ""
    return ran.json()


def test_runs_are_listed_shown_and_their_quarantine_too(home: Path) -> None:
    runs = _json(home, "run", "list")
    assert {(run["entity"], run["state"]) for run in runs} == {(entity, "done") for entity in ENTITIES}
    shop = next(run for run in runs if run["entity"] == "shop")
    assert (shop["read"], shop["new"], shop["quarantined"]) == (24, 20, 4)
    assert cdp("run", "show", shop["run"], home=home).json()["quarantine_reasons"] == shop["quarantine_reasons"]
    rows = _json(home, "run", "quarantine", shop["run"])
    assert [row["line"] for row in rows] == [22, 23, 24, 25]
    assert "22" in cdp("run", "quarantine", shop["run"], home=home).out
    bank = next(run["run"] for run in runs if run["entity"] == "bank")
    assert "no rows" in cdp("run", "quarantine", bank, home=home).out
    for verb in ("show", "quarantine"):
        unknown = cdp("run", verb, "0" * 32, home=home)
        assert unknown.code == USAGE
        unknown.explains("not-found", "cdp run list")


def test_identity_is_counted_and_exported(group: Path, home: Path) -> None:
    stats = _json(home, "identity", "stats")
    assert stats["records"] == dict.fromkeys(ENTITIES, 20)
    assert (stats["persons"], stats["largest"][0]) == (20, 3)
    ran = cdp("identity", "export", group / "clusters.csv", home=home)
    assert (ran.code, "60 records of 20 persons" in ran.out) == (DONE, True)
    assert (group / "clusters.csv").read_text().splitlines()[0] == "entity,source_key,label"
    assert (group / "clusters.csv").stat().st_mode & 0o077 == 0
    nowhere = cdp("identity", "export", group / "no" / "clusters.csv", home=home)
    assert nowhere.code == USAGE, nowhere.said
    nowhere.explains("folder")
    assert cdp("journal", "export", group, home=home).explains("folder").code == USAGE


def _read(home: Path, who: Any, purpose: str = "marketing", entity: str = "shop", *more: str) -> Ran:
    key = who if isinstance(who, str) else who.key(entity)
    return cdp("profile", "read", "--entity", entity, "--purpose", purpose, "--source-key", key, *more, home=home)


def test_a_profile_is_read_through_the_gate(home: Path) -> None:
    shown = _read(home, YES)
    assert shown.code == DONE
    assert "points" in shown.out
    told = _read(home, YES, "marketing", "shop", "--json").json()
    assert {fact["name"] for fact in told["facts"]} >= {"points", "likes"}
    assert told["pseudonym"].startswith("ps1.")


def test_a_refused_read_leaves_with_three_and_is_journalled(home: Path) -> None:
    before = _json(home, "journal", "list", "--entity", "shop", "--decision", "refuse")["entries"]
    refused = _read(home, NO)
    assert refused.code == REFUSED, refused.said
    refused.explains("read-refused", "reason", "journal")
    assert refused.out == ""
    after = _json(home, "journal", "list", "--entity", "shop", "--decision", "refuse")["entries"]
    assert len(after) == len(before) + 1


def test_a_read_of_nobody_or_for_nothing_known_is_a_usage_error(home: Path) -> None:
    _read(home, "no-such-key").explains("not-found")
    unknown = _read(home, YES, "marketin")
    assert unknown.code == USAGE
    unknown.explains("unknown-purpose", "marketing")
    _read(home, YES.key("bank"), "marketing", "No Company").explains("invalid-identifier")
    absent, foreign = _read(home, "no-such-key"), _read(home, YES.key("bank"))
    assert (absent.code, absent.said) == (foreign.code, foreign.said)
    assert YES.key("bank") not in foreign.said


def test_the_state_of_a_consent_is_told(home: Path) -> None:
    arguments = ("consent", "state", "--entity", "shop", "--purpose", "marketing", "--category", "user.behavior")
    yes = _json(home, *arguments, "--source-key", YES.key("shop"))
    no = _json(home, *arguments, "--source-key", NO.key("shop"))
    assert (yes["allowed"], no["allowed"]) == (True, False)
    assert yes["receipts"]
    assert no["reason"] in {"consent-refused", "consent-withdrawn"}
    plain = cdp(*arguments, "--source-key", NO.key("shop"), home=home)
    assert (plain.code, plain.out.startswith("not allowed")) == (DONE, True)
    wrong = cdp(*arguments[:-1], "user.behaviour", "--source-key", YES.key("shop"), home=home)
    assert wrong.code == USAGE, wrong.said
    wrong.explains("unknown-category")


def test_clients_are_added_listed_and_disabled(home: Path) -> None:
    add = ("client", "add", "shop-web", "--entity", "shop", "--role", "engineer")
    secret = _json(home, *add, "--purpose", "marketing")["client_secret"]
    assert len(secret) >= 32
    (listed,) = _json(home, "client", "list")
    assert listed == {
        "client_id": "shop-web",
        "entity": "shop",
        "roles": ["engineer"],
        "purposes": ["marketing"],
        "disabled": False,
    }
    assert secret not in cdp("client", "list", home=home).said
    assert secret.encode() not in (home / "enishi.db").read_bytes() + (home / "enishi.db-wal").read_bytes()
    cdp(*add, home=home).explains("client-exists")
    cdp(*add[:2], "other", *add[3:], "--purpose", "marketin", home=home).explains("unknown-purpose")
    assert cdp(*add[:-1], "king", home=home).code == USAGE
    assert cdp("client", "disable", "shop-web", home=home).code == DONE
    assert _json(home, "client", "list")[0]["disabled"] is True
    assert cdp("client", "disable", "nobody", home=home).explains("not-found", "cdp client list").code == USAGE


def test_policy_and_purposes_are_shown(home: Path) -> None:
    policy = _json(home, "policy", "show")
    assert policy["version"] in cdp("policy", "show", home=home).out
    assert any("permit" in text for text in policy["files"].values())
    purposes = _json(home, "policy", "purposes")
    assert {"marketing", "identity-resolution"} <= {purpose["id"] for purpose in purposes}


def test_a_contract_is_linted_alone_and_against_a_file(group: Path) -> None:
    good = cdp("contract", "lint", group / "shop.yaml", "--file", group / "shop.csv")
    assert good.code == DONE, good.said
    unfit = cdp("contract", "lint", group / "shop.yaml", "--file", group / "mobile.ndjson", "--json")
    assert unfit.code in {FINDING, USAGE}
    bad = group / "bad.yaml"
    bad.write_text((group / "shop.yaml").read_text("utf-8").replace("marketing", "marketin"), "utf-8")
    found = cdp("contract", "lint", bad, "--json")
    assert found.code == FINDING
    assert {"code", "severity", "place", "hint"} == set(found.json()[0])
    assert "marketin" in cdp("contract", "lint", bad).out
    bad.write_text("contract: [1", "utf-8")
    assert cdp("contract", "lint", bad).explains("contract-invalid", "line 1").code == FINDING
    assert cdp("contract", "lint", group / "nowhere.yaml").code == USAGE


def test_the_journal_is_listed_and_paged(home: Path) -> None:
    for _ in range(3):
        assert _read(home, YES).code == DONE
    first = _json(home, "journal", "list", "--entity", "shop", "--limit", "2")
    assert len(first["entries"]) == 2
    second = _json(home, "journal", "list", "--entity", "shop", "--limit", "2", "--cursor", first["next_cursor"])
    indexes = [entry["index"] for page in (first, second) for entry in page["entries"]]
    assert indexes == sorted(indexes, reverse=True)
    assert len(set(indexes)) == len(indexes)
    assert "--cursor" in cdp("journal", "list", "--entity", "shop", "--limit", "2", home=home).out
    for wrong in (("--cursor", "x"), ("--since", "yesterday"), ("--limit", "100000")):
        assert cdp("journal", "list", "--entity", "shop", *wrong, home=home).explains().code == USAGE


def _export(home: Path, folder: Path) -> tuple[Path, str]:
    for who in (YES, NO, PEOPLE[1]):
        _read(home, who)
    file = folder / "journal.json"
    assert cdp("journal", "export", file, home=home).code == DONE
    return file, cdp("journal", "key", home=home).out.strip()


def test_an_export_verifies_offline_and_a_changed_one_does_not(home: Path, tmp_path: Path) -> None:
    file, key = _export(home, tmp_path)
    good = cdp("journal", "verify", file, "--key", key, home=tmp_path / "no-home")
    assert good.code == DONE, good.said
    assert cdp("journal", "verify", file, "--key", key, "--json").json()["good"] is True
    text = file.read_text("utf-8")
    assert "refuse" in text
    file.write_text(text.replace("refuse", "allow", 1), "utf-8")
    bad = cdp("journal", "verify", file, "--key", key)
    assert bad.code == FINDING
    entry = next(place for place, one in enumerate(json.loads(text)["entries"]) if "refuse" in json.dumps(one))
    assert f"{entry}" in bad.out
    assert cdp("journal", "verify", file, "--key", key, "--json").code == FINDING


def test_a_kept_checkpoint_must_still_hold(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "head.txt"
    kept.write_text(cdp("journal", "checkpoint", home=home).out, "utf-8")
    file, key = _export(home, tmp_path)
    assert cdp("journal", "verify", file, "--key", key, "--kept", kept).code == DONE
    other = new_home(tmp_path / "other").settings.home
    foreign = tmp_path / "foreign.txt"
    foreign.write_text(cdp("journal", "checkpoint", home=other).out, "utf-8")
    assert cdp("journal", "verify", file, "--key", key, "--kept", foreign).code == FINDING
    assert cdp("journal", "verify", file, "--key", cdp("journal", "key", home=other).out.strip()).code == FINDING
    assert cdp("journal", "verify", file, "--key", "nonsense").explains().code in {FINDING, USAGE}
    assert cdp("journal", "verify", tmp_path / "nowhere", "--key", key).explains("cdp journal export").code == USAGE
    (tmp_path / "text").write_text("not an export")
    assert cdp("journal", "verify", tmp_path / "text", "--key", key).code == FINDING


def test_agreements_are_listed_and_ended(home: Path) -> None:
    listed = {row["id"]: row for row in _json(home, "agreement", "list")}
    assert {"shop-link", "bank-link", "mobile-offers"} <= set(listed)
    assert cdp("agreement", "end", "nothing", home=home).explains("agreement").code == USAGE
    before = _json(home, "identity", "stats")["persons"]
    for entity in ENTITIES:
        assert cdp("agreement", "end", f"{entity}-link", home=home).code == DONE
    assert all(row["ends"] for row in _json(home, "agreement", "list") if row["id"].endswith("-link"))
    assert (before, _json(home, "identity", "stats")["persons"]) == (20, 60)


def test_click_is_told_of_every_option() -> None:
    """Each option and argument of every command has a help text, so that --help is enough."""
    root = typer.main.get_command(commands)
    for path in LEAVES:
        command: Any = root
        for name in path:
            command = command.commands[name]
        silent = [one.name for one in command.params if isinstance(one, click.Option) and not getattr(one, "help", "")]
        assert silent == [], path
