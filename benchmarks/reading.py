"""The profile read, in turns with a bare select, and with a bare select and a durable insert, on the same engine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, Text, insert, select

from benchmarks.homes import Tell
from benchmarks.turns import Turns, in_turns
from cdp.database import transaction
from cdp.use_cases import read_profile
from cdp.use_cases.read_profile import Reader, preview
from cdp.wiring import Application, Hub
from governance.actors import ANY_PURPOSE, Client, Role
from identity.adapters.bulk import insert_rows
from identity.ids import EntityId, SuperId

READ, BATCH = "profile read", "batch read"
SELECT, SELECT_INSERT, SELECTS = "bare select", "bare select + insert", "bare selects"

BATCH_PROFILES = 100
"""Profiles in a batch, as the name of its figure says."""

_TRIED = 10
_PEOPLE_MAX = 200
_BODY_CHARS = 200
_LEAF_BYTES = 500
_WARM_TURNS = 10

_metadata = MetaData()
_rows = Table(
    "benchmark_rows",
    _metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
_leaves = Table(
    "benchmark_leaves",
    _metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True)
class ReadMeasure:
    """What reading costs. Ratios are speeds as a share of the bare ones': a batch is held against as many selects."""

    turns: Turns
    batches: Turns
    recipient: str
    purpose: str

    @property
    def ratio_select(self) -> float:
        """Against one bare select by primary key."""
        return self.turns.ratio(READ, bare=SELECT)

    @property
    def ratio_select_insert(self) -> float:
        """Against one bare select and one insert, committed durably."""
        return self.turns.ratio(READ, bare=SELECT_INSERT)

    @property
    def batch_ratio_select(self) -> float:
        """Profiles in a batch against as many bare selects."""
        return self.batches.ratio(BATCH, bare=SELECTS)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads, and the people whom they may read, as pseudonyms."""

    reader: Reader
    pseudonyms: tuple[str, ...]


def measured(app: Application, *, reads: int, batches: int, tell: Tell) -> ReadMeasure:
    """Reads profiles of the ingested home, `reads` of them alone, then `batches` batches."""
    tell("find whose profiles may be read")
    audience = audience_of(app)
    bare = _Bare(app, len(audience.pseudonyms))
    reader, names, size = audience.reader, audience.pseudonyms, BATCH_PROFILES

    def read(turn: int) -> None:
        read_profile.by_pseudonym(app, reader, names[turn % len(names)])

    def batch(turn: int) -> None:
        read_profile.batch(app, reader, [names[(turn * size + place) % len(names)] for place in range(size)])

    def selects(turn: int) -> None:
        for place in range(size):
            bare.select(turn * size + place)

    alone = {READ: read, SELECT: bare.select, SELECT_INSERT: bare.select_insert}
    together = {BATCH: batch, SELECTS: selects}
    tell(f"{reads:,} reads in turns with bare statements")
    in_turns(alone, turns=_WARM_TURNS)
    turns = in_turns(alone, turns=reads, first=_WARM_TURNS)
    tell(f"{batches:,} batches of {size} in turns with bare selects")
    in_turns(together, turns=1)
    return ReadMeasure(
        turns=turns,
        batches=in_turns(together, turns=batches, first=1),
        recipient=reader.recipient,
        purpose=reader.purpose,
    )


def audience_of(app: Application) -> Audience:
    """The company with the most customers, the purpose for which it may read the most facts of them, and those people.

    Raises LookupError when it may read nothing.
    """
    with app.hub(writes=False) as hub:
        entity, customers = max(_customers(hub).items(), key=lambda item: (len(item[1]), item[0]))
        chances = [
            (_facts(app, hub, _reader(entity, term.id), customers[:_TRIED]), term.id)
            for term in app.trees.purposes
            if app.policy(hub).may_read_at_all(entity, term.id)
        ]
        facts, purpose = max(chances, default=(0, ""))
        if not facts:
            raise LookupError("the company with the most customers may read nothing of them")
        reader = _reader(entity, purpose)
        readable = (person for person in customers if _facts(app, hub, reader, [person]))
        chosen = list(islice(readable, _PEOPLE_MAX))
    issue = app.pseudonyms.issue
    return Audience(reader, tuple(issue(person, recipient=entity, purpose=purpose) for person in chosen))


def _reader(entity: EntityId, purpose: str) -> Reader:
    return Reader(Client("benchmark", entity, frozenset({Role.ENGINEER}), frozenset({ANY_PURPOSE})), purpose)


def _facts(app: Application, hub: Hub, reader: Reader, people: Sequence[SuperId]) -> int:
    """How many facts of `people` the reader would be given."""
    return sum(len(preview(app, hub, reader, person).released) for person in people)


def _customers(hub: Hub) -> dict[EntityId, list[SuperId]]:
    """The people of each company, in the order of their super-IDs, which is random."""
    found: dict[EntityId, dict[SuperId, None]] = {}
    for person, entity in _memberships(hub):
        found.setdefault(entity, {})[person] = None
    return {entity: list(people) for entity, people in found.items()}


def _memberships(hub: Hub) -> Iterator[tuple[SuperId, EntityId]]:
    everyone = list(hub.census.everyone())
    refs = hub.stores.refs.of([record for _, record in everyone])
    return ((person, refs[record].entity) for person, record in everyone)


class _Bare:
    """The least that a read could cost: rows of our own beside the hub's tables, through the same engine."""

    def __init__(self, app: Application, rows: int) -> None:
        self._engine = app.engine
        self._rows = rows
        self._next = count()
        self._leaf = bytes(_LEAF_BYTES)
        with transaction(self._engine, writes=True) as connection:
            _metadata.create_all(connection)
            insert_rows(connection, insert(_rows), [{"id": row, "body": "x" * _BODY_CHARS} for row in range(rows)])

    def select(self, turn: int) -> None:
        """One row by its primary key."""
        with transaction(self._engine, writes=False) as connection:
            connection.execute(select(_rows.c.body).where(_rows.c.id == turn % self._rows)).one()

    def select_insert(self, turn: int) -> None:
        """One row by its primary key and one new row as large as a leaf of the journal, in one durable commit."""
        with transaction(self._engine, writes=True) as connection:
            connection.execute(select(_rows.c.body).where(_rows.c.id == turn % self._rows)).one()
            connection.execute(insert(_leaves), {"id": next(self._next), "content": self._leaf})
