"""ampa_insertion: silent synapses gain AMPA receptors until their number follows size."""

import numpy as np
import pytest

from synaptoket.studies.rule_curves import ampa_insertion as curve


@pytest.fixture(scope="module")
def awakening():
    return curve.measure()


def test_silent_synapses_answer_through_nmda_receptors_alone(awakening):
    assert (awakening.ampa[:, 0] == 0).all()
    assert (awakening.nmda[:, 0] > 0.5).all()
    np.testing.assert_allclose(awakening.nmda, awakening.nmda[0, 0], rtol=0.02)


def test_they_gain_a_share_of_what_is_missing_each_day(awakening):
    expected = curve.closed_form(awakening.day[None, :], awakening.size[:, None])
    np.testing.assert_allclose(awakening.ampa, expected, atol=1e-3)


def test_content_comes_to_follow_size(awakening):
    slope, offset = np.polyfit(awakening.size, awakening.ampa[:, -1], 1)
    assert slope == pytest.approx(1 - np.exp(-4), rel=1e-3)
    assert offset == pytest.approx(0, abs=1e-3)


def test_without_the_rule_they_stay_silent():
    assert (curve.measure(spines=5, enabled=False).ampa == 0).all()
