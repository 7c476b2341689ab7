"""Checkpoints: the journal's commitment to its first `size` leaves, as the text of a signed note.

Source: C2SP tlog-checkpoint v1.0.0 (https://c2sp.org/tlog-checkpoint).
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from governance.journal.errors import InvalidCheckpoint
from governance.journal.merkle import EMPTY_ROOT, HASH_BYTES
from governance.journal.note import NoteVerifier, open_note

_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Which journal (`origin`), how many leaves, and the 32 bytes of the root over them; further lines as they came."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin:
            raise InvalidCheckpoint("the origin of a checkpoint is one line")
        if self.size < 0 or len(self.root) != HASH_BYTES or (self.size == 0 and self.root != EMPTY_ROOT):
            raise InvalidCheckpoint("the size or the root of a checkpoint is impossible")
        if any(not line or "\n" in line for line in self.extensions):
            raise InvalidCheckpoint("an extension of a checkpoint is one line that is not empty")

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode("ascii"), *self.extensions)
        return "".join(line + "\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that `text` spells. Raises InvalidCheckpoint for any other spelling."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not _SIZE.match(lines[1]):
        raise InvalidCheckpoint("not a checkpoint", why="it has no origin, size and root, each on its line")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (binascii.Error, ValueError):
        raise InvalidCheckpoint("the root of the checkpoint is not base64") from None
    checkpoint = Checkpoint(lines[0], int(lines[1]), root, tuple(lines[3:-1]))
    if checkpoint.text != text:
        raise InvalidCheckpoint("the root of the checkpoint is not spelt in standard base64")
    return checkpoint


def open_checkpoint(note: str, verifiers: Sequence[NoteVerifier], *, origin: str | None = None) -> Checkpoint:
    """The checkpoint of a note that a trusted key signed.

    Raises InvalidNote as `open_note`; InvalidCheckpoint also when the origin is not the one asked for.
    """
    checkpoint = parse_checkpoint(open_note(note, verifiers).text)
    if origin is not None and checkpoint.origin != origin:
        raise InvalidCheckpoint("the checkpoint is of another journal")
    return checkpoint
