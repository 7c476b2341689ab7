"""What can go wrong, said once: the base of every error of ours and the errors of identity."""


class EnishiError(Exception):
    """An expected failure in three parts: what was wrong, why, and what to do.

    `what`, `why` and `remedy` are lower case, one line each, and never hold a personal value: name the place
    (a line, a column, a field), not what stood there. `code` is a stable kebab-case slug per class; the
    command line and the HTTP problems are chosen by it.
    """

    code = "error"

    def __init__(self, what: str, *, why: str = "", remedy: str = "") -> None:
        super().__init__("; ".join(part for part in (what, why, remedy) if part))
        self.what = what
        self.why = why
        self.remedy = remedy


class IdentityError(EnishiError):
    """The base of the errors of identity."""

    code = "identity"


class InvalidIdentifier(IdentityError):
    """A name of an entity, record or super-ID that cannot be one."""

    code = "invalid-identifier"
