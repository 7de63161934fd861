"""Read-outs of network findings on courses and spines made by hand, with answers known."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from synaptoket.studies.findings import network

HOURS = np.arange(1, 31) * 0.1  # six minutes a row
PHASES = np.repeat(["rest", "onset", "effect"], 10)


def run(monkeypatch, arms, states=None, hours=HOURS, phases=PHASES):
    """Return a run of two seeds from courses {arm: {variable: array}}."""
    nodes = {"/": xr.Dataset({"file": ("seed", ["a", "b"])}, {"seed": [1, 2]})}
    for arm, courses in arms.items():
        data = {}
        for name, values in courses.items():
            values = np.asarray(values, float)
            if name == "rate":
                data[name] = (("seed", "time", "population"), np.stack([values, values]))
            elif name == "synapse_count":
                both = np.stack([values, values])[..., None]
                data[name] = (("seed", "time", "projection"), both)
            else:
                data[name] = (("seed", "time"), np.stack([values, values]))
        coordinates = {
            "seed": [1, 2], "time": hours, "phase": ("time", phases),
            "population": ["pyramidal", "pv", "sst"], "projection": ["pyramidal_to_pyramidal"],
        }  # fmt: skip
        nodes[arm] = xr.Dataset(data, coordinates)
    if states is not None:
        monkeypatch.setattr(network.Run, "states", lambda self, arm, phase: iter(states[phase]))
    tree = xr.DataTree.from_dict(nodes)
    return network.Run((Path("a"), Path("b")), tree, "pyramidal_to_pyramidal")


def step(at, size):
    """Return a course that is one, and one plus `size` from row `at` on."""
    return np.where(np.arange(30) < at, 1.0, 1.0 + size)


def test_change_is_relative_to_the_twin(monkeypatch):
    made = run(monkeypatch, {"a": {"glutamate": step(10, 0.5)}, "b": {"glutamate": np.ones(30)}})
    assert network.change(made, "a", "b", "onset", "glutamate") == pytest.approx([50, 50])
    assert network.change(made, "a", "b", "rest", "glutamate") == pytest.approx([0, 0])


def test_share_of_the_peak_needs_a_peak(monkeypatch):
    arms = {"low": 0.5, "high": -0.1, "none": 0.0, "saline": 0.0}
    made = run(monkeypatch, {a: {"glutamate": step(10, size)} for a, size in arms.items()})
    given = {"against": "saline", "phase": "onset", "variable": "glutamate"}
    share = network.change_of_peak(made, "high", ["low"], **given)
    assert share == pytest.approx([-20, -20])
    assert np.isnan(network.change_of_peak(made, "low", ["none"], **given)).all()


CELLS = {"pyramidal.v": np.zeros(8), "pv.v": np.zeros(1), "sst.v": np.zeros(1)}


def rates(rise, fall):
    """Return rates in which pyramidal cells rise at one row and both others fall at another."""
    return np.stack([step(rise, 0.5), step(fall, -0.4), step(fall, -0.4)], axis=1)


@pytest.mark.parametrize("rise, fall, minutes", [(16, 12, 24), (12, 16, -24)])
def test_lag_is_the_time_between_the_halves(monkeypatch, rise, fall, minutes):
    states = {"effect": [CELLS, CELLS]}
    made = run(monkeypatch, {"a": {"rate": rates(rise, fall)}}, states)
    found = network.lag(made, "a", ["pv", "sst"], "rest", ["onset", "effect"])
    assert found == pytest.approx([minutes, minutes])


def test_without_a_fall_there_is_no_lag(monkeypatch):
    course = np.stack([step(12, 0.5), np.ones(30), np.ones(30)], axis=1)
    made = run(monkeypatch, {"a": {"rate": course}}, {"effect": [CELLS, CELLS]})
    assert np.isnan(network.lag(made, "a", ["pv", "sst"], "rest", ["onset", "effect"])).all()


def test_cells_are_counted_by_their_own_change(monkeypatch):
    phases = np.repeat(["settling", "rest", "effect"], 10)
    counts = {
        "settling": [5, 5, 5, 5], "rest": [15, 15, 15, 15], "effect": [15, 20, 25, 40],
    }  # fmt: skip
    states = {p: [{"pv.spike_count": np.array(c)}] * 2 for p, c in counts.items()}
    made = run(monkeypatch, {"a": {"glutamate": np.ones(30)}}, states, phases=phases)
    down = network.share_changed(made, "a", ["pv"], -1, "rest", "effect")
    up = network.share_changed(made, "a", ["pv"], 1, "rest", "effect")
    assert down == pytest.approx([50, 50])  # 0 and 5 spikes after 10; 10 after 10 is no change
    assert up == pytest.approx([25, 25])


def test_cells_are_counted_in_the_first_phase_from_its_start(monkeypatch):
    counts = {"rest": [10, 10], "onset": [15, 30], "effect": [90, 90]}
    states = {p: [{"pv.spike_count": np.array(c)}] * 2 for p, c in counts.items()}
    made = run(monkeypatch, {"a": {"glutamate": np.ones(30)}}, states)
    assert network.share_changed(made, "a", ["pv"], 1, "rest", "onset") == pytest.approx([50, 50])


def spines(present, days):
    return {
        "pyramidal_to_pyramidal.present": np.array(present),
        "pyramidal_to_pyramidal.age": np.array(days) * 86400.0,
    }


def test_spines_are_followed_from_session_to_session(monkeypatch):
    """Four spines; one is lost, one is lost and born again at its place, one is new."""
    hours = np.array([24.0, 24.0 + 14 * 24])
    states = {
        "settling": [spines([1, 1, 1, 1, 0], [50, 50, 50, 50, 0])] * 2,
        "two weeks": [spines([1, 1, 0, 1, 1], [64, 64, 0, 3, 2])] * 2,
    }
    arms = {"c": {"synapse_count": [4, 4]}, "d": {"synapse_count": [4, 4]}}
    made = run(monkeypatch, arms, states, hours, np.array(["settling", "two weeks"]))
    given = {"arm": "c", "before": "settling", "after": "two weeks"}
    assert network.spines_kept(made, **given) == pytest.approx([50, 50])
    assert network.spines_lost(made, **given) == pytest.approx([50, 50])
    assert network.spines_new(made, **given) == pytest.approx([50, 50])
    assert network.new_ratio(made, against="d", **given) == pytest.approx([1, 1])


def counted(monkeypatch, **arms):
    """Return a run in which the count of each arm has one level in each phase."""
    levels = {a: {"synapse_count": np.repeat(np.array(v, float), 10)} for a, v in arms.items()}
    return run(monkeypatch, levels)


def test_what_an_antagonist_leaves_of_a_gain(monkeypatch):
    made = counted(
        monkeypatch, c=[100, 100, 100], v=[80, 80, 80], k=[80, 80, 90], r=[80, 80, 82], n=[80] * 3
    )
    given = {"vehicle": "v", "against": "c", "phase": "effect"}
    assert network.blocked_gain(made, "k", "r", **given) == pytest.approx([20, 20])
    assert np.isnan(network.blocked_gain(made, "n", "r", **given)).all()
    assert network.loss(made, "v", "c", "effect") == pytest.approx([20, 20])


def test_recovery_is_the_share_of_the_deficit_made_up(monkeypatch):
    made = counted(monkeypatch, c=[100, 100, 100], s=[100, 80, 95])
    assert network.recovered(made, "s", "c", "onset", "effect") == pytest.approx([75, 75])


def test_the_least_excess_finds_the_worst_day(monkeypatch):
    hours, phases = np.arange(1, 11) * 24.0, np.array(["before"] * 2 + ["after"] * 8)
    course = 100 + np.array([0, 0, 9, 8, 7, 6, 5, 4, 3, -1])
    arms = {"k": {"synapse_count": course}, "s": {"synapse_count": np.full(10, 100)}}
    made = run(monkeypatch, arms, None, hours, phases)
    assert network.least_excess(made, "k", "s", "before") == pytest.approx([-1, -1])
