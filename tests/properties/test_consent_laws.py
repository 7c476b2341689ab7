"""The laws of consent, held against a small reference that looks at every point below a question."""

from collections.abc import Iterable
from typing import Any

from consent_examples import BANK, MOBILE, SHOP, a_question, an_agreement, an_event
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.agreements import AgreementBook
from consent.basis import LegalBasis, Operation
from consent.fold import NOTHING_KNOWN, STRICTEST_FIRST, Folded, meet, meet_all, state_of
from consent.ledger import STOPS, ConsentEvent, State
from consent.linking import linkable_with, may_link
from consent.permission import PersonConsent
from consent.question import Question
from consent.trees import shipped
from identity.ids import RecordId

TREES = shipped()
PURPOSES = ["marketing", "direct-marketing", "advertising", "personalised-advertising", "analytics"]
CATEGORIES = ["user", "user.contact", "user.contact.address", "user.contact.email", "user.behavior"]
ENTITIES = [BANK, SHOP, MOBILE]
INSTANTS = st.sampled_from(range(10))
BASES = st.sampled_from([LegalBasis.CONSENT, LegalBasis.LEGITIMATE_INTEREST, LegalBasis.JOINT_USE])
OPERATIONS = [Operation.USE, Operation.SHARE]
MANY = settings(max_examples=80)


STATES = [State.GIVEN, State.GIVEN, State.GIVEN, State.GIVEN, *sorted(STOPS)]
RECIPIENTS = [{"*"}, {"*"}, {BANK}, {SHOP}, {BANK, SHOP}, {MOBILE, SHOP}]
CATEGORY_SETS = [{"*"}, *({one} for one in CATEGORIES), {"user.contact.email", "user.behavior"}]
OPERATION_SETS = [{Operation.USE}, {Operation.SHARE}, {Operation.USE, Operation.SHARE}]
SHAPES = st.tuples(
    st.sampled_from([BANK, BANK, SHOP]),
    st.sampled_from(RECIPIENTS),
    st.sampled_from(PURPOSES),
    st.sampled_from(CATEGORY_SETS),
    st.sampled_from(OPERATION_SETS),
    BASES,
    st.sampled_from([None, None, 1, 3, 6]),
    INSTANTS,
    INSTANTS,
)
"""Controller, recipients, purpose, categories, operations, basis, life of a grant, start and when we learnt of it."""

SHAPE_FIELDS = ("controller", "recipients", "purpose", "categories", "operations", "basis")


def events(states: Iterable[State] = STATES, **fixed: Any) -> st.SearchStrategy[ConsentEvent]:
    def built(state: State, shape: tuple[Any, ...]) -> ConsentEvent:
        *_, life, start, known_at = shape
        fields = dict(zip(SHAPE_FIELDS, shape, strict=False)) | {"known_at": known_at} | fixed
        return an_event(state, start, expires_at=start + life if life and state is State.GIVEN else None, **fields)

    return st.builds(built, st.sampled_from([*states]), SHAPES)


def histories(most: int = 7, **fixed: Any) -> st.SearchStrategy[list[ConsentEvent]]:
    return st.lists(events(**fixed), max_size=most)


QUESTIONS = st.builds(
    Question,
    controller=st.just(BANK),
    recipient=st.sampled_from(ENTITIES),
    purpose=st.sampled_from(PURPOSES),
    category=st.sampled_from(CATEGORIES),
    operation=st.sampled_from(OPERATIONS),
)


def fold(history: list[ConsentEvent], question: Question, at: int, known_at: int | None = None) -> Folded:
    return state_of(history, question, at=at, known_at=known_at, trees=TREES)


# The reference: walks parents instead of cones, and looks at every point.


def _at_or_above(parents: Any, term: str) -> set[str]:
    return {term, *parents.ancestors(term), "*"}


def _covers(event: ConsentEvent, purpose: str, category: str) -> bool:
    above = _at_or_above(TREES.categories, category)
    return event.purpose in _at_or_above(TREES.purposes, purpose) and bool(event.categories & above)


def _permitted_at(history: list[ConsentEvent], purpose: str, category: str, at: int) -> bool:
    here = [event for event in history if event.valid_from <= at and _covers(event, purpose, category)]
    return any(
        grant.state is State.GIVEN
        and (grant.expires_at is None or at < grant.expires_at)
        and all(_may_follow(grant, stop) for stop in here if stop.state in STOPS)
        for grant in here
    )


def _may_follow(grant: ConsentEvent, stop: ConsentEvent) -> bool:
    if stop.state in {State.OBJECTED, State.RESTRICTED}:
        return grant.valid_from > stop.valid_from and grant.basis == "consent"
    return grant.valid_from > stop.valid_from and grant.basis in {"consent", stop.basis}


def permitted(history: list[ConsentEvent], question: Question, at: int, known_at: int = 99) -> bool:
    """Whether every point at or below the question is permitted."""
    about = [
        event
        for event in history
        if event.controller == question.controller
        and event.recipients & {question.recipient, "*"}
        and question.operation in event.operations
        and event.known_at <= known_at
    ]
    return all(
        _permitted_at(about, purpose, category, at)
        for purpose in _below(TREES.purposes, question.purpose)
        for category in _below(TREES.categories, question.category)
    )


def _below(tree: Any, top: str) -> list[str]:
    return [term.id for term in tree if top in _at_or_above(tree, term.id)]


# The laws of the fold.


@settings(max_examples=200)
@given(histories(), QUESTIONS, INSTANTS, INSTANTS)
def test_the_fold_permits_exactly_what_every_point_below_the_question_permits(
    history: list[ConsentEvent], question: Question, at: int, known_at: int
) -> None:
    folded = fold(history, question, at, known_at)
    assert (folded.state is State.GIVEN) == permitted(history, question, at, known_at)


def _crowded(state: State, shape: tuple[Any, ...]) -> ConsentEvent:
    purpose, category, basis, start, life = shape
    expires_at = start + life if life and state is State.GIVEN else None
    return an_event(state, start, purpose=purpose, categories={category}, basis=basis, expires_at=expires_at)


CROWDED = st.builds(
    _crowded,
    st.sampled_from([State.GIVEN, State.GIVEN, State.GIVEN, State.WITHDRAWN, State.OBJECTED]),
    st.tuples(
        st.sampled_from(["marketing", "marketing", "direct-marketing"]),
        st.sampled_from(["*", "user.contact", "user.contact.email"]),
        st.sampled_from([LegalBasis.CONSENT, LegalBasis.JOINT_USE]),
        st.sampled_from(range(5)),
        st.sampled_from([None, None, 1, 2]),
    ),
)
"""Events that nearly all concern the same few questions, so that every rule decides often."""


@settings(max_examples=600)
@given(st.lists(CROWDED, min_size=1, max_size=6), st.sampled_from(["marketing", "direct-marketing"]), INSTANTS)
def test_the_fold_agrees_with_the_reference_where_events_crowd(
    history: list[ConsentEvent], purpose: str, at: int
) -> None:
    question = a_question(purpose, "user.contact")
    assert (fold(history, question, at).state is State.GIVEN) == permitted(history, question, at)


@MANY
@given(histories(), QUESTIONS, INSTANTS)
def test_unknown_is_no(history: list[ConsentEvent], question: Question, at: int) -> None:
    without_grants = [event for event in history if event.state is not State.GIVEN]
    assert fold(without_grants, question, at).state is not State.GIVEN
    assert fold([], question, at) == NOTHING_KNOWN


@MANY
@given(histories(), QUESTIONS, INSTANTS, st.data())
def test_the_order_of_arrival_and_repetition_do_not_matter(
    history: list[ConsentEvent], question: Question, at: int, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(history + history[:2]))
    assert fold(shuffled, question, at) == fold(history, question, at)


@MANY
@given(histories(), events(sorted(STOPS)), QUESTIONS, INSTANTS)
def test_a_refusal_never_widens(history: list[ConsentEvent], event: ConsentEvent, question: Question, at: int) -> None:
    if fold([*history, event], question, at).state is State.GIVEN:
        assert fold(history, question, at).state is State.GIVEN


@MANY
@given(histories(), events([State.GIVEN]), QUESTIONS, INSTANTS)
def test_a_grant_never_narrows(history: list[ConsentEvent], event: ConsentEvent, question: Question, at: int) -> None:
    if fold(history, question, at).state is State.GIVEN:
        assert fold([*history, event], question, at).state is State.GIVEN


@MANY
@given(histories(), st.sampled_from(sorted(STOPS)), QUESTIONS, INSTANTS, st.data())
def test_a_refusal_beats_every_earlier_grant_in_its_cone(
    history: list[ConsentEvent], state: State, question: Question, at: int, data: st.DataObject
) -> None:
    purpose = data.draw(st.sampled_from([question.purpose, *TREES.purposes.ancestors(question.purpose)]))
    category = data.draw(st.sampled_from([question.category, *TREES.categories.ancestors(question.category), "*"]))
    last = max((event.valid_from for event in history), default=0)
    stop = an_event(state, last, purpose=purpose, categories={category})
    assert fold([*history, stop], question, max(at, last)).state in STOPS


@MANY
@given(histories(), st.sampled_from([State.OBJECTED, State.RESTRICTED]), QUESTIONS, st.data())
def test_only_consent_lifts_an_objection_or_a_restriction(
    history: list[ConsentEvent], state: State, question: Question, data: st.DataObject
) -> None:
    stop = an_event(state, 0, purpose=question.purpose)
    others = [event for event in history if event.basis is not LegalBasis.CONSENT]
    assert fold([stop, *others], question, 9).state in STOPS
    consent = an_event(State.GIVEN, 10, purpose=question.purpose, categories={question.category})
    assert fold([stop, *history, consent], question, 10).state is State.GIVEN


@MANY
@given(histories(), QUESTIONS, INSTANTS)
def test_who_may_ask_for_the_whole_may_ask_for_each_part(
    history: list[ConsentEvent], question: Question, at: int
) -> None:
    if fold(history, question, at).state is State.GIVEN:
        for purpose in TREES.purposes.cone(question.purpose):
            for category in TREES.categories.cone(question.category):
                part = a_question(purpose, category, recipient=question.recipient, operation=question.operation)
                assert fold(history, part, at).state is State.GIVEN


@MANY
@given(histories(), QUESTIONS, INSTANTS, INSTANTS)
def test_a_cut_at_known_at_gives_what_was_then_known(
    history: list[ConsentEvent], question: Question, at: int, known_at: int
) -> None:
    then_known = [event for event in history if event.known_at <= known_at]
    assert fold(history, question, at, known_at) == fold(then_known, question, at)


@MANY
@given(histories(), QUESTIONS, INSTANTS)
def test_what_starts_later_does_not_change_an_earlier_day(
    history: list[ConsentEvent], question: Question, at: int
) -> None:
    assert fold(history, question, at) == fold([e for e in history if e.valid_from <= at], question, at)


@MANY
@given(histories(), QUESTIONS, INSTANTS)
def test_a_decision_rests_on_events_that_give_the_same_decision_alone(
    history: list[ConsentEvent], question: Question, at: int
) -> None:
    folded = fold(history, question, at)
    named = [event for event in history if event.id in folded.events]
    assert bool(named) == (folded.state is not State.UNKNOWN)
    assert fold(named, question, at).state is folded.state


# The laws of the meet and of merging.

FOLDED = st.builds(Folded, st.sampled_from(STRICTEST_FIRST), st.frozensets(st.sampled_from("abc"), max_size=2))


@MANY
@given(FOLDED, FOLDED, FOLDED)
def test_the_meet_is_commutative_associative_and_idempotent(a: Folded, b: Folded, c: Folded) -> None:
    assert meet(a, b) == meet(b, a)
    assert meet(a, meet(b, c)) == meet(meet(a, b), c)
    assert meet(a, a) == a


@MANY
@given(FOLDED, FOLDED)
def test_denied_is_below_unknown_and_unknown_below_given(a: Folded, b: Folded) -> None:
    def level(folded: Folded) -> int:
        return {State.UNKNOWN: 1, State.GIVEN: 2}.get(folded.state, 0)

    assert level(meet(a, b)) == min(level(a), level(b))


def test_the_meet_of_nothing_is_unknown() -> None:
    assert meet_all([]) == NOTHING_KNOWN


@st.composite
def people(draw: st.DrawFn, first: int = 1) -> PersonConsent:
    records = {}
    for number in range(first, first + draw(st.integers(1, 3))):
        controller = draw(st.sampled_from([BANK, SHOP]))
        history = draw(histories(4, record=RecordId(number), controller=controller))
        records[RecordId(number)] = (controller, history)
    return PersonConsent(records)


BOOK = AgreementBook([an_agreement(a, b) for a in ENTITIES for b in ENTITIES if a != b])


@MANY
@given(people(1), people(11), QUESTIONS, INSTANTS)
def test_merging_never_widens(a: PersonConsent, b: PersonConsent, question: Question, at: int) -> None:
    both = a.merged(b)
    for person in (a, b):
        for record in person.records:
            if both.answer(question, record=record, agreements=BOOK, at=at).allowed:
                assert person.answer(question, record=record, agreements=BOOK, at=at).allowed


@MANY
@given(people(1), people(11), QUESTIONS, INSTANTS)
def test_every_refusal_survives_a_merge(a: PersonConsent, b: PersonConsent, question: Question, at: int) -> None:
    both = a.merged(b)
    refused = any(
        fold(list(events), question, at).state in STOPS for _, events in (*a.records.values(), *b.records.values())
    )
    if refused:
        assert not any(both.answer(question, record=r, agreements=BOOK, at=at).allowed for r in both.records)


@MANY
@given(people(1), people(11), people(21), QUESTIONS, INSTANTS)
def test_the_order_of_merging_does_not_matter(
    a: PersonConsent, b: PersonConsent, c: PersonConsent, question: Question, at: int
) -> None:
    left, right = a.merged(b).merged(c), c.merged(a.merged(b).merged(b))
    for record in left.records:
        one, other = (p.answer(question, record=record, agreements=BOOK, at=at) for p in (left, right))
        assert one == other


@MANY
@given(people(1), people(11), QUESTIONS, INSTANTS)
def test_a_split_gives_each_record_its_own_back_exactly(
    a: PersonConsent, b: PersonConsent, question: Question, at: int
) -> None:
    both = a.merged(b)
    for before in (a, b):
        after = both.split(before.records)
        assert after.records == before.records
        for record in before.records:
            expected = before.answer(question, record=record, agreements=BOOK, at=at)
            assert after.answer(question, record=record, agreements=BOOK, at=at) == expected


# The laws of agreements and of linking.


@MANY
@given(people(1), QUESTIONS, INSTANTS)
def test_without_an_agreement_nothing_flows_whatever_was_consented(
    person: PersonConsent, question: Question, at: int
) -> None:
    ended = AgreementBook([an_agreement(BANK, SHOP, ends=at), an_agreement(BANK, MOBILE, ends=at)])
    for record, (controller, _) in person.records.items():
        if controller == BANK and question.recipient != BANK:
            nothing = person.answer(question, record=record, agreements=AgreementBook([]), at=at)
            over = person.answer(question, record=record, agreements=ended, at=at)
            assert (nothing.allowed, nothing.reason) == (False, "no-agreement")
            assert (over.allowed, over.reason) == (False, "agreement-ended")


@MANY
@given(people(1), QUESTIONS, st.sampled_from(sorted(STOPS)), INSTANTS)
def test_what_a_person_refused_the_recipient_itself_is_not_shared_with_it(
    person: PersonConsent, question: Question, state: State, at: int
) -> None:
    stop = an_event(state, at, record=RecordId(99), controller=question.recipient, purpose=question.purpose)
    told = person.merged(PersonConsent({stop.record: (stop.controller, [stop])}))
    assert not any(told.answer(question, record=r, agreements=BOOK, at=at).allowed for r in told.records)


LINK_EVENTS = histories(
    4, purpose="identity-resolution", operations={Operation.LINK}, categories={"*"}, controller=BANK
)
DIRECTIONS = [(a, b) for a in ENTITIES for b in ENTITIES if a != b]


@MANY
@given(LINK_EVENTS, LINK_EVENTS, st.sets(st.sampled_from(DIRECTIONS)), INSTANTS)
def test_a_link_needs_both_agreements_and_both_permissions(
    of_bank: list[ConsentEvent], of_shop: list[ConsentEvent], directions: set[Any], at: int
) -> None:
    swapped = [an_event(e.state, **_all_but_state(e, controller=SHOP)) for e in of_shop]
    book = AgreementBook([an_agreement(a, b) for a, b in directions])
    bank_side = linkable_with(of_bank, BANK, book, ENTITIES, at=at, trees=TREES)
    shop_side = linkable_with(swapped, SHOP, book, ENTITIES, at=at, trees=TREES)
    question = Question(BANK, SHOP, "identity-resolution", "user", Operation.LINK)
    permitted_by_both = permitted(of_bank, question, at) and permitted(
        swapped, Question(SHOP, BANK, "identity-resolution", "user", Operation.LINK), at
    )
    agreed = {(BANK, SHOP), (SHOP, BANK)} <= directions
    assert may_link(BANK, bank_side, SHOP, shop_side) == (permitted_by_both and agreed)
    assert not bank_side or BANK in bank_side


def _all_but_state(event: ConsentEvent, **changes: Any) -> dict[str, Any]:
    fields = {name: getattr(event, name) for name in event.__slots__ if name != "state"}
    return fields | {"at": event.valid_from} | changes
