"""Wycheproof's Ed25519 vectors through the verifier of our signed notes (C2SP/wycheproof, Apache-2.0)."""

import json
from pathlib import Path

import pytest

from governance.journal.note import NoteVerifier

_FILE = Path(__file__).parents[3] / "shared" / "vectors" / "wycheproof" / "ed25519_test.json"


def test_a_signature_holds_exactly_when_it_is_published_as_valid() -> None:
    if not _FILE.exists():
        pytest.skip("Wycheproof's vectors are not beside this repository (../shared/vectors)")
    wrong, ours = [], 0
    for group in json.loads(_FILE.read_text())["testGroups"]:
        verifier = NoteVerifier("wycheproof", bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            ours += 1
            held = verifier.has_signed(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            if held is not (case["result"] == "valid"):
                wrong.append(case["tcId"])
    assert wrong == []
    assert ours > 100
