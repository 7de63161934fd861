"""A background is found for whatever rates are wanted, or it is said that there is none."""

import itertools

import numpy as np
import pytest

TARGETS = {"pyramidal": 0.97, "pv": 11.9, "sst": 3.9}
THRESHOLDS = {"pyramidal": 9.0, "pv": 2.0, "sst": 1.2}
FIRST = {"pyramidal": 5.0, "pv": 9.0, "sst": 1.8}


def firing(name, weight):
    """Return a rate that is zero below a threshold, steep above it, and saturates."""
    beyond = max(weight - THRESHOLDS[name], 0)
    return 40 * beyond**2 / (beyond**2 + 25)


def alone(weights):
    return {name: firing(name, weight) for name, weight in weights.items()}


def driven(weights, rates, strength=1.0):
    """Return the rates of cells that others excite and inhibit at some rates."""
    drive = {
        "pyramidal": 0.1 * rates["pyramidal"] - 0.03 * rates["pv"] - 0.05 * rates["sst"],
        "pv": 0.4 * rates["pyramidal"] - 0.03 * rates["pv"],
        "sst": 0.3 * rates["pyramidal"],
    }
    return alone({name: weight + strength * drive[name] for name, weight in weights.items()})


def coupled(weights):
    """Return the rates of a circuit whose spikes count for a third more than Poisson input."""
    rates = TARGETS
    for _ in range(200):
        new = driven(weights, rates, 1.3)
        rates = {name: (rates[name] + new[name]) / 2 for name in rates}
    return rates


def test_rates_are_met_within_the_tolerance(harness):
    background = harness["background"]
    weights, rates = background.find(alone, alone, TARGETS, FIRST)
    for name, target in TARGETS.items():
        assert firing(name, weights[name]) == rates[name]
        assert rates[name] == pytest.approx(target, rel=background.TOLERANCE)


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.5])
def test_cells_that_act_on_each_other_are_corrected_together(harness, factor):
    background = harness["background"]
    targets = {name: factor * rate for name, rate in TARGETS.items()}
    played = []

    def together(weights):
        played.append(coupled(weights))
        return played[-1]

    weights, rates = background.find(lambda w: driven(w, targets), together, targets, FIRST)
    assert len(played) > 1, "nothing to correct: the test tests nothing"
    assert coupled(weights) == rates
    for name, target in targets.items():
        assert rates[name] == pytest.approx(target, rel=background.TOLERANCE)


@pytest.mark.parametrize("start", [0.001, 1000.0])
def test_a_bad_first_guess_costs_steps_and_nothing_else(harness, monkeypatch, start):
    background = harness["background"]
    monkeypatch.setattr(background, "STEPS_APART", 40)
    first = dict.fromkeys(TARGETS, start)
    _, rates = background.find(alone, alone, TARGETS, first)
    assert rates == pytest.approx(TARGETS, rel=background.TOLERANCE)


@pytest.mark.parametrize("seed", range(10))
def test_noise_below_the_tolerance_does_no_harm(harness, seed):
    background, generator = harness["background"], np.random.default_rng(seed)

    def noisy(weights):
        return {n: r * (1 + 0.02 * generator.standard_normal()) for n, r in alone(weights).items()}

    weights, _ = background.find(noisy, noisy, TARGETS, FIRST)
    assert alone(weights) == pytest.approx(TARGETS, rel=0.15)


def test_a_rate_that_rises_and_falls_is_met_where_it_rises_or_falls(harness):
    background = harness["background"]

    def hump(weights):
        return {"pv": 20 * np.exp(-((weights["pv"] - 4) ** 2))}

    for first in (1.0, 3.9, 5.2):
        _, rates = background.find(hump, hump, {"pv": 11.9}, {"pv": first})
        assert rates["pv"] == pytest.approx(11.9, rel=background.TOLERANCE)


@pytest.mark.parametrize("most", [0.0, 3.0, float("nan")])
def test_a_rate_that_no_weight_reaches_is_given_up(harness, most):
    background, steps = harness["background"], itertools.count()

    def weak(weights):
        next(steps)
        return alone(weights) | {"sst": most}

    with pytest.raises(harness["commands"].BenchmarkError, match=r"sst cells fire at .*3\.90 Hz"):
        background.find(weak, weak, TARGETS, FIRST)
    assert next(steps) == background.STEPS_APART


def test_cells_that_fire_without_any_background_are_given_up(harness):
    def restless(weights):
        return alone(weights) | {"pv": 30.0 + weights["pv"]}

    with pytest.raises(harness["commands"].BenchmarkError, match="pv cells fire at 30"):
        harness["background"].find(restless, restless, TARGETS, FIRST)


def test_a_circuit_that_does_not_follow_is_given_up(harness):
    background, steps = harness["background"], itertools.count()

    def stuck(weights):
        next(steps)
        return TARGETS | {"pyramidal": 40.0}

    with pytest.raises(harness["commands"].BenchmarkError, match="cells together: pyramidal"):
        background.find(alone, stuck, TARGETS, FIRST)
    assert next(steps) == background.STEPS_TOGETHER


def test_silent_cells_have_no_background(harness):
    with pytest.raises(harness["commands"].BenchmarkError, match="silent"):
        harness["background"].find(alone, alone, TARGETS | {"sst": 0.0}, FIRST)


def test_the_tolerance_leaves_room_for_the_comparison(harness):
    assert harness["background"].TOLERANCE < harness["rows"].RATE_TOLERANCE / 2


def test_nest_is_given_the_rates_and_weights_in_its_order(harness, monkeypatch):
    """Its search asks for the rates that were measured, at the weights that it tries."""
    comparisons, asked = harness["comparisons"], []

    def nest(**options):
        asked.append(options)
        weights = dict(zip(FIRST, options["weights"], strict=True))
        rates = driven(weights, TARGETS) if options.get("apart") else coupled(weights)
        return {"rates": rates}

    monkeypatch.setattr(comparisons.commands, "nest", nest)
    settings = harness["rows"].Settings(folder=None, say=lambda text: None)
    weights = comparisons.nest_background(TARGETS, settings)
    assert coupled(weights) == pytest.approx(TARGETS, rel=harness["background"].TOLERANCE)
    assert all(options["rates"] == [0.97, 11.9, 3.9] for options in asked)
    assert asked[0]["apart"]
    assert "apart" not in asked[-1]
