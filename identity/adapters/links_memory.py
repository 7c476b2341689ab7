"""Tokens and tags of records in memory, for tests and small trials."""

from collections.abc import Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from identity.hub_keys import HubKeys, index_values, rekey
from identity.ids import EntityId, RecordId
from identity.link_payload import entity_of, pack, pack_stance, restanced, unpack
from identity.links import Holders, LinkBlock, LinkRecord, Stance


class LinkStoreMemory:
    """The LinkStore in dictionaries; tokens are re-keyed as in SQL, so both give the same answers."""

    def __init__(self, keys: HubKeys) -> None:
        self._keys = keys
        self._payloads: dict[int, bytes] = {}
        self._index: dict[int, tuple[int, ...]] = {}
        self._holders: dict[int, set[int]] = {}

    def put(self, records: Sequence[LinkRecord]) -> None:
        """Stores records with their edge tokens, in place of what was stored of them."""
        self.remove([one.record for one in records])
        for one in records:
            token = rekey(one.tokens.token, self._keys.token)
            stance = pack_stance(Stance(one.entity, one.linkable_with))
            recipe, tags = one.tokens.recipe.tobytes(), one.tokens.tags.tobytes()
            self._payloads[one.record] = pack(stance, recipe=recipe, token=token.tobytes(), tags=tags)
            self._index[one.record] = tuple(index_values(token).tolist())
            for value in self._index[one.record]:
                self._holders.setdefault(value, set()).add(one.record)

    def permit(self, permissions: Mapping[RecordId, frozenset[EntityId]]) -> None:
        """Sets whom stored records may link with, tokens unchanged; unknown records are passed over."""
        for record, others in permissions.items():
            if record in self._payloads:
                payload = self._payloads[record]
                self._payloads[record] = restanced(payload, pack_stance(Stance(entity_of(payload), others)))

    def remove(self, records: Sequence[RecordId]) -> None:
        """Removes everything of these records; unknown ones are passed over."""
        for record in records:
            self._payloads.pop(record, None)
            for value in self._index.pop(record, ()):
                self._holders[value].discard(record)
                if not self._holders[value]:
                    del self._holders[value]

    def open(self, records: NDArray[np.int64]) -> LinkBlock:
        """Those of `records` (distinct) that are stored, in any order."""
        return unpack([(record, self._payloads[record]) for record in records.tolist() if record in self._payloads])

    def holders(self, tokens: NDArray[np.int64], *, up_to: int) -> Holders:
        """Who holds these index values (distinct): of each that two or more records hold, `up_to` holders at most."""
        rows = [
            (value, record)
            for value in sorted(tokens.tolist())
            if len(self._holders.get(value, ())) > 1
            for record in islice(self._holders[value], up_to)
        ]
        columns = np.array(rows, dtype=np.int64).reshape(-1, 2)
        return Holders(columns[:, 0], columns[:, 1])
