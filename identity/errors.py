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


class InvalidVariants(IdentityError):
    """Columns of variants that do not fit together."""

    code = "invalid-variants"


class InvalidColumns(IdentityError):
    """Input columns of the normaliser that do not fit together, or hold no text."""

    code = "invalid-columns"


class UnknownLocale(IdentityError):
    """A locale or region that the normaliser has no rules for."""

    code = "unknown-locale"


class MissingExtra(IdentityError):
    """Names in a script whose readings need an optional extra that is not installed."""

    code = "missing-extra"


class InvalidTokens(IdentityError):
    """Tokens or tags of a record that cannot be what an edge made."""

    code = "invalid-tokens"


class InvalidRecipes(IdentityError):
    """A table of recipes that cannot be used."""

    code = "invalid-recipes"


class InvalidModel(IdentityError):
    """A model of evidence whose numbers cannot be probabilities of one distribution."""

    code = "invalid-model"


class InvalidChange(IdentityError):
    """A change to the set of records that contradicts itself."""

    code = "invalid-change"


class BrokenSeal(IdentityError):
    """A sealed row or handle that these keys do not open."""

    code = "broken-seal"
