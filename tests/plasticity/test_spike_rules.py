"""Rules that act at spikes, against brute force and against what they are for."""

import numpy as np
import pytest

from synaptoket.circuit.group import clean, names_in
from synaptoket.plasticity import RULES

from .conftest import unit_of


def paired(b2, rule, threshold, values, pairs, step, namespace):
    """Return two groups whose cells fire as `threshold` says, and one-to-one synapses."""
    neuron, synapse = (RULES[rule].parts[place] for place in ("neuron", "synapse"))
    in_neuron = names_in(neuron.equations)
    declared = [f"{name} : {unit_of(name)} (shared)" for name in values if name in in_neuron]
    namespace = namespace | {
        name: value if unit_of(name) == "1" else value * getattr(b2, unit_of(name))
        for name, value in values.items()
        if name not in in_neuron
    }
    ends = [
        b2.NeuronGroup(
            pairs,
            "\n".join([clean(neuron.equations), "cell : integer (constant)", *declared]),
            method="exact",
            threshold=threshold,
            reset=neuron.at_spike,
            dt=step * b2.second,
            namespace=namespace,
        )
        for _ in range(2)
    ]
    ends[0].cell, ends[1].cell = np.arange(pairs), np.arange(pairs) + pairs
    model = "\n".join(f"{name} : {v.unit}" for name, v in synapse.variables.items())
    synapses = b2.Synapses(
        *ends,
        model,
        on_pre=clean(synapse.on_pre),
        on_post=clean(synapse.on_post),
        delay={"pre": step * b2.second},
        dt=step * b2.second,
        namespace=namespace,
    )
    synapses.connect(j="i")
    for group in ends:
        for name in in_neuron & set(values):
            group.variables[name].set_value(values[name])
    return ends, synapses


def test_time_above_threshold_equals_brute_force(numpy_target):
    b2 = numpy_target
    pairs, step, until = 12, 2.5e-4, 1.0
    values = {
        "plasticity_calcium_decay": 22.6e-3,
        "pre_spike_calcium": 0.56,
        "post_spike_calcium": 1.24,
        "potentiation_threshold": 1.3,
        "depression_threshold": 1.0,
    }
    steps = round(until / step)
    generator = np.random.default_rng(3)
    fires = generator.random((steps, 2 * pairs)) < 20 * step
    fires[-400:] = False  # what is left above threshold at the end has come down
    fires[:2] = False
    trains = b2.TimedArray(fires.astype(float), dt=step * b2.second, name="trains")
    ends, synapses = paired(
        b2, "calcium_plasticity", "trains(t, cell) > 0.5", values, pairs, step, {"trains": trains}
    )
    b2.Network(*ends, synapses).run(until * b2.second)

    fine = 10  # points within a step: spikes fall on steps, calcium decays between them
    decay = np.exp(-step / fine / values["plasticity_calcium_decay"])
    calcium, above = np.zeros(pairs), {"potentiation": 0.0, "depression": 0.0}
    for k in range(steps):
        calcium = calcium + 0.56 * fires[k, :pairs] + 1.24 * fires[k, pairs:]
        for _ in range(fine):
            for name in above:
                above[name] = above[name] + (calcium > values[f"{name}_threshold"]) * step / fine
            calcium = calcium * decay
    for name, expected in above.items():
        got = np.asarray(getattr(synapses, f"time_above_{name}_"))
        assert expected.sum() > 0.1
        assert got.sum() == pytest.approx(expected.sum(), rel=0.02)
        np.testing.assert_allclose(got, expected, atol=0.05 * expected.max())


@pytest.mark.parametrize("lapse", [1.0, 3600.0])
def test_efficacy_moves_to_the_balance_of_potentiation_and_depression(slow_updates, lapse):
    synapse = {
        "potentiation_gain": 725.0,
        "depression_gain": 332.0,
        "efficacy_time": 346.0,
        "plasticity_window": 1e12,
        "time_above_potentiation": 0.010e12,
        "time_above_depression": 0.030e12,
        "efficacy": 0.2,
    }
    after = slow_updates("calcium_plasticity", "synapse", synapse, 5, timelapse=lapse)
    up, down = 725 * 0.010 / 346, 332 * 0.030 / 346
    target = up / (up + down)
    expected = target + (0.2 - target) * np.exp(-(up + down) * 5 * lapse)
    assert after["efficacy"] == pytest.approx(expected)


def test_the_times_are_averaged_over_their_window(slow_updates):
    """With input at a steady rate the stored time is that of one window."""
    synapse = {
        **dict.fromkeys(("potentiation_gain", "depression_gain", "efficacy"), 0.0),
        "efficacy_time": 346.0,
        "plasticity_window": 20.0,
        "time_above_potentiation": 1.0,
        "time_above_depression": 2.0,
    }
    after = slow_updates("calcium_plasticity", "synapse", synapse, 20)
    assert after["time_above_potentiation"] == pytest.approx(np.exp(-1))
    assert after["time_above_depression"] == pytest.approx(2 * np.exp(-1))


def mean_weight_change(b2, rate, lapse=1.0):
    """Return the mean change of inhibitory weights onto cells that fire at a given rate."""
    pairs, step = 3000, 1e-3
    values = {
        "trace_decay": 20e-3,
        "target_rate": 10.0,
        "inhibitory_learning_rate": 1e-4,
        "inhibitory_maximum": 10.0,
    }
    namespace = {
        "rates": b2.TimedArray([[10.0, rate]] * b2.Hz, dt=100 * b2.second),
        "timelapse": b2.TimedArray([lapse], dt=100 * b2.second),
        "pairs": pairs,
    }
    # cells 0 to pairs - 1 are presynaptic, the rest postsynaptic
    threshold = "rand() < rates(t, int(cell >= pairs))*dt"
    ends, synapses = paired(b2, "inhibitory_plasticity", threshold, values, pairs, step, namespace)
    synapses.weight = 1.0
    b2.seed(4)
    b2.Network(*ends, synapses).run(1.0 * b2.second)
    return float(np.mean(synapses.weight_)) - 1


def test_inhibition_grows_onto_cells_that_fire_too_much(numpy_target):
    """Vogels 2011: the expected drift is 2 eta tau r_pre (r_post - r_0), zero at the target."""
    changes = {rate: mean_weight_change(numpy_target, rate) for rate in (2.0, 10.0, 20.0)}
    unit = 2 * 1e-4 * 20e-3 * 10.0
    assert changes[2.0] == pytest.approx(-8 * unit, rel=0.15)
    assert changes[20.0] == pytest.approx(10 * unit, rel=0.15)
    assert abs(changes[10.0]) < 1.5 * unit


def test_each_pairing_stands_for_as_many_as_the_timelapse(numpy_target):
    once, tenfold = (mean_weight_change(numpy_target, 20.0, lapse) for lapse in (1.0, 10.0))
    assert tenfold == pytest.approx(10 * once, rel=0.05)


def test_bdnf_release_is_steep_in_calcium(numpy_target):
    """A tenth more calcium releases nearly half more at a cooperativity of four."""
    b2 = numpy_target
    text = RULES["bdnf"].parts["neuropil"].on_pre
    values = {"release_half": 100.0, "release_cooperativity": 4.0}
    released = {}
    for calcium in (10.0, 11.0, 1000.0):
        ends = [b2.NeuronGroup(1, "dendritic_calcium : 1\nbdnf_released : 1", threshold="t < dt")]
        ends.append(b2.NeuronGroup(1, "bdnf_released : 1"))
        ends[0].dendritic_calcium = calcium
        synapses = b2.Synapses(*ends, on_pre=clean(text), namespace=values)
        synapses.connect()
        b2.Network(*ends, synapses).run(0.2 * b2.ms)
        released[calcium] = float(ends[1].bdnf_released[0])
    assert released[11.0] / released[10.0] == pytest.approx(1.1**4, rel=1e-3)
    assert released[1000.0] == pytest.approx(1, rel=1e-3)
