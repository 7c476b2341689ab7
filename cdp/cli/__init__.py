"""The command line: `cdp NOUN VERB`, one screen of help each, `--json` for reading commands."""

import gc
import os
import sys

from identity.errors import EnishiError


def collect_seldom() -> None:
    """Look for cyclic garbage every 50,000 new objects and not every 700.

    Records come by the thousand and hold no cycles; looking after each few of them is a fifth of an ingest.
    """
    gc.set_threshold(50_000, 20, 20)


def main() -> None:
    """Run `cdp` and leave with 0 done, 1 finding, 2 usage, 3 refused by policy, 4 unavailable."""
    if sys.argv[1:] == ["--version"]:  # the one answer that needs none of what follows, and is asked by scripts
        from importlib.metadata import version

        sys.stdout.write(f"enishi-cdp {version('enishi-cdp')}\n")
        return
    collect_seldom()
    from cdp.cli.app import app
    from cdp.cli.failing import FINDING, exit_code, tell, unexpected
    from governance.journal.errors import JournalError

    try:
        app(standalone_mode=True)
    except EnishiError as error:
        tell(error)
        sys.exit(exit_code(error))
    except JournalError as error:
        tell(error)
        sys.exit(FINDING)
    except BrokenPipeError:  # the reader had enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped; what was acknowledged is kept, run the same command to go on\n")
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  the last resort: its message may hold a personal value
        unexpected(error)
        sys.exit(70)
