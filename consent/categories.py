"""The categories of personal data, as a tree with definitions under the keys of fideslang."""

from typing import ClassVar, Final

from consent.errors import ConsentError, UnknownCategory
from consent.taxonomy import Term, Tree

WHOLE_PERSON: Final = "user"
"""The root: a question about it asks for every category of data about a person."""


class DataCategory(Term):
    """A category of data: a fideslang key such as `user.contact.email`, or one of ours that hangs below one."""

    __slots__ = ()


class CategoryTree(Tree[DataCategory]):
    """The data categories that a trait, a question, an event or an agreement may name.

    Source: fideslang 3, data categories (https://ethyca.github.io/fideslang/).
    """

    __slots__ = ()
    term: ClassVar[type[Term]] = DataCategory
    shipped_file: ClassVar[str] = "categories.yaml"
    unknown: ClassVar[type[ConsentError]] = UnknownCategory
    example: ClassVar[str] = "user.contact.email"
