"""Contacts at the start are what a population in balance consists of."""

import numpy as np
import pytest

from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.plasticity.spine_ages import OLDEST, survivors
from synaptoket.studies.rule_curves.spine_stages import ClosedForm

DAY = 86400.0
MANY = 200_000

CONSTANTS = {
    "maturation_rate": 0.4 / DAY,
    "filopodium_loss": 7 / DAY,
    "elimination_rate": 0.001 / DAY,
    "young_elimination": 0.3 / DAY,
    "durable_time": 5 * DAY,
}


def drawn(**changed):
    values = survivors(CONSTANTS | changed, np.random.default_rng(1), MANY)
    return values["mature"] == 1, values["age"] / DAY


def test_stages_are_as_frequent_as_they_last():
    """A filopodium is there for 1/7.4 of a day; one in 18.5 becomes a spine, for `life` days."""
    mature, age = drawn()
    survived = lambda a: np.exp(-0.001 * a - 1.5 * (1 - np.exp(-a / 5)))  # noqa: E731
    fine = np.linspace(0, 20_000, 2_000_001)
    life = np.trapezoid(survived(fine), fine)
    filopodia = 1 / (1 + 0.4 * life)
    assert (~mature).mean() == pytest.approx(filopodia, rel=0.1)
    assert age[~mature].mean() == pytest.approx(1 / 7.4, rel=0.1)
    for days in (5, 100, 700):
        older = np.trapezoid(survived(fine[fine >= days]), fine[fine >= days]) / life
        assert (age[mature] > days).mean() == pytest.approx(older, abs=0.005)


def test_a_drawn_population_loses_what_the_closed_form_says():
    """Of the spines of the circuit in use, in two weeks and in 18 months."""
    rules = load_circuit("prefrontal").rules
    constants = {name: float(value) for name, value in rules["spine_stages"].constants.items()}
    values = survivors(constants, np.random.default_rng(2), MANY)
    age = values["age"][values["mature"] == 1] / DAY
    expected = ClosedForm()
    for days in (14.0, 548.0):
        left = expected.survival(age + days) / expected.survival(age)
        assert left.mean() == pytest.approx(float(expected.steady(np.array(days))), abs=0.004)


def test_without_losses_of_old_spines_ages_have_an_end():
    mature, age = drawn(elimination_rate=0.0, young_elimination=0.0)
    assert mature.mean() > 0.9999
    assert age.max() <= OLDEST / DAY
    assert np.median(age) == pytest.approx(OLDEST / DAY / 2, rel=0.02)
