"""Random births and losses, limits and candidates against closed forms, in the compiled engine."""

import numpy as np
import pytest
from scipy.stats import binom

from synaptoket.studies.rule_curves import (
    candidates,
    random_elimination,
    random_formation,
    structure,
)

pytestmark = pytest.mark.usefixtures("needs_compiler")


def spread(share, count):
    """Return four standard errors of a share."""
    return 4 * np.sqrt(share * (1 - share) / count)


def test_survival_is_exponential_at_any_timelapse():
    found = random_elimination.measure()
    for step, left in found.left.items():
        expected = np.exp(-random_elimination.RATE * found.day[step])
        assert (np.abs(left - expected) <= spread(expected, found.cohort)).all(), step


def test_filling_rises_to_f_over_f_plus_e_and_contacts_become_binomial():
    found = random_formation.measure()
    for (f, e), filling in found.filling.items():
        expected = random_formation.filled(found.day, f, e)
        # a step of 0.1 days, in which what is born is not yet exposed to loss
        assert filling == pytest.approx(expected, abs=0.015)
        assert filling[-1] == pytest.approx(f / (f + e), rel=0.03)
    f, e = random_formation.RATES[0]
    number = np.arange(random_formation.CONTACTS + 1)
    expected = binom.pmf(number, random_formation.CONTACTS, f / (f + e))
    assert (np.abs(found.contacts - expected) < spread(expected, 15_000) + 0.004).all()


def test_no_degree_passes_its_limit_and_births_go_on_elsewhere():
    found = structure.measure(times=25)
    free, on, of = structure.CONDITIONS
    assert found.onto[free].max() > 1.3 * structure.LIMIT
    assert found.onto[on].max() == structure.LIMIT
    assert found.of[of].max() == structure.LIMIT
    for name in (on, of):
        # the limit binds: neurons stay near it; the other end knows nothing of it
        full = (found.onto if name == on else found.of)[name][-1]
        other = (found.of if name == on else found.onto)[name][-1]
        assert full.mean() > 0.93 * structure.LIMIT
        assert other.max() > structure.LIMIT + 5
        assert other.sum() == full.sum()
    assert all(found.counted.values())


def test_synapses_grow_at_every_distance_in_proportion_to_candidates():
    found = candidates.measure(seeds=2)
    share = candidates.RATES[0] / sum(candidates.RATES)
    for profile in ("gaussian", "exponential"):
        expected = candidates.expected(profile, seeds=1)
        error = spread(expected, found.pairs) + 0.02
        assert (np.abs(found.candidates[profile] - expected) < error).all()
        expected = share * found.candidates[profile]
        error = spread(expected, found.pairs) + 0.01
        assert (np.abs(found.synapses[profile] - expected) < error).all()
