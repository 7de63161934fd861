"""Which contacts are lost first: young, small, unused ones, in the compiled engine."""

import numpy as np
import pytest

from synaptoket.studies.rule_curves import (
    activity_elimination,
    age_elimination,
    size_elimination,
    spine_stages,
)

pytestmark = pytest.mark.usefixtures("needs_compiler")


def test_young_contacts_are_lost_first_at_any_timelapse():
    found = age_elimination.measure(days=20)
    expected = age_elimination.survival(found.day)
    error = 4 * np.sqrt(expected * (1 - expected) / found.cohort) + 1e-9
    assert (np.abs(found.newborn - expected) <= error).all()
    assert abs(found.once - expected[-1]) <= error[-1]
    assert found.steady == pytest.approx(age_elimination.steady_survival(found.day), abs=0.03)
    # the share that persists for 8 days in somatosensory cortex, Holtmaat 2005
    assert found.steady[8] == pytest.approx(age_elimination.SEEN["PND 175-225"], abs=0.03)


def test_filopodia_are_lost_within_hours_and_spines_last_the_longer_the_older():
    found, expected = spine_stages.measure(days=60), spine_stages.ClosedForm()
    day = spine_stages.DAYS[: len(found.newborn)]
    many = 15_000

    def close(shares, wanted, of=many):
        error = 4 * np.sqrt(wanted * (1 - wanted) / of) + 1e-9
        return (np.abs(shares - wanted) <= error).all()

    assert close(found.waiting, expected.waiting(spine_stages.HOURS / 24))
    assert close(found.matured, expected.matured(spine_stages.HOURS / 24))
    assert close(found.newborn, expected.survival(day))
    # about a third of the candidates bear a spine
    assert close(found.steady, expected.steady(day), of=many / 4)
    assert found.filopodia < 0.1


@pytest.mark.slow
def test_small_spines_are_lost_first_and_adult_ones_stay():
    found = size_elimination.measure(days=30)
    assert found.newborn[-1] < 0.2
    assert found.newborn[5] / found.newborn[-1] < 1.2
    assert found.steady[-1] == pytest.approx(size_elimination.SEEN[1], abs=0.03)
    assert found.lost.mean() < found.stayed.mean() - 0.15


def test_contacts_that_are_not_used_by_both_cells_are_lost():
    found = activity_elimination.measure(days=10, inputs=(0.0, 45.0, 55.0))
    unused = np.exp(-activity_elimination.RATE * found.day)
    for name in ("sources alone", "targets alone", "neither"):
        assert found.left[name] == pytest.approx(unused, abs=0.03)
    assert found.left["both active"][-1] > 0.95
    # spikes of separate cells coincide by chance
    assert found.coincidence == pytest.approx(found.predicted, rel=0.1)
    c = found.predicted / activity_elimination.HALF
    expected = activity_elimination.RATE / (1 + c**2)
    assert found.hazard * 86400 == pytest.approx(expected, rel=0.12)
