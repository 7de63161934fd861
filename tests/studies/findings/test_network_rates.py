"""Read-outs of activity on courses and spike counts made by hand, with answers known."""

import numpy as np
import pytest
from made_runs import made_run

from synaptoket.studies.findings import network_rates


def step(at, size):
    """Return a course that is one, and one plus `size` from row `at` on."""
    return np.where(np.arange(30) < at, 1.0, 1.0 + size)


def test_change_is_relative_to_the_twin(monkeypatch):
    made = made_run(
        monkeypatch, {"a": {"glutamate": step(10, 0.5)}, "b": {"glutamate": np.ones(30)}}
    )
    assert network_rates.change(made, "a", "b", "onset", "glutamate") == pytest.approx([50, 50])
    assert network_rates.change(made, "a", "b", "rest", "glutamate") == pytest.approx([0, 0])


def test_share_of_the_peak_needs_a_peak(monkeypatch):
    arms = {"low": 0.5, "high": -0.1, "none": 0.0, "saline": 0.0}
    made = made_run(monkeypatch, {a: {"glutamate": step(10, size)} for a, size in arms.items()})
    given = {"against": "saline", "phase": "onset", "variable": "glutamate"}
    share = network_rates.change_of_peak(made, "high", ["low"], **given)
    assert share == pytest.approx([-20, -20])
    assert np.isnan(network_rates.change_of_peak(made, "low", ["none"], **given)).all()


def test_a_row_counts_by_the_time_that_it_stands_for(monkeypatch):
    """Glutamate is twice as high in a twentieth of the phase, which has half of its rows."""
    lengths = np.concatenate([np.full(10, 0.1), np.full(10, 0.01), np.full(10, 0.19)])
    phases = np.repeat(["rest", "dose"], [10, 20])
    course = np.concatenate([np.ones(10), np.full(10, 2.0), np.ones(10)])
    arms = {"a": {"glutamate": course}, "b": {"glutamate": np.ones(30)}}
    made = made_run(monkeypatch, arms, hours=np.cumsum(lengths), phases=phases)
    assert network_rates.change(made, "a", "b", "dose", "glutamate") == pytest.approx([5, 5])


CELLS = {"pyramidal.v": np.zeros(8), "pv.v": np.zeros(1), "sst.v": np.zeros(1)}


def rates(rise, fall):
    """Return rates in which pyramidal cells rise at one row and both others fall at another."""
    return np.stack([step(rise, 0.5), step(fall, -0.4), step(fall, -0.4)], axis=1)


@pytest.mark.parametrize("rise, fall, minutes", [(16, 12, 24), (12, 16, -24)])
def test_lag_is_the_time_between_the_halves(monkeypatch, rise, fall, minutes):
    states = {"effect": [CELLS, CELLS]}
    made = made_run(monkeypatch, {"a": {"rate": rates(rise, fall)}}, states)
    found = network_rates.lag(made, "a", ["pv", "sst"], "rest", ["onset", "effect"])
    assert found == pytest.approx([minutes, minutes])


def test_without_a_fall_there_is_no_lag(monkeypatch):
    course = np.stack([step(12, 0.5), np.ones(30), np.ones(30)], axis=1)
    made = made_run(monkeypatch, {"a": {"rate": course}}, {"effect": [CELLS, CELLS]})
    assert np.isnan(network_rates.lag(made, "a", ["pv", "sst"], "rest", ["onset", "effect"])).all()


def test_cells_are_counted_by_their_own_change(monkeypatch):
    phases = np.repeat(["settling", "rest", "effect"], 10)
    counts = {
        "settling": [5, 5, 5, 5], "rest": [15, 15, 15, 15], "effect": [15, 20, 25, 40],
    }  # fmt: skip
    states = {p: [{"pv.spike_count": np.array(c)}] * 2 for p, c in counts.items()}
    made = made_run(monkeypatch, {"a": {"glutamate": np.ones(30)}}, states, phases=phases)
    down = network_rates.share_changed(made, "a", ["pv"], -1, "rest", "effect")
    up = network_rates.share_changed(made, "a", ["pv"], 1, "rest", "effect")
    assert down == pytest.approx([50, 50])  # 0 and 5 spikes after 10; 10 after 10 is no change
    assert up == pytest.approx([25, 25])


def test_cells_are_counted_in_the_first_phase_from_its_start(monkeypatch):
    counts = {"rest": [10, 10], "onset": [15, 30], "effect": [90, 90]}
    states = {p: [{"pv.spike_count": np.array(c)}] * 2 for p, c in counts.items()}
    made = made_run(monkeypatch, {"a": {"glutamate": np.ones(30)}}, states)
    assert network_rates.share_changed(made, "a", ["pv"], 1, "rest", "onset") == pytest.approx(
        [50, 50]
    )


def test_a_rate_is_the_mean_of_all_cells_of_the_populations(monkeypatch):
    states = {"effect": [CELLS, CELLS]}  # eight pyramidal cells, one PV, one SST
    made = made_run(monkeypatch, {"a": {"rate": rates(10, 10)}, "b": {"rate": np.ones((30, 3))},
                                  "none": {"rate": np.zeros((30, 3))}}, states)  # fmt: skip
    given = {"against": "b", "phase": "effect"}
    both = network_rates.rate_percent(made, "a", populations=["pyramidal"], **given)
    assert both == pytest.approx([150, 150])
    monkeypatch.setattr(type(made), "states", lambda self, arm, phase: iter(states[phase]))
    mixed = network_rates.rate_percent(made, "a", populations=["pyramidal", "pv"], **given)
    assert mixed == pytest.approx([100 * (8 * 1.5 + 0.6) / 9] * 2)
    silent = network_rates.rate_percent(made, "a", "none", ["pv"], "effect")
    assert np.isnan(silent).all()


def counted_cells(monkeypatch, *windows):
    """Return a run in which cells fire so many spikes in each of two windows."""
    phases = np.repeat(["settling", "one", "two"], 10)
    first, second = (np.asarray(each) for each in windows)
    start = np.full(len(first), 17)
    counts = {"settling": start, "one": start + first, "two": start + first + second}
    states = {p: [{"pyramidal.spike_count": c}] * 2 for p, c in counts.items()}
    return made_run(monkeypatch, {"a": {"glutamate": np.ones(30)}}, states, phases=phases)


WINDOWS = {"populations": ["pyramidal"], "before": "one", "after": "two"}


@pytest.mark.parametrize("sigma", [0.3, 0.7, 1.3])
def test_the_spread_of_rates_is_free_of_the_noise_of_counting(monkeypatch, sigma):
    """Half of the cells fire less than 5 spikes: counting alone would give a deviation of 0.5."""
    generator = np.random.default_rng(2)
    expected = 5.0 * np.exp(sigma * generator.standard_normal(20000))
    made = counted_cells(monkeypatch, *generator.poisson(expected, (2, 20000)))
    spread = network_rates.log_rate_deviation(made, "a", **WINDOWS)
    assert spread == pytest.approx([sigma, sigma], rel=0.15)  # few spikes bend it
    expected *= 20
    made = counted_cells(monkeypatch, *generator.poisson(expected, (2, 20000)))
    spread = network_rates.log_rate_deviation(made, "a", **WINDOWS)
    assert spread == pytest.approx([sigma, sigma], rel=0.03)


def test_cells_of_one_rate_have_no_spread(monkeypatch):
    made = counted_cells(monkeypatch, *np.random.default_rng(3).poisson(10.0, (2, 20000)))
    assert (network_rates.log_rate_deviation(made, "a", **WINDOWS) < 0.05).all()


def test_silent_cells_have_no_spread_to_tell(monkeypatch):
    made = counted_cells(monkeypatch, np.zeros(5), np.zeros(5))
    assert np.isnan(network_rates.log_rate_deviation(made, "a", **WINDOWS)).all()
    assert np.isnan(network_rates.log_normal_advantage(made, "a", **WINDOWS)).all()
    alike = counted_cells(monkeypatch, np.full(5, 7), np.full(5, 7))
    assert np.isnan(network_rates.log_normal_advantage(alike, "a", **WINDOWS)).all()


def test_a_log_normal_is_told_from_a_normal_distribution(monkeypatch):
    from scipy.stats import norm

    generator = np.random.default_rng(4)
    logs = np.log(1000.0) + 0.8 * generator.standard_normal(4000)
    skewed = counted_cells(monkeypatch, *[np.exp(logs).round()] * 2)
    better = network_rates.log_normal_advantage(skewed, "a", **WINDOWS)
    rates = (2 * np.exp(logs).round() + 0.5) / 40  # two windows of ten rows of two seconds
    of_logs, of_rates = (norm(x.mean(), x.std()).logpdf(x) for x in (np.log(rates), rates))
    assert better == pytest.approx([(of_logs - np.log(rates) - of_rates).mean()] * 2)
    assert (better > 0).all()
    level = counted_cells(
        monkeypatch, *[(1000 + 250 * generator.standard_normal(4000)).round()] * 2
    )
    assert (network_rates.log_normal_advantage(level, "a", **WINDOWS) < 0).all()
