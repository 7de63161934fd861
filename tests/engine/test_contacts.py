"""Several contacts of a pair: transmission, lists of synapses, renewal; both engines."""

import numpy as np
import pytest

from synaptoket.studies.rule_curves._segments import DAY, Segments, turnover


def circuit(limit=0, cells=40, structural_step="2 s"):
    """Return a circuit of silent cells whose AMPA conductance keeps what it gets."""
    tree = turnover(
        {"rule": "random_formation", "formation_rate": "0.05 /day"},
        {"rule": "random_elimination", "elimination_rate": "0.1 /day"},
        {"contacts": 4, "max_in_degree": limit},
        cells=cells,
        in_degree=20,
        ampa_weight="0.001 nS",
    )
    tree["receptors"] = tree["receptors"] | {"ampa_decay": "1e9 s"}
    tree["numerics"]["structural_step"] = structural_step
    return tree


@pytest.fixture
def played(request):
    if request.param == "runtime":
        request.getfixturevalue("numpy_target")
    else:
        request.getfixturevalue("needs_compiler")
    with Segments(circuit(), engine=request.param) as played:
        yield played


both_engines = pytest.mark.parametrize("played", ["standalone", "runtime"], indirect=True)


@both_engines
def test_a_spike_opens_as_many_conductances_as_there_are_contacts(played):
    """Also after contacts have come and gone, which changes the lists that spikes visit."""
    pre, post = played.contacts["contact"]
    for _ in range(4):
        played.play(3 * DAY)
        present = played["contact.present"].astype(int)
        played.load({"target.g_ampa": 0.0, "source.v": 1.0})
        played.play(1e-6)
        expected = 1e-12 * np.bincount(post, present, minlength=40)
        np.testing.assert_allclose(played["target.g_ampa"], expected, rtol=1e-6)
    assert set(np.unique(present)) >= {0, 1, 2}
    played.load({"target.g_ampa": 0.0, "source.v": np.where(np.arange(40) < 10, 1.0, -0.07)})
    played.play(1e-6)
    some = present * (pre < 10)
    np.testing.assert_allclose(played["target.g_ampa"], 1e-12 * np.bincount(post, some), rtol=1e-6)


@both_engines
def test_a_connection_is_renewed_and_a_further_contact_is_not(played):
    """One structural step in each segment: what happens in it is seen."""
    age = played["contact.age"]
    for _ in range(8):
        was, births = played["contact.present"].astype(int), played["contact.births"]
        played.play(4 * DAY)
        now = played["contact.present"].astype(int)
        gained = (played["contact.births"] - births).astype(int)
        lost = was + gained - now
        assert set(np.unique(gained)) <= {0, 1}
        assert set(np.unique(lost)) <= {0, 1}
        kept = (was > 0) & (now > 0)
        age = np.where(kept, age + 4 * DAY, 0.0)
        np.testing.assert_allclose(played["contact.age"], age, rtol=1e-6)
    assert ((was > 0) & (now > was)).any()


def test_where_all_pairs_are_played_at_once_a_limit_holds_from_step_to_step(numpy_target):
    """Brian2's numpy target: a full cell gets no more, but a step may overfill it."""
    tree = circuit(limit=12, cells=20, structural_step="100 ms")
    with Segments(tree, engine="runtime") as played:
        _, post = played.contacts["contact"]
        for _ in range(6):
            played.play(4 * DAY)
            degree = np.bincount(post, played["contact.present"], minlength=20)
            np.testing.assert_array_equal(played["target.in_degree_contact"], degree)
        assert 9 < degree.mean() < 14
        assert degree.max() <= 12 + 6
        full = degree >= 12
        births = np.bincount(post, played["contact.births"], minlength=20)
        played.load({"contact.elimination_rate": 0.0})
        played.play(4 * DAY)
        after = np.bincount(post, played["contact.births"], minlength=20)
        assert full.any()
        assert (after[full] == births[full]).all()
