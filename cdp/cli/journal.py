"""`cdp journal …`: what was disclosed, to whom, why — and the proof."""

import json as json_module
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cdp.cli.opening import Home, Json, opened, to_write
from cdp.cli.showing import as_json, say, table
from cdp.errors import InvalidRequest
from cdp.use_cases import read_journal
from cdp.use_cases.read_journal import Search
from governance.actors import Client, Role
from governance.journal.export import export_all
from identity.ids import entity_id

app = typer.Typer(help="The journal of every disclosure and refusal, and its proofs.", no_args_is_help=True)


@app.command("list")
def list_(
    entity: Annotated[str, typer.Option(help="The company whose officer asks.")],
    client: Annotated[str | None, typer.Option(help="Only this client's reads.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Only this purpose.")] = None,
    decision: Annotated[str | None, typer.Option(help="Only allow, or only refuse.")] = None,
    since: Annotated[str | None, typer.Option(help="From this instant, RFC 3339.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this instant, RFC 3339.")] = None,
    cursor: Annotated[str | None, typer.Option(help="Go on where the last page ended.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Entries on a page.")] = 20,
    home: Home = None,
    json: Json = False,
) -> None:
    """List entries that concern a company, newest first.

    Example: cdp journal list --entity shop --decision refuse
    """
    officer = Client("cdp-cli", entity_id(entity), frozenset({Role.DPO}))
    search = Search(client=client, purpose=purpose, decision=decision, since=since, until=until)
    page = read_journal.entries(opened(home), officer, search, cursor=cursor, limit=limit)
    if json:
        as_json({"entries": [{"index": i, "leaf": leaf} for i, leaf in page.entries], "next_cursor": page.next_cursor})
        return
    table(
        f"journal entries that concern {entity}",
        ["entry", "at", "recipient", "purpose", "decision", "reason", "released", "withheld"],
        [
            [
                index,
                leaf["at"],
                leaf["recipient"],
                leaf["purpose"],
                leaf["decision"],
                leaf["reason"] or "-",
                len(leaf["attributes"]),
                len(leaf["withheld"]),
            ]
            for index, leaf in page.entries
        ],
    )
    if page.next_cursor:
        say(f"more: --cursor {page.next_cursor}")


@app.command("checkpoint")
def checkpoint(home: Home = None) -> None:
    """Print the signed head of the journal. Example: cdp journal checkpoint > head.txt"""
    typer.echo(read_journal.checkpoint(opened(home)), nl=False)


@app.command("key")
def key(home: Home = None) -> None:
    """Print the key that verifies checkpoints, to hand to officers once. Example: cdp journal key"""
    typer.echo(opened(home).signer.verifier.vkey)


@app.command("export")
def export_(
    file: Annotated[Path, typer.Argument(help="Where to write the export.")],
    home: Home = None,
) -> None:
    """Write all entries and the signed checkpoint to a file that anybody can verify offline.

    Example: cdp journal export journal.json && cdp journal verify journal.json --key "$(cdp journal key)"
    """
    with opened(home).hub(writes=False) as hub:
        document = export_all(hub.journal, hub.journal_store)
    to_write(file).write_text(json_module.dumps(document), encoding="utf-8")
    say(f"wrote {len(document['entries']):,} entries to {file}")


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="An export of the journal.")],
    key: Annotated[str, typer.Option("--key", help="The journal's verifier key, as `cdp journal key` printed it.")],
    kept: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint kept from earlier: the journal must still begin with it.")
    ] = None,
    json: Json = False,
) -> None:
    """Check an export offline: no home, no database, no network. Exit code 1 when anything is wrong.

    Example: cdp journal verify journal.json --key "$(cat journal.key)" --kept head-of-last-month.txt
    """
    from governance.journal.note import NoteVerifier
    from governance.journal.verify import verify_export

    verdict = verify_export(_text(file), [NoteVerifier.from_vkey(key)], kept=[_text(path) for path in kept or []])
    if json:
        as_json(asdict(verdict))
    else:
        say(str(verdict))
    raise typer.Exit(0 if verdict.good else 1)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidRequest(f"no readable file {path}", remedy="make one with `cdp journal export FILE`") from None
