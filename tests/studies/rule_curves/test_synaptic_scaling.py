"""synaptic_scaling against Turrigiano 1998 and the logistic course of its factor."""

import numpy as np
import pytest

from synaptoket.studies.rule_curves import synaptic_scaling as curve


@pytest.fixture(scope="module")
def scaling():
    return curve.measure()


@pytest.mark.parametrize("name", list(curve.INPUTS))
def test_the_factor_makes_up_for_the_input(scaling, name):
    expected = curve.closed_form(scaling.time, curve.INPUTS[name])
    np.testing.assert_allclose(scaling.scale[name], expected, atol=0.12)
    assert scaling.scale[name][-1] == pytest.approx(1 / curve.INPUTS[name], rel=0.07)


@pytest.mark.parametrize("name", ["halved", "doubled"])
def test_firing_breaks_down_and_comes_back(scaling, name):
    rate = scaling.rate[name]
    assert abs(rate[1] / rate[0] - 1) > 0.4
    assert rate[-2:].mean() == pytest.approx(rate[0], rel=0.25)


@pytest.mark.parametrize("name", ["halved", "doubled"])
def test_all_strengths_are_multiplied_by_one_factor(scaling, name):
    before, after = scaling.before[name], scaling.after[name]
    slope, offset = np.polyfit(before, after, 1)
    assert slope == pytest.approx(1 / curve.INPUTS[name], rel=0.07)
    assert abs(offset) < 0.05
    assert np.corrcoef(before, after)[0, 1] > 0.999


def test_without_the_rule_firing_stays_changed():
    scaling = curve.measure(enabled=False, after=4.0)
    for name, factor in (("halved", 0.75), ("doubled", 1.25)):
        assert (scaling.scale[name] == 1).all()
        assert np.sign(scaling.rate[name][-1] / scaling.rate[name][0] - factor) == np.sign(
            factor - 1
        )
