"""`cdp agreement …`: what companies agreed with each other."""

from pathlib import Path
from typing import Annotated

import typer

from cdp.cli.contracts import contract_at
from cdp.cli.opening import Home, Json, opened
from cdp.cli.showing import as_json, instant, say, table
from cdp.use_cases import agreements

app = typer.Typer(help="Agreements between companies: without one nothing flows.", no_args_is_help=True)


@app.command("list")
def list_(home: Home = None, json: Json = False) -> None:
    """List the agreements, their newest version each. Example: cdp agreement list"""
    rows = agreements.listed(opened(home))
    if json:
        as_json(rows)
        return
    table(
        "agreements",
        ["id", "version", "from", "to", "operations", "purposes", "categories", "until"],
        [
            [
                row["id"],
                row["version"],
                row["controller"],
                row["recipient"],
                " ".join(row["operations"]),
                " ".join(row["purposes"]),
                " ".join(row["categories"]),
                instant(row["ends"]),
            ]
            for row in rows
        ],
    )


@app.command("sign")
def sign(
    contract: Annotated[Path, typer.Argument(help="The YAML contract whose agreements to record.")], home: Home = None
) -> None:
    """Record what a contract offers other companies, before any data of it comes, or for an edge that delivers itself.

    Example: cdp agreement sign shop.yaml
    """
    promised = contract_at(contract)
    judged, warnings = agreements.sign(opened(home), promised)
    say(f"{promised.entity} offers {len(promised.agreements):,} agreements; {judged:,} records were judged again")
    for warning in warnings:
        say(f"warning: {warning}")


@app.command("end")
def end(agreement: Annotated[str, typer.Argument(help="Its id.")], home: Home = None) -> None:
    """End an agreement now: nothing flows under it any more, and links that rested on it are undone.

    Example: cdp agreement end shop-travel-joint-use
    """
    done = agreements.end(opened(home), agreement)
    say(f"agreement {agreement} has ended; {done:,} records were judged again")
