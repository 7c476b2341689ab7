"""A thief takes everything that the hub keeps, logs, traces and answers, and looks for 1,000 planted identifiers."""

import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from command_line import DONE, FINDING, cdp, new_home
from fastapi.testclient import TestClient
from invented_group import ENTITIES, NAMES, Invented, invented, shop_row, write_group
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from planted import Needles

from cdp import telemetry
from cdp.http.app import create
from cdp.use_cases.clients import register
from governance.actors import Role
from identity.ids import entity_id

PEOPLE = invented(60)
PURPOSE = {"purpose": "marketing"}
_CLIENT_SIDE = ("httpx", "httpcore", "asyncio", "urllib3", "faker")
"""Who logs what the thief's victim sends, not what we received."""


@dataclass
class Loot:
    """What the thief holds, by where it came from."""

    hay: dict[str, bytes] = field(default_factory=dict)

    def add(self, place: str, content: str | bytes) -> None:
        raw = content.encode() if isinstance(content, str) else content
        self.hay[place] = self.hay.get(place, b"") + b"\n" + raw

    def found(self, needles: Needles) -> dict[str, set[str]]:
        """What of the needles stands where."""
        return {place: hits for place, raw in self.hay.items() if (hits := needles.found_in(raw))}


class _Kept(logging.Handler):
    def __init__(self, loot: Loot) -> None:
        super().__init__(logging.DEBUG)
        self._loot = loot

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(_CLIENT_SIDE):
            self._loot.add("logs", f"{record.name} {self.format(record)} {record.args!r}")


@pytest.fixture(scope="module")
def planted() -> Needles:
    return Needles(_identifiers(PEOPLE))


@pytest.fixture(scope="module")
def loot(tmp_path_factory: pytest.TempPathFactory) -> Loot:
    """All that a full day at the hub leaves behind, without the keys."""
    taken = Loot()
    kept, root = _Kept(taken), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    exporter = InMemorySpanExporter()
    telemetry.configure(span_exporter=exporter, sample_ratio=1.0)
    try:
        _a_day_at_the_hub(taken, tmp_path_factory.mktemp("group"))
    finally:
        telemetry.configure()
        root.setLevel(level)
        root.removeHandler(kept)
    for span in exporter.get_finished_spans():
        taken.add("spans", str(span.to_json()))
    return taken


def _identifiers(people: tuple[Invented, ...]) -> dict[str, str]:
    return {f"{what} of person {one.number}": value for one in people for what, value in one.identifiers().items()}


def _a_day_at_the_hub(loot: Loot, folder: Path) -> None:
    home = folder / "home"
    app = new_home(home, demo=True)
    write_group(folder, PEOPLE, bad_rows=True)
    for arguments in _commands(folder):
        ran = cdp(*arguments, home=home)
        loot.add("command line", ran.said)
        assert ran.code in {DONE, FINDING}, ran.said
    api = TestClient(create(app), raise_server_exceptions=False)
    secrets = {
        entity: register(app, f"{entity}-all", entity=entity_id(entity), roles=list(Role)).reveal()
        for entity in ENTITIES
    }
    for entity, secret in secrets.items():
        for answer in _conversation(api, entity, secret):
            loot.add("HTTP answers", answer)
    for page in ("/", "/docs", "/openapi.json"):
        shown = api.get(page)
        assert shown.status_code == 200, page
        loot.add(f"page {page}", shown.text)
    for file in sorted(home.rglob("*")):
        if file.is_file() and "keys" not in file.relative_to(home).parts[:-1]:
            loot.add(f"file {file.name}", file.read_bytes())
    app.engine.dispose()
    app.keystore.dispose()


def _commands(folder: Path) -> Iterator[tuple[object, ...]]:
    for entity in ENTITIES:
        yield "ingest", folder / NAMES[entity], "-c", folder / f"{entity}.yaml"
    for refused in _refused_files(folder):
        yield "ingest", refused, "-c", folder / "shop.yaml"
    yield "ingest", folder / "bank.csv", "-c", folder / "shop.yaml"
    yield "run", "list", "--json"
    yield "identity", "export", folder / "clusters.csv"
    key = PEOPLE[0].key("shop")
    yield "profile", "read", "--entity", "shop", "--purpose", "marketing", "--source-key", key
    yield (
        "consent",
        "state",
        "--entity",
        "shop",
        "--purpose",
        "marketing",
        "--category",
        "user.behavior",
        "--source-key",
        key,
    )
    yield "journal", "list", "--entity", "shop"
    yield "journal", "export", folder / "journal.json"


def _refused_files(folder: Path) -> Iterator[Path]:
    """Files that are refused as a whole, full of personal values: their errors must not repeat any."""
    header, *rows = (folder / "shop.csv").read_text("utf-8").splitlines()
    personal = folder / "personal-facts.csv"
    likes = [row.replace(f"likes-{one.number % 4}", one.email) for row, one in zip(rows, PEOPLE, strict=False)]
    personal.write_text("\n".join([header, *likes]) + "\n", "utf-8")
    yield personal
    encoded = folder / "wrong-encoding.csv"
    encoded.write_text("\n".join([header, *(shop_row(one) for one in PEOPLE)]), "cp932")
    yield encoded
    unclosed = folder / "unclosed.csv"
    unclosed.write_text("\n".join([header, *rows[:5], '"' + rows[6]]) + "\n", "utf-8")
    yield unclosed
    ragged = folder / "ragged.csv"
    ragged.write_text(
        "\n".join([header, *(f"{row},{one.email}" for row, one in zip(rows, PEOPLE, strict=False))]), "utf-8"
    )
    yield ragged


def _conversation(api: TestClient, entity: str, secret: str) -> Iterator[str]:
    """Everything that a client of `entity` may ask, first rightly, then with personal values in the wrong places."""
    form = {"grant_type": "client_credentials", "client_id": f"{entity}-all", "client_secret": secret}
    token = api.post("/v1/oauth/token", data=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    pseudonyms = []
    for one in PEOPLE[::6]:
        own = {"source_key": one.key(entity)}
        profile = api.post("/v1/profiles/by-source-key", json=own, params=PURPOSE, headers=headers)
        assert profile.status_code in {200, 403}, profile.text
        yield profile.text
        if profile.status_code == 200:
            pseudonyms.append(profile.json()["pseudonym"])
        state = api.post("/v1/consents/state", json={**own, **PURPOSE, "category": "user.behavior"}, headers=headers)
        assert state.status_code == 200, state.text
        yield state.text
    assert pseudonyms
    for pseudonym in pseudonyms[:5]:
        for path in (f"/v1/profiles/{pseudonym}", f"/v1/matches/{pseudonym}"):
            yield api.get(path, params=PURPOSE, headers=headers).text
    yield api.post("/v1/profiles/batch", json={"pseudonyms": pseudonyms}, params=PURPOSE, headers=headers).text
    yield api.get("/v1/journal/entries", params={"limit": 200}, headers=headers).text
    for one in PEOPLE[:2] if entity == ENTITIES[0] else ():
        yield from _misplaced(api, headers, one.identifiers())


def _misplaced(api: TestClient, headers: Mapping[str, str], who: Mapping[str, str]) -> Iterator[str]:
    key = {**headers, "Idempotency-Key": "k-" + os.urandom(6).hex()}
    wrong = {"grant_type": "client_credentials", "client_id": who["e-mail"], "client_secret": who["e-mail"]}
    yield api.post("/v1/oauth/token", data=wrong).text
    for value in who.values():
        calls: list[Any] = [
            api.get(f"/v1/profiles/{value}", params=PURPOSE, headers=headers),
            api.get(f"/{value}", headers=headers),
            api.get("/v1/profiles/x", params={"purpose": value}, headers=headers),
            api.get("/v1/journal/entries", params={"cursor": value, "since": value}, headers=headers),
            api.post("/v1/profiles/by-source-key", json={"source_key": value}, params=PURPOSE, headers=headers),
            api.post("/v1/records", json={"records": [{"ref": value, "name": value}]}, headers=key),
            api.post("/v1/records", json={"records": [], value: 1}, headers={**headers, "Idempotency-Key": "?"}),
            api.post("/v1/consents", json={"events": [{"source_key": value, "state": value}]}, headers=key),
            api.post(
                "/v1/consents/state", json={"source_key": value, "purpose": value, "category": value}, headers=headers
            ),
        ]
        yield from (call.text for call in calls)


def test_a_thousand_identifiers_were_planted() -> None:
    assert len(set(_identifiers(PEOPLE).values())) >= 1000


def test_the_thief_holds_files_logs_spans_answers_and_pages(loot: Loot) -> None:
    files = {"file enishi.db", "file enishi.db-wal", "file keys.db", "file home.json"}
    assert files | {"logs", "spans", "command line", "HTTP answers", "page /"} <= loot.hay.keys()
    assert not any(".key" in place for place in loot.hay)
    assert all(len(raw) > 50 for raw in loot.hay.values())


def test_no_planted_identifier_is_in_the_loot(loot: Loot, planted: Needles) -> None:
    assert loot.found(planted) == {}


def test_facts_are_sealed_at_rest(loot: Loot) -> None:
    facts = Needles([f"likes-{number}" for number in range(4)])
    assert {place for place in loot.found(facts) if place.startswith("file ")} == set()


@pytest.mark.parametrize("what", PEOPLE[7].identifiers())
def test_one_identifier_in_clear_would_be_found(loot: Loot, planted: Needles, what: str) -> None:
    value = PEOPLE[7].identifiers()[what]
    database = loot.hay["file enishi.db"]
    leaks = (value.encode(), value.encode("utf-16-le"), value.encode("utf-8").hex().encode())
    for leak in leaks:
        if len(leak) >= 6:
            middle = len(database) // 2
            assert planted.found_in(database[:middle] + leak + database[middle:])
