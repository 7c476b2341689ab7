"""What a data protection officer asks of the journal: entries, head, proofs, an export to check offline."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cdp import cursors
from cdp.errors import InvalidRequest, TooLarge
from cdp.wiring import Application, Hub
from governance.actors import Client
from governance.journal import ports
from governance.journal.journal import Entry
from governance.journal.merkle import leaf_hash
from identity.ids import EntityId, Instant

_SCAN = 500
"""Leaves read at a time while looking for those that concern one company."""

_SCANNED_MAX = 5_000
"""Leaves looked at for one page. Beyond it the page ends early, with a cursor: a company that few leaves concern does
not keep a transaction open over the whole journal."""


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; instants in RFC 3339 with an offset."""

    client: str | None = None
    purpose: str | None = None
    decision: str | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """A page of entries, newest first."""

    entries: tuple[tuple[int, Mapping[str, Any]], ...]
    next_cursor: str | None


def entries(app: Application, officer: Client, search: Search, *, cursor: str | None, limit: int) -> Entries:
    """Entries that concern the officer's company, as the one that received or one that the traits came from.

    A page may hold fewer than `limit`, or none, and still have a `next_cursor`: go on until there is none.

    Raises InvalidRequest for a cursor of another listing or an instant that is not one; TooLarge beyond
    `page_entries_max`.
    """
    if limit > app.settings.page_entries_max:
        raise TooLarge(f"more than {app.settings.page_entries_max} entries at once", remedy="ask for fewer, and page")
    key, scope = app.hub_key("cursors"), f"journal|{officer.entity}|{search}"
    before = cursors.read(key, cursor, scope=scope) if cursor else None
    wanted = _conditions(search)
    with app.hub(writes=False) as hub:
        found: list[Entry] = []
        for scanned, entry in enumerate(_newest_first(hub, wanted, before), start=1):
            if concerns(entry.leaf, officer.entity):
                found.append(entry)
            if (len(found) == limit or scanned == _SCANNED_MAX) and entry.index > 0:
                return Entries(_rows(found), cursors.write(key, entry.index, scope=scope))
    return Entries(_rows(found), None)


def concerns(leaf: Mapping[str, Any], entity: EntityId) -> bool:
    """Whether a leaf tells of data that `entity` received or that came from it."""
    return bool(leaf["recipient"] == entity or entity in leaf["entities"])


def checkpoint(app: Application) -> str:
    """The signed note that commits to all leaves so far."""
    with app.hub(writes=False) as hub:
        return hub.journal.checkpoint()


def inclusion(app: Application, index: int, size: int) -> tuple[bytes, list[bytes]]:
    """The hash of leaf `index` and its audit path in the tree of `size` leaves. Raises OutsideJournal."""
    with app.hub(writes=False) as hub:
        path = hub.journal.inclusion(index, size)
        return leaf_hash(hub.journal.content(index)), path


def consistency(app: Application, old: int, new: int) -> list[bytes]:
    """That the first `old` leaves begin the tree of `new`. Raises OutsideJournal."""
    with app.hub(writes=False) as hub:
        return hub.journal.consistency(old, new)


def _newest_first(hub: Hub, wanted: ports.Search, before: int | None) -> Iterator[Entry]:
    while True:
        page = hub.journal.search(wanted, before=before, limit=_SCAN)
        yield from page.entries
        if page.before is None:
            return
        before = page.before


def _conditions(search: Search) -> ports.Search:
    return ports.Search(
        client=search.client,
        purpose=search.purpose,
        decision=search.decision,
        since=_instant("since", search.since),
        until=_instant("until", search.until),
    )


def _instant(name: str, text: str | None) -> Instant | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidRequest(f"'{name}' is not an instant", remedy="write it as 2026-11-21T09:00:00Z")
    return int(moment.timestamp() * 1_000_000)


def _rows(found: list[Entry]) -> tuple[tuple[int, Mapping[str, Any]], ...]:
    return tuple((entry.index, entry.leaf) for entry in found)
