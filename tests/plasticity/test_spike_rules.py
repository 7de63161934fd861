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
    declared += [f"{name} : {v.unit}" for name, v in neuron.variables.items()
                 if name not in in_neuron]  # fmt: skip
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


def mean_weight_change(b2, rate, lapse=1.0, set_points=(10.0,)):
    """Return the mean change of inhibitory weights onto cells that fire at a given rate.

    Cells have these set points in turn; with several, return a change for each.
    """
    pairs, step = 3000, 1e-3
    values = {
        "trace_decay": 20e-3,
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
    ends[1].rate_set_point = np.resize(set_points, pairs) * b2.Hz
    b2.seed(4)
    b2.Network(*ends, synapses).run(1.0 * b2.second)
    changes = np.array(synapses.weight_).reshape(-1, len(set_points)).mean(axis=0) - 1
    return changes if len(changes) > 1 else float(changes[0])


def test_inhibition_grows_onto_cells_that_fire_too_much(numpy_target):
    """Vogels 2011: the expected drift is 2 eta tau r_pre (r_post - r_0), zero at the target."""
    changes = {rate: mean_weight_change(numpy_target, rate) for rate in (2.0, 10.0, 20.0)}
    unit = 2 * 1e-4 * 20e-3 * 10.0
    assert changes[2.0] == pytest.approx(-8 * unit, rel=0.15)
    assert changes[20.0] == pytest.approx(10 * unit, rel=0.15)
    assert abs(changes[10.0]) < 1.5 * unit


def test_each_cell_is_held_at_its_own_set_point(numpy_target):
    """All fire at 10 Hz: inhibition grows onto those that are to fire less, and on them alone."""
    lower, same, higher = mean_weight_change(numpy_target, 10.0, set_points=(4.0, 10.0, 16.0))
    unit = 2 * 1e-4 * 20e-3 * 10.0
    assert lower == pytest.approx(6 * unit, rel=0.25)
    assert higher == pytest.approx(-6 * unit, rel=0.25)
    assert abs(same) < 1.5 * unit


def test_each_pairing_stands_for_as_many_as_the_timelapse(numpy_target):
    once, tenfold = (mean_weight_change(numpy_target, 20.0, lapse) for lapse in (1.0, 10.0))
    assert tenfold == pytest.approx(10 * once, rel=0.05)


def released(b2, calcium, spikes=1):
    """Return what a cell notes of its own release, and what reaches the neuropil, at spikes."""
    bdnf = RULES["bdnf"].parts
    values = {"release_half": 20.0, "release_width": 2.0}
    model = f"{clean(bdnf['neuron'].equations)}\nown_release : 1"
    cells = b2.NeuronGroup(
        len(calcium), model, threshold=f"t < {spikes}*dt", reset=clean(bdnf["neuron"].at_spike),
        namespace=values | {"calcium_decay": 1e6 * b2.second}, method="exact",
    )  # fmt: skip
    neuropil = b2.NeuronGroup(len(calcium), "bdnf_released : 1")
    cells.dendritic_calcium = calcium
    text = clean(bdnf["neuropil"].on_pre)
    synapses = b2.Synapses(cells, neuropil, on_pre=text, namespace=values)
    synapses.connect(j="i")
    b2.Network(cells, neuropil, synapses).run(0.5 * b2.ms)
    return np.array(cells.own_release[:]), np.array(neuropil.bdnf_released[:])


def test_bdnf_release_is_a_boltzmann_function_of_calcium(numpy_target):
    """Half at its half, e-fold within its width far below, and never more than one."""
    calcium = np.array([0.0, 2.0, 20.0, 1000.0])
    own, _ = released(numpy_target, calcium)
    assert own == pytest.approx(1 / (1 + np.exp((20 - calcium) / 2)))
    assert own[1] / own[0] == pytest.approx(np.e, rel=1e-3)
    assert own[2] == pytest.approx(0.5)
    assert own[3] == pytest.approx(1)


def test_the_neuropil_gets_what_each_cell_releases_at_this_spike(numpy_target):
    """The first spike as well as the last: nothing is left from a spike before."""
    calcium = np.array([10.0, 20.0, 30.0])
    for spikes in (1, 3):
        own, shared = released(numpy_target, calcium, spikes)
        assert shared == pytest.approx(own)
        assert own == pytest.approx(spikes / (1 + np.exp((20 - calcium) / 2)))


def test_no_spike_releases_nothing(numpy_target):
    own, shared = released(numpy_target, np.array([1000.0]), spikes=0)
    assert own == shared == 0
