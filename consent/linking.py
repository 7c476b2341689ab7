"""With which companies a record may be linked: linking is an operation that is permitted like any other."""

from collections.abc import Iterable, Sequence
from typing import Final

from consent.agreements import AgreementBook
from consent.basis import Operation
from consent.categories import WHOLE_PERSON
from consent.fold import state_of
from consent.ledger import ConsentEvent, State
from consent.purposes import IDENTITY_RESOLUTION
from consent.question import Question
from consent.trees import Trees
from identity.ids import EntityId, Instant

LINK_CATEGORY: Final = WHOLE_PERSON
"""Tokens are made of whatever identifies, so `link` is given for the whole person (or `"*"`) or not at all."""


def link_question(controller: EntityId, recipient: EntityId) -> Question:
    """May a record of `controller` be linked with records of `recipient`?"""
    return Question(controller, recipient, IDENTITY_RESOLUTION, LINK_CATEGORY, Operation.LINK)


def linkable_with(
    events_of_record: Sequence[ConsentEvent],
    controller: EntityId,
    book: AgreementBook,
    entities: Iterable[EntityId],
    *,
    at: Instant,
    trees: Trees,
) -> frozenset[EntityId]:
    """The companies with whose records this one may share a super-ID.

    Another company needs the agreement of both companies and this person's own permission; the other record's comes
    with that record (see `may_link`). The record's own company is in whenever `link` is given for anyone at all. Empty
    means that no token of the record leaves its company. `trees` should be those of the book.
    """
    given = {
        recipient
        for recipient in {*entities, controller}
        if state_of(events_of_record, link_question(controller, recipient), at=at, trees=trees).state is State.GIVEN
    }
    if not given:
        return frozenset()
    return book.linkable(controller, given, at) | {controller}


def may_link(
    a: EntityId, linkable_with_a: frozenset[EntityId], b: EntityId, linkable_with_b: frozenset[EntityId]
) -> bool:
    """Whether two records, of `a` and of `b`, may be linked: both persons' permission, each for the other company."""
    return b in linkable_with_a and a in linkable_with_b
