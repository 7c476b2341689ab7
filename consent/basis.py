"""The legal grounds on which data is used, and the operations that are permitted or refused one by one."""

from enum import StrEnum


class LegalBasis(StrEnum):
    """Why the law lets a controller do it.

    Source: GDPR Art. 6(1)(a)-(f); `joint-use` APPI Art. 27(5)(iii); `entrustment` APPI Art. 27(5)(i), PIPL Art. 21.
    """

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal-obligation"
    VITAL_INTEREST = "vital-interest"
    PUBLIC_TASK = "public-task"
    LEGITIMATE_INTEREST = "legitimate-interest"
    JOINT_USE = "joint-use"
    ENTRUSTMENT = "entrustment"


class Operation(StrEnum):
    """What is done with the data. Each is permitted by itself; none implies another."""

    COLLECT = "collect"
    USE = "use"
    SHARE = "share"
    LINK = "link"
    PROFILE = "profile"
    CONTACT = "contact"
