"""Our own source, parsed once: what the tests of the architecture look at."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("identity", "consent", "governance", "pipelines", "cdp")
CORE = PACKAGES[:-1]
SPARED = {".git", ".venv", "__pycache__", ".hypothesis", "node_modules", "build", "dist", "demo-home"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file of ours."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def place(self) -> str:
        """The path from the root, with slashes."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def package(self) -> str:
        """The first folder of the path."""
        return self.path.relative_to(ROOT).parts[0]

    @property
    def is_adapter(self) -> bool:
        """Whether it may touch the world."""
        return "adapters" in self.path.relative_to(ROOT).parts

    def functions(self) -> Iterator[Function]:
        """Every function and method, however deep."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def imports(self) -> Iterator[tuple[int, str]]:
        """Every module that is imported anywhere in the file, with its line; `from a import b` gives `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@cache
def product() -> tuple[Module, ...]:
    """Every module of the five packages."""
    return tuple(_parse(path) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))


@cache
def checks() -> tuple[Module, ...]:
    """Every Python file that checks the product: tests and benchmarks."""
    return tuple(_parse(path) for folder in ("tests", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py")))


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Every text file that we publish, as (path from the root, text)."""
    found = []
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if SPARED & set(parts) or any(part.endswith(("_cache", ".egg-info")) for part in parts) or not path.is_file():
            continue
        if path.name == "LICENSE":
            continue
        try:
            found.append(("/".join(parts), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return tuple(found)


def _parse(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path, text, ast.parse(text, filename=str(path)))
