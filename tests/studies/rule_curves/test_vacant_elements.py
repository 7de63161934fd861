"""Wiring by homeostasis alone, against Gallinaro & Rotter 2018."""

import numpy as np
import pytest

from synaptoket.analysis.statistics import interval
from synaptoket.studies.rule_curves import vacant_elements

pytestmark = pytest.mark.usefixtures("needs_compiler")


@pytest.fixture(scope="module")
def wiring():
    return vacant_elements.measure(seeds=3)


def at(wiring, values, seconds):
    return values[..., int(np.argmin(abs(wiring.time - seconds)))]


def test_cells_that_were_stimulated_together_are_wired_together(wiring):
    """More than threefold, in an interval over seeds; with others they have fewer synapses."""
    gain = interval(wiring.gain())
    assert gain.low > 3
    within, across = wiring.density[:, 1, 0, -1], wiring.density[:, 1, 1, -1]
    assert (within > 3 * across).all()


def test_before_and_without_the_stimulus_all_are_wired_alike(wiring):
    before = at(wiring, wiring.density, vacant_elements.GROWTH)
    for densities in (*before[:, 0], *before[:, 1], *wiring.density[:, 0, :, -1]):
        assert densities == pytest.approx(0.1, abs=0.02)


def test_the_stimulus_costs_synapses_and_its_end_brings_them_back(wiring):
    during = at(wiring, wiring.density, vacant_elements.GROWTH + vacant_elements.STIMULATION)
    assert (during[:, 1, :2] < 0.5 * during[:, 0, :2]).all()
    assert (during[:, 1, 2] > 0.9 * during[:, 0, 2]).all()


def test_cells_return_to_their_target_rate(wiring):
    target = 40.2
    rate = wiring.rate[:, 1, 0]
    stimulated = at(wiring, rate, vacant_elements.GROWTH + 2)
    released = at(wiring, rate, vacant_elements.GROWTH + vacant_elements.STIMULATION + 2)
    assert (stimulated > 1.1 * target).all()
    assert (released < 0.9 * target).all()
    assert rate[:, -5:].mean() == pytest.approx(target, rel=0.02)
