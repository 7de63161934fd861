"""The harness compares only what is comparable, and says what came out."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def harness():
    """The modules of the benchmark, which is run from the top of the repository."""
    sys.path.insert(0, str(ROOT))
    try:
        from benchmarks import accuracy, commands, report, rows, run, scale
    finally:
        sys.path.remove(str(ROOT))
    modules = (accuracy, commands, report, rows, run, scale)
    return {m.__name__.rpartition(".")[2]: m for m in modules}


RATES = {"pyramidal": 2.3, "pv": 14.4, "sst": 4.5}


@pytest.mark.parametrize("name", RATES)
def test_rates_more_than_a_fifth_apart_are_refused(harness, name):
    rows, error = harness["rows"], harness["commands"].BenchmarkError
    rows.check_rates("peer", RATES, RATES | {name: RATES[name] * 1.19})
    for factor in (0.79, 1.21, float("nan")):
        with pytest.raises(error, match=name):
            rows.check_rates("peer", RATES, RATES | {name: RATES[name] * factor})


def test_other_numbers_of_synapses_are_refused(harness):
    rows, error = harness["rows"], harness["commands"].BenchmarkError
    rows.check_synapses("peer", {"present": 65_000}, {"present": 64_800})
    with pytest.raises(error, match="present"):
        rows.check_synapses("peer", {"present": 65_000}, {"present": 81_000})


def test_a_failing_command_is_an_error_of_one_line(harness):
    commands = harness["commands"]
    with pytest.raises(commands.BenchmarkError, match=r"exit status 3: broken$"):
        commands.run(["-c", "import sys; print('broken', file=sys.stderr); sys.exit(3)"])
    with pytest.raises(commands.BenchmarkError, match="no result"):
        commands.run(["-c", "print('hello')"])


def test_the_ratio_is_the_median_of_the_rounds(harness):
    row = harness["rows"].Row("plain_standalone", "s")
    for over, under in ((3, 1), (8, 2), (10, 1)):
        row.add(over, under)
    found = row.as_json()
    assert (found["min"], found["median"], found["max"]) == (3, 4, 10)
    assert found["met"]
    assert found["target"] == 3


def points():
    sizes = {1000: 300_000, 10_000: 3_000_000}
    return [
        {
            "neurons": neurons,
            "potential_synapses": synapses,
            "contacts": {"pyramidal_to_pyramidal": synapses * 9 // 10},
            "seconds_per_second": synapses * 1e-6,
            "peak_bytes": 100_000_000 + 100 * synapses,
            "rates": RATES,
        }
        for neurons, synapses in sizes.items()
    ]


def test_scale_is_judged_by_growth(harness):
    judged = harness["scale"].judged
    good = judged(points())
    assert good["growth"] == {"value": pytest.approx(1), "target": 1.15, "met": True}
    assert good["bytes_per_synapse"]["value"] == pytest.approx(100)
    assert good["ten_million_bytes"]["met"] is None
    slow = points()
    slow[1]["seconds_per_second"] *= 1.2
    assert not judged(slow)["growth"]["met"]


def errors(harness):
    names = harness["accuracy"].QUANTITIES
    return {
        "neurons": 1000, "seeds": 5, "seconds": 40.0, "met": True,
        "reference": dict.fromkeys(names, 2.0), "spread": dict.fromkeys(names, 1.0),
        "variants": {"single precision": dict.fromkeys(names, [0.1, -0.2, 0.4])},
    }  # fmt: skip


def test_the_page_shows_every_row_that_was_measured(harness):
    results = {
        "ratios": {}, "run": {}, "accuracy": errors(harness),
        "scale": {"points": points()}, "costs": None,
    }  # fmt: skip
    results["scale"] |= harness["scale"].judged(results["scale"]["points"])
    for name in harness["rows"].TARGETS:
        row = harness["rows"].Row(name, "s", [2.0], [1.0], {"ours": RATES})
        results["ratios"][name] = row.as_json()
    page = harness["report"].page(json.loads(json.dumps(results)))
    for name in (*harness["rows"].TARGETS, "3,000,000", "single precision"):
        assert name in page


def test_unknown_rows_are_refused(harness, capsys):
    with pytest.raises(SystemExit):
        harness["run"].arguments(["--only", "fastest"])
    assert "fastest" in capsys.readouterr().err
