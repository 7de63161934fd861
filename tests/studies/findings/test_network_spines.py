"""Read-outs of single spines made by hand, with answers known."""

import numpy as np
import pytest
from made_runs import made_run

from synaptoket.studies.findings import network_spines


def spines(present, days):
    return {
        "pyramidal_to_pyramidal.present": np.array(present),
        "pyramidal_to_pyramidal.age": np.array(days) * 86400.0,
    }


def test_spines_are_followed_from_session_to_session(monkeypatch):
    """Four spines; one is lost, one is lost and born again at its place, one is new."""
    hours = np.array([24.0, 24.0 + 14 * 24])
    states = {
        "settling": [spines([1, 1, 1, 1, 0], [50, 50, 50, 50, 0])] * 2,
        "two weeks": [spines([1, 1, 0, 1, 1], [64, 64, 0, 3, 2])] * 2,
    }
    arms = {"c": {"synapse_count": [4, 4]}, "d": {"synapse_count": [4, 4]}}
    made = made_run(monkeypatch, arms, states, hours, np.array(["settling", "two weeks"]))
    given = {"arm": "c", "before": "settling", "after": "two weeks"}
    assert network_spines.spines_kept(made, **given) == pytest.approx([50, 50])
    assert network_spines.spines_lost(made, **given) == pytest.approx([50, 50])
    assert network_spines.spines_new(made, **given) == pytest.approx([50, 50])
    assert network_spines.new_ratio(made, against="d", **given) == pytest.approx([1, 1])
