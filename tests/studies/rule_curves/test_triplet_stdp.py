"""triplet_stdp against the sums of Pfister & Gerstner 2006 and the data of Sjostrom 2001."""

import numpy as np
import pytest

from synaptoket.studies.rule_curves import triplet_stdp
from synaptoket.studies.rule_curves.triplet_stdp import (
    HIPPOCAMPUS,
    LAG,
    OBSERVED,
    closed_form,
    pairing,
)


@pytest.fixture(scope="module")
def curve():
    return triplet_stdp.measure()


@pytest.mark.parametrize("lag", [LAG, -LAG])
def test_the_change_is_the_sum_over_pairs_and_triplets(curve, lag):
    change = curve.before if lag > 0 else curve.after
    expected = [closed_form(*pairing(f, lag), delay=curve.delay) for f in curve.frequency]
    np.testing.assert_allclose(change, expected, atol=1e-6)


def test_it_agrees_with_what_was_seen_in_visual_cortex(curve):
    """Within two standard errors of nine of the ten points, as the fit of the paper."""
    misses = 0
    for lag, change in ((LAG, curve.before), (-LAG, curve.after)):
        _, seen, error = np.array(OBSERVED[lag]).T
        misses += np.sum(np.abs(change - seen) > 2 * error)
    assert misses <= 1


def test_at_high_frequency_both_orders_potentiate(curve):
    slow, fast = curve.after[curve.frequency < 25], curve.after[curve.frequency >= 40]
    assert (slow < -0.2).all()
    assert (fast > 0.1).all()
    assert (np.diff(curve.before) > 0).all()


def test_isolated_pairs_depress_visual_cortex_and_have_a_window_in_culture(curve):
    before = curve.lag > 0
    assert (curve.window[before] == 0).all()
    expected = [60 * closed_form(*pairing(1.0, lag, 1), HIPPOCAMPUS, curve.delay)
                for lag in curve.lag]  # fmt: skip
    np.testing.assert_allclose(curve.hippocampus, expected, atol=1e-6)
    # 60 A_2+ exp(-5/16.8), 60 A_2- exp(-5/33.7)
    assert curve.hippocampus[before][0] == pytest.approx(0.236, abs=0.002)
    assert curve.hippocampus[~before][-1] == pytest.approx(-0.181, abs=0.004)


def test_without_triplets_frequency_does_not_turn_depression_round():
    """Knock-out: the pair terms alone, as strong at 10 Hz, depress at 50 Hz."""
    trains = [pairing(f, lag) for lag in (LAG, -LAG) for f in (20.0, 50.0)] + [pairing(50.0, LAG)]
    constants = triplet_stdp.VISUAL_CORTEX | {"triplet_gain": 0, "pair_gain": 5e-3}
    assert (triplet_stdp._changes(constants, trains, 1.0)[1:] < 0).all()
