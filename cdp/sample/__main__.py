"""Generates the sample group from a shell: `python -m cdp.sample OUT --records 20000`."""

import argparse
import sys
from pathlib import Path

from cdp.sample.group import generate


def main() -> None:
    """Reads the arguments, generates, and says what was written."""
    parser = argparse.ArgumentParser(prog="python -m cdp.sample", description=sys.modules["cdp.sample"].__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    manifest = generate(given.folder, records=given.records, seed=given.seed)
    sys.stdout.write(manifest.to_json())


if __name__ == "__main__":
    main()
