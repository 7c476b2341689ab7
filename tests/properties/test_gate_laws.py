"""Laws of the gate: nothing is released that policy or consent alone would deny, and nothing else is withheld."""

from typing import Any

from consent_examples import an_agreement, an_event
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.agreements import AgreementBook
from consent.basis import Operation
from consent.ledger import STOPS, State
from consent.permission import PersonConsent
from consent.question import Question
from consent.trees import shipped
from governance.disclosure import TraitKind, TraitRef
from governance.gate import Case, Commitments, Decision, ReadRequest, decide, leaf_of
from governance.journal.leaf import encode
from governance.policy import PolicyTable
from governance.policy_source import PolicySource
from identity.ids import EntityId, RecordId

TREES = shipped()
SOURCE = PolicySource.shipped()
POLICY = PolicyTable(SOURCE, TREES)
STRICTER = PolicyTable(
    PolicySource(
        SOURCE.schema,
        {**SOURCE.policies, "x.cedar": '@id("x") forbid (principal, action in Action::"above-bucketed", resource);'},
        SOURCE.entities,
    ),
    TREES,
)
NAMES = [EntityId(name) for name in ("bank", "shop", "travel")]
RECORDS = {RecordId(2**62 + place): NAMES[place % 3] for place in range(5)}
PURPOSES = ["personalisation", "recommendations", "marketing", "advertising", "service-provision", "data-sale"]
CATEGORIES = ["user.behavior.travel_history", "user.financial.balance", "user.financial", "user.name", "user.behavior"]
TIMES = st.integers(0, 20)
OPERATIONS = st.sampled_from([set(Operation), set(Operation), {Operation.USE}, {Operation.SHARE}])


@st.composite
def events(draw: st.DrawFn) -> Any:
    record = draw(st.sampled_from(sorted(RECORDS)))
    state = draw(st.sampled_from([State.GIVEN] * 4 + sorted(STOPS)))
    start = draw(TIMES)
    return an_event(
        state,
        start,
        record=record,
        controller=RECORDS[record],
        purpose=draw(st.sampled_from(PURPOSES)),
        categories=[draw(st.sampled_from([*CATEGORIES, "*", "*"]))],
        recipients=[draw(st.sampled_from([*NAMES, "*", "*"]))],
        operations=draw(OPERATIONS),
        expires_at=start + draw(st.integers(1, 20)) if state is State.GIVEN and draw(st.booleans()) else None,
    )


@st.composite
def agreements(draw: st.DrawFn) -> Any:
    giver, taker = draw(st.permutations(NAMES))[:2]
    start = draw(st.integers(0, 10))
    return an_agreement(
        giver,
        taker,
        id=f"{giver}-{taker}",
        operations=draw(OPERATIONS),
        starts=start,
        ends=draw(st.none() | st.just(start + 8)),
    )


@st.composite
def traits(draw: st.DrawFn) -> TraitRef:
    record = draw(st.sampled_from(sorted(RECORDS)))
    return TraitRef(
        record,
        RECORDS[record],
        draw(st.sampled_from(["points", "trips"])),
        draw(st.sampled_from(CATEGORIES)),
        draw(st.sampled_from(list(TraitKind))),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[ReadRequest, list[TraitRef], PersonConsent, AgreementBook]:
    request = ReadRequest("shop-web", draw(st.sampled_from(NAMES)), draw(st.sampled_from(PURPOSES)), draw(TIMES))
    # Mostly content persons and companies that agree: a law about releases needs some.
    content = draw(st.sets(st.sampled_from(sorted(RECORDS)), min_size=2))
    grants = [an_event(record=one, controller=RECORDS[one], purpose=request.purpose) for one in sorted(content)]
    said = grants + draw(st.lists(events(), max_size=5))
    person = PersonConsent(
        {record: (owner, [event for event in said if event.record == record]) for record, owner in RECORDS.items()}
    )
    limited = draw(st.lists(agreements(), max_size=6, unique_by=lambda one: one.id))
    open_ended = draw(st.lists(st.permutations(NAMES), max_size=4))
    book = AgreementBook(
        [*limited, *(an_agreement(pair[0], pair[1], id=f"open-{pair[0]}-{pair[1]}") for pair in open_ended)]
    )
    return request, draw(st.lists(traits(), min_size=1, max_size=8)), person, book


NOBODY = Commitments(untold=lambda _: "ab" * 32)
Drawn = tuple[ReadRequest, list[TraitRef], PersonConsent, AgreementBook]


def decided(drawn: Drawn, policy: PolicyTable = POLICY) -> Decision:
    request, wanted, person, book = drawn
    return decide(request, wanted, person=person, agreements=book, policy=policy)


def permitted(drawn: Drawn, trait: TraitRef) -> bool:
    """Consent's own answer, asked afresh."""
    request, _, person, book = drawn
    operation = Operation.USE if trait.controller == request.recipient else Operation.SHARE
    question = Question(trait.controller, request.recipient, request.purpose, trait.category, operation)
    return person.answer(question, record=trait.record, agreements=book, at=request.at).allowed


@given(cases())
@settings(max_examples=40)
def test_released_is_exactly_what_policy_and_consent_both_permit(drawn: Drawn) -> None:
    request, wanted, _, _ = drawn
    decision = decided(drawn)
    expected = []
    for trait in wanted:
        ruling = POLICY.ruling(
            recipient=request.recipient,
            purpose=request.purpose,
            controller=trait.controller,
            category=trait.category,
            kind=trait.kind,
        )
        if ruling.strength and permitted(drawn, trait):
            expected.append((trait, ruling.strength))
    assert [(one.trait, one.strength) for one in decision.released] == expected


@given(cases())
@settings(max_examples=40)
def test_every_trait_of_an_allowed_read_is_released_or_withheld_with_a_reason(drawn: Drawn) -> None:
    decision = decided(drawn)
    named = [one.trait for one in decision.released] + [one.trait for one in decision.withheld]
    assert sorted(named, key=repr) == (sorted(drawn[1], key=repr) if decision.allowed else [])
    assert all(one.reason for one in decision.withheld)


@given(cases())
@settings(max_examples=40)
def test_what_another_company_gives_always_names_its_agreement(drawn: Drawn) -> None:
    for one in decided(drawn).released:
        assert (one.agreement is None) == (one.trait.controller == drawn[0].recipient)
        assert one.events
        assert one.bases
        assert one.policies


@given(cases())
@settings(max_examples=40)
def test_a_stricter_policy_never_releases_more(drawn: Drawn) -> None:
    before = {one.trait: one.strength for one in decided(drawn).released}
    for one in decided(drawn, STRICTER).released:
        assert one.strength <= before[one.trait]


@given(cases(), st.data())
@settings(max_examples=40)
def test_an_objection_more_never_releases_more(drawn: Drawn, data: st.DataObject) -> None:
    request, wanted, person, book = drawn
    said = data.draw(events().filter(lambda event: event.state is not State.GIVEN))
    records = {
        record: (owner, [*before, said] if record == said.record else before)
        for record, (owner, before) in person.records.items()
    }
    after = decided((request, wanted, PersonConsent(records), book))
    assert {one.trait for one in after.released} <= {one.trait for one in decided(drawn).released}


@given(cases())
@settings(max_examples=40)
def test_every_decision_fits_the_journal_and_is_the_same_again(drawn: Drawn) -> None:
    decision = decided(drawn)
    assert decision == decided(drawn)
    assert encode(leaf_of(Case(decision, NOBODY)))


@given(cases())
@settings(max_examples=40)
def test_what_is_told_or_journalled_names_the_recipient_and_companies_that_released_something(drawn: Drawn) -> None:
    decision = decided(drawn)
    known = {drawn[0].recipient, *(one.trait.controller for one in decision.released)}
    assert {one.trait.controller for one in decision.told} <= known
    assert not {one.trait.controller for one in decision.untold} & known
    assert sorted([*decision.told, *decision.untold], key=repr) == sorted(decision.withheld, key=repr)
    leaf = leaf_of(Case(decision, NOBODY))
    assert {*leaf["entities"], *(row["controller"] for row in leaf["withheld"])} <= known


@given(cases())
@settings(max_examples=40)
def test_a_refused_read_is_one_that_releases_nothing_anyway(drawn: Drawn) -> None:
    decision = decided(drawn)
    if not decision.allowed:
        assert not decision.withheld
        assert decision.reason
