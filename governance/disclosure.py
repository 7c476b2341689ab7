"""How strongly a value is shown: clear, masked, bucketed, as a token, or not at all."""

import base64
import hashlib
import hmac
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType

from consent.basis import LegalBasis
from governance.errors import NotDisclosable
from identity.ids import EntityId, RecordId
from identity.secret import SecretKey

HIDDEN = "…"
"""What stands where a value exists and none of it may be shown."""

_DATE = re.compile(r"(\d{4})-\d{2}-\d{2}(?:[T ].*)?\Z", re.DOTALL)
_BUCKETS: tuple[float, ...] = (0, *(step * 10**power for power in range(10) for step in (1, 5)))

Value = str | int | float | bool
"""What a trait holds."""


class Strength(IntEnum):
    """How much of a value is shown; a greater strength shows more."""

    NONE = 0
    TOKEN = 1
    BUCKETED = 2
    MASKED = 3
    CLEAR = 4

    @property
    def label(self) -> str:
        """The word for it in policies, journals and answers."""
        return self.name.lower()


class TraitKind(StrEnum):
    """Where a trait comes from: observed, derived by rule, or believed by a model."""

    FACT = "fact"
    COMPUTED = "computed"
    PREDICTED = "predicted"


@dataclass(frozen=True, slots=True)
class TraitRef:
    """One trait of one source record, without its value: what a decision is about."""

    record: RecordId
    controller: EntityId
    name: str
    category: str
    kind: TraitKind


@dataclass(frozen=True, slots=True)
class Released:
    """A trait that may be shown at `strength`, and everything that this rests on."""

    trait: TraitRef
    strength: Strength
    events: tuple[str, ...] = ()
    agreement: str | None = None
    policies: tuple[str, ...] = ()
    bases: tuple[LegalBasis, ...] = ()

    def __post_init__(self) -> None:
        if self.strength is Strength.NONE:
            raise NotDisclosable("a trait is released at no strength", remedy="withhold it and say why")


@dataclass(frozen=True, slots=True)
class Withheld:
    """A trait that stays hidden; `reason` is a slug such as `policy-forbids` or `no-consent`."""

    trait: TraitRef
    reason: str
    policies: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


def tellable(
    recipient: EntityId, released: Sequence[Released], withheld: Sequence[Withheld]
) -> tuple[tuple[Withheld, ...], tuple[Withheld, ...]]:
    """`withheld` parted: what the recipient may be told of, and what not, each in the given order.

    It may be told of its own traits, and of those of a company that it learns of anyway, by a trait released in the
    same answer. Of any other company the mere existence of a trait discloses that the person is its customer.
    """
    known = {recipient, *(one.trait.controller for one in released)}
    told = tuple(one for one in withheld if one.trait.controller in known)
    return told, tuple(one for one in withheld if one.trait.controller not in known)


@dataclass(frozen=True, slots=True)
class MaskSpec:
    """How values of one kind are coarsened.

    `buckets`: ascending lower bounds of numeric buckets, None for 1-5-10 steps. `groups`: for words, the wider
    word shown when bucketed (a city's prefecture); a word without one is hidden.
    """

    buckets: tuple[float, ...] | None = None
    groups: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.buckets is not None and (not self.buckets or list(self.buckets) != sorted(set(self.buckets))):
            raise ValueError("bucket bounds ascend, without repetition, and there is at least one")


def mask(value: Value, strength: Strength, spec: MaskSpec | None = None, *, key: SecretKey | None = None) -> Value:
    """`value` as it may be shown at `strength`, never stronger; where no weaker form exists, `HIDDEN`.

    Masked: the first character of a text, the year of an ISO date, the bucket of a number. Bucketed: the group of a
    text, the year of a date, the bucket of a number. Token: HMAC-SHA-256 under `key`, equal for equal values and
    comparable only under the same key. A truth value has nothing coarser than itself and is hidden.

    Raises NotDisclosable at Strength.NONE, and for a token without a key.
    """
    if strength is Strength.CLEAR:
        return value
    if strength is Strength.TOKEN:
        return _token(value, key)
    if strength is Strength.NONE:
        raise NotDisclosable("a withheld value was about to be shown", remedy="leave it out of the answer")
    return _coarser(value, strength, spec or MaskSpec())


def _token(value: Value, key: SecretKey | None) -> str:
    if key is None:
        raise NotDisclosable("a token needs a key", remedy="derive one for the recipient and the purpose")
    message = f"{type(value).__name__}|{value}".encode()
    digest = hmac.digest(key.reveal(), message, hashlib.sha256)[:16]
    return "tk1." + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _coarser(value: Value, strength: Strength, spec: MaskSpec) -> str:
    if isinstance(value, bool):
        return HIDDEN
    if isinstance(value, int | float):
        return _bucket(value, spec.buckets or _BUCKETS)
    dated = _DATE.match(value)
    if dated:
        return dated.group(1)
    if strength is Strength.BUCKETED:
        return spec.groups.get(value, HIDDEN)
    return value[0] + HIDDEN if len(value) > 1 else HIDDEN


def _bucket(value: float, bounds: tuple[float, ...]) -> str:
    """The label of the bucket that holds `value`: `<0`, `1000–4999` or `≥5000000000`."""
    if not math.isfinite(value):
        return HIDDEN
    above = next((place for place, bound in enumerate(bounds) if value < bound), len(bounds))
    if above == 0:
        return f"<{bounds[0]:.15g}"
    low = bounds[above - 1]
    if above == len(bounds):
        return f"≥{low:.15g}"
    high = bounds[above]
    if float(low).is_integer() and float(high).is_integer():
        return f"{low:.15g}–{high - 1:.15g}" if high - low > 1 else f"{low:.15g}"
    return f"{low:.15g}–<{high:.15g}"
