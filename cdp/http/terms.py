"""The terms of a permission, as JSON carries them."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from consent.basis import LegalBasis, Operation
from pipelines import contract

INSTANT_MAX = 7_258_118_400_000_000
"""The year 2200, in microseconds: later is no date of a consent, and soon no date at all."""

TermId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,99}$")]
"""The id of a purpose or a data category."""

Party = Annotated[str, Field(pattern=r"^(\*|[a-z][a-z0-9-]{0,30}[a-z0-9])$")]
Since = Annotated[int | None, Field(ge=0, le=INSTANT_MAX, description="microseconds since the epoch; null: from now")]


class Terms(BaseModel):
    """What a permission covers: operations, purpose, recipients, categories, and the ground it stands on."""

    model_config = ConfigDict(extra="forbid")

    operations: list[Operation] = Field(min_length=1)
    purpose: TermId
    recipients: list[Party] = Field(min_length=1, max_length=200, description='entities, or "*" for every one')
    categories: list[TermId | Literal["*"]] = Field(
        min_length=1, max_length=200, description='data categories, or "*" for all'
    )
    basis: LegalBasis
    notice: str = Field(
        default="", pattern=r"^([A-Za-z][A-Za-z0-9._:/#?=&+-]{0,199})?$", description="id or address, with version"
    )
    jurisdiction: str = Field(default="", pattern=r"^[A-Za-z0-9-]{0,16}$", description="such as JP")
    separate: bool = False
    expires_days: int | None = Field(default=None, ge=1, le=36_525)

    def parsed(self) -> contract.Terms:
        """The same as a value of the core."""
        return contract.Terms(
            operations=frozenset(self.operations),
            purpose=self.purpose,
            recipients=frozenset(self.recipients),
            categories=frozenset(self.categories),
            basis=self.basis,
            notice=self.notice,
            jurisdiction=self.jurisdiction,
            separate=self.separate,
            expires_days=self.expires_days,
        )

    @classmethod
    def of(cls, terms: contract.Terms) -> Self:
        """The JSON form of `terms`."""
        return cls(
            operations=sorted(terms.operations),
            purpose=terms.purpose,
            recipients=sorted(terms.recipients),
            categories=sorted(terms.categories),
            basis=terms.basis,
            notice=terms.notice,
            jurisdiction=terms.jurisdiction,
            separate=terms.separate,
            expires_days=terms.expires_days,
        )
