"""What the pages under docs/ name is there, and what a reader must find in them is named."""

import re
from dataclasses import fields

import pytest
from codebase import ROOT, checks

from cdp.settings import PREFIX, Settings
from consent.basis import LegalBasis, Operation
from governance.disclosure import TraitKind
from identity.fields import FieldKind
from pipelines import contract_yaml
from pipelines.contract import FactType, FileType
from pipelines.contract_yaml import EXPECTATIONS
from pipelines.lint import CHECKS
from pipelines.quarantine import Reason

DOCS = ROOT / "docs"
PAGES = {page.relative_to(ROOT).as_posix(): page.read_text("utf-8") for page in sorted(DOCS.rglob("*.md"))}
SETTINGS = PAGES["docs/settings.md"]
CONTRACTS = PAGES["docs/contracts.md"]
THREATS = PAGES["docs/threat-model.md"]

KEYS = (*contract_yaml._CONTRACT_KEYS, *contract_yaml._FILE_KEYS, *contract_yaml._TERMS_KEYS)
VOCABULARY = {
    "keys": (
        *KEYS,
        *contract_yaml._AGREEMENT_KEYS,
        "column",
        "given",
        "refused",
        "at",
        "buckets",
        "mostly",
        "severity",
    ),
    "field kinds": tuple(FieldKind),
    "file types": tuple(FileType),
    "fact types": tuple(FactType),
    "trait kinds": tuple(TraitKind),
    "operations": tuple(Operation),
    "legal bases": tuple(LegalBasis),
    "expectations": tuple(EXPECTATIONS),
    "lint codes": tuple(CHECKS),
    "quarantine codes": tuple(Reason),
}
"""Everything that a contract may say, or be told."""


def names_of_tests() -> set[str]:
    return {function.name for module in checks() for function in module.functions()}


def heading_anchors(page: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def row_of(setting: str) -> str:
    found = re.search(rf"^\| `{PREFIX}{setting.upper()}` \|.*$", SETTINGS, re.MULTILINE)
    return found.group() if found else ""


@pytest.mark.parametrize("setting", [item.name for item in fields(Settings)])
def test_every_setting_has_a_row_with_its_default(setting: str) -> None:
    default = next(item.default for item in fields(Settings) if item.name == setting)
    assert row_of(setting), f"docs/settings.md has no row of {PREFIX}{setting.upper()}"
    assert str(default) in row_of(setting)


def test_no_page_names_a_setting_that_is_none() -> None:
    known = {PREFIX + item.name.upper() for item in fields(Settings)}
    named = {name for page in PAGES.values() for name in re.findall(rf"\b{PREFIX}[A-Z_]+\b", page) if name != PREFIX}
    assert named <= known


@pytest.mark.parametrize("subject", VOCABULARY)
def test_all_that_a_contract_may_say_is_on_its_page(subject: str) -> None:
    assert [word for word in VOCABULARY[subject] if f"`{word}`" not in CONTRACTS] == []


@pytest.mark.parametrize("name", ["shop.csv", "shop.yaml", "bank.csv", "bank.yaml"])
def test_the_example_that_the_page_shows_is_the_one_that_runs(name: str) -> None:
    shown = (ROOT / "examples/minimal" / name).read_text("utf-8")
    assert f"```{name.rpartition('.')[2]}\n{shown}```\n" in CONTRACTS


@pytest.mark.parametrize("place", PAGES)
def test_every_test_that_a_page_names_is_there(place: str) -> None:
    assert set(re.findall(r"`(test_\w+)`", PAGES[place])) - names_of_tests() == set()


def test_every_promise_of_the_threat_model_names_its_test() -> None:
    section = THREATS.partition("## Promises and their tests")[2].partition("\n## ")[0]
    promises = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| promise")]
    assert len(promises) > 20
    assert [line for line in promises if "`test_" not in line] == []


@pytest.mark.parametrize("place", PAGES)
def test_every_link_between_pages_leads_somewhere(place: str) -> None:
    broken = []
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", PAGES[place]):
        target, _, anchor = link.partition("#")
        page = (ROOT / place).parent / target if target else ROOT / place
        if not page.is_file() or (anchor and anchor not in heading_anchors(page.read_text("utf-8"))):
            broken.append(link)
    assert broken == []
