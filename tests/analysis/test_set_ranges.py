"""A number over parameter sets is the range of the sets' means, beside the interval over seeds."""

import numpy as np
import pytest
import synthetic_results as synthetic

from synaptoket.analysis import lookup, summary, summary_markdown, summary_table
from synaptoket.analysis.set_ranges import count_ranges
from synaptoket.results import open_results, open_sets

EFFECTS = {"weak": 0.8, "as it is": 1.0, "strong": 1.3}
ARM = "stress_vehicle"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for seed in (1, 2):
        synthetic.write(folder / f"seed_{seed}.h5", seed=seed)
        for name, effect in EFFECTS.items():
            file = folder / "sets" / name / f"seed_{seed}.h5"
            synthetic.write(file, seed=seed, effect=effect, overlay=name)
    return folder


@pytest.fixture(scope="module")
def tree(folder):
    return open_results(folder)


@pytest.fixture(scope="module")
def sets(folder):
    return open_sets(folder)


def test_without_sets_the_summary_is_as_it_was(tree):
    assert "sets" not in summary(tree)[0]
    assert [e["mean"] for e in summary(tree, {})] == [e["mean"] for e in summary(tree)]
    assert "acceptable" not in summary_table(tree) + summary_markdown(tree)


def test_the_range_is_from_the_least_to_the_largest_mean_over_seeds(tree, sets):
    entry = lookup(summary(tree, sets), "count_24h", ARM)
    means = {name: lookup(summary(each), "count_24h", ARM)["mean"] for name, each in sets.items()}
    assert entry["sets"] == means
    assert entry["sets_low"] == means["strong"] < means["weak"] == entry["sets_high"]
    # seeds say nothing of it
    plain = lookup(summary(tree), "count_24h", ARM)
    assert (entry["mean"], entry["low"]) == (plain["mean"], plain["low"])
    assert entry["sets_low"] < entry["low"]


def test_a_set_that_lacks_a_quantity_or_an_arm_is_left_out(tmp_path, tree, sets):
    short = synthetic.time_grid()
    file = synthetic.write(
        tmp_path / "x.h5", arms=["control", ARM], times=short[short < synthetic.DOSE + 48]
    )
    few = {**sets, "short": open_results(file)}
    entries = summary(tree, few)
    assert "short" in lookup(entries, "count_24h", ARM)["sets"]
    assert "short" not in lookup(entries, "count_14d", ARM)["sets"]
    assert "short" not in lookup(entries, "gain_24h", "stress_ketamine")["sets"]


@pytest.mark.parametrize("table", [summary_table, summary_markdown])
def test_the_table_has_a_column_and_says_that_it_is_no_interval(tree, sets, table):
    text = table(tree, sets)
    entry = lookup(summary(tree, sets), "count_24h", "stress_ketamine")
    assert f"{entry['sets_low']:.1f} to {entry['sets_high']:.1f} (3)" in text
    assert "95 % interval" in text
    assert "means (2 seeds) of 3 sets; no interval. as it is, strong, weak." in text


def test_counts_of_sets_with_other_times_are_brought_onto_one_grid(tmp_path, tree, sets):
    projection = "pyramidal_to_pyramidal"
    hours = tree[ARM]["time"].values
    low, high, n = count_ranges(sets, ARM, projection, hours)
    assert n == 3
    assert (low <= high).all()
    coarse = synthetic.write(
        tmp_path / "x.h5", times=synthetic.time_grid()[::3], effect=1.3, overlay="x"
    )
    others = {"x": open_results(coarse)}
    again = count_ranges(others, ARM, projection, hours)
    known = np.isfinite(again.low)
    assert known.sum() > 0.9 * len(hours)
    assert np.abs(again.low - low)[known].max() < 3
    assert count_ranges(sets, "no such arm", projection, hours).n == 0
