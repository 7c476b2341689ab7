"""Which tables the hub's database has: those that the packages own, each in its own `adapters.tables`."""

from sqlalchemy import MetaData

from cdp.profiles.adapters.tables import metadata as profiles
from consent.adapters.tables import metadata as consent
from governance.adapters import tables_access
from governance.adapters.tables import metadata as governance
from identity.adapters.tables import metadata as identity
from pipelines.adapters.tables import metadata as pipelines

_ACCESS = tables_access.clients
"""Named so that importing this module registers the tables of access with governance's metadata."""


def owned() -> list[MetaData]:
    """The tables of every package, left to right along the one arrow; without the key store's, which live elsewhere."""
    return [identity, consent, governance, pipelines, profiles]
