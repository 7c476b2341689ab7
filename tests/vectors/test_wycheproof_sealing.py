"""Wycheproof's vectors for AES-GCM, AES-SIV, HKDF and HMAC, through our own wrappers (C2SP/wycheproof, Apache-2.0)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from governance.primitives import NotAuthentic, gcm_open, gcm_seal, hkdf_sha256, hmac_sha256, siv_open, siv_seal

_FOLDER = Path(__file__).parents[3] / "shared" / "vectors" / "wycheproof"

Case = dict[str, Any]


def _cases(name: str) -> Iterator[tuple[Case, Case]]:
    """(group, case) of one file, hexadecimal strings as bytes."""
    path = _FOLDER / name
    if not path.exists():
        pytest.skip("Wycheproof's vectors are not beside this repository (../shared/vectors)")
    for group in json.loads(path.read_text())["testGroups"]:
        for case in group["tests"]:
            texts = {name: bytes.fromhex(case[name]) for name in _HEX if name in case}
            yield group, case | texts


_HEX = ("key", "iv", "aad", "msg", "ct", "tag", "ikm", "salt", "info", "okm")


def test_gcm_opens_what_is_authentic_and_nothing_else() -> None:
    wrong, ours = [], 0
    for group, case in _cases("aes_gcm_test.json"):
        if group["ivSize"] != 96 or group["tagSize"] != 128:
            continue  # our wrapper has no other sizes to offer
        ours += 1
        cipher = AESGCM(case["key"])
        sealed = case["iv"] + case["ct"] + case["tag"]
        try:
            opened = gcm_open(cipher, sealed, case["aad"]) == case["msg"]
        except NotAuthentic:
            opened = False
        if opened:
            opened = gcm_seal(cipher, case["iv"], case["msg"], associated=case["aad"]) == sealed
        if opened is not (case["result"] == "valid"):
            wrong.append(case["tcId"])
    assert wrong == []
    assert ours > 100


def test_siv_opens_what_is_authentic_and_nothing_else() -> None:
    wrong, ours = [], 0
    for _, case in _cases("aes_siv_cmac_test.json"):
        ours += 1
        cipher = AESSIV(case["key"])
        try:
            opened = siv_open(cipher, case["ct"], case["aad"]) == case["msg"]
        except NotAuthentic:
            opened = False
        if opened:
            opened = siv_seal(cipher, case["msg"], case["aad"]) == case["ct"]
        if opened is not (case["result"] == "valid"):
            wrong.append(case["tcId"])
    assert wrong == []
    assert ours > 400


def test_hkdf_derives_what_is_published_and_refuses_what_is_too_long() -> None:
    wrong = []
    for _, case in _cases("hkdf_sha256_test.json"):
        try:
            derived = hkdf_sha256(case["ikm"], salt=case["salt"], info=case["info"], length=case["size"])
        except ValueError:
            derived = None
        if (derived == case["okm"]) is not (case["result"] == "valid"):
            wrong.append(case["tcId"])
    assert wrong == []


def test_hmac_is_what_is_published() -> None:
    wrong = []
    for group, case in _cases("hmac_sha256_test.json"):
        ours = hmac_sha256(case["key"], case["msg"])[: group["tagSize"] // 8]
        if (ours == case["tag"]) is not (case["result"] == "valid"):
            wrong.append(case["tcId"])
    assert wrong == []
