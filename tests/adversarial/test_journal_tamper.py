"""Whoever edits, swaps, cuts or forks the journal is found, and the first bad place is named."""

import base64
import copy
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from journal_samples import ORIGIN, SIGNER, a_journal, a_leaf
from sqlalchemy import Connection, delete, select, update

from governance.adapters.journal_memory import JournalMemory
from governance.adapters.journal_sql import JournalSql
from governance.adapters.tables import journal_leaves, journal_nodes
from governance.journal.export import export_all, export_some
from governance.journal.journal import Journal
from governance.journal.leaf import encode
from governance.journal.merkle import leaf_hash
from governance.journal.note import NoteSigner
from governance.journal.verify import Verdict, verify_export

Export = dict[str, Any]
SIZE = 37


def _whole(size: int = SIZE) -> Export:
    store = JournalMemory()
    return export_all(a_journal(size, store), store)


def _verdict(export: object, *kept: str) -> Verdict:
    return verify_export(json.dumps(export), [SIGNER.verifier], kept=kept)


WHOLE = _whole()
PART = export_some(a_journal(SIZE), [30, 2, 5, 11, 36, 2])


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every leaf value, list and object of a JSON document."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in children for place in _places(child, (*path, key)))]


def _edit(value: Any, chance: random.Random) -> Any:
    """Another value than `value`, near it."""
    if isinstance(value, str):
        at = chance.randrange(len(value) + 1)
        replaced = value[:at] + chance.choice("aZ0-=+ é") + value[at + chance.randrange(2) :]
        return replaced if replaced != value else value + "x"
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 2**40))
    if isinstance(value, list):
        return chance.choice(
            [[*value, copy.deepcopy(chance.choice(value))] if value else [None], value[1:] if value else {}, None]
        )
    return chance.choice([None, [], value | {"more": 1}])


def _tampered(export: Export, chance: random.Random) -> Export:
    """The export with one change: a value edited, or two entries swapped, one removed, repeated or the rest cut off."""
    forged = copy.deepcopy(export)
    entries = forged["entries"]
    one, two = sorted(chance.sample(range(len(entries)), 2))
    match chance.randrange(8):
        case 0:
            entries[one], entries[two] = entries[two], entries[one]
        case 1:
            entries[one]["leaf"], entries[two]["leaf"] = entries[two]["leaf"], entries[one]["leaf"]
        case 2:
            del entries[one]
        case 3:
            del entries[two:]
        case 4:
            entries.insert(one, copy.deepcopy(entries[two]))
        case _:
            *path, last = chance.choice(_places(forged)[1:])
            holder = forged
            for key in path:
                holder = holder[key]
            holder[last] = _edit(holder[last], chance)
    return forged


@pytest.mark.parametrize("export", [WHOLE, PART], ids=["whole", "part"])
def test_every_random_tampering_is_found(export: Export) -> None:
    chance = random.Random(6962)
    missed = []
    for _ in range(250):
        forged = _tampered(export, chance)
        if forged != export and _verdict(forged).good:
            missed.append(forged)
    assert missed == []


def test_what_was_not_tampered_with_is_good() -> None:
    for size in (0, 1, 2, 8, SIZE):
        assert _verdict(_whole(size)) == Verdict(good=True, origin=ORIGIN, size=size, checked=size, whole=True)
    assert _verdict(PART) == Verdict(good=True, origin=ORIGIN, size=SIZE, checked=5)
    assert str(_verdict(WHOLE)) == f"good: all {SIZE} leaves of {ORIGIN} are as signed"


@pytest.mark.parametrize("index", range(0, SIZE, 3))
def test_the_first_edited_entry_is_named(index: int) -> None:
    forged = copy.deepcopy(WHOLE)
    for at in (index, SIZE - 1):
        forged["entries"][at]["leaf"]["decision"] = "Allow"
    assert _verdict(forged).place == f"entry {index}"


@pytest.mark.parametrize("index", range(0, SIZE - 1, 3))
def test_an_entry_whose_hash_was_edited_with_it_is_named_with_its_neighbour(index: int) -> None:
    """The hash above the two gives them away, but not which of them."""
    forged = copy.deepcopy(WHOLE)
    leaf = forged["entries"][index]["leaf"] | {"client": "somebody-else"}
    forged["entries"][index]["leaf"] = leaf
    forged["tree"][0][index] = base64.b64encode(leaf_hash(encode(leaf))).decode()
    first = index - index % 2
    assert _verdict(forged).place == f"entries {first} to {first + 1}"


def test_a_journal_made_anew_under_the_old_checkpoint_is_found() -> None:
    store = JournalMemory()
    anew = Journal(store, SIGNER, ORIGIN)
    anew.append([a_leaf(number, client="somebody-else") for number in range(SIZE)])
    assert _verdict(export_all(anew, store) | {"checkpoint": WHOLE["checkpoint"]}).place == "checkpoint"


def test_two_entries_that_changed_places_are_named_by_the_first() -> None:
    forged = copy.deepcopy(WHOLE)
    entries, hashes = forged["entries"], forged["tree"][0]
    entries[4]["leaf"], entries[9]["leaf"] = entries[9]["leaf"], entries[4]["leaf"]
    assert _verdict(forged).place == "entry 4"
    hashes[4], hashes[9] = hashes[9], hashes[4]
    assert _verdict(forged).place == "entries 4 to 5"


@pytest.mark.parametrize("index", [0, 1, 17, SIZE - 1])
def test_a_removed_entry_is_named(index: int) -> None:
    forged = copy.deepcopy(WHOLE)
    del forged["entries"][index]
    assert _verdict(forged).place == f"entry {index}"


def test_entries_cut_off_or_added_are_named() -> None:
    assert _verdict(WHOLE | {"entries": WHOLE["entries"][:20]}).place == "entry 20"
    assert (
        _verdict(WHOLE | {"entries": [*WHOLE["entries"], {"index": SIZE, "leaf": a_leaf(SIZE)}]}).place
        == f"entry {SIZE}"
    )


@pytest.mark.parametrize("position", range(5))
def test_the_bad_entry_of_a_part_is_named(position: int) -> None:
    forged = copy.deepcopy(PART)
    forged["entries"][position]["leaf"]["purpose"] = "analytics"
    assert _verdict(forged).place == f"entry {forged['entries'][position]['index']}"


def test_a_checkpoint_that_another_key_signed_is_found() -> None:
    store = JournalMemory()
    a_journal(SIZE, store)
    forged = export_all(Journal(store, NoteSigner(ORIGIN, b"f" * 32), ORIGIN), store)
    assert _verdict(forged).place == "checkpoint"


def test_a_journal_cut_back_is_found_by_whoever_kept_a_checkpoint() -> None:
    kept = WHOLE["checkpoint"]
    assert _verdict(_whole(20)).good
    assert "cut back" in str(_verdict(_whole(20), kept))
    assert _verdict(WHOLE, _whole(20)["checkpoint"], kept).good


def test_a_journal_forked_and_signed_anew_is_found_by_whoever_kept_a_checkpoint() -> None:
    store = JournalMemory()
    fork = Journal(store, SIGNER, ORIGIN)
    fork.append(
        [a_leaf(number, client="somebody-else") if number == 7 else a_leaf(number) for number in range(SIZE + 5)]
    )
    forged = export_all(fork, store)
    assert _verdict(forged).good
    assert _verdict(forged, _whole(7)["checkpoint"]).good
    for kept in (_whole(8)["checkpoint"], WHOLE["checkpoint"]):
        assert "forked" in str(_verdict(forged, kept))


def test_a_part_is_not_said_to_agree_with_a_checkpoint_that_it_cannot_be_compared_with() -> None:
    assert _verdict(PART, WHOLE["checkpoint"]).good
    assert "whole export" in str(_verdict(PART, _whole(20)["checkpoint"]))


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{}", "[" * 100_000, '{"format":1}', '{"format":"enishi-journal-export/1"}', "\ud800"]
)
def test_what_is_no_export_is_a_finding_and_no_crash(text: str) -> None:
    assert _verdict(json.loads("[]")).place == "export"
    assert verify_export(text, [SIGNER.verifier]).place == "export"


def test_a_repeated_key_does_not_hide_what_was_signed() -> None:
    text = json.dumps(WHOLE)
    doubled = text.replace('"decision": "allow"', '"decision": "refuse", "decision": "allow"', 1)
    assert text != doubled
    assert verify_export(doubled, [SIGNER.verifier]).place == "export"


def _journal_of(connection: Connection) -> tuple[JournalSql, Journal]:
    store = JournalSql(connection)
    return store, a_journal(SIZE, store)


DATABASE_ATTACKS: dict[str, tuple[Callable[[Connection], object], str]] = {
    "a leaf edited": (
        lambda c: c.execute(
            update(journal_leaves).where(journal_leaves.c.leaf_index == 9).values(leaf=encode(a_leaf(0)))
        ),
        "entry 9",
    ),
    "a leaf made unreadable": (
        lambda c: c.execute(update(journal_leaves).where(journal_leaves.c.leaf_index == 9).values(leaf=b"\xff")),
        "entry 9",
    ),
    "a leaf edited together with its hash": (
        lambda c: c.execute(
            update(journal_leaves)
            .where(journal_leaves.c.leaf_index == 8)
            .values(leaf=encode(a_leaf(0)), leaf_hash=leaf_hash(encode(a_leaf(0))))
        ),
        "entries 8 to 9",
    ),
    "a leaf deleted": (
        lambda c: c.execute(delete(journal_leaves).where(journal_leaves.c.leaf_index == 9)),
        "entry 9",
    ),
    "a hash edited": (
        lambda c: c.execute(
            update(journal_nodes)
            .where(journal_nodes.c.level == 2, journal_nodes.c.node_index == 3)
            .values(hash=b"x" * 32)
        ),
        "tree, level 2, index 3",
    ),
}


@pytest.mark.parametrize("attack", DATABASE_ATTACKS)
def test_an_attack_on_the_database_is_found_by_its_place(attack: str, sql_connection: Connection) -> None:
    store, journal = _journal_of(sql_connection)
    assert _verdict(export_all(journal, store)).good
    act, place = DATABASE_ATTACKS[attack]
    act(sql_connection)
    assert _verdict(export_all(journal, store)).place == place


def test_nothing_in_the_journal_s_tables_is_a_value_or_a_pseudonym(sql_connection: Connection) -> None:
    _journal_of(sql_connection)
    text = b"".join(bytes(leaf) for leaf in sql_connection.execute(select(journal_leaves.c.leaf)).scalars())
    assert b"ps1." not in text


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "governance.journal.verify", *arguments],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip


def test_the_command_line_says_good_finding_or_usage(tmp_path: Path) -> None:
    file, kept, vkey = tmp_path / "export.json", tmp_path / "kept.txt", SIGNER.verifier.vkey
    file.write_text(json.dumps(WHOLE))
    kept.write_text(_whole(20)["checkpoint"])
    good = _run(str(file), "--vkey", vkey, "--kept", str(kept))
    assert (good.returncode, good.stdout) == (0, f"good: all {SIZE} leaves of {ORIGIN} are as signed\n")
    file.write_text(json.dumps(_whole(10)))
    found = _run(str(file), "--vkey", vkey, "--kept", str(kept))
    assert (found.returncode, found.stdout[:27]) == (1, "finding: kept checkpoint 1:")
    assert _run(str(file), "--vkey", "nonsense").returncode == 2
    assert _run(str(tmp_path / "absent"), "--vkey", vkey).returncode == 2
    assert _run().returncode == 2


def test_the_verifier_loads_nothing_else_of_ours() -> None:
    script = (
        "import sys, governance.journal.verify\n"
        "ours = ('cdp', 'pipelines', 'consent', 'identity', 'governance', 'sqlalchemy')\n"
        "print([m for m in sys.modules if m.split('.')[0] in ours and not m.startswith('governance.journal')])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert ran.stdout.strip() == "['governance']"
