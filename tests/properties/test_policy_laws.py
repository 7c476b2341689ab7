"""Laws of the policy table, against Cedar asked one by one."""

from functools import cache
from typing import Any

import cedarpy
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.trees import shipped
from governance.disclosure import Strength, TraitKind
from governance.policy import PolicyTable, Ruling, TraitClass
from governance.policy_source import PolicySource
from identity.ids import EntityId

TREES = shipped()
SOURCE = PolicySource.shipped()
STARTER = PolicyTable(SOURCE, TREES)
ENTITIES = st.sampled_from([EntityId(name) for name in ("bank", "securities", "shop", "hospital", "newcomer")])
PURPOSES = st.sampled_from([term.id for term in TREES.purposes])
CATEGORIES = st.sampled_from([term.id for term in TREES.categories])
KINDS = st.sampled_from(list(TraitKind))
ASKED = st.tuples(ENTITIES, PURPOSES, ENTITIES, CATEGORIES, KINDS)
Asked = tuple[EntityId, str, EntityId, str, TraitKind]

NARROW = st.sampled_from(sorted(term.id for term in TREES.categories if len(TREES.categories.cone(term.id)) == 1))

WORDS = {
    "when": [
        'context.purpose in Purpose::"marketing"',
        'context.purpose == Purpose::"personalisation"',
        "resource.controller != principal",
        'resource.kind == Kind::"predicted"',
        'resource.controller in Sector::"financial-services"',
        "true",
    ],
    "resource": ["resource", 'resource in Category::"user.behavior"', 'resource in Category::"user.financial.balance"'],
    "action": ["action", 'action in Action::"above-bucketed"', 'action == Action::"read-token"'],
    "principal": ["principal", 'principal == Entity::"shop"', 'principal in Sector::"health-care"'],
}
CLAUSES = st.tuples(*(st.sampled_from(WORDS[name]) for name in ("principal", "action", "resource", "when")))


@cache
def with_clause(effect: str, clause: tuple[str, str, str, str]) -> PolicyTable:
    """The starter policy and one more rule."""
    principal, action, resource, condition = clause
    text = f'@id("extra") {effect} ({principal}, {action}, {resource}) when {{ {condition} }};'
    return PolicyTable(PolicySource(SOURCE.schema, {**SOURCE.policies, "x.cedar": text}, SOURCE.entities), TREES)


def ruled(table: PolicyTable, asked: Asked) -> Ruling:
    recipient, purpose, controller, category, kind = asked
    return table.ruling(recipient=recipient, purpose=purpose, controller=controller, category=category, kind=kind)


def weakest_by_cedar(table: PolicyTable, asked: Asked) -> Strength:
    """The slow, obvious oracle: Cedar for each purpose and category below, and the least of what it allows."""
    recipient, purpose, controller, category, kind = asked
    return min(
        table.evaluate(recipient, below, TraitClass(controller, narrower, kind)).strength
        for below in TREES.purposes.cone(purpose)
        for narrower in TREES.categories.cone(category)
    )


def cedar_alone(asked: Asked) -> Strength:
    """Written without our code: texts in, decisions out, strongest first."""
    recipient, purpose, controller, category, kind = asked
    entities: list[dict[str, Any]] = [
        {"uid": {"type": "TraitClass", "id": "t"}, "parents": [{"type": "Category", "id": category}],
         "attrs": {"controller": {"__entity": {"type": "Entity", "id": controller}},
                   "kind": {"__entity": {"type": "Kind", "id": kind.value}}}},
        *cedar_entities(),
    ]  # fmt: skip
    for strength in ("CLEAR", "MASKED", "BUCKETED", "TOKEN"):
        request = {
            "principal": f'Entity::"{recipient}"',
            "action": f'Action::"read-{strength.lower()}"',
            "resource": 'TraitClass::"t"',
            "context": {"purpose": {"__entity": {"type": "Purpose", "id": purpose}}},
        }
        answer = cedarpy.is_authorized(request, "\n".join(SOURCE.policies.values()), entities, SOURCE.schema)
        assert not answer.diagnostics.errors
        if answer.allowed:
            return Strength[strength]
    return Strength.NONE


@cache
def cedar_entities() -> tuple[dict[str, Any], ...]:
    import json

    terms = [("Purpose", term) for term in TREES.purposes] + [("Category", term) for term in TREES.categories]
    return (
        *json.loads(SOURCE.entities),
        *(
            {
                "uid": {"type": kind, "id": term.id},
                "attrs": {},
                "parents": [{"type": kind, "id": term.parent}] if term.parent else [],
            }
            for kind, term in terms
        ),
    )


@given(st.tuples(ENTITIES, PURPOSES, ENTITIES, NARROW, KINDS))
@settings(max_examples=40)
def test_the_table_says_what_cedar_says_one_by_one(asked: Asked) -> None:
    assert ruled(STARTER, asked).strength is weakest_by_cedar(STARTER, asked)


@given(ASKED)
@settings(max_examples=30)
def test_evaluation_is_cedar_s_own_answer(asked: Asked) -> None:
    recipient, purpose, controller, category, kind = asked
    found = STARTER.evaluate(recipient, purpose, TraitClass(controller, category, kind))
    assert found.strength is cedar_alone(asked)


@given(CLAUSES, st.sampled_from(["permit", "forbid"]), st.tuples(ENTITIES, PURPOSES, ENTITIES, NARROW, KINDS))
@settings(max_examples=25)
def test_terms_that_no_policy_tells_apart_decide_alike_under_any_policy(
    clause: tuple[str, str, str, str], effect: str, asked: Asked
) -> None:
    table = with_clause(effect, clause)
    assert ruled(table, asked).strength is weakest_by_cedar(table, asked)


@given(CLAUSES, ASKED)
@settings(max_examples=25)
def test_a_forbid_more_never_shows_more(clause: tuple[str, str, str, str], asked: Asked) -> None:
    assert ruled(with_clause("forbid", clause), asked).strength <= ruled(STARTER, asked).strength


@given(CLAUSES, ASKED)
@settings(max_examples=25)
def test_a_permit_more_never_shows_less(clause: tuple[str, str, str, str], asked: Asked) -> None:
    assert ruled(with_clause("permit", clause), asked).strength >= ruled(STARTER, asked).strength


@given(ASKED)
@settings(max_examples=20)
def test_a_wider_purpose_or_category_never_shows_more_than_a_narrower_one(asked: Asked) -> None:
    recipient, purpose, controller, category, kind = asked
    here = ruled(STARTER, asked).strength
    for wider in TREES.purposes.ancestors(purpose):
        assert ruled(STARTER, (recipient, wider, controller, category, kind)).strength <= here
    for wider in TREES.categories.ancestors(category):
        assert ruled(STARTER, (recipient, purpose, controller, wider, kind)).strength <= here


@given(ASKED)
@settings(max_examples=40)
def test_what_is_readable_is_readable_at_all(asked: Asked) -> None:
    if ruled(STARTER, asked).strength:
        assert STARTER.may_read_at_all(asked[0], asked[1])


@given(ASKED)
@settings(max_examples=40)
def test_every_ruling_carries_its_reason(asked: Asked) -> None:
    ruling = ruled(STARTER, asked)
    assert (ruling.reason == "policy-permits") == bool(ruling.strength)
    assert bool(ruling.policies) == (ruling.reason in {"policy-permits", "policy-forbids"})
    assert ruling.reason in {"policy-permits", "policy-forbids", "policy-silent"}
