"""Single cells in a dish have the membrane of the circuit: change it, and the dish changes."""

import numpy as np
import pytest

from synaptoket.circuit import load_circuit
from synaptoket.circuit.membranes import MEMBRANES
from synaptoket.parameters.errors import UserError
from synaptoket.studies.findings import dish

BATH = {"drug": "ketamine", "concentration": "50 uM", "ambient": "25 nM"}


@pytest.fixture
def recorded():
    """Return a function that records pyramidal cells of the circuit as it is now."""

    def record():
        cells = dish.Dish(load_circuit("prefrontal", {}, 400)).cells("pyramidal", **BATH)
        assert np.isfinite(cells.traces).all()
        return cells

    return record


def test_the_dish_integrates_the_equations_of_the_membrane(recorded, monkeypatch):
    usual, membrane = recorded(), MEMBRANES["conductance"]
    assert np.array_equal(recorded().traces, usual.traces)
    leak = "leak_conductance*(leak_potential - v)"
    assert leak in membrane.equations
    leaky = membrane.equations.replace(leak, f"2*{leak}")
    monkeypatch.setattr(type(membrane), "equations", leaky)
    # with twice the leak, an input moves the potential less
    assert (recorded().epsp < 0.8 * usual.epsp).all()


def test_a_spike_in_the_dish_does_what_the_membrane_says(recorded, monkeypatch):
    usual, membrane = recorded(), MEMBRANES["conductance"]
    after_spike = "g_potassium += potassium_increment\n"
    assert after_spike in membrane.reset
    monkeypatch.setattr(type(membrane), "reset", membrane.reset.replace(after_spike, ""))
    # without the potassium conductance that a spike opens, cells fire faster
    assert recorded().rates.mean() > 1.2 * usual.rates.mean()
    assert np.array_equal(recorded().epsp, usual.epsp)  # below threshold nothing has changed


@pytest.mark.parametrize("share", [0.6, 0.0])
def test_an_allosteric_drug_takes_the_current_of_glun2b_alone(share):
    changed = {("populations", "pyramidal", "glun2b_of_ab"): share}
    bath = {"drug": "ro25_6981", "concentration": "10 uM", "ambient": "25 nM"}
    cells = dish.Dish(load_circuit("prefrontal", changed, 400)).cells("pyramidal", **bath)
    without, treated = cells.epsp
    if share:
        assert 0.4 < 1 - treated / without < 0.6  # 0.98 * 0.6 * 0.9 of the conductance
    else:
        assert treated == without


def test_a_drug_without_nmda_receptors_is_refused_in_a_dish():
    prefrontal = dish.Dish(load_circuit("prefrontal", {}, 400))
    with pytest.raises(UserError, match="nbqx: does not block the NMDA receptor"):
        prefrontal.cells("pyramidal", **BATH | {"drug": "nbqx"})
