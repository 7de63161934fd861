"""short_term_plasticity against the recursion of Tsodyks, Pawelzik & Markram 1998."""

import numpy as np
import pytest

from synaptoket.studies.rule_curves import short_term_plasticity as curve

KINDS = list(curve.KINDS)


@pytest.fixture(scope="module")
def responses():
    return curve.measure()


@pytest.mark.parametrize("kind", KINDS)
def test_a_train_follows_the_recursion(responses, kind):
    expected = curve.closed_form(kind, responses.spikes)
    np.testing.assert_allclose(responses.train[kind], expected, rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_long_trains_come_to_the_steady_state(responses, kind):
    expected = curve.steady_state(kind, responses.rate)
    np.testing.assert_allclose(responses.steady[kind], expected, rtol=5e-3)


def test_one_depresses_and_recovers_and_the_other_facilitates(responses):
    depressing, facilitating = (responses.train[kind] for kind in KINDS)
    assert (np.diff(depressing[:-1]) < 0).all()
    assert depressing[-1] > 4 * depressing[-2]
    assert (np.diff(facilitating[:-1]) > 0).all()
    assert facilitating[-1] < facilitating[-2]


def test_what_a_depressing_synapse_transmits_in_a_second_saturates(responses):
    """Tsodyks & Markram 1997: at high rates the response falls as 1/r, towards 1/tau_r."""
    a_second = responses.rate * responses.steady["depressing"]
    assert a_second[-1] == pytest.approx(1 / 0.8, rel=0.06)
    assert a_second[-1] / a_second[-2] < 1.06
    assert a_second[1] / a_second[0] > 1.6


def test_without_the_rule_every_spike_finds_the_synapse_rested():
    trains = [np.array([0.05, 0.1, 0.12])] * 5
    off = curve.opened("depressing", trains, enabled=False)
    np.testing.assert_allclose(off, 0.5, rtol=1e-6)


def test_it_works_on_synapses_of_inhibitory_cells(responses):
    np.testing.assert_allclose(responses.inhibitory, responses.train["depressing"], rtol=1e-6)
