"""calcium_plasticity against the equation of Graupner & Brunel 2012, integrated in small steps."""

import numpy as np
import pytest

from synaptoket.studies.rule_curves import calcium_plasticity as curve
from synaptoket.studies.rule_curves.calcium_plasticity import CASES, closed_form

LAGS = np.array([-60, -40, -24, -16, -12, -6, -2, 6, 10, 16, 24, 40]) * 1e-3


@pytest.fixture(scope="module")
def timing():
    return curve.measure(lags=LAGS)


@pytest.mark.parametrize("name", list(CASES))
def test_the_change_is_that_of_the_mean_equation(timing, name):
    # calcium of a presynaptic spike counts from its arrival, a delay of 0.2 ms later
    expected = closed_form(CASES[name], LAGS)
    np.testing.assert_allclose(timing.strength[name], expected, atol=0.03)
    assert np.abs(timing.strength[name] - 1).max() > 0.05


def test_thresholds_decide_which_curve_comes_out(timing):
    signs = {name: np.sign(np.round(s - 1, 2)) for name, s in timing.strength.items()}
    late, early = LAGS >= 6e-3, LAGS <= -16e-3
    assert (signs["DP"][early] <= 0).all()
    assert signs["DP"][early].sum() < -2
    assert (signs["DP"][late] >= 0).all()
    assert (signs["P"] >= 0).all()
    assert (signs["D"] <= 0).all()
    assert (signs["D"][np.abs(LAGS) > 12e-3] == 0).all()  # 20 ms log(0.6/0.4) = 8.1 ms
    assert (signs["D'"] < 0).all()
    # depression on both sides of potentiation
    assert signs["DPD"][LAGS == -12e-3] < 0 < signs["DPD'"].max()
    assert signs["DPD"][LAGS == 16e-3] < 0


def test_without_potentiation_the_curve_of_the_same_calcium_is_depression(monkeypatch):
    """Knock-out: a threshold of potentiation out of reach."""
    case = CASES["DP"]
    out_of_reach = curve.Case(case.pre, case.post, 9.0, case.depression_gain, 0.0, 1.0, 0.0)
    monkeypatch.setitem(CASES, "DP", out_of_reach)
    assert (curve.measure(("DP",), LAGS).strength["DP"] < 1).all()
