"""Published RFC 6962 proofs, good and bad, through our verifier (transparency-dev/merkle, Apache-2.0)."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from governance.journal.errors import InvalidProof
from governance.journal.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash
from governance.journal.proofs import verify_consistency, verify_inclusion

_ALL = Path(__file__).parents[3] / "shared" / "vectors" / "rfc6962" / "proofs.json"
_SELECTION = Path(__file__).parent / "data" / "rfc6962_selection.json"


def _holds(case: dict[str, Any]) -> bool:
    proof = [base64.b64decode(one) for one in case["proof"] or []]
    try:
        if "size1" in case:
            verify_consistency(
                old_size=case["size1"],
                new_size=case["size2"],
                old_root=base64.b64decode(case["root1"]),
                new_root=base64.b64decode(case["root2"]),
                proof=proof,
            )
        else:
            verify_inclusion(
                base64.b64decode(case["leafHash"]),
                index=case["leafIdx"],
                size=case["treeSize"],
                proof=proof,
                root=base64.b64decode(case["root"]),
            )
    except InvalidProof:
        return False
    return True


@pytest.mark.parametrize("name", sorted(json.loads(_SELECTION.read_text())["cases"]))
def test_each_selected_proof_is_judged_as_published(name: str) -> None:
    case = json.loads(_SELECTION.read_text())["cases"][name]
    assert _holds(case) is not case["wantErr"]


def test_every_published_proof_is_judged_as_published() -> None:
    if not _ALL.exists():
        pytest.skip("the published RFC 6962 proofs are not beside this repository (../shared/vectors)")
    cases = json.loads(_ALL.read_text())
    assert len(cases) > 100
    assert [name for name, case in cases.items() if _holds(case) is case["wantErr"]] == []


def test_the_roots_of_the_published_reference_tree_are_ours() -> None:
    """The eight leaves and the roots of sizes 1 to 8 of the Certificate Transparency reference test."""
    leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]  # fmt: skip
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in leaves]
    roots = [Frontier().grown(hashes[:size])[0].root.hex() for size in (1, 2, 3, 8)]
    assert roots == [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]


def test_the_empty_tree_and_the_prefixes_are_those_of_the_rfc() -> None:
    assert hashlib.sha256(b"").digest() == EMPTY_ROOT
    assert leaf_hash(b"x") == hashlib.sha256(b"\x00x").digest()
    assert node_hash(b"a" * 32, b"b" * 32) == hashlib.sha256(b"\x01" + b"a" * 32 + b"b" * 32).digest()
