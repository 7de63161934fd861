"""spine_size against the Ornstein-Uhlenbeck process in the logarithm (Loewenstein 2011)."""

import numpy as np
import pytest
from scipy.stats import kstest

from synaptoket.studies.rule_curves import spine_size as curve


@pytest.fixture(scope="module")
def sizes():
    return curve.measure()


def test_the_stationary_distribution_is_log_normal(sizes):
    z = (np.log(sizes.size) - curve.MEAN) / curve.DEVIATION
    assert kstest(z, "norm").pvalue > 1e-3
    # equal sizes at first spread within their memory
    np.testing.assert_allclose(sizes.spread, curve.spread(sizes.day), atol=0.02)


def test_the_logarithm_forgets_itself_exponentially(sizes):
    expected = np.exp(-sizes.lag / curve.RELAXATION)
    np.testing.assert_allclose(sizes.autocorrelation, expected, atol=0.04)


def test_without_the_rule_sizes_stay():
    assert (curve.measure(spines=100, enabled=False).spread == 0).all()


def test_changes_grow_with_size(sizes):
    """Multiplicative, not additive: the largest tenth changes more than the smallest."""
    np.testing.assert_allclose(sizes.change, curve.change(sizes.initial), rtol=0.15)
    assert sizes.change[-1] > 3 * sizes.change[0]
