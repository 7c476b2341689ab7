"""The requirements are pinned by hash, carry no address, and bind us to no copyleft but one known library."""

import re
from importlib.metadata import PackageNotFoundError, metadata

import pytest
from codebase import ROOT

FILES = ("run.txt", "dev.txt", "uv.txt")
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+)", re.MULTILINE)

LIBRARY_COPYLEFT = {"psycopg", "psycopg-binary"}
"""LGPL-3.0: unchanged, through its public interface, optional (extra `postgres`), replaceable by whoever installs."""

STRONG_COPYLEFT = re.compile(r"\b(A?GPL|GNU (Affero )?General Public|SSPL|EUPL|CC-BY-NC)", re.IGNORECASE)
WEAK_COPYLEFT = re.compile(r"\bLGPL|Lesser General Public", re.IGNORECASE)


def requirements(name: str) -> str:
    return (ROOT / "requirements" / name).read_text(encoding="utf-8")


def licence_of(package: str) -> str:
    facts = metadata(package)
    stated = facts.get("License-Expression") or (facts.get("License") or "").split("\n")[0]
    classified = [line for line in facts.get_all("Classifier") or [] if line.startswith("License")]
    return " ".join([stated, *classified])


@pytest.mark.parametrize("name", FILES)
def test_requirements_carry_no_address_and_no_path(name: str) -> None:
    lines = requirements(name).splitlines()
    assert [line for line in lines if "://" in line or line.startswith("--") or re.search(r"(^|\s)/", line)] == []


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_pinned_by_version_and_hash(name: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", requirements(name), flags=re.MULTILINE))
    assert [block for block in blocks if not (PIN.match(block.strip()) and "--hash=sha256:" in block)] == []


def test_development_runs_on_the_very_versions_that_the_product_runs_on() -> None:
    run, dev = (dict(PIN.findall(requirements(name))) for name in ("run.txt", "dev.txt"))
    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


def test_no_dependency_of_the_product_is_strong_copyleft() -> None:
    found = []
    for package, _ in PIN.findall(requirements("run.txt")):
        try:
            licence = licence_of(package)
        except PackageNotFoundError:
            continue  # for another system or another version of Python
        weak = WEAK_COPYLEFT.search(licence) is not None and package not in LIBRARY_COPYLEFT
        strong = STRONG_COPYLEFT.search(WEAK_COPYLEFT.sub("", licence)) is not None
        if weak or strong:
            found.append(f"{package}: {licence}")
    assert found == []


def test_what_installs_the_rest_is_pinned_alone() -> None:
    assert [name for name, _ in PIN.findall(requirements("uv.txt"))] == ["uv"]
