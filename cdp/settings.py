"""Every setting and limit, with its unit, in one frozen object; the only place that knows environment names."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from cdp.errors import InvalidSetting

PREFIX = "CDP_"
DEFAULT_HOME = Path("~/.enishi")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how much is allowed. Each field is also an environment variable: `CDP_` + its name.

    Paths and URLs left empty are derived from `home`.
    """

    home: Path = DEFAULT_HOME
    database_url: str = ""
    keystore_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8484
    otlp_endpoint: str = ""
    trace_sample_ratio: float = 0.01
    token_ttl_seconds: int = 600
    request_bytes_max: int = 8 * 1024 * 1024
    batch_profiles_max: int = 100
    batch_records_max: int = 1_000
    page_entries_max: int = 200
    idempotency_hours: int = 24
    database_wait_seconds: int = 5
    batch_rows: int = 5_000
    row_bytes_max: int = 64 * 1024
    value_chars_max: int = 2_000
    file_bytes_max: int = 20 * 1024**3

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if item.type is int and value < (0 if item.name == "port" else 1):
                raise InvalidSetting(f"{PREFIX}{item.name.upper()} is too small", remedy="give a whole number above 0")
        if not 0.0 <= self.trace_sample_ratio <= 1.0:
            raise InvalidSetting(f"{PREFIX}TRACE_SAMPLE_RATIO is not a share", remedy="give a number from 0 to 1")

    @property
    def hub_database(self) -> str:
        """The URL of the hub's database: the one given, or a SQLite file in the home."""
        return _driver(self.database_url) or f"sqlite:///{self.home / 'enishi.db'}"

    @property
    def keystore_database(self) -> str:
        """The URL of the store of wrapped data keys: another database than the hub's, with its own backup life."""
        return _driver(self.keystore_url) or f"sqlite:///{self.home / 'keys.db'}"

    @property
    def keys_folder(self) -> Path:
        """Where the file key provider keeps the roots."""
        return self.home / "keys"


def from_environment(environ: Mapping[str, str], **given: Any) -> Settings:
    """The settings from `CDP_*` variables, overridden by what was `given` (None means not given).

    Raises InvalidSetting for an unknown `CDP_*` name or a value of the wrong type, naming the variable and never
    its value (a database URL holds a password).
    """
    known = {f"{PREFIX}{item.name.upper()}": item for item in fields(Settings)}
    chosen: dict[str, Any] = {}
    for name, text in environ.items():
        if not name.startswith(PREFIX):
            continue
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "see docs/settings.md for the names"
            raise InvalidSetting(f"{name} is not a setting", remedy=hint)
        chosen[known[name].name] = _parse(name, text, known[name].type)
    chosen |= {name: value for name, value in given.items() if value is not None}
    chosen["home"] = Path(chosen.get("home", DEFAULT_HOME)).expanduser().absolute()
    return Settings(**chosen)


def _parse(name: str, text: str, wanted: Any) -> Any:
    try:
        return wanted(text)
    except ValueError:
        raise InvalidSetting(f"{name} is not a {wanted.__name__}", remedy="see docs/settings.md") from None


def _driver(url: str) -> str:
    """SQLAlchemy's name for a plain `postgresql://` URL (we install psycopg 3)."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
