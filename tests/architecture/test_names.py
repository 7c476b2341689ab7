"""Names say the idea (STYLE), and nothing that we publish names a person, a machine or a registry."""

import re
from pathlib import PurePosixPath

from codebase import checks, product, texts

VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "service", "models", "misc", "base"}

EMAIL = re.compile(r"[\w.+-]+@(\w*[a-z][\w-]*(?:\.[\w-]+)*\.[a-z]{2,})\b", re.IGNORECASE)
NOBODY = re.compile(r"(.+\.)?example\.[a-z.]+\Z|(.+\.)?[\w-]+\.(test|invalid|example|localhost)\Z|test(\.test)?\Z")
"""Domains that can never be somebody's (RFC 2606, RFC 6761, and `example` in national trees such as example.co.jp)."""

MACHINE = re.compile("/" + r"((root|work|home/\w+|Users/\w+)/|opt/wheels|tmp/(spec|venv))|\.pyen[v]")
REGISTRY = re.compile(r"(pypi|pythonhosted|npmjs|debian)\." + "org", re.IGNORECASE)

A_LAW = re.compile(r"test_[a-z0-9]+(_[a-z0-9]+){2,}\Z")


def test_no_file_is_named_by_its_vagueness() -> None:
    places = [PurePosixPath(module.place) for module in (*product(), *checks())]
    found = [str(place) for place in places if {place.stem, *place.parts[:-1]} & VAGUE]
    assert not found, "\n".join(found)


def test_a_test_is_named_by_its_law() -> None:
    found = [
        f"{module.place}:{function.lineno} {function.name}"
        for module in checks()
        for function in module.functions()
        if function.name.startswith("test") and module.path.name.startswith("test_")
        if not A_LAW.match(function.name)
    ]
    assert not found, "\n".join(found)


def test_test_files_have_names_of_their_own() -> None:
    names = [
        module.path.name for module in checks() if module.path.name not in {"__init__.py", "__main__.py", "conftest.py"}
    ]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_an_email_address_is_never_somebodys() -> None:
    found = [
        f"{place}: @{match.group(1)}"
        for place, text in texts()
        for match in EMAIL.finditer(text)
        if not NOBODY.match(match.group(1).lower())
    ]
    assert not found, "\n".join(found)


def test_nothing_names_a_machine_or_a_registry() -> None:
    found = [
        f"{place}:{number}"
        for place, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE.search(line) or REGISTRY.search(line)
    ]
    assert not found, "\n".join(found)
