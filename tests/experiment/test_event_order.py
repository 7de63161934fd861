"""The list of events of a segment: as many as there were, in an order that could have happened."""

import numpy as np
import pytest

from synaptoket.experiment.event_order import event_list

PRE, POST = np.arange(10, dtype=np.int32), np.arange(10, dtype=np.int32) + 100


def listed(was, formed, eliminated):
    arrays = [np.array(values, np.uint8) for values in (was, formed, eliminated)]
    n = len(was)
    return event_list(*arrays, PRE[:n], POST[:n])


def test_what_did_not_change_is_no_event():
    assert len(listed([0, 1, 2], [0, 0, 0], [0, 0, 0])) == 0


@pytest.mark.parametrize("was, formed, eliminated, order", [
    (0, 1, 0, [1]),
    (1, 0, 1, [0]),
    (0, 1, 1, [1, 0]),
    (1, 1, 1, [0, 1]),
    (0, 2, 1, [1, 0, 1]),
    (1, 1, 2, [0, 1, 0]),
    (0, 3, 1, [1, 0, 1, 1]),  # three contacts of a pair in one segment
    (3, 1, 3, [0, 1, 0, 0]),
])  # fmt: skip
def test_the_order_of_a_synapse_that_changed_more_than_once(was, formed, eliminated, order):
    found = listed([1, was, 0], [0, formed, 0], [0, eliminated, 0])
    assert found["formed"].tolist() == order
    assert set(found["pre"]) == {1}
    assert set(found["post"]) == {101}


def test_no_number_of_contacts_leaves_its_range():
    rng = np.random.default_rng(0)
    for _ in range(300):
        most = int(rng.integers(1, 4))
        was, now = rng.integers(0, most + 1, 2)
        formed = int(rng.integers(max(0, now - was), max(0, now - was) + 3))
        found = listed([was], [formed], [was + formed - now])
        contacts = was + np.cumsum(2 * found["formed"].astype(int) - 1)
        assert len(found) == 2 * formed + was - now
        if len(found):
            assert contacts[-1] == now
            assert contacts.min() >= 0
            assert contacts.max() <= most
