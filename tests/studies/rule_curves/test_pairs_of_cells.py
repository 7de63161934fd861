"""What spikes do to who is connected with whom, in the compiled engine."""

import pytest

from synaptoket.studies.rule_curves import cooperative_elimination, hebbian_formation

pytestmark = pytest.mark.usefixtures("needs_compiler")


def test_cells_excited_together_become_connected():
    found = hebbian_formation.measure(days=16, timelapse=0.1)
    within, across, others = (found.connected[name][-1] for name in hebbian_formation.GROUPS)
    assert within > 0.3
    assert within > 4 * across
    assert across > others
    assert within > 20 * found.alone


def test_pairs_have_no_contact_or_several():
    """Deger 2012: the histogram becomes bimodal, and only because spikes are transmitted."""
    found = cooperative_elimination.measure(days=80, control=10, timelapse=0.02)
    pairs = found.end.sum()
    assert found.end[0] > 0.6 * pairs
    connected = found.end[3:]
    assert connected.sum() > 0.1 * pairs
    assert 4 <= 3 + connected.argmax() <= 6
    # a gap between none and several, where the start had most of its pairs
    assert found.end[2] < 0.25 * found.end[4:7].mean()
    assert found.start[2] > 250
    assert found.mute[2:].sum() <= 2
    # contacts protect each other
    assert found.hazard[1] > 100 * found.hazard[5]
    assert found.excess[6] > found.excess[4] > 5 * max(found.excess[1], 0)
