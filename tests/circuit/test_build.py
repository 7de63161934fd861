"""`synaptoket.build` hands out plain Brian2 objects."""

import re

import numpy as np

import synaptoket
from synaptoket.circuit.initial import initial_state


def test_a_user_can_add_a_monitor_and_run(numpy_target):
    b2 = numpy_target
    circuit = synaptoket.build("prefrontal", neurons=60, seed=2)
    assert isinstance(circuit.groups["pyramidal"], b2.NeuronGroup)
    assert isinstance(circuit.synapses["pyramidal_to_pv"], b2.Synapses)
    assert set(circuit.groups) == {"pyramidal", "pv", "sst", "neuropil"}
    pyramidal = circuit.groups["pyramidal"]
    expected = float(circuit.plan.circuit.populations["pyramidal"].capacitance)
    assert float(pyramidal.capacitance[:]) == expected
    state = initial_state(circuit.plan, seed=2)
    synapses = circuit.synapses["pyramidal_to_pyramidal"]
    np.testing.assert_array_equal(synapses.present, state["pyramidal_to_pyramidal.present"])
    before = np.array(pyramidal.v)
    monitor = b2.StateMonitor(pyramidal, ["v", "g_ampa"], record=[0, 1])
    circuit.network.add(monitor)
    circuit.network.run(20 * b2.ms)
    assert monitor.v.shape == (2, 200)
    assert np.isfinite(np.asarray(monitor.v)).all()
    assert not np.array_equal(before, np.array(pyramidal.v))
    assert (np.asarray(monitor.g_ampa) > 0).any()


def test_no_statement_names_a_subexpression(numpy_target):
    """Brian2 would leave a variable that both name undeclared in Cython, and clip uncompiled."""
    circuit = synaptoket.build("prefrontal", neurons=60)
    found = 0
    for synapses in circuit.synapses.values():
        names = [e.varname for e in synapses.equations.values() if e.type == "subexpression"]
        for pathway in synapses._pathways:
            words = set(re.findall(r"\w+", pathway.code))
            assert words.isdisjoint(names)
            found += len(names)
    assert found > 0
