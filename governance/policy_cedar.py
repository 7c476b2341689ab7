"""Cedar, asked outright: classes of traits in, rulings out, and anything unclear is a no."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cedarpy

from governance.disclosure import Strength, TraitKind
from governance.policy_source import ParsedPolicies
from identity.ids import EntityId

_DESCENDING: Final = (Strength.CLEAR, Strength.MASKED, Strength.BUCKETED, Strength.TOKEN)


@dataclass(frozen=True, slots=True)
class Ruling:
    """The strongest strength that policy allows, and why.

    `reason`: policy-permits, policy-forbids (some forbid applied), policy-silent (no permit applied), policy-error,
    unknown-purpose or unknown-category. `policies`: the ids that decided it.
    """

    strength: Strength
    policies: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class TraitClass:
    """Traits that policy does not tell apart."""

    controller: EntityId
    category: str
    kind: TraitKind


def rulings_of(
    parsed: ParsedPolicies, recipient: EntityId, purpose: str, asked: Sequence[TraitClass]
) -> tuple[Ruling, ...]:
    """What Cedar says of each class asked for, strengths from the strongest down; terms must exist.

    Source: https://docs.cedarpolicy.com/auth/authorization.html (a forbid overrides; one that errs is skipped).
    """
    added = json.dumps([_trait_class(place, one) for place, one in enumerate(asked)])
    entities = parsed.entities.with_added_json_str(added, parsed.schema)
    requests = [
        _request(recipient, purpose, place, strength) for place in range(len(asked)) for strength in _DESCENDING
    ]
    answers = cedarpy.is_authorized_batch(requests, parsed.policies, entities, parsed.schema)
    step = len(_DESCENDING)
    return tuple(_strongest(parsed, answers[place * step : (place + 1) * step]) for place in range(len(asked)))


def _strongest(parsed: ParsedPolicies, answers: Sequence[cedarpy.AuthzResult]) -> Ruling:
    """INVARIANT: one erring or undecided strength denies them all, since a skipped forbid looks like an allow."""
    if len(answers) != len(_DESCENDING) or any(_erred(answer) for answer in answers):
        return Ruling(Strength.NONE, (), "policy-error")
    for strength, answer in zip(_DESCENDING, answers, strict=True):
        if answer.allowed:
            return Ruling(strength, _names_of(parsed, answer), "policy-permits")
    forbids = _names_of(parsed, answers[-1])
    return Ruling(Strength.NONE, forbids, "policy-forbids" if forbids else "policy-silent")


def _names_of(parsed: ParsedPolicies, answer: cedarpy.AuthzResult) -> tuple[str, ...]:
    return tuple(sorted(parsed.names[policy] for policy in answer.diagnostics.reasons))


def _erred(answer: cedarpy.AuthzResult) -> bool:
    return bool(answer.diagnostics.errors) or answer.decision not in {cedarpy.Decision.Allow, cedarpy.Decision.Deny}


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


def _trait_class(place: int, asked: TraitClass) -> dict[str, object]:
    return {
        "uid": _uid("TraitClass", str(place)),
        "attrs": {
            "controller": {"__entity": _uid("Entity", asked.controller)},
            "kind": {"__entity": _uid("Kind", asked.kind.value)},
        },
        "parents": [_uid("Category", asked.category)],
    }


def _request(recipient: EntityId, purpose: str, place: int, strength: Strength) -> dict[str, object]:
    return {
        "principal": _uid("Entity", recipient),
        "action": _uid("Action", f"read-{strength.label}"),
        "resource": _uid("TraitClass", str(place)),
        "context": {"purpose": {"__entity": _uid("Purpose", purpose)}},
    }
