"""The command line: `cdp NOUN VERB`, one screen of help each, `--json` for reading commands."""

import sys

from identity.errors import EnishiError


def main() -> None:
    """Run `cdp` and leave with 0 done, 1 finding, 2 usage, 3 refused by policy, 4 unavailable."""
    from cdp.cli.app import app
    from cdp.cli.failing import exit_code, tell

    try:
        app(standalone_mode=True)
    except EnishiError as error:
        tell(error)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped; what was acknowledged is kept, run the same command to go on\n")
        sys.exit(130)
