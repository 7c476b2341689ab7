"""What can go wrong in consent, said once."""

from identity.errors import EnishiError


class ConsentError(EnishiError):
    """The base of the errors of consent."""

    code = "consent"


class InvalidTaxonomy(ConsentError):
    """A tree of purposes or categories that is not one."""

    code = "invalid-taxonomy"


class UnknownPurpose(ConsentError):
    """A purpose that the tree of purposes does not hold."""

    code = "unknown-purpose"


class UnknownCategory(ConsentError):
    """A data category that the tree of categories does not hold."""

    code = "unknown-category"


class InvalidEvent(ConsentError):
    """A consent event that contradicts itself."""

    code = "invalid-consent-event"


class ConflictingEvent(ConsentError):
    """An event under an id that the ledger already holds with another content."""

    code = "conflicting-consent-event"


class InvalidAgreement(ConsentError):
    """An agreement that contradicts itself."""

    code = "invalid-agreement"


class UnknownAgreement(ConsentError):
    """An agreement that nobody recorded."""

    code = "unknown-agreement"


class AgreementEnded(ConsentError):
    """A change to an agreement that is already over."""

    code = "agreement-ended"
