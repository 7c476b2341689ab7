"""The benchmarks measure what they say, on any machine; how fast that is, no test asks."""

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.homes import invented
from benchmarks.quality import Fit, fit
from benchmarks.raw_copy import copy_raw
from benchmarks.turns import Turns, in_turns

PROMISED = {
    "records",
    "ingest_rows_per_second",
    "ingest_vs_raw_copy",
    "stage_seconds",
    "pair_f1",
    "read_ratio_select",
    "read_ratio_select_insert",
    "batch100_ratio_select",
    "p50_ms",
    "p99_ms",
}
STAGES = {"read", "validate", "scan", "normalise", "tokenise", "seal", "land"}


def test_one_run_ends_with_a_line_that_holds_every_promised_figure(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["--records", "300", "--rounds", "1", "--reads", "5", "--data", str(tmp_path)]) == 0
    told = capsys.readouterr()
    found = json.loads(told.out.splitlines()[-1])
    assert set(found) >= PROMISED
    assert found["records"] == 300
    assert set(found["stage_seconds"]) >= STAGES
    assert all(seconds >= 0 for seconds in found["stage_seconds"].values())
    assert sum(found["stage_seconds"].values()) == pytest.approx(found["ingest_seconds"], abs=0.05)
    assert 0 < found["p50_ms"] <= found["p99_ms"]
    assert all(found[ratio] > 0 for ratio in PROMISED if "ratio" in ratio or "_vs_" in ratio)
    assert 0.9 <= found["pair_f1"] <= 1
    assert found["true_largest"] >= 2
    assert found["febrl4_pair_f1"] is None, "the research files are not in an empty folder"
    assert "FEBRL 4" in told.out
    assert "round 1 of 1" in told.err, "progress is shown, and not where the figures go"


def test_the_steps_are_done_in_turns_and_each_as_often_as_the_other() -> None:
    done: list[tuple[str, int]] = []
    turns = in_turns({"a": lambda n: done.append(("a", n)), "b": lambda n: done.append(("b", n))}, turns=3, first=5)
    assert done == [("a", 5), ("b", 5), ("a", 6), ("b", 6), ("a", 7), ("b", 7)]
    assert {name: len(seconds) for name, seconds in turns.seconds.items()} == {"a": 3, "b": 3}


def test_a_ratio_is_the_median_of_each_turns_own_so_that_a_slow_moment_cancels_out() -> None:
    turns = Turns({"ours": (2.0, 4.0, 200.0), "bare": (1.0, 2.0, 100.0)})
    assert turns.ratio("ours", bare="bare") == 0.5
    assert turns.ratio("ours", bare="bare", times=10) == 5.0


def test_the_fit_counts_pairs_and_a_missing_record_as_alone() -> None:
    true = {("a", "1"): 1, ("b", "1"): 1, ("c", "1"): 1, ("a", "2"): 2, ("b", "2"): 2}
    assert fit(true, true) == Fit(1.0, 1.0, 1.0, 3, 3)
    said = {("a", "1"): 7, ("b", "1"): 7, ("a", "2"): 7, ("b", "2"): 8}
    # said: three pairs, one of them true; true: four pairs
    found = fit(said, true)
    assert (found.precision, found.recall) == (1 / 3, 1 / 4)
    assert found.f1 == pytest.approx(2 / 7)
    assert fit({}, true).f1 == 0


def test_the_raw_copy_holds_every_row_that_can_be_read_at_all(tmp_path: Path) -> None:
    group = invented(tmp_path / "files", records=120, seed=3)
    copied = copy_raw(group.files, tmp_path / "raw.db")
    assert copied >= 120


@pytest.mark.parametrize("wrong", [["--records", "1"], ["--rounds", "0"], ["--rounds", "many"]])
def test_a_number_that_makes_no_sense_is_refused_with_its_bound(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(wrong)
    assert left.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_the_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "python -m benchmarks --records" in capsys.readouterr().out
