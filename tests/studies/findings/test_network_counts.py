"""Read-outs of counts and births on courses made by hand, with answers known."""

import numpy as np
import pytest
from made_runs import made_run

from synaptoket.studies.findings import network_counts


def counted(monkeypatch, **arms):
    """Return a run in which the count of each arm has one level in each phase."""
    levels = {a: {"synapse_count": np.repeat(np.array(v, float), 10)} for a, v in arms.items()}
    return made_run(monkeypatch, levels)


def test_what_an_antagonist_leaves_of_a_gain(monkeypatch):
    made = counted(
        monkeypatch, c=[100, 100, 100], v=[80, 80, 80], k=[80, 80, 90], r=[80, 80, 82], n=[80] * 3
    )
    given = {"vehicle": "v", "against": "c", "phase": "effect"}
    assert network_counts.blocked_gain(made, "k", "r", **given) == pytest.approx([20, 20])
    assert np.isnan(network_counts.blocked_gain(made, "n", "r", **given)).all()
    assert network_counts.loss(made, "v", "c", "effect") == pytest.approx([20, 20])


def test_recovery_is_the_share_of_the_deficit_made_up(monkeypatch):
    made = counted(monkeypatch, c=[100, 100, 100], s=[100, 80, 95])
    assert network_counts.recovered(made, "s", "c", "onset", "effect") == pytest.approx([75, 75])


def test_the_least_excess_finds_the_worst_day(monkeypatch):
    hours, phases = np.arange(1, 11) * 24.0, np.array(["before"] * 2 + ["after"] * 8)
    course = 100 + np.array([0, 0, 9, 8, 7, 6, 5, 4, 3, -1])
    arms = {"k": {"synapse_count": course}, "s": {"synapse_count": np.full(10, 100)}}
    made = made_run(monkeypatch, arms, None, hours, phases)
    assert network_counts.least_excess(made, "k", "s", "before") == pytest.approx([-1, -1])


def test_a_difference_of_arms_is_in_points_of_the_control(monkeypatch):
    made = counted(monkeypatch, c=[200, 200, 200], v=[200, 160, 160], r=[200, 160, 165])
    given = {"vehicle": "v", "against": "c", "phase": "effect"}
    assert network_counts.percent_difference(made, "r", **given) == pytest.approx([2.5, 2.5])
    assert network_counts.percent_difference(made, "v", **given) == pytest.approx([0, 0])


def test_the_largest_percent_is_that_of_any_row_and_arm_later_on(monkeypatch):
    peak = np.repeat([100.0, 100.0, 100.0], 10)
    peak[3], peak[25] = 150.0, 108.0  # the first is before the window
    arms = {"c": np.full(30, 100.0), "a": np.full(30, 104.0), "b": peak}
    made = made_run(monkeypatch, {name: {"synapse_count": v} for name, v in arms.items()})
    largest = network_counts.largest_percent(made, ["a", "b"], "c", "rest")
    assert largest == pytest.approx([108, 108])
    assert network_counts.largest_percent(made, ["a"], "c", "rest") == pytest.approx([104, 104])


DAYS = np.arange(1, 41) * 6.0  # four rows a day, ten days
OF_DAYS = np.array(["settling"] * 8 + ["weeks"] * 32)


def by_day(monkeypatch, **courses):
    made = {name: np.asarray(values, float) for name, values in courses.items()}
    return made_run(monkeypatch, {"c": made}, None, DAYS, OF_DAYS)


def test_a_drift_is_the_largest_distance_from_the_last_day_before(monkeypatch):
    counts = np.full(40, 100.0)
    counts[:4], counts[20:24], counts[36:] = 80.0, 93.0, 104.0
    made = by_day(monkeypatch, synapse_count=counts)
    assert network_counts.largest_drift(made, "c", "settling", ["weeks"]) == pytest.approx([7, 7])


def test_a_drift_is_of_days_and_not_of_rows(monkeypatch):
    counts = np.full(40, 100.0)
    counts[20] = 108.0
    made = by_day(monkeypatch, synapse_count=counts)
    assert network_counts.largest_drift(made, "c", "settling", ["weeks"]) == pytest.approx([2, 2])


def births(monkeypatch, **arms):
    """Return a run in which each arm forms some synapses in each phase."""
    formed = {a: {"formed": np.repeat(np.array(v, float), 10)} for a, v in arms.items()}
    return made_run(monkeypatch, formed)


def test_births_of_a_window_are_over_those_of_the_twin(monkeypatch):
    made = births(monkeypatch, k=[2, 3, 8], v=[2, 2, 4], n=[0, 0, 0])
    ratio = network_counts.births_ratio
    assert ratio(made, "k", "v", ["onset"]) == pytest.approx([1.5, 1.5])
    assert ratio(made, "k", "v", ["onset", "effect"]) == pytest.approx([11 / 6, 11 / 6])
    rise = network_counts.births_ratio_rise(made, "k", "v", ["onset"], ["effect"])
    assert rise == pytest.approx([0.5, 0.5])
    assert np.isnan(ratio(made, "k", "n", ["onset"])).all()
    assert np.isnan(network_counts.births_ratio_rise(made, "k", "n", ["rest"], ["onset"])).all()


def test_births_vary_from_day_to_day(monkeypatch):
    daily = np.array([9, 9, 10, 14, 6, 10, 14, 6, 10, 10])  # the first two days do not count
    made = by_day(monkeypatch, formed=np.repeat(daily / 4, 4))
    varying = network_counts.births_variation(made, "c", ["weeks"])
    assert varying == pytest.approx([0.3023716, 0.3023716])  # sd of 3.02 about 10 a day
    made = by_day(monkeypatch, formed=np.full(40, 5.0))
    assert network_counts.births_variation(made, "c", ["weeks"]) == pytest.approx([0, 0])


def test_counted_births_vary_by_their_noise(monkeypatch):
    hours = np.arange(1, 2001) * 6.0
    phases = np.array(["settling"] * 8 + ["weeks"] * 1992)
    formed = np.random.default_rng(1).poisson(25.0, 2000)
    made = made_run(monkeypatch, {"c": {"formed": formed}}, None, hours, phases)
    varying = network_counts.births_variation(made, "c", ["weeks"])
    assert varying == pytest.approx([0.1, 0.1], rel=0.1)  # a hundred a day


@pytest.mark.parametrize(
    "hours, formed",
    [
        (np.arange(1, 11) * 30.0, np.ones(10)),  # rows longer than a day
        (np.arange(1, 11) * 4.0, np.ones(10)),  # less than two days
        (np.arange(1, 11) * 12.0, np.zeros(10)),  # nothing is born
    ],
)
def test_without_two_days_of_births_nothing_varies(monkeypatch, hours, formed):
    phases = np.array(["settling"] * 2 + ["weeks"] * 8)
    made = made_run(monkeypatch, {"c": {"formed": formed}}, None, hours, phases)
    assert np.isnan(network_counts.births_variation(made, "c", ["weeks"])).all()
