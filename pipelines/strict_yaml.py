"""A YAML file read strictly: every value knows its line, every unknown key is refused with the nearest valid one."""

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

import yaml

from pipelines.errors import ContractInvalid

TEXT_CHARS_MAX = 1024 * 1024
"""A longer contract is refused."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One place in the file: what stands there, and how to say where it is."""

    node: yaml.Node
    path: str

    def fail(self, why: str, *, remedy: str = "") -> NoReturn:
        """Raise ContractInvalid that names this line and key."""
        raise ContractInvalid(f"line {self.node.start_mark.line + 1}, {self.path or 'contract'}: {why}", remedy=remedy)

    @property
    def is_mapping(self) -> bool:
        """Whether keys and values stand here."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        """Whether a list stands here."""
        return isinstance(self.node, yaml.SequenceNode)

    def text(self) -> str:
        """The scalar as written, so that `NO` stays the text NO. Raises ContractInvalid for anything else."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.fail("a single value is expected here")
        written = str(self.node.value).strip() if self.node.style is None else str(self.node.value)
        if not written:
            self.fail("a value is missing", remedy="write one, or remove the key")
        return written

    def one_of(self, allowed: Collection[str]) -> str:
        """The scalar, which must be one of `allowed`."""
        written = self.text()
        if written not in allowed:
            self.fail(f"{written!r} is not known here", remedy=_nearest(written, allowed))
        return written

    def texts(self) -> tuple[str, ...]:
        """One scalar or a list of them."""
        return tuple(item.text() for item in self.items()) if self.is_list else (self.text(),)

    def whole(self, *, least: int = 0) -> int:
        """A whole number of at least `least`."""
        try:
            value = int(self.text())
        except ValueError:
            self.fail("a whole number is expected here")
        if value < least:
            self.fail(f"the number is below {least}")
        return value

    def number(self) -> float:
        """A number."""
        try:
            return float(self.text())
        except ValueError:
            self.fail("a number is expected here")

    def flag(self) -> bool:
        """`true` or `false`."""
        written = self.text().lower()
        if written not in {"true", "false"}:
            self.fail("true or false is expected here")
        return written == "true"

    def day(self) -> date:
        """A date written as 2026-01-31."""
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            self.fail("a date is expected here", remedy="write it as 2026-01-31")

    def items(self) -> Iterator["Spot"]:
        """The entries of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.fail("a list is expected here", remedy="start each entry with '- '")
        for number, entry in enumerate(self.node.value):
            yield Spot(entry, f"{self.path}[{number}]")

    def table(self) -> dict[str, "Spot"]:
        """Keys, free to choose, and their values. Raises ContractInvalid for a key that stands twice."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fail("keys with values are expected here", remedy="write them as 'key: value'")
        found: dict[str, Spot] = {}
        for key_node, value_node in self.node.value:
            key = Spot(key_node, self.path).text()
            spot = Spot(value_node, f"{self.path}.{key}" if self.path else key)
            if key in found:
                Spot(key_node, spot.path).fail("this key stands twice", remedy="remove one of them")
            found[key] = spot
        return found

    def keys(self, allowed: Collection[str], *, required: Collection[str] = ()) -> dict[str, "Spot"]:
        """Keys out of `allowed`, with all of `required`. Raises ContractInvalid naming the nearest valid key."""
        found = self.table()
        for key, spot in found.items():
            if key not in allowed:
                spot.fail("this key is unknown", remedy=_nearest(key, allowed))
        for key in required:
            if key not in found:
                self.fail(f"the key '{key}' is missing", remedy=f"add '{key}:'")
        return found


def parse(text: str) -> Spot:
    """The root of the document in `text`.

    Raises ContractInvalid for what is not YAML, more than one document, anchors (a few lines of which can unfold to
    gigabytes), or a text over TEXT_CHARS_MAX.
    """
    if len(text) > TEXT_CHARS_MAX:
        raise ContractInvalid(f"a contract has at most {TEXT_CHARS_MAX} characters", remedy="describe one file in it")
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else 0
                raise ContractInvalid(f"line {line}: aliases are not read here", remedy="write the value out")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark is not None else ""
        why = str(getattr(error, "problem", None) or "")
        remedy = "correct it there, or on the line before"
        raise ContractInvalid(f"{place}this is not YAML", why=why, remedy=remedy) from None
    if node is None:
        raise ContractInvalid("the contract is empty", remedy="see examples/febrl/hospital.yaml")
    return Spot(node, "")


def _nearest(written: str, allowed: Collection[str]) -> str:
    near = difflib.get_close_matches(written, list(allowed), n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'?" if near else f"choose from {', '.join(sorted(allowed))}"
