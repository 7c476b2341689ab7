"""`cdp contract …`: checking a partner's promise before any data comes."""

from pathlib import Path
from typing import Annotated

import typer

from cdp.cli.opening import Json, settings
from cdp.cli.showing import as_json, say
from cdp.wiring import partner_files
from consent.trees import shipped
from pipelines.contract import Contract
from pipelines.contract_yaml import contract_from
from pipelines.errors import FileMissing
from pipelines.limits import IngestLimits
from pipelines.lint import Severity, lint

app = typer.Typer(help="Contracts: what a partner promises about a file.", no_args_is_help=True)


def contract_at(path: Path) -> Contract:
    """The contract in a YAML file. Raises FileMissing, or the contract's own errors with key and line."""
    try:
        return contract_from(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise FileMissing(f"no readable contract at {path}", remedy="give the path of a UTF-8 YAML file") from None


@app.command("lint")
def lint_(
    contract: Annotated[Path, typer.Argument(help="The YAML contract.")],
    file: Annotated[Path | None, typer.Option(help="A file to hold it against: do the columns fit?")] = None,
    json: Json = False,
) -> None:
    """Check a contract, alone or against a file's columns. Exit code 1 when it has errors.

    Example: cdp contract lint hospital.yaml --file customers.parquet
    """
    promised = contract_at(contract)
    columns = None
    if file is not None:
        limits = IngestLimits(file_bytes_max=settings().file_bytes_max)
        columns = partner_files().open(str(file), promised.format, limits).columns
    findings = lint(promised, trees=shipped(), columns=columns)
    if json:
        as_json([{"code": f.code, "severity": str(f.severity), "place": f.place, "hint": f.hint} for f in findings])
    elif not findings:
        say(f"{contract}: no findings")
    else:
        for finding in findings:
            say(str(finding))
    raise typer.Exit(1 if any(finding.severity is Severity.ERROR for finding in findings) else 0)
