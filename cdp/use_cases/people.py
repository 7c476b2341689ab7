"""What several use cases need to know of a person: their consents, the agreements, and how absence is told."""

from collections.abc import Sequence

from cdp.errors import NotFound
from cdp.wiring import Application, Hub
from consent.agreements import AgreementBook
from consent.permission import PersonConsent
from identity.ids import Instant, RecordId


def absent() -> NotFound:
    """The one answer for a customer that is not there and one that is not yours."""
    return NotFound("no such customer of yours", remedy="check your source key; the record may not have been delivered")


def person_of(app: Application, hub: Hub, records: Sequence[RecordId]) -> PersonConsent:
    """The consents of all `records`, each under its own controller."""
    refs = hub.stores.refs.of(records)
    events = hub.stores.ledger.of_records(records)
    return PersonConsent({record_: (refs[record_].entity, events[record_]) for record_ in records}, trees=app.trees)


def newest_of(person: PersonConsent, *, or_now: Instant) -> Instant:
    """The instant to judge at: now, or when we learnt the last of the person's events.

    Another copy of this program writes to the same ledger, and its clock may run ahead: what it acknowledged holds.
    """
    return max([or_now, *(event.known_at for _, events in person.records.values() for event in events)])


def book_of(app: Application, hub: Hub) -> AgreementBook:
    """The agreements in force and past."""
    return AgreementBook(hub.stores.agreements.all(), trees=app.trees)
