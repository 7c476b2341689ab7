"""The core decides and the adapters act: only they touch stores, files, clocks, randomness and the environment."""

import ast
from collections.abc import Iterator

import pytest
from codebase import CORE, PACKAGES, ROOT, Module, product

WORLD = {
    "the store": ("sqlalchemy", "sqlite3", "psycopg", "duckdb", "alembic"),
    "the machine": (
        "os",
        "subprocess",
        "shutil",
        "tempfile",
        "socket",
        "http",
        "urllib",
        "requests",
        "httpx",
        "signal",
    ),
    "the clock": ("time",),
    "randomness": ("random", "secrets"),
}
"""Modules that only adapters import, by what they reach."""

TOUCHES = {
    "open": "files",
    "read_text": "files",
    "read_bytes": "files",
    "write_text": "files",
    "write_bytes": "files",
    "unlink": "files",
    "mkdir": "files",
    "urandom": "randomness",
    "token_bytes": "randomness",
    "uuid1": "randomness",
    "uuid4": "randomness",
    "default_rng": "randomness",
    "generate": "randomness",
    "generate_key": "randomness",
    "utcnow": "the clock",
    "today": "the clock",
    "getenv": "the environment",
}
"""Names of functions that only adapters call."""

ALLOWED = {
    "governance/journal/verify.py": "the offline verifier is a program of its own: it reads the file that it is given",
}
"""Modules of the core that may nevertheless, each with its reason."""

SHIPPED = "importlib.resources"
"""A module that imports this reads files that ship inside the package: constants, not the world."""


def core() -> Iterator[Module]:
    for module in product():
        if module.package in CORE and not module.is_adapter and module.place not in ALLOWED:
            yield module


def reaching(module: Module) -> Iterator[str]:
    for line, name in module.imports():
        for what, roots in WORLD.items():
            if name.split(".")[0] in roots:
                yield f"{module.place}:{line} imports {name}: {what}"
    ships = any(name.startswith(SHIPPED) for _, name in module.imports())
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and (what := touched(node, ships=ships)):
            yield f"{module.place}:{node.lineno} calls {called(node)}: {what}"


def touched(node: ast.Call, *, ships: bool) -> str:
    """What of the world a call reaches; empty when nothing."""
    name = called(node)
    if is_wall_clock(node):
        return "the clock"
    if name == "open" and isinstance(node.func, ast.Attribute) and not is_path_open(node):
        return ""
    if ships and name in {"read_text", "read_bytes", "open"}:
        return ""
    return TOUCHES.get(name, "")


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def is_path_open(node: ast.Call) -> bool:
    """`path.open()` and `path.open("rb")`; not `vault.open(entity, record)`, which opens an envelope."""
    mode = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    return (not node.args and not node.keywords) or (isinstance(mode, str) and set(mode) <= set("rwabxt+"))


def is_wall_clock(node: ast.Call) -> bool:
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr == "now"
        and ast.unparse(node.func.value) in {"datetime", "datetime.datetime", "dt.datetime"}
    )


def foreign_adapters(module: Module) -> Iterator[str]:
    for line, name in module.imports():
        parts = name.split(".")
        if parts[0] in PACKAGES and "adapters" in parts[1:]:
            yield f"{module.place}:{line} imports {name}"


def of_source(source: str) -> Module:
    return Module(ROOT / "identity/border.py", source, ast.parse(source))


def test_only_adapters_touch_the_world() -> None:
    found = [where for module in core() for where in reaching(module)]
    assert not found, "\n".join(found)


def test_the_core_knows_no_adapter() -> None:
    found = [where for module in core() for where in foreign_adapters(module)]
    assert not found, "\n".join(found)


def test_of_cdp_only_the_wiring_and_the_migrations_know_adapters() -> None:
    knowing = ("cdp/wiring", "cdp/migrations/", "cdp/home.py", "cdp/sample/")
    found = [
        reached
        for module in product()
        if module.package == "cdp" and not module.is_adapter and not module.place.startswith(knowing)
        for reached in foreign_adapters(module)
    ]
    assert not found, "\n".join(found)


def test_the_journal_imports_nothing_else_of_ours() -> None:
    found = [
        f"{module.place}:{line} imports {name}"
        for module in product()
        if module.place.startswith("governance/journal/")
        for line, name in module.imports()
        if name.split(".")[0] in PACKAGES and not name.startswith("governance.journal")
    ]
    assert not found, "\n".join(found)


def test_adapters_never_commit() -> None:
    found = [
        f"{module.place}:{node.lineno}"
        for module in product()
        if module.is_adapter
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and called(node) in {"commit", "begin", "begin_nested"}
    ]
    assert not found, "\n".join(found)


def test_every_exception_to_the_border_still_exists() -> None:
    found = [place for place in ALLOWED if not (ROOT / place).exists()]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "import sqlalchemy",
        "from os import environ",
        "import time",
        "def f():\n    import random",
        "open('x')",
        "path.open('rb')",
        "path.open()",
        "path.read_bytes()",
        "uuid.uuid4()",
        "datetime.now(UTC)",
        "numpy.random.default_rng()",
    ],
)
def test_reaching_for_the_world_is_seen(source: str) -> None:
    assert list(reaching(of_source(source)))


@pytest.mark.parametrize(
    "source",
    [
        "vault.open(entity, record)",
        "clock.now()",
        "from datetime import datetime",
        "from importlib.resources import files\nfiles('identity').joinpath('x').read_text()",
    ],
)
def test_what_only_looks_like_the_world_is_let_through(source: str) -> None:
    assert list(reaching(of_source(source))) == []
