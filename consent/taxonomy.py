"""A tree of terms with definitions: what purposes and data categories have in common."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Self, TypeVar

import yaml

from consent.errors import ConsentError, InvalidTaxonomy

ALL = "*"
"""Stands for every term of a tree where an event or an agreement may name all of them."""

NOTHING_EXTRA: Mapping[str, Mapping[str, str | None]] = MappingProxyType({})
"""The operator adds no terms of their own."""

_ID = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)*\Z")
_ID_MAX = 100
_FIELDS = frozenset({"name", "definition", "parent", "source"})


@dataclass(frozen=True, slots=True)
class Term:
    """One term: a stable id, what people read, the term above it (or None) and where its meaning comes from."""

    id: str
    name: str
    definition: str
    parent: str | None
    source: str


T = TypeVar("T", bound=Term)


class Tree(Generic[T]):
    """Terms under their parents. INVARIANT: two cones of one tree are nested or disjoint, so a term has one parent.

    Raises InvalidTaxonomy for a malformed id, an id given twice, a parent that is absent, a circle, or a term
    without definition.
    """

    term: ClassVar[type[Term]]
    shipped_file: ClassVar[str]
    unknown: ClassVar[type[ConsentError]]
    example: ClassVar[str]

    __slots__ = ("_ancestors", "_cones", "_terms")

    def __init__(self, terms: Iterable[T]) -> None:
        self._terms: dict[str, T] = {}
        for term in terms:
            if term.id in self._terms:
                raise InvalidTaxonomy(f"the term {term.id} is given twice", remedy="give the new term an id of its own")
            self._terms[_well_formed(term).id] = term
        self._ancestors = {id_: self._path_up(id_) for id_ in self._terms}
        cones: dict[str, set[str]] = {id_: {id_} for id_ in self._terms}
        for id_, path in self._ancestors.items():
            for above in path:
                cones[above].add(id_)
        self._cones = {id_: frozenset(cone) for id_, cone in cones.items()}

    @classmethod
    def shipped(cls, extra: Mapping[str, Mapping[str, str | None]] = NOTHING_EXTRA) -> Self:
        """The terms that we ship, and the operator's `extra` ones: id → name, definition, parent, source.

        An extra term may hang below a shipped one; it never replaces one, since that would change what people
        have already agreed to. Raises InvalidTaxonomy.
        """
        text = files("consent").joinpath("data", cls.shipped_file).read_text(encoding="utf-8")
        return cls([*map(cls._read, yaml.safe_load(text)), *(cls._read({"id": k, **v}) for k, v in extra.items())])

    @classmethod
    def _read(cls, row: Mapping[str, Any]) -> T:
        if not row.keys() >= {"id", "definition"} or not row.keys() <= _FIELDS | {"id"}:
            raise InvalidTaxonomy(
                "a term of the taxonomy has missing or superfluous fields",
                remedy="give a name, a definition, the parent (or null) and the source",
            )
        return cls.term(  # type: ignore[return-value]  # each subclass names its own type of term
            id=row["id"],
            name=row.get("name") or row["id"],
            definition=row["definition"],
            parent=row.get("parent"),
            source=row.get("source") or "operator",
        )

    def __contains__(self, id_: object) -> bool:
        return id_ in self._terms

    def __iter__(self) -> Iterator[T]:
        return iter(self._terms.values())

    def __len__(self) -> int:
        return len(self._terms)

    def get(self, id_: str) -> T:
        """The term of that id. Raises the tree's own error for an unknown one."""
        self._require(id_)
        return self._terms[id_]

    def cone(self, id_: str) -> frozenset[str]:
        """The ids at or below `id_`. Raises the tree's own error for an unknown one."""
        self._require(id_)
        return self._cones[id_]

    def ancestors(self, id_: str) -> tuple[str, ...]:
        """The ids strictly above `id_`, the nearest first. Raises the tree's own error for an unknown one."""
        self._require(id_)
        return self._ancestors[id_]

    def grants(self, granted: str, asked: str) -> bool:
        """Whether a grant of `granted`, a term or `"*"`, holds for all of `asked`. What no tree knows is no."""
        return asked in (self._terms if granted == ALL else self._cones.get(granted, ()))

    def refused_part(self, refused: str, asked: str) -> str | None:
        """The widest part of `asked` that a refusal of `refused` touches, or None where it touches nothing.

        Both are cones of one tree, so the part is one of the two. A refusal of a term that the tree does not
        know (an operator removed it) touches everything: nobody can say any longer what the person refused.
        """
        cone = self._cones.get(refused)
        if cone is None or asked in cone:
            return asked
        return refused if refused in self._cones.get(asked, ()) else None

    def _require(self, id_: str) -> None:
        if id_ not in self._terms:
            raise self.unknown(
                f"unknown {self.unknown.code.removeprefix('unknown-')}",
                why="the tree does not hold it",
                remedy=f"use an id of the tree, such as '{self.example}', or add your own",
            )

    def _path_up(self, id_: str) -> tuple[str, ...]:
        path: list[str] = []
        parent = self._terms[id_].parent
        while parent is not None:
            if parent not in self._terms or parent in path or parent == id_:
                raise InvalidTaxonomy(
                    f"the term {id_} has no path to a root", why="a parent is absent or the parents form a circle"
                )
            path.append(parent)
            parent = self._terms[parent].parent
        return tuple(path)


def _well_formed(term: T) -> T:
    if len(term.id) > _ID_MAX or not _ID.match(term.id):
        raise InvalidTaxonomy(
            "a term of the taxonomy has a malformed id", remedy="use lower-case words joined by '-', '_' or '.'"
        )
    if not term.definition.strip():
        raise InvalidTaxonomy(f"the term {term.id} has no definition", remedy="say what it means in one sentence")
    return term
