"""The terms of a permission, as JSON carries them."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from consent.basis import LegalBasis, Operation
from pipelines import contract


class Terms(BaseModel):
    """What a permission covers: operations, purpose, recipients, categories, and the ground it stands on."""

    model_config = ConfigDict(extra="forbid")

    operations: list[Operation] = Field(min_length=1)
    purpose: str = Field(max_length=128)
    recipients: list[str] = Field(min_length=1, max_length=200, description='entities, or "*" for every one')
    categories: list[str] = Field(min_length=1, max_length=200, description='data categories, or "*" for all')
    basis: LegalBasis
    notice: str = Field(default="", max_length=500)
    jurisdiction: str = Field(default="", max_length=64)
    separate: bool = False
    expires_days: int | None = Field(default=None, ge=1)

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
