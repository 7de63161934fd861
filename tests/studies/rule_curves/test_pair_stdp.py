"""pair_stdp against the window of Song, Miller & Abbott 2000."""

import numpy as np
import pytest

from synaptoket.studies.rule_curves import pair_stdp


@pytest.fixture(scope="module")
def window():
    return pair_stdp.measure()


def test_the_window_is_that_of_the_paper(window):
    expected = pair_stdp.closed_form(window.lag, window.delay)
    np.testing.assert_allclose(window.change, expected, rtol=1e-6)


def test_order_decides_the_sign_and_depression_is_the_larger(window):
    before, after = window.lag > 0, window.lag < 0
    assert (window.change[before] > 0).all()
    assert (window.change[after] < 0).all()
    areas = window.change[before].sum(), -window.change[after].sum()
    assert areas[1] / areas[0] == pytest.approx(1.05, rel=0.02)


def test_with_an_exponent_of_one_steps_are_proportional_to_what_is_left(window):
    decayed = np.exp(-10 / 20)
    left = 2 - window.weight
    np.testing.assert_allclose(window.potentiated, 0.005 * decayed * left, atol=1e-9)
    np.testing.assert_allclose(window.depressed, -0.00525 * decayed * window.weight, rtol=0.02)


def test_weights_stay_between_zero_and_the_maximum():
    strong = pair_stdp.measure(
        np.repeat([10e-3, -10e-3], 5), pair_potentiation=1, pair_depression=1
    )
    np.testing.assert_allclose(1 + strong.change, np.repeat([2.0, 0.0], 5))
