"""Sizes are bounded, and the bound is said, before any memory is asked for."""

import tracemalloc

import pytest

from synaptoket.circuit import size
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.plan import plan
from synaptoket.circuit.size import potential_synapses
from synaptoket.parameters.errors import UserError


def test_the_number_of_potential_synapses_is_that_of_the_plan():
    circuit = load_circuit("prefrontal", neurons=100)
    groups = plan(circuit).projections.values()
    assert potential_synapses(circuit) == sum(group.size for group in groups)


def test_a_circuit_larger_than_the_machine_is_refused_at_once(monkeypatch):
    monkeypatch.setattr(size, "physical_memory", lambda: 8.0 * 2**30)
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match=r"neurons = 1000000.*8 GiB: expected at most 66 mill"):
            load_circuit("prefrontal", neurons=1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


def test_pairs_of_all_with_all_count(monkeypatch):
    monkeypatch.setattr(size, "physical_memory", lambda: 1e15)
    with pytest.raises(UserError, match="expected at most 2,147 million"):
        load_circuit("homeostatic_growth", neurons=100_000)


@pytest.mark.parametrize("neurons", [9, 1_000_001, 1e30, True, "400 cells", 400.5])
def test_what_is_no_number_of_neurons_is_refused(neurons):
    with pytest.raises(UserError, match="neurons"):
        load_circuit("prefrontal", {("neurons",): neurons})


def test_an_in_degree_is_not_rounded():
    key = ("projections", "pv_to_pv", "in_degree")
    with pytest.raises(UserError, match=r"in_degree = 20.7: expected a whole number"):
        load_circuit("prefrontal", {key: 20.7})
