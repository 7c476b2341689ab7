"""What can go wrong in governance, said once."""

from identity.errors import EnishiError


class GovernanceError(EnishiError):
    """The base of the errors of governance."""

    code = "governance"


class InvalidKeyName(GovernanceError):
    """A name of a root key, or a part of a derivation, that cannot be one."""

    code = "invalid-key-name"


class MissingKey(GovernanceError):
    """A root key, or the epoch of one, that the provider does not hold."""

    code = "missing-key"


class DamagedKey(GovernanceError):
    """A stored key that is truncated, altered or filed under another name."""

    code = "damaged-key"


class LooseKeyFile(GovernanceError):
    """A key that somebody other than its owner could read."""

    code = "loose-key-file"


class VaultUnreadable(GovernanceError):
    """A sealed field that this key does not open in this place."""

    code = "vault-unreadable"


class UnknownPseudonym(GovernanceError):
    """A pseudonym that is not this recipient's for this purpose, whatever the cause."""

    code = "unknown-pseudonym"


class InvalidPolicy(GovernanceError):
    """Policies, a schema or entities that cannot be enforced exactly as written."""

    code = "invalid-policy"


class UnknownPolicyVersion(GovernanceError):
    """A policy version that was never recorded here."""

    code = "unknown-policy-version"


class NotDisclosable(GovernanceError):
    """A value was asked for at a strength at which nothing may be shown."""

    code = "not-disclosable"


class InvalidClient(GovernanceError):
    """A description of a client that cannot be one."""

    code = "invalid-client-description"


class ClientExists(GovernanceError):
    """A second client under the same id."""

    code = "client-exists"


class AuthenticationFailed(GovernanceError):
    """Unknown client, wrong secret or disabled client: deliberately one error for all three."""

    code = "authentication-failed"


class ForgedGrant(GovernanceError):
    """Something other than the gate tried to make, copy or revive a grant."""

    code = "forged-grant"


class PiiExtraMissing(GovernanceError):
    """A scan for personal data without the packages that do it."""

    code = "pii-extra-missing"


class TextTooLong(GovernanceError):
    """A text over the limit of the scan for personal data."""

    code = "text-too-long"
