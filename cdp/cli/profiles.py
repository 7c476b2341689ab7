"""`cdp profile …`: a read through the gate, from the command line."""

from dataclasses import asdict
from typing import Annotated

import typer

from cdp.cli.opening import Home, Json, opened
from cdp.cli.showing import as_json, say, table
from cdp.telemetry import current_trace_id
from cdp.use_cases import read_profile
from cdp.use_cases.read_profile import Reader
from governance.actors import ANY_PURPOSE, Client, Role
from identity.ids import entity_id

app = typer.Typer(help="Profiles, read as a company would, through policy and consent.", no_args_is_help=True)


@app.command("read")
def read(
    entity: Annotated[str, typer.Option(help="The company that reads.")],
    purpose: Annotated[str, typer.Option(help="What for; see `cdp policy purposes`.")],
    source_key: Annotated[
        str, typer.Option(prompt=True, help="The company's own key of its customer; asked for when left out.")
    ],
    home: Home = None,
    json: Json = False,
) -> None:
    """Read a profile: decided, journalled, then shown. Exit code 3 when refused.

    Example: cdp profile read --entity shop --purpose marketing
    """
    client = Client("cdp-cli", entity_id(entity), frozenset({Role.ENGINEER}), frozenset({ANY_PURPOSE}))
    app_ = opened(home)
    app_.trees.purposes.get(purpose)
    profile = read_profile.by_source_key(app_, Reader(client, purpose, current_trace_id()), source_key)
    if json:
        as_json(asdict(profile))
        return
    say(f"pseudonym {profile.pseudonym}, journal entry {profile.journal_index}")
    table(
        "released",
        ["trait", "value", "from", "shown", "category"],
        [[t.name, t.value, t.source, t.strength, t.category] for t in profile.facts],
    )
    table(
        "withheld",
        ["trait", "from", "reason", "category"],
        [[t.name, t.source, t.reason, t.category] for t in profile.withheld],
    )
