"""What can go wrong while serving: homes, settings, clients' requests."""

from identity.errors import EnishiError


class CdpError(EnishiError):
    """The base of the errors of cdp."""

    code = "cdp"


class InvalidSetting(CdpError):
    """An environment variable or option that is unknown or out of its range."""

    code = "invalid-setting"


class HomeMissing(CdpError):
    """No home where one was looked for."""

    code = "home-missing"


class HomeExists(CdpError):
    """A home is already there, with other settings than asked for."""

    code = "home-exists"


class HomeDamaged(CdpError):
    """A home whose files cannot be read as a home."""

    code = "home-damaged"


class HomeIsNewer(CdpError):
    """A home or database made by a newer version of this program."""

    code = "home-is-newer"


class DatabaseUnavailable(CdpError):
    """The database does not answer."""

    code = "database-unavailable"


class AddressUnavailable(CdpError):
    """An address to serve on that is taken or not ours."""

    code = "address-unavailable"


class HomeUnwritable(CdpError):
    """A folder in which no home can be made."""

    code = "home-unwritable"


class NotAuthenticated(CdpError):
    """No client, a wrong secret, or a token that is forged or expired."""

    code = "not-authenticated"


class UnsupportedGrant(CdpError):
    """A way to ask for an access token that is not offered."""

    code = "unsupported-grant"


class TooBusy(CdpError):
    """More of the same at once than this process takes."""

    code = "too-busy"


class NotPermitted(CdpError):
    """A known client that lacks the role for what it asked."""

    code = "not-permitted"


class InvalidRequest(CdpError):
    """A request that is well-formed HTTP but not a request of ours."""

    code = "invalid-request"


class TooLarge(CdpError):
    """A request over one of the limits in `settings`."""

    code = "too-large"


class NotFound(CdpError):
    """Nothing there for this caller: absent and not-yours alike."""

    code = "not-found"


class ReadRefused(CdpError):
    """A read that policy or the person forbids; journalled at `journal_index`."""

    code = "read-refused"

    def __init__(self, reason: str, *, journal_index: int) -> None:
        super().__init__(
            "this read is refused",
            why=f"reason: {reason}",
            remedy="ask for a purpose that the policy and the person permit; the refusal is in the journal",
        )
        self.reason = reason
        self.journal_index = journal_index


class IdempotencyConflict(CdpError):
    """An Idempotency-Key that was used before with another body."""

    code = "idempotency-conflict"


class HomeIsOlder(CdpError):
    """A database made by an older version of this program, not yet upgraded."""

    code = "home-is-older"


class ExtraMissing(CdpError):
    """A feature whose optional dependencies are not installed."""

    code = "extra-missing"


class ForbiddenAttribute(CdpError):
    """A mistake in our own code: something that is not known to be harmless was about to enter a span or a metric."""

    code = "forbidden-attribute"
