"""Potentials that jump, and a stimulus that raises the background of some cells."""

import numpy as np
import pytest

import synaptoket
from synaptoket import UserError
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.plan import plan
from synaptoket.experiment.phase import Phase
from synaptoket.experiment.protocol import Arm, Experiment
from synaptoket.experiment.schedule import schedule


def cells(**changed):
    return {
        "membrane": "delta",
        "fraction": 0.5,
        "excitatory": True,
        "capacitance": "250 pF",
        "leak_conductance": "12.5 nS",
        "leak_potential": "0 mV",
        "threshold": "20 mV",
        "reset_potential": "10 mV",
        "refractory_period": "2 ms",
    } | changed


def tree(**changed):
    return {
        "neurons": 20,
        "receptors": {"delay": "1 ms"},
        "populations": {"source": cells(), "target": cells(**changed)},
        "projections": {
            "source_to_target": {
                "source": "source",
                "target": "target",
                "in_degree": 1,
                "jump_weight": "3 mV",
            }
        },
        "numerics": {"precision": "double"},
    }


def test_a_spike_makes_the_potential_jump_unless_the_cell_is_refractory(toml_file, numpy_target):
    b2 = numpy_target
    circuit = synaptoket.build(toml_file(tree()))
    source, target = circuit.groups["source"], circuit.groups["target"]
    projection = circuit.synapses["source_to_target"]
    hit = np.asarray(projection.j)[np.asarray(projection.i) == np.asarray(projection.i)[0]]
    source.v_, target.v_ = 0.0, 0.0
    source.v_[int(projection.i[0])] = 25e-3
    if len(hit) > 1:
        target.v_[hit[1]] = 25e-3  # fires with it: refractory when the spike arrives
    monitor = b2.StateMonitor(target, "v", record=True)
    circuit.network.add(monitor)
    circuit.network.run(1.7 * b2.ms)
    v = np.asarray(monitor.v_)
    assert v[hit[0], -1] == pytest.approx(3e-3, rel=0.03)
    others = np.setdiff1d(np.arange(len(v)), hit)
    assert np.abs(v[others]).max() < 1e-12
    if len(hit) > 1:
        assert v[hit[1], -1] == pytest.approx(10e-3)


def test_what_arrives_while_refractory_is_lost(toml_file, numpy_target):
    b2 = numpy_target
    circuit = synaptoket.build(toml_file(tree()))
    for group in (circuit.groups["source"], circuit.groups["target"]):
        group.v_ = 25e-3  # all fire at once, and every spike meets a refractory cell
    monitor = b2.StateMonitor(circuit.groups["target"], "v", record=True)
    circuit.network.add(monitor)
    circuit.network.run(2 * b2.ms)
    np.testing.assert_allclose(np.asarray(monitor.v_)[:, 2:], 10e-3)


def test_a_stimulus_raises_the_background_of_those_that_have_a_gain(toml_file):
    driven = {"background_rate": "1 kHz", "background_weight": "0.1 mV"}
    made = plan(load_circuit(toml_file(tree(**driven, stimulus_gain=0.5))))
    assert "background_rate*(1 + stimulus_gain*stimulus(t))" in made.populations["target"].input
    assert "stimulus" in made.drives()
    without = plan(load_circuit(toml_file(tree(**driven))))
    assert "stimulus" not in without.populations["target"].input
    assert "stimulus" not in without.drives()


def test_too_strong_a_stimulus_is_refused(toml_file):
    driven = {"background_rate": "15 kHz", "background_weight": "0.1 mV", "stimulus_gain": 1}
    with pytest.raises(UserError, match=r"populations.target.background_rate = 15 kHz"):
        plan(load_circuit(toml_file(tree(**driven))))


def test_the_stimulus_of_a_phase_reaches_the_arms_that_are_stimulated():
    phases = (Phase("one", "4 s", "1 s/s"), Phase("two", "4 s", "1 s/s", stimulus=0.7))
    experiment = Experiment(phases, {"control": Arm(), "stimulated": Arm(stimulated=True)})
    experiment.check()
    control, stimulated = (
        schedule(experiment, arm, {}).drives["stimulus"] for arm in experiment.arms.values()
    )
    assert not control.any()
    np.testing.assert_array_equal(stimulated[:, 0], [0, 0, 0.7, 0.7])
    with pytest.raises(UserError, match="phase two: stimulus = 1.5: expected 0 to 1"):
        Phase("two", "4 s", "1 s/s", stimulus=1.5).check()
