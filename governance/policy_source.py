"""The text of policies, its version, and its strict parsing: what does not validate is never enforced."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Self

import cedarpy
import rfc8785

from consent.taxonomy import Term, Tree
from consent.trees import Trees
from governance.disclosure import TraitKind
from governance.errors import InvalidPolicy
from identity.ids import EntityId

SCHEMA_FILE: Final = "schema.cedarschema"
ENTITIES_FILE: Final = "entities.json"


@dataclass(frozen=True, slots=True)
class PolicySource:
    """Policies as a data protection officer reads them.

    `policies` maps a file's name to Cedar text, `schema` is a Cedar schema, `entities` a Cedar JSON entities document
    that puts legal entities into sectors and jurisdictions.
    """

    schema: str
    policies: Mapping[str, str]
    entities: str = "[]"

    @classmethod
    def shipped(cls) -> Self:
        """The starter policy of this package: deny by default, for a group that states sectors in entities.json."""
        folder = files("governance") / "data" / "policy"
        texts = {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir()}
        policies = {name: text for name, text in texts.items() if name.endswith(".cedar")}
        return cls(texts[SCHEMA_FILE], policies, texts[ENTITIES_FILE])

    @property
    def version(self) -> str:
        """64 hex digits: SHA-256 over the RFC 8785 form of all the texts. Another text is another version."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def canonical(self) -> bytes:
        """All the texts as canonical JSON: what is hashed, and what a store keeps. Source: RFC 8785."""
        policies: dict[str, Any] = dict(self.policies)
        return rfc8785.dumps({"entities": self.entities, "policies": policies, "schema": self.schema})


@dataclass(frozen=True, slots=True)
class ParsedPolicies:
    """Handles of Cedar, the @id of each policy by Cedar's own number, and which terms policies tell apart.

    `purpose_class` and `category_class` map a term to one that no policy tells from it. `kinds` and `controllers` are
    kinds and legal entities enough to stand for all.
    """

    policies: cedarpy.PolicySet
    schema: cedarpy.Schema
    entities: cedarpy.Entities
    names: Mapping[str, str]
    purpose_class: Mapping[str, str]
    category_class: Mapping[str, str]
    kinds: tuple[TraitKind, ...]
    controllers: tuple[EntityId, ...]


def parse_policies(source: PolicySource, trees: Trees) -> ParsedPolicies:
    """`source` as handles of Cedar, over the hierarchies in `trees`.

    Raises InvalidPolicy on text that does not parse or validate, on an empty set, on templates (which permit nothing
    until linked), on a policy without a unique @id, and on a purpose, category, sector or jurisdiction that does not
    exist: Cedar would let a forbid with a misspelt category match nothing.
    """
    text = "\n".join(source.policies[name] for name in sorted(source.policies))
    try:
        schema = cedarpy.Schema.from_str(source.schema)
        policies = cedarpy.PolicySet.from_str(text)
        tree = json.loads(cedarpy.policies_to_json_str(text))
        terms = [*_hierarchy("Purpose", trees.purposes), *_hierarchy("Category", trees.categories)]
        entities_given = _documents(source.entities)
        documents = [*entities_given, *terms]
        entities = cedarpy.Entities.from_json_str(json.dumps(documents), schema)
    except ValueError as error:
        raise InvalidPolicy("policies, schema or entities do not parse", why=_line(error)) from error
    if not len(policies) or policies.templates():
        raise InvalidPolicy(
            "no policies, or templates among them",
            why="an empty set and an unlinked template decide nothing",
            remedy="write at least one policy, and each without ?principal or ?resource",
        )
    _validate(text, schema)
    _refuse_unknown(tree, documents)
    named = frozenset(_references(tree))
    return ParsedPolicies(
        policies,
        schema,
        entities,
        _names(tree),
        purpose_class=_classes("Purpose", trees.purposes, named),
        category_class=_classes("Category", trees.categories, named),
        kinds=_kinds(named),
        controllers=_controllers(entities_given, named),
    )


def _documents(text: str) -> list[dict[str, Any]]:
    """The entities document, in the plain form of Cedar's JSON. Raises ValueError for any other."""
    documents = json.loads(text)
    if not isinstance(documents, list):
        raise ValueError("the entities are not a list")  # noqa: TRY004  one kind of error for all bad text
    for document in documents:
        uid = document.get("uid") if isinstance(document, dict) else None
        if not isinstance(uid, dict) or not {"type", "id"} <= set(uid):
            raise ValueError("an entity has no uid with type and id")
    return documents


def _validate(text: str, schema: cedarpy.Schema) -> None:
    verdict = cedarpy.validate_policies(text, schema)
    if not verdict.validation_passed:
        why = _line(verdict.errors[0].error) if verdict.errors else "no detail given"
        raise InvalidPolicy("a policy does not match the schema", why=why, remedy="correct it and lint again")


def _hierarchy(kind: str, terms: Iterable[Term]) -> Iterator[dict[str, object]]:
    for term in terms:
        above = [] if term.parent is None else [{"type": kind, "id": term.parent}]
        yield {"uid": {"type": kind, "id": term.id}, "attrs": {}, "parents": above}


def _names(tree: Mapping[str, Mapping[str, Mapping[str, Mapping[str, str]]]]) -> dict[str, str]:
    """Cedar's own number of each policy → its @id."""
    names = {
        number: (policy.get("annotations") or {}).get("id", "") for number, policy in tree["staticPolicies"].items()
    }
    if not all(names.values()) or len(set(names.values())) < len(names):
        raise InvalidPolicy(
            "a policy without an @id, or two with the same",
            why="decisions are explained by the ids of the policies that made them",
            remedy='write @id("...") above each policy, unique in the set',
        )
    return names


def _references(node: object) -> Iterator[tuple[str, str]]:
    """Every (type, id) of an entity that stands in a policy's JSON form."""
    if isinstance(node, dict):
        if isinstance(node.get("type"), str) and isinstance(node.get("id"), str):
            yield node["type"], node["id"]
        for part in node.values():
            yield from _references(part)
    elif isinstance(node, list):
        for part in node:
            yield from _references(part)


def _refuse_unknown(tree: object, documents: list[dict[str, dict[str, str]]]) -> None:
    defined = {(document["uid"]["type"], document["uid"]["id"]) for document in documents}
    checked = {"Purpose", "Category", "Sector", "Jurisdiction"}
    missing = sorted({term for term in _references(tree) if term[0] in checked} - defined)
    if missing:
        kind, name = missing[0]
        raise InvalidPolicy(
            f'a policy names {kind}::"{name}", which does not exist',
            why="it would match nothing, and a forbid that matches nothing protects nothing",
            remedy="correct the name, or define it",
        )


def _classes(kind: str, terms: Tree[Any], named: frozenset[tuple[str, str]]) -> dict[str, str]:
    """Term → the first term that no policy tells from it.

    Cedar sees a term only through `==` and `in` against terms that policies name, so two unnamed terms with the same
    nearest named term above them decide alike. A named term is a class by itself.
    """
    first: dict[tuple[str | None, bool], str] = {}
    classes = {}
    for term in terms:
        path = (term.id, *terms.ancestors(term.id))
        nearest = next((above for above in path if (kind, above) in named), None)
        classes[term.id] = first.setdefault((nearest, nearest == term.id), term.id)
    return classes


def _kinds(named: frozenset[tuple[str, str]]) -> tuple[TraitKind, ...]:
    """Each kind that a policy names, and one of those that none does."""
    unnamed = [kind for kind in TraitKind if ("Kind", kind.value) not in named]
    return (*unnamed[:1], *(kind for kind in TraitKind if kind not in unnamed))


def _controllers(documents: list[dict[str, Any]], named: frozenset[tuple[str, str]]) -> tuple[EntityId, ...]:
    """Each legal entity that a policy or another entity names, and two of every group that is told apart by nothing.

    Two, because a recipient's own twin is another controller.
    """
    inner = [[document.get("attrs"), document.get("parents")] for document in documents]
    kept = {name for kind, name in named | frozenset(_references(inner)) if kind == "Entity"}
    groups: dict[str, list[str]] = {}
    for document, parts in zip(documents, inner, strict=True):
        if document["uid"]["type"] == "Entity":
            groups.setdefault(json.dumps(parts, sort_keys=True), []).append(document["uid"]["id"])
    for group in groups.values():
        kept.update(sorted(group)[:2])
    return tuple(EntityId(name) for name in sorted(kept))


def _line(error: object) -> str:
    return " ".join(str(error).split())[:300]
