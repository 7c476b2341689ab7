"""`python -m benchmarks`: prints what it measured, and as the last line all of it as one JSON object."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.measuring import Plan, measure
from benchmarks.report import as_json, as_tables
from cdp.cli import collect_seldom

_ROOT = Path(__file__).parent.parent
_EXAMPLE = """examples:
  python -m benchmarks                                  # 20,000 records, three rounds: some minutes
  python -m benchmarks --records 2000 --rounds 1        # a first look
  python -m benchmarks --data ../research --json        # with FEBRL 4, and nothing printed but the JSON
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints, and gives the exit code; progress goes to standard error."""
    collect_seldom()
    plan, only_json = _plan(arguments)
    started = time.monotonic()

    def tell(text: str) -> None:
        if not only_json:
            sys.stderr.write(f"[{time.monotonic() - started:5.0f} s] {text}\n")

    with tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch:
        found = measure(plan, Path(scratch), tell)
    if not only_json:
        print(as_tables(found))
    print(json.dumps(as_json(found)))
    return 0


def _plan(arguments: Sequence[str] | None) -> tuple[Plan, bool]:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure the ingest by stage and the profile read, as ratios to bare work in the same process.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--records", type=_at_least(100), default=20_000, help="records to invent (20000)")
    parser.add_argument("--rounds", type=_at_least(1), default=3, help="how often everything is measured (3)")
    parser.add_argument("--reads", type=_at_least(1), default=200, help="profile reads in each round (200)")
    parser.add_argument("--seed", type=_at_least(0), default=7, help="the same seed invents the same people (7)")
    parser.add_argument(
        "--data", type=Path, default=_ROOT.parent / "shared" / "data", help="folder of the FEBRL 4 files, if any"
    )
    parser.add_argument("--json", action="store_true", help="print the JSON object alone")
    chosen = parser.parse_args(arguments)
    plan = Plan(
        records=chosen.records,
        rounds=chosen.rounds,
        reads=chosen.reads,
        seed=chosen.seed,
        research=chosen.data,
        examples=_ROOT / "examples",
    )
    return plan, chosen.json


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"give a whole number from {least}")
        return int(text)

    return number


if __name__ == "__main__":
    sys.exit(main())
