"""Verifying an export of the journal offline: `python -m governance.journal.verify FILE --vkey VKEY`."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from governance.journal.audit import Finding, audit_part, audit_whole
from governance.journal.checkpoint import Checkpoint, open_checkpoint
from governance.journal.errors import JournalError
from governance.journal.export import FORMAT
from governance.journal.leaf import JSON, strict_json
from governance.journal.merkle import root_of
from governance.journal.note import NoteVerifier, open_note
from governance.journal.proofs import verify_consistency, verify_inclusion

__all__ = ["Verdict", "open_note", "verify_consistency", "verify_export", "verify_inclusion"]

GOOD, FINDING, USAGE = 0, 1, 2
_WHOLE = {"format", "checkpoint", "entries", "tree"}
_PART = {"format", "checkpoint", "entries", "count"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying came to: good, or the first bad `place` and `why`; `whole` when no leaf was left out."""

    good: bool
    place: str = ""
    why: str = ""
    origin: str = ""
    size: int = 0
    checked: int = 0
    whole: bool = False

    def __str__(self) -> str:
        if not self.good:
            return f"finding: {self.place}: {self.why}"
        if self.whole:
            return f"good: all {self.size} leaves of {self.origin} are as signed"
        return f"good: {self.checked} of the {self.size} leaves of {self.origin} are as signed; others were left out"


def verify_export(content: bytes | str, verifiers: Sequence[NoteVerifier], *, kept: Sequence[str] = ()) -> Verdict:
    """The verdict on an export: a JSON text as `governance.journal.export` makes it. Raises nothing for a bad one.

    A whole export (`tree`) is recomputed from its leaves; of a part (`count`), every proof is checked. `kept` are
    checkpoints (signed notes) that the verifier has kept from earlier: the journal must still begin with them, so a
    journal cut back or forked since then is found; without them it cannot be.
    """
    try:
        return _verified(_document(content), verifiers, kept)
    except Finding as finding:
        return Verdict(good=False, place=finding.place, why=finding.why)


def _verified(document: dict[str, JSON], verifiers: Sequence[NoteVerifier], kept: Sequence[str]) -> Verdict:
    checkpoint = _checkpoint(document["checkpoint"], verifiers, "checkpoint", None)
    entries = document["entries"]
    if not isinstance(entries, list):
        raise Finding("export", "its entries are not a list")
    whole = "tree" in document
    levels: list[list[bytes]] | None = None
    if whole:
        levels = audit_whole(checkpoint, entries, document["tree"])
    else:
        audit_part(checkpoint, entries, document["count"])
    for number, note in enumerate(kept, start=1):
        place = f"kept checkpoint {number}"
        _check_kept(checkpoint, levels, _checkpoint(note, verifiers, place, checkpoint.origin), place)
    return Verdict(good=True, origin=checkpoint.origin, size=checkpoint.size, checked=len(entries), whole=whole)


def _document(content: bytes | str) -> dict[str, JSON]:
    try:
        document = strict_json(content)
    except ValueError:
        raise Finding("export", "it is not JSON that every reader reads alike") from None
    if not isinstance(document, dict) or set(document) not in (_WHOLE, _PART) or document["format"] != FORMAT:
        raise Finding("export", f"it is not in the format {FORMAT}")
    return document


def _checkpoint(note: JSON, verifiers: Sequence[NoteVerifier], place: str, origin: str | None) -> Checkpoint:
    if not isinstance(note, str):
        raise Finding(place, "it is not a text")
    try:
        return open_checkpoint(note, verifiers, origin=origin)
    except JournalError as error:
        raise Finding(place, str(error)) from None


def _check_kept(now: Checkpoint, levels: list[list[bytes]] | None, kept: Checkpoint, place: str) -> None:
    if kept.size > now.size:
        raise Finding(
            place, f"it had {kept.size} leaves, and the export {now.size}: the journal was cut back, or is old"
        )
    if kept.size == now.size:
        root = now.root
    elif levels is not None:
        root = root_of(levels, kept.size)
    else:
        raise Finding(place, "a part cannot be compared with a checkpoint of another size; ask for a whole export")
    if root != kept.root:
        raise Finding(place, f"the first {kept.size} leaves are not what they were: the journal was forked")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the verdict on a file; 0 good, 1 finding, 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m governance.journal.verify", description=__doc__)
    parser.add_argument("file", type=Path, help="the export, a JSON file")
    parser.add_argument("--vkey", required=True, help="the journal's public key: name+key id+key")
    parser.add_argument(
        "--kept", type=Path, action="append", default=[], help="a checkpoint kept from earlier; repeatable"
    )
    options = parser.parse_args(arguments)
    try:
        verifier = NoteVerifier.from_vkey(options.vkey)
        kept = [path.read_text("utf-8") for path in options.kept]
        content = options.file.read_bytes()
    except (JournalError, OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        sys.stderr.write(f"cannot verify: {why}\n")
        return USAGE
    verdict = verify_export(content, [verifier], kept=kept)
    sys.stdout.write(f"{verdict}\n")
    return GOOD if verdict.good else FINDING


if __name__ == "__main__":
    sys.exit(main())
