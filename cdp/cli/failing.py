"""How the command line tells of an error, and which exit code it leaves with."""

import sys
import traceback

from cdp.errors import (
    AddressUnavailable,
    DatabaseUnavailable,
    ExtraMissing,
    HomeDamaged,
    HomeIsNewer,
    HomeIsOlder,
    HomeMissing,
    HomeUnwritable,
    InvalidSetting,
    NotPermitted,
    ReadRefused,
)
from governance.errors import DamagedKey, GovernanceError, LooseKeyFile, MissingKey
from governance.journal.errors import JournalError
from identity.errors import EnishiError
from pipelines.errors import FileMissing, PipelineError, QualityUnavailable

FINDING, USAGE, REFUSED, UNAVAILABLE = 1, 2, 3, 4

EXIT_CODES: dict[type[EnishiError], int] = {
    ReadRefused: REFUSED,
    NotPermitted: REFUSED,
    DatabaseUnavailable: UNAVAILABLE,
    AddressUnavailable: UNAVAILABLE,
    HomeUnwritable: UNAVAILABLE,
    HomeMissing: UNAVAILABLE,
    HomeDamaged: UNAVAILABLE,
    HomeIsNewer: UNAVAILABLE,
    HomeIsOlder: UNAVAILABLE,
    ExtraMissing: UNAVAILABLE,
    QualityUnavailable: UNAVAILABLE,
    MissingKey: UNAVAILABLE,
    DamagedKey: UNAVAILABLE,
    LooseKeyFile: UNAVAILABLE,
    InvalidSetting: USAGE,
    FileMissing: USAGE,
    PipelineError: FINDING,
    GovernanceError: FINDING,
    EnishiError: USAGE,
}
"""The nearest class of an error decides its exit code."""


def exit_code(error: EnishiError) -> int:
    """The documented exit code of `error`."""
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)


def tell(error: EnishiError | JournalError) -> None:
    """Write what was wrong, why, and what to do, to standard error."""
    lines = [f"error: {error.what} [{error.code}]"]
    if error.why:
        lines.append(f"  why: {error.why}")
    if error.remedy:
        lines.append(f"   do: {error.remedy}")
    sys.stderr.write("\n".join(lines) + "\n")


def unexpected(error: Exception) -> None:
    """Tell of a mistake of ours: its type and where it happened, never its message, which may hold a personal value."""
    frames = [
        f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    sys.stderr.write("\n".join([*frames[-6:], f"error: unexpected {type(error).__name__}, a mistake of ours"]) + "\n")
    sys.stderr.write("   do: report these lines; what was acknowledged before is kept\n")
