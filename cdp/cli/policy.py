"""`cdp policy …`: the Cedar policy in force."""

from pathlib import Path
from typing import Annotated

import typer

from cdp.cli.opening import Home, Json, opened
from cdp.cli.showing import as_json, say
from cdp.use_cases.policies import apply_policy, check_policy
from consent.trees import shipped

app = typer.Typer(help="The policy that limits who may read what for which purpose.", no_args_is_help=True)


@app.command("show")
def show(home: Home = None, json: Json = False) -> None:
    """Print the policy in force and its version. Example: cdp policy show"""
    app_ = opened(home)
    with app_.hub(writes=False) as hub:
        source = app_.policy_source(hub)
    if json:
        as_json({"version": source.version, "files": dict(source.policies)})
        return
    say(f"version {source.version}")
    for name, text in source.policies.items():
        say(f"\n// {name}\n{text}")


Folder = Annotated[Path, typer.Argument(help="A folder of *.cedar files.")]


@app.command("lint")
def lint(folder: Folder, home: Home = None) -> None:
    """Parse and validate a folder of policies strictly, without applying it. Example: cdp policy lint policies/"""
    say(f"good: version {check_policy(opened(home), folder)}")


@app.command("apply")
def apply(folder: Folder, home: Home = None) -> None:
    """Put a folder of policies into force, journalled; every process decides by it at once.

    Example: cdp policy apply policies/
    """
    version, entry = apply_policy(opened(home), folder, by="cdp-cli")
    if entry is None:
        say(f"version {version} is in force already; nothing changed")
        return
    say(f"version {version} is in force; journal entry {entry}")


@app.command("purposes")
def purposes(json: Json = False) -> None:
    """List the purposes that a read may state. Example: cdp policy purposes"""
    rows = [{"id": item.id, "parent": item.parent, "definition": item.definition} for item in shipped().purposes]
    if json:
        as_json(rows)
        return
    for row in rows:
        say(f"{row['id']:28} {row['definition']}")
