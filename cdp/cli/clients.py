"""`cdp client …`: who may call the API."""

from typing import Annotated

import typer

from cdp.cli.opening import Home, Json, opened
from cdp.cli.showing import as_json, say, table
from cdp.errors import NotFound
from cdp.use_cases.clients import register
from governance.actors import Role
from identity.ids import entity_id

app = typer.Typer(help="API clients: who may call, for which entity, in which role.", no_args_is_help=True)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The client's id, such as shop-web.")],
    entity: Annotated[str, typer.Option(help="The legal entity that it acts for.")],
    role: Annotated[list[Role], typer.Option(help="What it may do; repeat for several.")],
    purpose: Annotated[list[str] | None, typer.Option(help="Purposes that it may state; default all.")] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Register a client and show its secret, once.

    Example: cdp client add shop-web --entity shop --role engineer --purpose marketing
    """
    opened_ = opened(home)
    secret = register(opened_, name, entity=entity_id(entity), roles=role, purposes=purpose or ["*"])
    if json:
        as_json({"client_id": name, "client_secret": secret.reveal()})
        return
    say(f"client id:     {name}")
    say(f"client secret: {secret.reveal()}")
    say("keep the secret: only its hash is stored, it cannot be shown again")


@app.command("list")
def list_(home: Home = None, json: Json = False) -> None:
    """List the clients. Example: cdp client list --json"""
    with opened(home).hub(writes=False) as hub:
        clients = hub.clients.list()
    rows = [
        {
            "client_id": item.id,
            "entity": item.entity,
            "roles": sorted(item.roles),
            "purposes": sorted(item.purposes),
            "disabled": item.disabled,
        }
        for item in clients
    ]
    if json:
        as_json(rows)
        return
    table(
        "clients",
        ["client", "entity", "roles", "purposes", "state"],
        [
            [
                item.id,
                item.entity,
                " ".join(sorted(item.roles)),
                " ".join(sorted(item.purposes)),
                "disabled" if item.disabled else "active",
            ]
            for item in clients
        ],
    )


@app.command("disable")
def disable(name: str, home: Home = None) -> None:
    """Refuse a client from now on, with the tokens that it holds. Example: cdp client disable shop-web"""
    with opened(home).hub(writes=True) as hub:
        if not hub.clients.disable(name):
            raise NotFound(f"no client {name}", remedy="see `cdp client list`")
    say(f"client {name} is disabled")
