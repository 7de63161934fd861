"""inhibitory_plasticity against Vogels 2011: the rate is held, and channels are balanced."""

import numpy as np
import pytest

from synaptoket.studies.rule_curves import inhibitory_plasticity as curve


@pytest.fixture(scope="module")
def balance():
    return curve.measure()


def test_the_rate_comes_to_its_target_from_above_and_below(balance):
    assert balance.rate["missing"][0] > 2 * curve.TARGET
    assert balance.rate["strong"][0] < 0.2 * curve.TARGET
    for rate in balance.rate.values():
        assert rate[-4:].mean() == pytest.approx(curve.TARGET, rel=0.3)


def test_inhibition_becomes_tuned_as_excitation_is(balance):
    assert balance.correlation() > 0.85
    near, far = (balance.inhibition[balance.distance == d].mean() for d in (0, 4))
    excitation = [balance.excitation[balance.distance == d].mean() for d in (0, 4)]
    assert near / far == pytest.approx(excitation[0] / excitation[1], rel=0.35)


def test_without_the_rule_inhibition_stays_as_it_was():
    untouched = curve.measure(enabled=False, seconds=2.0)
    np.testing.assert_array_equal(untouched.inhibition, untouched.initial)
