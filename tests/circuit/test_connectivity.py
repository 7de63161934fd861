"""Who may contact whom."""

import numpy as np
import pytest

from synaptoket.circuit.candidates import Candidates, Place
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.connectivity import by_source, contacts


@pytest.fixture
def drawn(small_plan):
    return contacts(small_plan.circuit, seed=1)


def test_every_neuron_has_the_same_number_of_distinct_partners(small_plan, drawn):
    circuit = small_plan.circuit
    for name, (pre, post) in drawn.items():
        projection = circuit.projections[name]
        sources, targets = circuit.sizes[projection.source], circuit.sizes[projection.target]
        within = projection.source == projection.target
        degree = min(int(projection.in_degree), sources - within)
        assert (np.bincount(post, minlength=targets) == degree).all()
        assert len(np.unique(pre.astype(np.int64) * targets + post)) == len(pre)
        assert pre.min() >= 0
        assert pre.max() < sources


def test_no_neuron_contacts_itself(small_plan, drawn):
    for name, (pre, post) in drawn.items():
        projection = small_plan.circuit.projections[name]
        if projection.source == projection.target:
            assert (pre != post).all()


def test_the_seed_alone_decides_the_network(small_plan):
    once, again, other = (contacts(small_plan.circuit, seed) for seed in (3, 3, 4))
    for name in once:
        np.testing.assert_array_equal(once[name], again[name])
        assert not np.array_equal(once[name][0], other[name][0])


def test_two_projections_of_the_same_shape_are_drawn_apart(circuit_file):
    def alike(tree):
        tree["populations"]["sst"]["fraction"] = tree["populations"]["pv"]["fraction"]

    drawn = contacts(load_circuit(circuit_file(alike), neurons=400), 1)
    first, second = (drawn[f"{name}_to_pyramidal"][0] for name in ("pv", "sst"))
    assert len(first) == len(second)
    assert not np.array_equal(first, second)


def test_partners_are_drawn_evenly():
    chosen = Candidates().draw(Place(100, 2000, False, 10), np.random.default_rng(5))
    counts = np.bincount(by_source(chosen)[0], minlength=100)
    # 20,000 draws among 100: a spread like that of chance, 14 around 200, and no favourite
    assert counts.mean() == 200
    assert 9 < counts.std() < 20
