"""The error of the time-lapse from runs at several, on data whose error and order are known."""

import json

import numpy as np
import pytest
from synthetic_results import COORDINATES, attributes, dose

from synaptoket import UserError, open_results
from synaptoket.analysis import convergence, convergence_json, convergence_table, extrapolated
from synaptoket.results import ResultsFile

STEPS = (1.0, 0.5, 0.25)


def noisy(order, error=4.0, noise=0.0, seeds=6):
    rng = np.random.default_rng(1)
    return {h: 100 + error * h**order + rng.normal(0, noise, seeds) for h in STEPS}


@pytest.mark.parametrize("order, error", [(1, 4.0), (1, -0.3)])
def test_an_error_of_first_order_is_found_exactly(order, error):
    found = extrapolated(noisy(order, error))
    assert found.error.mean == pytest.approx(error)
    assert found.difference.mean == pytest.approx(error / 2)
    assert found.order == pytest.approx(1)


@pytest.mark.parametrize("order", [0.5, 2])
def test_another_order_is_told(order):
    found = extrapolated(noisy(order, noise=1e-3))
    assert found.order == pytest.approx(order, abs=0.02)
    if order > 1:  # then a straight line says too much, not too little
        assert found.error.mean >= 4


def test_noise_is_no_error_and_has_no_order():
    found = extrapolated(noisy(1, error=0.0, noise=1.0))
    assert found.error.low < 0 < found.error.high
    assert np.isnan(found.order)


def test_the_interval_covers_the_error_in_about_95_of_100_cases():
    rng = np.random.default_rng(3)
    values = {h: 2.0 * h + rng.normal(0, 1, (5, 2000)) for h in STEPS}
    error = extrapolated(values).error
    assert 0.93 < np.mean((error.low < 2) & (error.high > 2)) < 0.97


def test_two_timelapses_have_an_error_and_no_order():
    found = extrapolated({1.0: [3.0, 3.2], 0.5: [2.0, 2.2]})
    assert found.error.mean == pytest.approx(2.0)
    assert np.isnan(found.order)
    with pytest.raises(UserError, match="two time-lapses or more"):
        extrapolated({1.0: [1.0]})


def written(path, seed, arms):
    """Write a file in which glutamate has an error of 6 %, h times, and the count one of 1 %."""
    given = attributes(seed, arms, doses=[dose(arm, "ketamine", "1 mg", 24.0, 0.5) for arm in arms])
    rng = np.random.default_rng([seed, 7])
    with ResultsFile.create(path, given, arms, COORDINATES) as file:
        for arm in arms:
            h = float(arm.removeprefix("timelapse_"))
            times = np.concatenate([np.arange(0, 25, 1.0), 24 + np.arange(h / 4, 6.01, h / 4)])
            count = 1000
            for time in times:
                since = max(time - 24, 0.0)
                shape = since * np.exp(1 - since)
                signal = 1 + (1 + 0.12 * h) * shape * (1 + rng.normal(0, 1e-3))
                new = round(1000 * (1 + 0.01 * h * since / 6))
                eachof = np.ones(7, int)
                file.append(arm, {
                    "time": time, "phase": "dose", "synapse_count": new * eachof,
                    "formed": (new - count) * eachof, "eliminated": 0 * eachof,
                    "nascent": 0 * eachof, "ampa_content": 1.0 * eachof,
                    "ampa_content_established": 1.0 * eachof,
                    "spine_size_mean": 1.0 * eachof, "silent_fraction": 0.0 * eachof,
                    "rate": np.ones(3), "nmda_block": np.zeros(3), "plasma": np.zeros(4),
                    "brain_free": np.zeros(4), "glutamate": signal, "mtorc1": 0.1,
                    "bdnf": 1 + rng.normal(0, 1e-3), "protein": 1.0,
                    "timelapse": h, "stress_hormone": 0.0,
                })  # fmt: skip
                count = new
        file.complete({})
    return path


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    arms = [f"timelapse_{h:g}" for h in STEPS]
    return [written(folder / f"seed_{seed}.h5", seed, arms) for seed in range(1, 6)]


def entry(entries, quantity, measure):
    return next(e for e in entries if (e["quantity"], e["measure"]) == (quantity, measure))


def test_a_table_has_the_errors_that_were_put_in(compared):
    found = convergence(open_results(compared))
    peak = entry(found, "glutamate", "peak")
    assert peak["error"] == pytest.approx(100 * 0.12 / 2.12, rel=0.1)
    assert peak["low"] < 100 * 0.12 / 2.12 < peak["high"]
    assert peak["clear"]
    assert peak["order"] == pytest.approx(1, abs=0.3)
    count = entry(found, "synapse_count", "worst time")
    assert count["error"] == pytest.approx(1, rel=0.1)
    assert count["hour"] > 29
    assert entry(found, "bdnf", "peak")["error"] == pytest.approx(0, abs=0.5)
    assert not entry(found, "bdnf", "peak")["clear"]
    assert entry(found, "formed", "total")["error"] == pytest.approx(100, rel=0.1)
    assert not any(e["quantity"] == "nascent" for e in found)


def test_the_table_is_text_markdown_and_json(compared):
    found = convergence(open_results(compared))
    assert "within noise" in convergence_table(found)
    assert convergence_table(found, as_markdown=True).startswith("| quantity | measure |")
    again = json.loads(convergence_json(found))
    assert [e["quantity"] for e in again] == [e["quantity"] for e in found]
    assert entry(again, "bdnf", "peak")["hour"] is None


def test_other_results_are_refused(compared, tmp_path):
    with pytest.raises(UserError, match="two seeds or more"):
        convergence(open_results(compared[:1]))
    alone = written(tmp_path / "x.h5", 1, ["timelapse_1"])
    with pytest.raises(UserError, match="results of `synaptoket timelapse`"):
        convergence(open_results(alone))
