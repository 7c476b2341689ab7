"""A record of one consent event that a person can take away, in the shape of ISO/IEC TS 27560."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from consent.basis import LegalBasis
from consent.ledger import ANY_CATEGORY, ConsentEvent, State
from consent.trees import Trees
from identity.ids import Instant

SCHEMA: Final = "enishi-consent-receipt/1"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_DPV_STATES: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.GIVEN: "https://w3id.org/dpv#ConsentGiven",
        State.REFUSED: "https://w3id.org/dpv#ConsentRefused",
        State.WITHDRAWN: "https://w3id.org/dpv#ConsentWithdrawn",
    }
)


def receipt_of(event: ConsentEvent, trees: Trees, *, principal: str) -> dict[str, Any]:
    """The event as a JSON object, unsigned; `principal` is how the person is called on it, such as a pseudonym.

    The hub's own id of the record is not in it. Raises UnknownPurpose or UnknownCategory.

    Source: ISO/IEC TS 27560:2023, clause 6 (record header, PII processing, party and event sections).
    """
    return {
        "schema_version": SCHEMA,
        "record_id": event.id,
        "pii_principal_id": principal,
        "pii_processing": _processing(event, trees),
        "party_identification": [
            {"party_id": event.controller, "party_role": "pii_controller"},
            *({"party_id": one, "party_role": "recipient"} for one in sorted(event.recipients)),
        ],
        "event": {
            "event_time": _written(event.valid_from),
            "recorded_time": _written(event.known_at),
            "validity_end": None if event.expires_at is None else _written(event.expires_at),
            "event_type": "explicit" if event.basis is LegalBasis.CONSENT else "notice",
            "event_state": event.state.value,
            "event_state_iri": _DPV_STATES.get(event.state),
            "source": event.source,
            "signal": event.signal or None,
            "evidence_sha256": event.evidence or None,
        },
    }


def _processing(event: ConsentEvent, trees: Trees) -> dict[str, Any]:
    purpose = trees.purposes.get(event.purpose)
    return {
        "privacy_notice": event.notice or None,
        "lawful_basis": event.basis.value,
        "jurisdiction": event.jurisdiction or None,
        "separate_consent": event.separate,
        "bundle": event.bundle or None,
        "joint_use_reference": event.reference or None,
        "purposes": [
            {"id": purpose.id, "name": purpose.name, "description": purpose.definition, "iri": purpose.source}
        ],
        "pii_information": [_category(one, trees) for one in sorted(event.categories)],
        "operations": sorted(one.value for one in event.operations),
    }


def _category(id_: str, trees: Trees) -> dict[str, Any]:
    if id_ == ANY_CATEGORY:
        return {"id": id_, "name": "every category of personal data", "source": None}
    category = trees.categories.get(id_)
    return {"id": category.id, "name": category.name, "source": category.source}


def _written(instant: Instant) -> str:
    """RFC 3339 in UTC with microseconds; instants of the years 1 to 9999."""
    return (_EPOCH + timedelta(microseconds=instant)).isoformat(timespec="microseconds").replace("+00:00", "Z")
