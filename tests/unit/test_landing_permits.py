"""Landing: what a batch says becomes what the hub knows, once, and permissions only ever follow the last word."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pipeline_world import START, World, contract

from consent.basis import LegalBasis, Operation
from consent.errors import UnknownPurpose
from consent.fold import state_of
from consent.ledger import ConsentEvent, State
from consent.linking import link_question
from consent.question import Question
from consent.trees import shipped
from governance.disclosure import TraitKind
from identity.ids import EntityId, RecordId
from identity.tokens import TokenRow
from pipelines.batch import EdgeBatch, EdgeConsent, EdgeFact, EdgeRecord
from pipelines.contract import Terms
from pipelines.errors import BatchInvalid
from pipelines.landing import Landed, land
from pipelines.permits import due_events

SHOP, BANK = EntityId("shop"), EntityId("bank")
LINK = Terms(
    operations=frozenset({Operation.LINK}),
    purpose="identity-resolution",
    recipients=frozenset({"*"}),
    categories=frozenset({"*"}),
    basis=LegalBasis.CONSENT,
)
ME = RecordId(7)
DAY = 86_400_000_000


def said(*consents: EdgeConsent, known: list[ConsentEvent], at: int) -> list[ConsentEvent]:
    """The ledger after `consents` were said at `at`."""
    new = due_events(ME, SHOP, "contract:c", consents, known=known, at=at, trees=shipped())
    return sorted([*known, *new], key=lambda event: (event.valid_from, event.known_at, event.id))


def may_link(events: list[ConsentEvent], at: int) -> bool:
    return state_of(events, link_question(SHOP, BANK), at=at, trees=shipped()).state is State.GIVEN


def test_saying_the_same_again_adds_nothing() -> None:
    once = said(EdgeConsent(LINK), known=[], at=START)
    assert said(EdgeConsent(LINK), known=once, at=START + DAY) == once
    assert len(once) == 1


def test_the_last_word_counts_through_any_number_of_turns() -> None:
    events: list[ConsentEvent] = []
    for turn, state in enumerate([State.GIVEN, State.REFUSED, State.GIVEN, State.REFUSED, State.GIVEN]):
        at = START + turn * DAY
        events = said(EdgeConsent(LINK, state), known=events, at=at)
        assert may_link(events, at) is (state is State.GIVEN)
    assert len({event.id for event in events}) == 5


def test_who_had_given_and_now_refuses_has_withdrawn() -> None:
    events = said(EdgeConsent(LINK), known=[], at=START)
    events = said(EdgeConsent(LINK, State.REFUSED), known=events, at=START + DAY)
    assert events[-1].state is State.WITHDRAWN
    assert said(EdgeConsent(LINK, State.REFUSED), known=events, at=START + 2 * DAY) == events


def test_a_permission_that_is_no_longer_stated_is_withdrawn_and_the_others_stay() -> None:
    narrow = replace(LINK, recipients=frozenset({"bank"}))
    events = said(EdgeConsent(LINK), EdgeConsent(narrow), known=[], at=START)
    events = said(EdgeConsent(narrow), known=events, at=START + DAY)
    assert may_link(events, START + DAY)
    assert (
        state_of(events, link_question(SHOP, EntityId("travel")), at=START + DAY, trees=shipped()).state
        is State.WITHDRAWN
    )
    assert not may_link(said(known=events, at=START + 2 * DAY), START + 2 * DAY)


def test_an_older_date_does_not_let_a_grant_outlive_its_refusal() -> None:
    events = said(EdgeConsent(LINK, State.GIVEN, START + DAY), known=[], at=START + DAY)
    events = said(EdgeConsent(LINK, State.REFUSED, START), known=events, at=START + 2 * DAY)
    assert not may_link(events, START + 2 * DAY)


def test_a_permission_ends_when_its_days_are_over() -> None:
    events = said(EdgeConsent(replace(LINK, expires_days=10)), known=[], at=START)
    assert may_link(events, START + 10 * DAY - 1)
    assert not may_link(events, START + 10 * DAY)


def test_one_source_never_ends_what_another_said() -> None:
    events = said(EdgeConsent(LINK), known=[], at=START)
    assert due_events(ME, SHOP, "contract:other", [], known=events, at=START + DAY, trees=shipped()) == []


MAIL = replace(LINK, operations=frozenset({Operation.CONTACT}), purpose="marketing")
OTHER = replace(MAIL, purpose="personalisation")


def told_elsewhere(events: list[ConsentEvent], at: int, state: State = State.WITHDRAWN) -> list[ConsentEvent]:
    """The ledger after the person said so of MAIL over the API."""
    (word,) = due_events(ME, SHOP, "api", [EdgeConsent(MAIL, state)], known=[], at=at, trees=shipped())
    return [*events, replace(word, source="api:shop-edge")]


def may_mail(events: list[ConsentEvent], at: int) -> bool:
    asked = Question(SHOP, SHOP, "marketing", "user.behavior", Operation.CONTACT)
    return state_of(events, asked, at=at, trees=shipped()).state is State.GIVEN


ROUTINE = {
    "a new notice": [[EdgeConsent(replace(MAIL, notice="n-2")), EdgeConsent(OTHER)]],
    "an unrelated permission dropped": [[EdgeConsent(MAIL)]],
    "dropped and restated": [[EdgeConsent(OTHER)], [EdgeConsent(MAIL), EdgeConsent(OTHER)]],
    "a first statement of the same": [[EdgeConsent(replace(MAIL, recipients=frozenset({"shop"}))), EdgeConsent(OTHER)]],
    "an older date, and one dropped": [[EdgeConsent(MAIL, valid_from=START + 1)]],
}


@pytest.mark.parametrize("no", [State.WITHDRAWN, State.OBJECTED])
@pytest.mark.parametrize("routine", list(ROUTINE))
def test_no_routine_delivery_undoes_what_a_person_said_over_another_source(routine: str, no: State) -> None:
    events = said(EdgeConsent(MAIL), EdgeConsent(OTHER), known=[], at=START)
    assert may_mail(events, START)
    events = told_elsewhere(events, START + DAY, no)
    for day, consents in enumerate(ROUTINE[routine], start=2):
        events = said(*consents, known=events, at=START + day * DAY)
        assert not may_mail(events, START + day * DAY)


def test_a_yes_after_the_sources_own_no_or_dated_after_the_other_no_is_a_new_word() -> None:
    turned = said(EdgeConsent(MAIL, State.REFUSED), known=[], at=START)
    turned = told_elsewhere(turned, START + DAY)
    assert may_mail(said(EdgeConsent(MAIL), known=turned, at=START + 2 * DAY), START + 2 * DAY)
    dated = told_elsewhere(said(EdgeConsent(MAIL), known=[], at=START), START + DAY)
    later = EdgeConsent(MAIL, valid_from=START + DAY + 1)
    assert may_mail(said(later, known=dated, at=START + 2 * DAY), START + 2 * DAY)


def test_a_yes_dated_after_the_other_no_outlives_the_end_of_a_neighbour() -> None:
    near = replace(MAIL, recipients=frozenset({"shop"}))
    events = told_elsewhere(said(EdgeConsent(MAIL), EdgeConsent(near), known=[], at=START), START + DAY)
    events = said(EdgeConsent(near, valid_from=START + DAY + 1), known=events, at=START + 3 * DAY)
    assert may_mail(events, START + 3 * DAY)


@pytest.mark.parametrize(
    ("no", "blocks"),
    [
        ({"categories": frozenset({"user.behavior"})}, True),
        ({"recipients": frozenset({"shop"})}, True),
        ({"purpose": "direct-marketing"}, True),
        ({"operations": frozenset({Operation.LINK})}, False),
        ({"purpose": "fraud-prevention"}, False),
    ],
    ids=str,
)
def test_only_a_no_that_touches_a_grant_keeps_it_from_being_repeated(no: dict[str, Any], blocks: bool) -> None:
    events = said(EdgeConsent(MAIL), known=[], at=START)
    (word,) = told_elsewhere([], START + DAY)
    events = said(EdgeConsent(replace(MAIL, notice="n-2")), known=[*events, replace(word, **no)], at=START + 2 * DAY)
    assert (len(events) == 2) is blocks


def test_a_permission_that_moves_to_another_contract_holds_there() -> None:
    events = said(known=said(EdgeConsent(MAIL), known=[], at=START), at=START + DAY)
    assert not may_mail(events, START + DAY)
    at = START + 2 * DAY
    moved = due_events(ME, SHOP, "contract:d", [EdgeConsent(MAIL)], known=events, at=at, trees=shipped())
    assert may_mail([*events, *moved], at)


def record(name: str, *consents: EdgeConsent, content: str = "1", value: float | None = 1.0) -> EdgeRecord:
    facts = () if value is None else (EdgeFact("spent", "user.behavior", TraitKind.FACT, value),)
    return EdgeRecord(
        ref=name.encode().ljust(32), content=content.encode().ljust(32), tokens=TokenRow.empty(),
        facts=facts, consents=consents, sealed={"source_key": b"sealed"},
    )  # fmt: skip


def landed(world: World, *records: EdgeRecord) -> Landed:
    return land(
        world.stores,
        EdgeBatch(SHOP, records),
        resolver=world.resolver,
        entities=[SHOP],
        trees=shipped(),
        entropy=world.entropy,
        at=world.clock.now(),
    )


def test_landing_a_batch_twice_changes_nothing_the_second_time() -> None:
    world = World()
    first = landed(world, record("a", EdgeConsent(LINK)), record("b"))
    before = world.snapshot()
    again = landed(world, record("a", EdgeConsent(LINK)), record("b"))
    assert world.snapshot() == before
    assert (first.counts.new, again.counts.new, again.counts.unchanged) == (2, 0, 2)
    assert again.records == first.records
    assert again.events == 0


def test_a_changed_record_keeps_its_id_and_replaces_its_facts_even_by_none() -> None:
    world = World()
    first = landed(world, record("a"), record("b"))
    second = landed(world, record("a", content="2", value=None), record("b", content="2", value=5.0))
    assert second.records == first.records
    assert (second.counts.changed, second.counts.new) == (2, 0)
    assert first.records[0] not in world.facts()
    assert world.facts()[first.records[1]]["spent"].value == 5.0


@pytest.mark.parametrize("permits", [True, False])
def test_tokens_of_a_person_who_permits_no_link_are_not_kept(permits: bool) -> None:
    """An edge that sends them all the same is not believed: the ledger decides."""
    world, row = World(), TokenRow.empty()
    sent = TokenRow(np.ones(1, np.uint8), np.ones((1, 16), np.uint8), np.ones((1, row.tags.shape[1]), np.uint8))
    consents = (EdgeConsent(LINK, State.GIVEN if permits else State.REFUSED),)
    done = landed(world, replace(record("a", *consents), tokens=sent))
    kept = world.stores.links.open(np.array(done.records, dtype=np.int64))
    assert len(kept.recipe) == (1 if permits else 0)


def test_ids_say_nothing_of_refs_and_fit_63_bits() -> None:
    here, there = landed(World(), record("a")), landed(World(), record("z"))
    assert here.records == there.records
    assert 0 <= here.records[0] < 2**63


def test_a_purpose_that_this_hub_does_not_know_lands_nothing() -> None:
    world = World()
    with pytest.raises(UnknownPurpose):
        landed(world, record("a", EdgeConsent(replace(LINK, purpose="world-peace"))))
    assert world.stores.refs.by_entity() == {}


@pytest.mark.parametrize(
    "make",
    [
        lambda: EdgeBatch(SHOP, (record("a"), record("a"))),
        lambda: record("a", EdgeConsent(LINK), EdgeConsent(LINK, State.REFUSED)),
        lambda: replace(record("a"), ref=b"short"),
        lambda: record("a", value=float("nan")),
        lambda: EdgeConsent(LINK, State.UNKNOWN),
    ],
)
def test_a_batch_that_contradicts_itself_cannot_be_made(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BatchInvalid):
        make()


def test_the_scope_of_terms_names_them_and_their_notice_does_not() -> None:
    assert replace(LINK, notice="new").item == LINK.item
    assert replace(LINK, purpose="marketing").item != LINK.item
    assert contract().permissions[0].terms.item != LINK.item
