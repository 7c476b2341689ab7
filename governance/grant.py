"""The permission slip of one read: whoever reads a profile needs one, and only the gate makes them."""

from typing import Final, NoReturn

from governance.disclosure import Released, Strength, TraitRef
from governance.errors import ForgedGrant
from identity.ids import EntityId

MINT: Final = object()
"""INVARIANT: named by governance/gate.py alone; tests/unit/test_gate_mint.py reads the sources for it."""


class Grant:
    """What one recipient may read of one person for one purpose, already journalled at `leaf`.

    Cannot be copied, altered or pickled: it is good for the answer that it was made for.
    """

    __slots__ = ("_strengths", "leaf", "policy_version", "purpose", "recipient", "released")

    recipient: EntityId
    purpose: str
    released: tuple[Released, ...]
    leaf: int
    policy_version: str
    _strengths: dict[TraitRef, Strength]

    def __init__(
        self, mint: object, *, recipient: EntityId, purpose: str, released: tuple[Released, ...], policy: str, leaf: int
    ) -> None:
        """For the gate. Raises ForgedGrant for everybody else."""
        if mint is not MINT:
            raise ForgedGrant("a grant comes from the gate", remedy="call Gate.grant with a decision")
        strengths = {one.trait: one.strength for one in released}
        for name, value in (
            ("recipient", recipient),
            ("purpose", purpose),
            ("released", released),
            ("policy_version", policy),
            ("leaf", leaf),
            ("_strengths", strengths),
        ):
            object.__setattr__(self, name, value)

    def strength_of(self, trait: TraitRef) -> Strength:
        """How strongly `trait` may be shown; NONE for whatever is not named in the grant."""
        return self._strengths.get(trait, Strength.NONE)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise ForgedGrant("a grant is not altered", remedy="ask the gate for another")

    def __delattr__(self, name: str) -> NoReturn:
        raise ForgedGrant("a grant is not altered", remedy="ask the gate for another")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise ForgedGrant("a grant is neither copied nor stored", remedy="ask the gate for another")

    def __repr__(self) -> str:
        return f"Grant(leaf={self.leaf}, released={len(self.released)})"
