"""Folds the events of one record to the state that answers a question at an instant.

The rules, each a law of the tests:

- Unknown is no. A grant must hold for all of the question; a refusal need only touch a part of it, for whoever is
  let in for `marketing` is let in for the `direct-marketing` below it.
- `refused`, `withdrawn`, `objected` and `restricted` end every grant in their cone that started no later than they
  did, for good: an ended grant does not come back, a later `given` is a new grant.
- A later grant counts against a refusal or withdrawal if its basis is consent, or the same basis that was refused.
  Nothing else: a controller whose consent was withdrawn does not go on by claiming another ground
  (EDPB Guidelines 05/2020, section 6).
- An objection or a restriction is lifted by consent alone. An objection is raised *against* the controller's own
  grounds (GDPR Art. 21(1)), so they cannot answer it, and restricted data is used only "with the data subject's
  consent" (Art. 18(2)).
- Expiry is judged at the read. An instant belongs to what starts at it and not to what expires at it.
- The order of arrival does not matter; on the same instant the refusal wins over the grant.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Final

from consent.basis import LegalBasis
from consent.ledger import EVERYONE, STOPS, ConsentEvent, State
from consent.question import Question
from consent.trees import Trees
from identity.ids import Instant

STRICTEST_FIRST: Final = (
    State.OBJECTED,
    State.RESTRICTED,
    State.WITHDRAWN,
    State.REFUSED,
    State.EXPIRED,
    State.UNKNOWN,
    State.GIVEN,
)
"""The order of the meet: every form of denied, then unknown, then given."""

_RANK: Final = {state: rank for rank, state in enumerate(STRICTEST_FIRST)}
_PERSONS_ALONE: Final = frozenset({State.OBJECTED, State.RESTRICTED})


@dataclass(frozen=True, slots=True)
class Folded:
    """A state, and the ids of the events that make it so."""

    state: State
    events: frozenset[str] = frozenset()


NOTHING_KNOWN: Final = Folded(State.UNKNOWN)


def meet(a: Folded, b: Folded) -> Folded:
    """The stricter of two states; of equal ones, both sets of events. Commutative, associative, idempotent."""
    if a.state is b.state:
        return Folded(a.state, a.events | b.events)
    return a if _RANK[a.state] < _RANK[b.state] else b


def meet_all(folded: Iterable[Folded]) -> Folded:
    """The meet of all. Nothing at all is unknown, so nothing is permitted by default."""
    parts = list(folded)
    return reduce(meet, parts) if parts else NOTHING_KNOWN


def state_of(
    events: Iterable[ConsentEvent], question: Question, *, at: Instant, trees: Trees, known_at: Instant | None = None
) -> Folded:
    """The state of the question at the instant `at`, by what was known at `known_at` (None: by all we know).

    The state of a question is the meet over everything at or below its purpose and category. A part is stricter than
    the whole only through the refusals that touch it, so it is enough to look at the parts that they cut out.
    Raises UnknownPurpose or UnknownCategory for a question outside the trees.
    """
    trees.purposes.get(question.purpose)
    trees.categories.get(question.category)
    seen = [event for event in events if _concerns(event, question, at, known_at)]
    if not seen:
        return NOTHING_KNOWN
    parts = _parts(seen, (question.purpose, question.category), trees)
    return meet_all(_state_of_part(seen, part, at, trees) for part in parts)


def _concerns(event: ConsentEvent, question: Question, at: Instant, known_at: Instant | None) -> bool:
    return (
        event.valid_from <= at
        and event.controller == question.controller
        and question.operation in event.operations
        and (question.recipient in event.recipients or EVERYONE in event.recipients)
        and (known_at is None or event.known_at <= known_at)
    )


Part = tuple[str, str]
"""A purpose and a category, each with everything below it."""


def _parts(seen: Iterable[ConsentEvent], whole: Part, trees: Trees) -> set[Part]:
    """The question and every part of it that refusals, alone or several together, cut out.

    Where two refusals overlap, the narrower purpose may be of one and the narrower category of the other: hence all
    pairs. Cones of a tree are nested or disjoint, so there are no other overlaps.
    """
    cut = set().union({whole}, *(_refused_parts(event, whole, trees) for event in seen if event.state in STOPS))
    if len(cut) == 1:
        return cut
    return set(product({purpose for purpose, _ in cut}, {category for _, category in cut}))


def _refused_parts(stop: ConsentEvent, whole: Part, trees: Trees) -> set[Part]:
    purpose = trees.purposes.refused_part(stop.purpose, whole[0])
    if purpose is None:
        return set()
    categories = (trees.categories.refused_part(category, whole[1]) for category in stop.categories)
    return {(purpose, category) for category in categories if category is not None}


def _state_of_part(seen: Sequence[ConsentEvent], part: Part, at: Instant, trees: Trees) -> Folded:
    """The state of a part that every event either holds for as a whole or (a refusal of less) leaves alone."""
    stops = [event for event in seen if event.state in STOPS and part in _refused_parts(event, part, trees)]
    grants = [event for event in seen if event.state is State.GIVEN and _grants(event, part, trees)]
    answered = _answered(grants, stops) if stops else grants
    live = [grant for grant in answered if grant.expires_at is None or at < grant.expires_at]
    if live:
        return _folded(State.GIVEN, live)
    if answered:
        return _folded(State.EXPIRED, answered)
    return _standing(stops, grants) if stops else NOTHING_KNOWN


def _grants(grant: ConsentEvent, part: Part, trees: Trees) -> bool:
    return trees.purposes.grants(grant.purpose, part[0]) and any(
        trees.categories.grants(category, part[1]) for category in grant.categories
    )


def _answered(grants: Sequence[ConsentEvent], stops: Sequence[ConsentEvent]) -> list[ConsentEvent]:
    """The grants that come after every refusal, each on a ground that may follow all of them."""
    last = max(stop.valid_from for stop in stops)
    grounds = {LegalBasis.CONSENT if stop.state in _PERSONS_ALONE else stop.basis for stop in stops}
    return [
        grant
        for grant in grants
        if grant.valid_from > last and (grant.basis is LegalBasis.CONSENT or grounds == {grant.basis})
    ]


def _standing(stops: Sequence[ConsentEvent], grants: Sequence[ConsentEvent]) -> Folded:
    """The strictest of the refusals that no grant answered (of all, where only several grants together did)."""
    last: dict[LegalBasis, Instant] = {}
    for grant in grants:
        last[grant.basis] = max(grant.valid_from, last.get(grant.basis, grant.valid_from))
    unanswered = [stop for stop in stops if not _is_answered(stop, last)] or stops
    strictest = min((stop.state for stop in unanswered), key=_RANK.__getitem__)
    return _folded(strictest, [stop for stop in unanswered if stop.state is strictest])


def _is_answered(stop: ConsentEvent, last: Mapping[LegalBasis, Instant]) -> bool:
    grounds = {LegalBasis.CONSENT} if stop.state in _PERSONS_ALONE else {LegalBasis.CONSENT, stop.basis}
    return any(last[ground] > stop.valid_from for ground in grounds if ground in last)


def _folded(state: State, events: Iterable[ConsentEvent]) -> Folded:
    return Folded(state, frozenset(event.id for event in events))
