"""The harness compares only what is comparable, and says what came out."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

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
    with pytest.raises(commands.BenchmarkError, match="NaN among"):
        commands.run(["-c", "print('{\"rate\": NaN}')"])


def test_a_command_that_crashes_or_hangs_says_so(harness, monkeypatch):
    commands = harness["commands"]
    with pytest.raises(commands.BenchmarkError, match="signal 6"):
        commands.run(["-c", "import os; os.abort()"])
    monkeypatch.setattr(commands, "LONGEST", 0.5)
    with pytest.raises(commands.BenchmarkError, match=r"took more than 0\.5 s"):
        commands.run(["-c", "import time; time.sleep(30)"])


def test_a_peer_that_is_not_installed_says_how_to_get_it(harness):
    commands = harness["commands"]
    with pytest.raises(commands.BenchmarkError, match="pip install nothing-here"):
        commands.installed("nothing_here", "nothing-here")


def test_without_a_compiler_a_row_says_so(harness, monkeypatch):
    commands = harness["commands"]
    monkeypatch.setattr(commands, "compiler_command", lambda: None)
    with pytest.raises(commands.BenchmarkError, match="CXX"):
        commands.compiler()


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


def test_growth_is_that_over_a_thousand_neurons_or_not_told(harness):
    judged = harness["scale"].judged
    without = judged(points()[1:])
    assert without["growth"]["value"] is without["growth"]["met"] is None
    assert all(entry["met"] is None for entry in judged([]).values())


def test_unknown_rows_are_refused(harness, capsys):
    with pytest.raises(SystemExit):
        harness["run"].arguments(["--only", "fastest"])
    assert "fastest" in capsys.readouterr().err


@pytest.mark.parametrize(
    "change, said", [({"sizes": {"pv": 99}}, "cells"), ({"step": 2e-4}, "steps of 0.0002 s")]
)
def test_other_cells_or_steps_are_refused(harness, change, said):
    rows, error = harness["rows"], harness["commands"].BenchmarkError
    ours = {"sizes": {"pv": 100}, "step": 1e-4}
    rows.check_sizes("peer", ours, {"sizes": {"pv": 100}, "step": 0.1 / 1000})
    with pytest.raises(error, match=said):
        rows.check_sizes("peer", ours, ours | change)


def test_the_ten_sets_are_around_the_present_circuit(harness):
    from synaptoket.circuit import load_circuit

    weight = load_circuit("prefrontal").projections["pyramidal_to_pyramidal"].ampa_weight * 1e9
    comparisons = harness["comparisons"]
    weights = comparisons.ten_weights()
    assert len(set(weights)) == 10
    assert weights[comparisons.FIFTH] == pytest.approx(float(weight))
    assert max(weights) < 1.1 * float(weight)


def test_make_bench_installs_the_peers_of_the_extra():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = project["optional-dependencies"]
    listed = re.search(r"^PEERS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert re.findall(r"'(.*?)'", listed) == extra["bench"]
