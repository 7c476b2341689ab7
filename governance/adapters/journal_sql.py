"""The journal in SQL, on SQLite and PostgreSQL, in somebody else's transaction."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, func, insert, select, text, tuple_
from sqlalchemy.exc import IntegrityError

from governance.adapters.tables import journal_leaves, journal_nodes
from governance.journal.errors import JournalContention
from governance.journal.merkle import Node, Place
from governance.journal.ports import Search, StoredLeaf

_LOCK = 0x63_64_70_6A  # "cdpj": the advisory lock of the appenders; any number that nobody else uses
_CHUNK = 200


class JournalSql:
    """A JournalStore whose appends wait for one another.

    On PostgreSQL by an advisory lock that the transaction holds to its end. On SQLite the caller has opened the
    transaction with BEGIN IMMEDIATE; otherwise two appenders may meet, and one gets a JournalContention.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def size(self) -> int:
        """How many leaves there are: the last index, and one. A gap does not hide behind a smaller number."""
        last = self._connection.execute(select(func.max(journal_leaves.c.leaf_index))).scalar()
        return 0 if last is None else int(last) + 1

    def lock(self) -> int:
        """Keeps every other appender out until the transaction ends, and tells the size."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        return self.size()

    def extend(self, leaves: Sequence[StoredLeaf], nodes: Sequence[Node]) -> None:
        """Adds leaves and nodes. Raises JournalContention; the transaction is then to be rolled back."""
        if not leaves:
            return
        size = self.size()
        if [leaf.index for leaf in leaves] != list(range(size, size + len(leaves))):
            raise _contention()
        try:
            self._connection.execute(insert(journal_leaves), [_row(leaf) for leaf in leaves])
            if nodes:
                rows = [{"level": place.level, "node_index": place.position, "hash": one} for place, one in nodes]
                self._connection.execute(insert(journal_nodes), rows)
        except IntegrityError:
            raise _contention() from None

    def hashes(self, places: Sequence[Place]) -> dict[Place, bytes]:
        """The hashes that exist at these places."""
        found: dict[Place, bytes] = {}
        bottom = [place.position for place in places if place.level == 0]
        above = [tuple(place) for place in places if place.level]
        leaf, node = journal_leaves.c, journal_nodes.c
        for at in range(0, len(bottom), _CHUNK):
            query = select(leaf.leaf_index, leaf.leaf_hash).where(leaf.leaf_index.in_(bottom[at : at + _CHUNK]))
            found.update((Place(0, index), bytes(one)) for index, one in self._connection.execute(query))
        for at in range(0, len(above), _CHUNK):
            among = tuple_(node.level, node.node_index).in_(above[at : at + _CHUNK])
            rows = self._connection.execute(select(node.level, node.node_index, node.hash).where(among))
            found.update((Place(level, index), bytes(one)) for level, index, one in rows)
        return found

    def leaves(self, start: int, stop: int) -> dict[int, bytes]:
        """The contents of the leaves from `start` up to, not including, `stop`, by index."""
        column = journal_leaves.c.leaf_index
        query = select(column, journal_leaves.c.leaf).where(column >= start, column < stop).order_by(column)
        return {index: bytes(leaf) for index, leaf in self._connection.execute(query)}

    def level(self, level: int, *, start: int, stop: int) -> dict[int, bytes]:
        """The hashes of one level from position `start` up to, not including, `stop`."""
        leaf, node = journal_leaves.c, journal_nodes.c
        if level == 0:
            query = select(leaf.leaf_index, leaf.leaf_hash).where(leaf.leaf_index >= start, leaf.leaf_index < stop)
        else:
            inside = (node.level == level, node.node_index >= start, node.node_index < stop)
            query = select(node.node_index, node.hash).where(*inside)
        return {position: bytes(one) for position, one in self._connection.execute(query)}

    def search(self, search: Search, *, before: int | None, limit: int) -> list[tuple[int, bytes]]:
        """Index and content of the leaves found, newest first."""
        column = journal_leaves.c.leaf_index
        query = select(column, journal_leaves.c.leaf).where(*_conditions(search))
        if before is not None:
            query = query.where(column < before)
        rows = self._connection.execute(query.order_by(column.desc()).limit(limit))
        return [(index, bytes(leaf)) for index, leaf in rows]


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    conditions = [journal_leaves.c[name] == text for name, text in search.texts().items()]
    if search.since is not None:
        conditions.append(journal_leaves.c.at >= search.since)
    if search.until is not None:
        conditions.append(journal_leaves.c.at < search.until)
    return conditions


def _row(leaf: StoredLeaf) -> dict[str, object]:
    keys = leaf.keys
    return {
        "leaf_index": leaf.index,
        "leaf": leaf.content,
        "leaf_hash": leaf.hash,
        "at": keys.at,
        "subject": keys.subject,
        "client": keys.client,
        "recipient": keys.recipient,
        "purpose": keys.purpose,
        "decision": keys.decision,
    }


def _contention() -> JournalContention:
    return JournalContention("another appender was there first", remedy="roll back and try again")
