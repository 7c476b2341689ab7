"""What is not exactly enforceable as written is no policy."""

import pytest

from consent.trees import shipped
from governance.disclosure import Strength, TraitKind
from governance.errors import InvalidPolicy
from governance.policy import PolicyTable, TraitClass
from governance.policy_source import PolicySource
from identity.ids import EntityId

SHOP, BANK = EntityId("shop"), EntityId("bank")
OWN = """@id("own") permit (principal, action in Action::"up-to-clear", resource)
when { resource.controller == principal };"""


def table(*policies: str, entities: str = "[]", schema: str | None = None) -> PolicyTable:
    source = PolicySource(schema or PolicySource.shipped().schema, {"a.cedar": "\n".join(policies)}, entities)
    return PolicyTable(source, shipped())


def test_an_empty_set_of_policies_is_an_error_and_not_a_policy() -> None:
    for nothing in ("", "// only a comment"):
        with pytest.raises(InvalidPolicy, match="no policies"):
            table(nothing)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("permit (", "do not parse"),
        ("permit (principal, action, resource);", "without an @id"),
        (f"{OWN}\n{OWN}", "without an @id"),
        ('@id("x") permit (principal, action, resource) when { resource.owner == principal };', "does not match"),
        ('@id("x") permit (principal, action == Action::"read-everything", resource);', "does not match"),
        ('@id("x") forbid (principal, action, resource) when { resource.kind == Kind::"guess" };', "does not match"),
        ('@id("x") forbid (principal, action, resource in Category::"user.helth");', "user.helth"),
        ('@id("x") forbid (principal in Sector::"banks", action, resource);', "banks"),
        (
            '@id("x") forbid (principal, action, resource) when { context.purpose in Purpose::"adverts" };',
            "adverts",
        ),
        (f'{OWN}\n@id("t") permit (principal == ?principal, action, resource);', "templates"),
    ],
)
def test_a_policy_that_would_not_mean_what_it_says_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidPolicy, match=says):
        table(text)


@pytest.mark.parametrize(
    "entities", ["{", '[{"uid": {"type": "Company", "id": "x"}, "attrs": {}, "parents": []}]', "7"]
)
def test_entities_that_the_schema_does_not_know_are_refused(entities: str) -> None:
    with pytest.raises(InvalidPolicy):
        table(OWN, entities=entities)


def test_a_forbid_that_fails_while_it_is_evaluated_denies_everything() -> None:
    """Cedar itself skips it and allows: this is the trap that the table closes."""
    failing = '@id("bad") forbid (principal, action, resource) when { 9223372036854775807 + 1 > 0 };'
    ruling = table(OWN, failing).ruling(
        recipient=SHOP, purpose="marketing", controller=SHOP, category="user.name", kind=TraitKind.FACT
    )
    assert (ruling.strength, ruling.reason) == (Strength.NONE, "policy-error")


def test_a_forbid_that_fails_at_the_clear_strength_alone_denies_the_weaker_ones_too() -> None:
    failing = (
        '@id("bad") forbid (principal, action == Action::"read-clear", resource) when { 9223372036854775807 + 1 > 0 };'
    )
    ruling = table(OWN, failing).ruling(
        recipient=SHOP, purpose="marketing", controller=SHOP, category="user.name", kind=TraitKind.FACT
    )
    assert (ruling.strength, ruling.reason) == (Strength.NONE, "policy-error")


def test_unknown_purposes_and_categories_are_denied_by_name() -> None:
    everything = table('@id("all") permit (principal, action, resource);')
    unknown_purpose = everything.evaluate(SHOP, "world-peace", TraitClass(SHOP, "user.name", TraitKind.FACT))
    unknown_category = everything.evaluate(SHOP, "marketing", TraitClass(SHOP, "user.aura", TraitKind.FACT))
    assert (unknown_purpose.strength, unknown_purpose.reason) == (Strength.NONE, "unknown-purpose")
    assert (unknown_category.strength, unknown_category.reason) == (Strength.NONE, "unknown-category")
    assert not everything.may_read_at_all(SHOP, "world-peace")
    assert everything.may_read_at_all(SHOP, "marketing")


def test_an_entity_that_nobody_described_is_another_entity_and_not_an_error() -> None:
    own = table(OWN)
    newcomer = EntityId("newcomer")
    ask = {"purpose": "marketing", "category": "user.name", "kind": TraitKind.FACT}
    assert own.ruling(recipient=newcomer, controller=newcomer, **ask).strength is Strength.CLEAR  # type: ignore[arg-type]
    assert own.ruling(recipient=newcomer, controller=SHOP, **ask).strength is Strength.NONE  # type: ignore[arg-type]


def test_a_policy_on_exactly_one_purpose_or_category_leaves_those_below_it_alone() -> None:
    rule = '@id("one") forbid (principal, action, resource) when { context.purpose == Purpose::"personalisation" };'
    own = table(OWN, rule)
    ask = {"recipient": SHOP, "controller": SHOP, "category": "user.name", "kind": TraitKind.FACT}
    assert own.ruling(purpose="recommendations", **ask).strength is Strength.CLEAR  # type: ignore[arg-type]
    assert own.ruling(purpose="personalisation", **ask).strength is Strength.NONE  # type: ignore[arg-type]


def test_every_change_of_a_text_is_another_version_and_the_same_texts_are_the_same() -> None:
    one = PolicySource("s", {"a.cedar": "x", "b.cedar": "y"}, "[]")
    assert one.version == PolicySource("s", {"b.cedar": "y", "a.cedar": "x"}, "[]").version
    others = [
        PolicySource("s ", {"a.cedar": "x", "b.cedar": "y"}, "[]"),
        PolicySource("s", {"a.cedar": "x", "b.cedar": "y2"}, "[]"),
        PolicySource("s", {"a.cedar": "xy"}, "[]"),
        PolicySource("s", {"a.cedar": "x", "b.cedar": "y"}, "[{}]"),
    ]
    assert len({one.version, *(other.version for other in others)}) == 5


def test_a_purpose_is_read_at_all_even_if_only_one_named_company_s_twin_lets_it() -> None:
    """Two companies alike in every way are still not the same company."""
    entities = (
        '[{"uid": {"type": "Sector", "id": "s"}, "attrs": {}, "parents": []},'
        '{"uid": {"type": "Entity", "id": "bank"}, "attrs": {}, "parents": [{"type": "Sector", "id": "s"}]},'
        '{"uid": {"type": "Entity", "id": "broker"}, "attrs": {}, "parents": [{"type": "Sector", "id": "s"}]}]'
    )
    rule = (
        '@id("twins") permit (principal, action, resource in Category::"user.behavior")'
        ' when { resource.controller in Sector::"s" && resource.controller != principal };'
    )
    twins = table(rule, entities=entities)
    assert all(twins.may_read_at_all(EntityId(name), "analytics") for name in ("bank", "broker", "shop"))
