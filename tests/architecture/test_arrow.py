"""The one arrow is checked by import-linter, and the check bites."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from codebase import PACKAGES, ROOT

LINT = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]

BREACHES = {
    "identity/model.py": "import consent",
    "consent/ledger.py": "import governance",
    "governance/gate.py": "import pipelines",
    "pipelines/ingest.py": "import cdp",
    "identity/tokens.py": "import cdp.settings",
    "governance/policy.py": "import fastapi",
    "identity/evidence.py": "import sqlalchemy",
    "pipelines/rows.py": "from sqlalchemy import select",
    "governance/journal/tree.py": "import identity.errors",
    "governance/journal/leaves.py": "import governance.adapters",
}
"""One line in one place, each of which must break a contract."""

ALLOWED = {
    "cdp/wiring.py": "import identity, consent, governance, pipelines, sqlalchemy",
    "identity/adapters/links_sql.py": "import sqlalchemy",
    "governance/journal/tree.py": "import hashlib",
}


def small_tree(folder: Path, *, place: str, line: str) -> None:
    """Our packages, empty but for one line, under our real contracts."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        for part in (package, f"{package}/adapters"):
            (folder / part).mkdir()
            (folder / part / "__init__.py").touch()
    (folder / "governance/journal").mkdir()
    (folder / "governance/journal/__init__.py").touch()
    (folder / "cdp/settings.py").touch()
    (folder / place).write_text(f"{line}\n")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        LINT, cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False, timeout=120
    )


def test_every_import_follows_the_arrow() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("place", "line"), BREACHES.items())
def test_an_import_against_the_arrow_is_refused(tmp_path: Path, place: str, line: str) -> None:
    small_tree(tmp_path, place=place, line=line)
    done = lint(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


@pytest.mark.parametrize(("place", "line"), ALLOWED.items())
def test_an_import_along_the_arrow_is_kept(tmp_path: Path, place: str, line: str) -> None:
    small_tree(tmp_path, place=place, line=line)
    done = lint(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
