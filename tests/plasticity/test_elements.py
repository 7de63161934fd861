"""Synaptic elements: growth curves, and the matching of vacant ones, one by one and at large."""

import numpy as np
import pytest

from synaptoket import UserError
from synaptoket.circuit.circuit_file import read_circuit
from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.plan import plan
from synaptoket.engine import Engine

CELLS, NAME = 120, "cells_to_cells"
AXONAL, DENDRITIC = "cells.axonal_excitatory", "cells.dendritic_excitatory"


def grown(slow_updates, curve, calcium, **constants):
    """Return the growth of ten elements in a slow step, as a share of the growth rate."""
    values = {
        "firing_calcium": np.asarray(calcium, float),
        "growth_rate": 1e-3,
        "vacant_decay": 0.0,
        "elements": 10.0,
        **{f"elements_{name}": 0.0 for name in
           ("bound", "vacant", "excess", "unseen", "reach", "offers")},
        **constants,
    }  # fmt: skip
    after = slow_updates(f"{curve}_growth", "neuron", values, timelapse=1.0, copies=len(calcium))
    return (after["elements"] - 10) / 1e-4


def test_a_gaussian_curve_is_zero_at_both_its_ends_and_one_half_way(slow_updates):
    for eta, epsilon in ((0.0, 0.05), (0.1, 0.7)):
        calcium = [eta, epsilon, (eta + epsilon) / 2, eta - 0.02, epsilon + 0.02]
        rate = grown(slow_updates, "gaussian", calcium, eta=eta, epsilon=epsilon)
        np.testing.assert_allclose(rate[:3], [0, 0, 1], atol=1e-6)
        assert (rate[3:] < 0).all()


def test_linear_and_logistic_curves_are_zero_at_the_set_point_alone(slow_updates):
    calcium = [0.0, 0.1, 0.2, 0.4]
    rate = grown(slow_updates, "linear", calcium, epsilon=0.2)
    np.testing.assert_allclose(rate, [1, 0.5, 0, -1], atol=1e-6)
    rate = grown(slow_updates, "logistic", calcium, epsilon=0.2, psi=0.05)
    expected = 2 / (1 + np.exp((np.array(calcium) - 0.2) / 0.05)) - 1
    np.testing.assert_allclose(rate, expected, atol=1e-6)
    assert rate[2] == pytest.approx(0, abs=1e-6)


def test_vacant_elements_retract_and_bound_ones_do_not(slow_updates):
    values = {"vacant_decay": 1e-3, "elements_bound": 4.0, "elements_vacant": 6.0}
    one = grown(slow_updates, "linear", [0.2], epsilon=0.2, **values)
    assert one == pytest.approx(-6 * (1 - np.exp(-1e-4)) / 1e-4, rel=1e-3)
    values = {"vacant_decay": 1e-3, "elements_bound": 12.0, "elements_vacant": 0.0}
    assert grown(slow_updates, "linear", [0.2], epsilon=0.2, **values) == pytest.approx(0)


def circuit(filling=0.0, contacts_of_a_pair=1):
    """Return cells that hardly fire, and whose elements stay as a test sets them."""
    element = {"curve": "linear", "growth_rate": "0 Hz", "epsilon": 1}
    tree = {
        "name": "elements",
        "neurons": CELLS,
        "receptors": {"current_decay": "2 ms", "delay": "1 ms"},
        "populations": {
            "cells": {
                "membrane": "current",
                "excitatory": True,
                "fraction": 1,
                "capacitance": "250 pF",
                "leak_conductance": "25 nS",
                "leak_potential": "-70 mV",
                "threshold": "-50 mV",
                "reset_potential": "-70 mV",
                "refractory_period": "2 ms",
                "rules": {
                    "firing_calcium": {
                        "firing_calcium_decay": "10 s",
                        "firing_calcium_increment": 1,
                    }
                },
                "elements": {
                    "axonal_excitatory": element,
                    "dendritic_excitatory": element,
                },
            }
        },
        "projections": {
            NAME: {
                "source": "cells",
                "target": "cells",
                "in_degree": CELLS - 1,
                "current_weight": "0 pA",
                "structure": {"filling_fraction": filling, "contacts": contacts_of_a_pair},
                "formation": {"rule": "vacant_elements"},
                "elimination": {"rule": "excess_elements"},
            }
        },
    }
    return plan(read_circuit(tree, "elements.toml"))


@pytest.fixture(scope="module")
def made(needs_compiler):
    return circuit()


@pytest.fixture
def play(made):
    """Return a function that sets the elements of all cells and plays one structural step."""
    workers = []

    def set_and_play(axonal, dendritic, state=None, segments=1, seed=1):
        worker = Engine(made, "standalone").worker(1)
        workers.append(worker)
        worker.load(state or initial_state(made, 1))
        worker.load({AXONAL: np.asarray(axonal, float), DENDRITIC: np.asarray(dendritic, float)})
        drives = {"timelapse": np.ones(20)}
        for segment in range(segments):
            worker.advance(drives, 1000 * seed + segment)
        return worker.state()

    yield set_and_play
    for worker in workers:
        worker.close()


def degrees(made, state):
    pre, post = contacts(made.circuit, 1)[NAME]
    present = state[f"{NAME}.present"]
    return (np.bincount(end, present, CELLS) for end in (pre, post))


def test_every_element_finds_a_partner_and_none_finds_two(made, play):
    generator = np.random.default_rng(5)
    axonal, dendritic = (generator.poisson(4, CELLS) + 0.5 for _ in range(2))
    state = play(axonal, dendritic, segments=25)
    out, into = degrees(made, state)
    assert (out <= np.floor(axonal)).all()
    assert (into <= np.floor(dendritic)).all()
    fewer = min(np.floor(axonal).sum(), np.floor(dendritic).sum())
    assert out.sum() > 0.99 * fewer
    # more than a cell has elements for would have been broken again
    assert state[f"{NAME}.births"].sum(dtype=int) == out.sum()
    np.testing.assert_array_equal(state[f"{AXONAL}_bound"], out)
    np.testing.assert_array_equal(state[f"{DENDRITIC}_bound"], into)


@pytest.mark.parametrize("axons, least", [(3.5, 0.75), (1.5, 0.5)])
def test_no_place_in_the_list_is_better(made, play, axons, least):
    """Axons that are three times as many as dendrites, and as many: any of them is matched."""
    found = np.zeros((2, CELLS))
    for seed in range(60):
        state = play(np.full(CELLS, axons), np.full(CELLS, 1.5), seed=seed)
        found += [*degrees(made, state)]
    # two updates a segment
    assert least < found[0].sum() / 60 / CELLS <= 1
    for end in found:
        first, last = end[: CELLS // 2].sum(), end[CELLS // 2 :].sum()
        assert abs(first - last) < 4 * np.sqrt(first + last)


def test_an_excess_breaks_as_many_synapses_at_random(made, play):
    state = play(np.full(CELLS, 20.5), np.full(CELLS, 20.5), segments=25)
    before = state[f"{NAME}.present"].copy()
    out, into = degrees(made, state)
    assert out.min() > 15
    axonal = np.full(CELLS, 20.5)
    axonal[:30] = 5.5
    state = play(axonal, np.full(CELLS, 20.5), state=state, segments=1)
    # what is broken may be formed again among the others
    out, _ = degrees(made, state)
    np.testing.assert_array_equal(out[:30], 5)
    pre, post = contacts(made.circuit, 1)[NAME]
    lost = (pre < 30) & (before == 1) & (state[f"{NAME}.present"] == 0)
    low, high = (lost & (post < CELLS // 2)).sum(), (lost & (post >= CELLS // 2)).sum()
    assert abs(low - high) < 4 * np.sqrt(low + high)


def test_without_vacant_elements_nothing_forms(made, play):
    """Knock-out of one side: dendrites without elements meet axons with many."""
    state = play(np.full(CELLS, 9.5), np.zeros(CELLS), segments=3)
    assert not state[f"{NAME}.births"].any()
    assert not state[f"{NAME}.present"].any()


def test_a_cell_that_no_growth_curve_serves_is_named(made):
    cells = made.circuit.populations["cells"].model_copy(update={"elements": {}})
    bare = made.circuit.model_copy(update={"populations": {"cells": cells}})
    with pytest.raises(UserError, match="populations.<name>.elements.axonal_excitatory"):
        plan(bare)
