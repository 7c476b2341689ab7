"""`cdp policy …`: the Cedar policy in force."""

import typer

from cdp.cli.opening import Home, Json, opened
from cdp.cli.showing import as_json, say
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


@app.command("purposes")
def purposes(json: Json = False) -> None:
    """List the purposes that a read may state. Example: cdp policy purposes"""
    rows = [{"id": item.id, "parent": item.parent, "definition": item.definition} for item in shipped().purposes]
    if json:
        as_json(rows)
        return
    for row in rows:
        say(f"{row['id']:28} {row['definition']}")
