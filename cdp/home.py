"""The home: the folder that holds an embedded installation, and the file that says which version made it."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from cdp.errors import HomeDamaged, HomeExists, HomeIsNewer, HomeMissing, HomeUnwritable

FORMAT = 1
"""The layout of a home. A home with a higher number is refused, never guessed at."""

_FILE = "home.json"


@dataclass(frozen=True, slots=True)
class Home:
    """What a home says of itself. `persons` is the size of the group that the model reckons with."""

    format: int
    group: str
    persons: int
    demo: bool


def create(folder: Path, *, group: str, persons: int, demo: bool = False) -> Home:
    """Make `folder` a home, or take the one that is there if it was made with the same settings.

    Raises HomeExists when it was made with others.
    """
    home = Home(FORMAT, group, persons, demo)
    if (folder / _FILE).exists():
        found = read(folder)
        if found != home:
            raise HomeExists(
                f"{folder} is a home already, made with other settings",
                remedy="use it as it is, or choose another folder with --home or CDP_HOME",
            )
        return found
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(folder / _FILE, json.dumps(asdict(home), indent=2) + "\n")
    except OSError as error:
        raise HomeUnwritable(
            f"no home can be made in {folder}",
            why=(error.strerror or "the folder cannot be written").lower(),
            remedy="choose a folder that you may write to, with --home or CDP_HOME",
        ) from None
    return home


def read(folder: Path) -> Home:
    """The home in `folder`.

    Raises HomeMissing, HomeDamaged, or HomeIsNewer when a later version made it.
    """
    try:
        content = json.loads((folder / _FILE).read_text("utf-8"))
    except FileNotFoundError:
        raise HomeMissing(f"no home in {folder}", remedy="make one with `cdp init`, or name it with CDP_HOME") from None
    except (OSError, ValueError):
        raise HomeDamaged(f"{folder / _FILE} cannot be read", remedy="restore it from a backup") from None
    if isinstance(content, dict) and isinstance(content.get("format"), int) and content["format"] > FORMAT:
        raise HomeIsNewer(
            f"{folder} was made by a newer version (format {content['format']}; this version knows {FORMAT})",
            remedy="upgrade enishi-cdp; nothing was changed",
        )
    try:
        return Home(**content)
    except TypeError:
        raise HomeDamaged(f"{folder / _FILE} is not a home file", remedy="restore it from a backup") from None


def _write(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
