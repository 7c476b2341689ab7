"""The commands by noun, and the few that have none."""

from typing import Annotated

import typer

from cdp.cli import (
    agreements,
    clients,
    consents,
    contracts,
    demo,
    edge,
    identity,
    ingest,
    journal,
    policy,
    profiles,
    runs,
    serve,
    setup,
)

app = typer.Typer(
    name="cdp",
    help="Enishi: know each customer of a group of companies once, without sharing their personal data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("init")(setup.init)
app.command("ingest")(ingest.ingest)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.add_typer(contracts.app, name="contract")
app.add_typer(runs.app, name="run")
app.add_typer(edge.app, name="edge")
app.add_typer(identity.app, name="identity")
app.add_typer(clients.app, name="client")
app.add_typer(consents.app, name="consent")
app.add_typer(agreements.app, name="agreement")
app.add_typer(policy.app, name="policy")
app.add_typer(profiles.app, name="profile")
app.add_typer(journal.app, name="journal")


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"enishi-cdp {version('enishi-cdp')}")
        raise typer.Exit


@app.callback(
    epilog="Exit codes: 0 done, 1 finding, 2 usage, 3 refused by policy, 4 unavailable, 70 a mistake of ours."
)
def root(
    _version_asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Enishi: know each customer of a group of companies once, without sharing their personal data.

    Settings come from CDP_HOME, CDP_DATABASE_URL and the like; docs/settings.md lists them.

    Example: cdp init && cdp ingest customers.csv --contract contract.yaml
    """
