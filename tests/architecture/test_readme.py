"""The README's commands run: in order, in one shell, in a folder that looks like the checkout but is thrown away.

What is a command, and how one is left out, stands in CONTRIBUTING.md.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from codebase import ROOT

README = ROOT / "README.md"
SECONDS_MAX = 240

BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<reason>.*?) -->\n+)?^```(?P<kind>sh|console)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
MARK = "@@ README"


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of commands, the line where it opens, and why it is not run ("" when it is)."""

    line: int
    kind: str
    text: str
    reason: str | None

    def commands(self) -> Iterator[tuple[str, list[str]]]:
        """Each command with the lines that it must print; a `sh` block is one command that may print anything."""
        if self.kind == "sh":
            yield self.text, []
            return
        for chunk in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            command, *expected = re.sub(r"\\\n(> )?", " ", chunk).rstrip("\n").split("\n")
            yield command, expected


def blocks(markdown: str) -> list[Block]:
    return [
        Block(markdown.count("\n", 0, found.start("kind")) + 1, found["kind"], found["text"], found["reason"])
        for found in BLOCK.finditer(markdown)
    ]


def script_of(chosen: list[Block]) -> str:
    lines = ["set -euo pipefail"]
    for block in chosen:
        for number, (command, _) in enumerate(block.commands()):
            lines += [f"echo '{MARK}:{block.line}#{number}'", command]
    return "\n".join([*lines, f"echo '{MARK} end'"])


def missing_line(printed: str, expected: list[str]) -> str:
    """The first expected line that did not come, in order; "…" stands for anything within a line."""
    remaining = iter(printed.splitlines())
    for line in expected:
        pattern = ".*".join(re.escape(part) for part in line.strip().split("…"))
        if line.strip() and not any(re.fullmatch(pattern, given.strip()) for given in remaining):
            return line
    return ""


def outcomes(output: str) -> dict[str, str]:
    return {
        place: printed
        for part in output.split(f"{MARK}:")[1:]
        for place, _, printed in [part.partition(f"\n{MARK} end")[0].partition("\n")]
    }


def lookalike(folder: Path) -> Path:
    """A folder in which every path of the checkout works, and where what a command writes does not reach it."""
    checkout = folder / "enishi"
    checkout.mkdir()
    for entry in ROOT.iterdir():
        if not entry.name.startswith(".") and entry.name != "demo-home":
            (checkout / entry.name).symlink_to(entry)
    shared = ROOT.parent / "shared"
    if shared.exists():
        (folder / "shared").symlink_to(shared)
    return checkout


def run(script: str, folder: Path) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "CDP_HOME": str(folder / "home"),
        "NO_COLOR": "1",
    }
    with subprocess.Popen(
        ["bash", "-c", script],
        cwd=lookalike(folder),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=(log := (folder / "output.txt").open("w+")),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as shell:
        try:
            code = shell.wait(timeout=SECONDS_MAX)
        except subprocess.TimeoutExpired:
            code = 124
        finally:
            # What the README started in the background ends with it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
    log.seek(0)
    return code, log.read()


def check(markdown: str, folder: Path) -> list[str]:
    """What is wrong with the commands of `markdown`, place by place; empty when they do what it says."""
    chosen = [block for block in blocks(markdown) if block.reason is None]
    code, output = run(script_of(chosen), folder)
    seen = outcomes(output)
    if code != 0:
        last = list(seen)[-1] if seen else "?"
        return [f"README.md:{last} ended with {code}: {seen.get(last, output)[-2000:]}"]
    return [
        f"README.md:{block.line}: {command!r} did not print {line!r} but {seen[f'{block.line}#{number}']!r}"
        for block in chosen
        for number, (command, expected) in enumerate(block.commands())
        if (line := missing_line(seen[f"{block.line}#{number}"], expected))
    ]


def test_there_is_a_readme_with_commands_to_run() -> None:
    assert blocks(README.read_text(encoding="utf-8")), "README.md shows no command in a ```sh or ```console block"


def test_what_the_readme_leaves_out_it_leaves_out_for_a_reason() -> None:
    found = blocks(README.read_text(encoding="utf-8"))
    assert [block.line for block in found if block.reason is not None and len(block.reason) < 10] == []
    assert any(block.reason is None for block in found)


def test_the_commands_of_the_readme_do_what_it_says(tmp_path: Path) -> None:
    assert check(README.read_text(encoding="utf-8"), tmp_path) == []


def test_commands_share_one_shell_and_touch_only_their_own_folder(tmp_path: Path) -> None:
    first = "```sh\nNAME=enishi\nsleep 300 &\n```\n"
    second = "```console\n$ echo $NAME > written; cat written; ls\nenishi\npyp…toml\n```\n"
    markdown = f"{first}\n{second}"
    assert check(markdown, tmp_path) == []
    assert not (ROOT / "written").exists()


@pytest.mark.parametrize(
    ("markdown", "complaint"),
    [
        ("```sh\ntrue\n```\n\n```sh\nfalse\n```\n", "README.md:5#0 ended with 1"),
        ("```console\n$ echo one\ntwo\n```\n", "README.md:1: 'echo one' did not print 'two'"),
        ("```sh\ncdp-that-does-not-exist\n```\n", "ended with 127"),
    ],
)
def test_a_command_that_fails_or_says_something_else_is_named(tmp_path: Path, markdown: str, complaint: str) -> None:
    assert [complaint in found for found in check(markdown, tmp_path)] == [True]


def test_a_block_is_left_out_only_by_its_comment(tmp_path: Path) -> None:
    markdown = "<!-- not run: serves until it is stopped -->\n```sh\nfalse\n```\n\n```python\nraise\n```\n"
    (block,) = blocks(markdown)
    assert block.reason == "serves until it is stopped"
    assert check(markdown, tmp_path) == []
