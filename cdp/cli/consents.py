"""`cdp consent …`: how a permission stands for one customer."""

from dataclasses import asdict
from typing import Annotated

import typer

from cdp.cli.opening import Home, Json, opened
from cdp.cli.showing import as_json, say
from cdp.use_cases import consents
from consent.basis import Operation
from consent.permission import Question
from governance.actors import ANY_PURPOSE, Client, Role
from identity.ids import entity_id

app = typer.Typer(help="What people permit.", no_args_is_help=True)


@app.command("state")
def state(
    entity: Annotated[str, typer.Option(help="The company whose customer it is.")],
    purpose: Annotated[str, typer.Option(help="The purpose asked about.")],
    category: Annotated[str, typer.Option(help="The data category asked about.")],
    source_key: Annotated[str, typer.Option(prompt=True, help="The company's own key of its customer.")],
    recipient: Annotated[str | None, typer.Option(help="Who would receive; the company itself when left out.")] = None,
    operation: Annotated[Operation, typer.Option(help="What would be done.")] = Operation.USE,
    home: Home = None,
    json: Json = False,
) -> None:
    """Tell whether it is permitted now, and why. Exit code 0 either way.

    Example: cdp consent state --entity shop --purpose marketing --category user.behavior
    """
    client = Client("cdp-cli", entity_id(entity), frozenset({Role.DPO}), frozenset({ANY_PURPOSE}))
    question = Question(client.entity, entity_id(recipient or entity), purpose, category, operation)
    app_ = opened(home)
    app_.trees.purposes.get(purpose)
    app_.trees.categories.get(category)
    standing = consents.standing(app_, client, None, source_key, question)
    if json:
        as_json(asdict(standing))
        return
    say(f"{'allowed' if standing.allowed else 'not allowed'}: {standing.reason}")
    say(f"agreement: {standing.agreement or 'none needed or none in force'}; {len(standing.receipts)} events on record")
