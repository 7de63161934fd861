"""Membranes, each against what it says of itself."""

from math import e, exp

import numpy as np
import pytest

import synaptoket
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.membranes import MEMBRANES, membrane_of
from synaptoket.circuit.plan import plan

SHAPES = ("current", "current_exponential")
WEIGHT, CAPACITANCE = 100e-12, 250e-12


def cell(membrane, **changed):
    """Return a population of neurons with a membrane time constant of 10 ms."""
    return {
        "membrane": membrane,
        "fraction": 0.5,
        "capacitance": "250 pF",
        "leak_conductance": "25 nS",
        "leak_potential": "-70 mV",
        "threshold": "-50 mV",
        "reset_potential": "-65 mV",
        "refractory_period": "2 ms",
    } | changed


def pair(membrane, decay="2 ms", **changed):
    """Return a circuit in which cells of one population inject currents into another's."""
    return {
        "neurons": 20,
        "receptors": {"delay": "1 ms", "current_decay": decay},
        "populations": {
            "source": cell(membrane, excitatory=True),
            "target": cell(membrane, **changed),
        },
        "projections": {
            "source_to_target": {
                "source": "source",
                "target": "target",
                "in_degree": 1,
                "current_weight": "100 pA",
            }
        },
        "numerics": {"precision": "double"},
    }


def response(shape, times, membrane, decay):
    """Return the depolarisation by one input of weight 100 pA in closed form (V).

    The convolution of the current with exp(-t/tau_m)/C.
    """
    k = 1 / decay - 1 / membrane
    if shape == "current":
        kernel = e / decay * (times**2 / 2 if k == 0 else
                              (1 - np.exp(-k * times) * (1 + k * times)) / k**2)  # fmt: skip
    else:
        kernel = times if k == 0 else (1 - np.exp(-k * times)) / k
    return WEIGHT / CAPACITANCE * np.exp(-times / membrane) * kernel


@pytest.mark.parametrize("decay", [0.5e-3, 2e-3, 10e-3])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_spike_moves_the_potential_as_in_closed_form(shape, decay, toml_file, numpy_target):
    """To 1e-9 of the peak, at steps of 0.1 ms: between inputs the solution is exact."""
    b2 = numpy_target
    circuit = synaptoket.build(toml_file(pair(shape, f"{decay * 1e3} ms")))
    source, target = circuit.groups["source"], circuit.groups["target"]
    source.v_ = -70e-3
    source.v_[0] = -40e-3
    target.v_ = -70e-3
    monitor = b2.StateMonitor(target, "v", record=True)
    circuit.network.add(monitor)
    circuit.network.run(40 * b2.ms)
    hit = np.asarray(circuit.synapses["source_to_target"].j)[
        np.asarray(circuit.synapses["source_to_target"].i) == 0
    ]
    moved = np.asarray(monitor.v_) + 70e-3
    assert np.abs(np.delete(moved, hit, axis=0)).max() < 1e-15
    # the spike is found at 0 ms and arrives 1 ms later, after the potential of that step
    times = np.asarray(monitor.t_) - 1.1e-3
    expected = np.where(times > 0, response(shape, np.maximum(times, 0), 10e-3, decay), 0)
    for trace in moved[hit]:
        assert np.abs(trace - expected).max() < 1e-9 * expected.max()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_refractory_cell_stays_at_its_reset_potential_for_its_period(
    shape, toml_file, numpy_target
):
    b2 = numpy_target
    circuit = synaptoket.build(toml_file(pair(shape)))
    source = circuit.groups["source"]
    source.v_ = -40e-3
    source.synaptic_current_ = 5e-9
    monitor = b2.StateMonitor(source, "v", record=[0])
    circuit.network.add(monitor)
    circuit.network.run(3 * b2.ms)
    v = np.asarray(monitor.v_)[0]
    # the spike is found in the step of v[0]; the potential is held in the 20 steps after it
    assert (v[1:22] == -65e-3).all()
    assert v[22] > -65e-3


@pytest.mark.parametrize("shape", SHAPES)
def test_background_has_the_mean_and_variance_of_shot_noise(shape, toml_file, numpy_target):
    """Campbell's theorem: rate times the integrals of the response and of its square.

    10 inputs arrive together every 1 ms; over the steps in between, that is the same.
    """
    b2 = numpy_target
    given = {"background_rate": "10 kHz", "background_weight": "100 pA", "threshold": "1 V"}
    tree = pair(shape, **given) | {"neurons": 2000}
    circuit = synaptoket.build(toml_file(tree), seed=3)
    b2.seed(3)
    circuit.network.run(100 * b2.ms)
    monitor = b2.StateMonitor(circuit.groups["target"], "v", record=True)
    circuit.network.add(monitor)
    circuit.network.run(300 * b2.ms)
    v = np.asarray(monitor.v_)
    times = np.arange(0, 0.2, 1e-5)
    kernel = response(shape, times, 10e-3, 2e-3)
    mean = 1e4 * kernel.sum() * 1e-5
    variance = 1e4 * (kernel**2).sum() * 1e-5
    charge = e if shape == "current" else 1
    assert mean == pytest.approx(1e4 * WEIGHT * charge * 2e-3 / 25e-9, rel=1e-3)
    assert v.mean() + 70e-3 == pytest.approx(mean, rel=2e-3)
    assert v.var() == pytest.approx(variance, rel=0.02)


def test_every_membrane_has_what_the_engine_reads():
    for name, membrane in MEMBRANES.items():
        assert membrane.name == name
        assert {"v", "refractory_left", "spike_count"} <= set(membrane.variables)
        assert {f"{kind}_weight" for kind in membrane.delivery} <= set(
            membrane.projection.model_fields
        )
        assert "background_weight" in membrane.population.model_fields


def test_membranes_can_be_mixed(toml_file):
    tree = pair("current")
    tree["populations"]["target"] = cell("conductance")
    tree["projections"]["source_to_target"] = {
        "source": "source", "target": "target", "in_degree": 1, "nmda_weight": "1 nS",
    }  # fmt: skip
    tree["receptors"] |= {
        "nmda_decay": "100 ms", "nmda_rise": "2 ms", "nmda_opening": "500 Hz",
        "excitatory_reversal": "0 mV",
    }  # fmt: skip
    circuit = load_circuit(toml_file(tree))
    made = plan(circuit)
    assert membrane_of(circuit.populations["target"]) is MEMBRANES["conductance"]
    assert "nmda_gate" in made.populations["source"].variables
    assert "nmda_gate" not in made.populations["target"].variables
    decay = exp(-500 * 2e-3)
    assert made.populations["source"].constants["gate_memory"][1] == pytest.approx(decay)


def test_candidates_among_all_cells_keep_their_weight_in_a_small_circuit(toml_file):
    tree = pair("current")
    del tree["projections"]["source_to_target"]["in_degree"]
    tree["projections"]["source_to_target"]["candidates"] = {"rule": "all"}
    for neurons in (20, 40):
        made = plan(load_circuit(toml_file(tree), neurons=neurons)).projections["source_to_target"]
        assert made.size == (neurons // 2) ** 2
        assert made.constants["current_weight"][1] == pytest.approx(WEIGHT)
