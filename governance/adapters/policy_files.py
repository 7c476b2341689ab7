"""Policies from a folder of files."""

from pathlib import Path

from governance.errors import InvalidPolicy
from governance.policy_source import ENTITIES_FILE, SCHEMA_FILE, PolicySource

FILE_BYTES_MAX = 1 << 20


def read_policy(folder: Path) -> PolicySource:
    """The policies under `folder`: every `*.cedar`, `schema.cedarschema`, and `entities.json` if there is one.

    A missing schema falls back to the shipped one, because its words are ours and its policies are the operator's.
    Raises InvalidPolicy when the folder or a file cannot be read, is not UTF-8, is over 1 MiB, or there is no policy.
    """
    try:
        found = {entry.name: entry for entry in folder.iterdir() if entry.is_file()}
    except OSError as error:
        raise InvalidPolicy(
            "the folder of policies cannot be read", why=_cause(error), remedy="check the setting and permissions"
        ) from error
    policies = {name: _text(entry) for name, entry in found.items() if name.endswith(".cedar")}
    if not policies:
        raise InvalidPolicy("no file *.cedar in the folder of policies", remedy="start from the shipped policy")
    schema = _text(found[SCHEMA_FILE]) if SCHEMA_FILE in found else PolicySource.shipped().schema
    entities = _text(found[ENTITIES_FILE]) if ENTITIES_FILE in found else "[]"
    return PolicySource(schema, policies, entities)


def _text(entry: Path) -> str:
    try:
        raw = entry.read_bytes()
    except OSError as error:
        raise InvalidPolicy(f"the file {entry.name} cannot be read", why=_cause(error)) from error
    if len(raw) > FILE_BYTES_MAX:
        raise InvalidPolicy(f"the file {entry.name} is over {FILE_BYTES_MAX} bytes")
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InvalidPolicy(f"the file {entry.name} is not UTF-8") from error


def _cause(error: OSError) -> str:
    return (error.strerror or "unknown cause").lower()
