"""Signed notes and checkpoints: C2SP's formats, to the byte."""

import base64
import hashlib

import pytest

from governance.journal.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from governance.journal.errors import InvalidCheckpoint, InvalidNote
from governance.journal.merkle import EMPTY_ROOT
from governance.journal.note import NoteSigner, NoteVerifier, open_note, sign_note

SIGNER, OTHER = NoteSigner("enishi/test", bytes(range(32))), NoteSigner("witness", b"w" * 32)
TEXT = "enishi/test\n3\n" + base64.b64encode(b"r" * 32).decode() + "\n"

# The worked example of golang.org/x/mod/sumdb/note, from which the C2SP format comes.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_and_a_key_that_others_made_are_read() -> None:
    verifier = NoteVerifier.from_vkey(GO_VKEY)
    assert verifier.vkey == GO_VKEY
    assert open_note(GO_NOTE, [verifier]).signed_by == ("PeterNeumann",)
    assert open_note(GO_NOTE, [verifier]).text == GO_NOTE.partition("\n\n")[0] + "\n"


def test_a_note_is_text_empty_line_and_signature_lines() -> None:
    text, signature = sign_note(TEXT, [SIGNER]).split("\n\n")
    dash, name, encoded = signature.removesuffix("\n").split(" ")
    raw = base64.b64decode(encoded)
    public = SIGNER.verifier.public
    assert (text + "\n", dash, name) == (TEXT, "\u2014", "enishi/test")
    assert raw[:4] == hashlib.sha256(b"enishi/test\n\x01" + public).digest()[:4]
    assert len(raw) == 68
    assert SIGNER.verifier.has_signed(TEXT.encode(), raw[4:])


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    note = sign_note(TEXT, [OTHER, SIGNER])
    assert open_note(note, [SIGNER.verifier]).signed_by == ("enishi/test",)
    assert open_note(note, [SIGNER.verifier, OTHER.verifier]).signed_by == ("witness", "enishi/test")


def test_a_note_that_no_trusted_key_signed_is_refused() -> None:
    with pytest.raises(InvalidNote, match="no trusted key"):
        open_note(sign_note(TEXT, [OTHER]), [SIGNER.verifier])
    with pytest.raises(InvalidNote, match="no trusted key"):
        open_note(sign_note(TEXT, [SIGNER]), [])


def test_a_wrong_signature_of_a_known_key_spoils_a_good_one() -> None:
    forged = NoteSigner("witness", b"f" * 32).signature_line(TEXT).split(" ")[2]
    raw = OTHER.verifier.key_id + base64.b64decode(forged)[4:]
    note = sign_note(TEXT, [SIGNER]) + f"\u2014 witness {base64.b64encode(raw).decode()}\n"
    assert open_note(note, [SIGNER.verifier]).signed_by == ("enishi/test",)
    with pytest.raises(InvalidNote, match="'witness'"):
        open_note(note, [SIGNER.verifier, OTHER.verifier])


def test_every_changed_character_of_a_note_is_found() -> None:
    note = sign_note(TEXT, [SIGNER])
    for at in range(len(note)):
        changed = note[:at] + ("A" if note[at] != "A" else "B") + note[at + 1 :]
        with pytest.raises(InvalidNote):
            open_note(changed, [SIGNER.verifier])


@pytest.mark.parametrize(
    "note",
    [
        "", "\n\n", TEXT, TEXT + "\n", sign_note(TEXT, [SIGNER])[:-1], sign_note(TEXT, [SIGNER]) + "\n",
        sign_note(TEXT, [SIGNER]).replace("\u2014", "-"), sign_note(TEXT, [SIGNER]) + "\u2014 x AAAA\n",
        sign_note(TEXT, [SIGNER]) + "\u2014 x y z\n", sign_note(TEXT, [SIGNER]).replace("\n\n", "\r\n\r\n"),
        sign_note(TEXT, [SIGNER]) + SIGNER.signature_line(TEXT + "x") + "\n",
        TEXT + "\n" + (SIGNER.signature_line(TEXT) + "\n") * 101,
    ],
)  # fmt: skip
def test_a_malformed_note_is_refused(note: str) -> None:
    with pytest.raises(InvalidNote):
        open_note(note, [SIGNER.verifier])


@pytest.mark.parametrize("text", ["", "no newline", "tab\there\n", "nul\x00\n", "\ud800\n"])
def test_a_text_that_cannot_be_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(InvalidNote):
        sign_note(text, [SIGNER])


def test_a_note_without_a_signer_is_not_made() -> None:
    with pytest.raises(InvalidNote):
        sign_note(TEXT, [])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u3000b"])
def test_a_key_name_is_one_word(name: str) -> None:
    with pytest.raises(InvalidNote):
        NoteSigner(name, b"s" * 32)


@pytest.mark.parametrize(
    "vkey",
    [
        "", "x", GO_VKEY + "A", GO_VKEY[:-1], GO_VKEY.replace("c74f20a3", "c74f20a4"), GO_VKEY.replace("Pe", "Pa"),
        GO_VKEY.replace("+ARpc", "+BRpc"), GO_VKEY.replace("c74f20a3", "C74F20A3"), GO_VKEY + "\n",
    ],
)  # fmt: skip
def test_a_wrong_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(InvalidNote):
        NoteVerifier.from_vkey(vkey)


def test_a_signer_does_not_show_its_key() -> None:
    assert bytes(range(32)).hex() not in repr(SIGNER)
    assert "Private" not in repr(SIGNER)


def test_a_checkpoint_is_origin_size_and_root_each_on_its_line() -> None:
    checkpoint = Checkpoint("enishi/test", 3, b"r" * 32)
    assert checkpoint.text == TEXT
    assert parse_checkpoint(TEXT) == checkpoint
    assert parse_checkpoint(TEXT + "more\n") == Checkpoint("enishi/test", 3, b"r" * 32, ("more",))
    assert open_checkpoint(sign_note(TEXT, [SIGNER]), [SIGNER.verifier], origin="enishi/test") == checkpoint


def test_a_checkpoint_of_another_journal_is_refused() -> None:
    with pytest.raises(InvalidCheckpoint, match="another journal"):
        open_checkpoint(sign_note(TEXT, [SIGNER]), [SIGNER.verifier], origin="enishi/other")


_ROOT = TEXT.split("\n")[2]


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "a\n1\n", f"\n1\n{_ROOT}\n", f"a\n01\n{_ROOT}\n", f"a\n-1\n{_ROOT}\n", f"a\n+1\n{_ROOT}\n",
        f"a\n\u0661\n{_ROOT}\n", f"a\n1\n{_ROOT}", f"a\n1\n{_ROOT[:-2]}J=\n", f"a\n1\n{_ROOT[:-2]}K\n", "a\n1\nAAAA\n",
        f"a\n1\n{_ROOT}\n\n", f"a\n0\n{_ROOT}\n", f"a\n{10**19}\n{_ROOT}\n", f"a\n1\n{_ROOT}\nx\n\ny\n",
        f"a\n1 \n{_ROOT}\n",
    ],
)  # fmt: skip
def test_any_other_spelling_is_no_checkpoint(text: str) -> None:
    with pytest.raises(InvalidCheckpoint):
        parse_checkpoint(text)


def test_the_empty_journal_has_a_checkpoint() -> None:
    assert parse_checkpoint(Checkpoint("a", 0, EMPTY_ROOT).text).size == 0
