"""Growth curves against the paper's, and the network that grows by them."""

import numpy as np
import pytest

from synaptoket.studies.rule_curves import gaussian_growth

pytestmark = pytest.mark.usefixtures("needs_compiler")


@pytest.fixture(scope="module")
def growth():
    return gaussian_growth.measure(seconds=420)


def test_elements_grow_as_the_curves_say(growth):
    for curve, measured in growth.growth.items():
        expected = gaussian_growth.expected(curve, growth.calcium)
        np.testing.assert_allclose(measured, expected, atol=1e-3, err_msg=curve)


def test_a_gaussian_curve_is_zero_at_both_its_ends_and_largest_half_way(growth):
    gaussian = growth.growth["gaussian"]
    for level in (gaussian_growth.ETA, gaussian_growth.EPSILON):
        assert np.interp(level, growth.calcium, gaussian) == pytest.approx(0, abs=1e-3)
    assert growth.calcium[gaussian.argmax()] == pytest.approx(0.4)
    assert gaussian.max() == pytest.approx(1, abs=1e-3)


def test_an_unconnected_network_comes_to_its_published_rates(growth):
    """5 and 20 Hz, where its curves are zero, within a tenth; it starts without a synapse."""
    last = growth.time > 360
    for name, target in gaussian_growth.TARGETS.items():
        assert growth.synapses[name][0] == 0
        assert growth.rate[name][last].mean() == pytest.approx(target, rel=0.1)
    first = growth.time < 40
    assert growth.rate["inhibitory"][first].mean() < 5
