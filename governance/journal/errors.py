"""What can go wrong in the journal; a base of its own, because the journal imports nothing else of ours."""


class JournalError(Exception):
    """An expected failure: what was wrong, why, and what to do; the same three parts as every error of ours."""

    code = "journal"

    def __init__(self, what: str, *, why: str = "", remedy: str = "") -> None:
        super().__init__("; ".join(part for part in (what, why, remedy) if part))
        self.what = what
        self.why = why
        self.remedy = remedy


class InvalidLeaf(JournalError):
    """A leaf that breaks the contract of leaves."""

    code = "invalid-leaf"


class InvalidProof(JournalError):
    """A Merkle proof that does not prove what it should."""

    code = "invalid-proof"


class InvalidNote(JournalError):
    """A signed note that is malformed, or that no trusted key has signed."""

    code = "invalid-note"


class InvalidCheckpoint(JournalError):
    """The text of a note that is not a checkpoint."""

    code = "invalid-checkpoint"


class OutsideJournal(JournalError):
    """An index or a size that the journal has not reached."""

    code = "outside-journal"


class JournalContention(JournalError):
    """Another appender was there first; the transaction is to be tried again."""

    code = "journal-contention"


class DamagedJournal(JournalError):
    """The store lacks a leaf or a hash that it must have."""

    code = "damaged-journal"
