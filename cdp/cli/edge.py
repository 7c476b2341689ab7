"""`cdp edge …`: what a company's own edge does, away from the hub."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cdp.cli.contracts import contract_at
from cdp.cli.opening import Home, opened
from cdp.cli.showing import say
from cdp.http.records import wire
from pipelines.batch import EdgeBatch
from pipelines.prepare import prepared

app = typer.Typer(help="The edge: turns a file into deliveries that hold no personal data.", no_args_is_help=True)


@app.command("prepare")
def prepare(
    file: Annotated[Path, typer.Argument(help="The company's file.")],
    contract: Annotated[Path, typer.Option("--contract", "-c", help="The YAML contract that describes it.")],
    out: Annotated[Path, typer.Option(help="Where to write the deliveries, one request body a line.")],
    home: Home = None,
) -> None:
    """Write the bodies of `POST /v1/records` for a file: tokens, facts and consents, no names and no numbers.

    The home here is the company's own. Its `keys/group.key.json` must be the group's, handed over once by a safe way;
    its own root key never leaves it. Send each line with an Idempotency-Key of its own.

    Example: cdp edge prepare customers.csv --contract shop.yaml --out deliveries.ndjson
    """
    app_ = opened(home)
    promised = contract_at(contract)
    size, records, bad = app_.settings.batch_records_max, 0, 0
    unfinished = out.with_name(out.name + ".unfinished")
    with unfinished.open("w", encoding="utf-8") as lines:
        for item in prepared(str(file), promised, app_.ingestion(promised.entity)):
            if not isinstance(item, EdgeBatch):
                bad += 1
                say(f"line {item.line}, column {item.column or '-'}: {item.reason}")
                continue
            for start in range(0, len(item.records), size):
                part = item.records[start : start + size]
                body = {"records": [wire(record) for record in part], "source": item.source}
                lines.write(json.dumps(body, separators=(",", ":")) + "\n")
                records += len(part)
    unfinished.replace(out)
    say(f"wrote {records:,} records to {out}; {bad:,} rows were left out")
