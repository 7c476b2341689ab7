"""The purposes for which data may be used, as a tree with definitions that cite the W3C Data Privacy Vocabulary."""

from typing import ClassVar, Final

from consent.errors import ConsentError, UnknownPurpose
from consent.taxonomy import Term, Tree

IDENTITY_RESOLUTION: Final = "identity-resolution"
"""The purpose under which records of several companies are linked."""


class Purpose(Term):
    """A purpose: a slug of ours, with the IRI of the DPV purpose that it means as its `source`."""

    __slots__ = ()


class PurposeTree(Tree[Purpose]):
    """The purposes that a question, an event or an agreement may name.

    Source: W3C DPVCG, Data Privacy Vocabulary 2, purposes (https://w3id.org/dpv#Purpose).
    """

    __slots__ = ()
    term: ClassVar[type[Term]] = Purpose
    shipped_file: ClassVar[str] = "purposes.yaml"
    unknown: ClassVar[type[ConsentError]] = UnknownPurpose
    example: ClassVar[str] = "marketing"
