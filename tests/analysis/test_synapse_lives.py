"""Histories, survival and turnover of synapses whose lives are known."""

import numpy as np
import pytest

from synaptoket.analysis import cohort_survival, lifetimes, survival, turnover
from synaptoket.analysis.synapse_lives import follow
from synaptoket.results.schema import EVENT


def events(*rows):
    """Return events from (hour, pre, post, formed)."""
    found = np.zeros(len(rows), EVENT)
    for i, (hour, pre, post, formed) in enumerate(rows):
        found[i] = (hour, 0, pre, post, formed)
    return found


PAIRS = np.array([[0, 0, 1], [1, 2, 0]])


@pytest.fixture
def lives():
    """0-1 stays, 0-2 is lost at 5 h and comes again at 8 h, 1-0 lives from 2 to 6 h."""
    happened = events((2, 1, 0, 1), (5, 0, 2, 0), (6, 1, 0, 0), (8, 0, 2, 1))
    return follow(*PAIRS, np.array([1, 1, 0]), happened, end=10.0)


def test_every_contact_has_one_life(lives):
    told = sorted(zip(lives.pre, lives.post, lives.born, lives.lost, strict=True))
    assert told == [(0, 1, -np.inf, np.inf), (0, 2, -np.inf, 5), (0, 2, 8, np.inf), (1, 0, 2, 6)]
    assert [int(lives.present(hour).sum()) for hour in (0, 2, 5, 6, 8, 10)] == [2, 3, 2, 1, 2, 2]


def test_turnover_by_hand(lives):
    whole = turnover(lives, 0, 10)
    assert (whole.before, whole.after) == (2, 2)
    assert (whole.formed, whole.eliminated) == (2, 2)
    # 1-0 came and went between the two images; the new 0-2 is not the old one
    assert (whole.gained, whole.lost) == (1, 1)
    assert whole.ratio == 0.5
    assert turnover(lives, 0, 3)[4:] == (1, 0, 1, 0, 1 / 5)
    assert turnover(lives, 8, 10)[4:] == (0, 0, 0, 0, 0.0)


def test_a_pair_with_several_contacts():
    happened = events((1, 0, 1, 1), (2, 0, 1, 1), (3, 0, 1, 0), (4, 0, 1, 0), (5, 0, 1, 0))
    lives = follow(*PAIRS, np.array([1, 0, 0]), happened, end=9.0)
    assert [int(lives.present(hour).sum()) for hour in range(6)] == [1, 2, 3, 2, 1, 0]
    assert sorted(lives.lost) == [3, 4, 5]
    # which of them goes is drawn: over many pairs, each third of the times
    many = 3000
    pairs = np.arange(many)
    rows = [(h, i, i, f) for h, f in ((1, 1), (2, 1), (3, 0)) for i in pairs]
    drawn = follow(pairs, pairs, np.ones(many, int), events(*rows), end=9.0)
    gone = drawn.born[drawn.lost == 3]
    for born in (-np.inf, 1, 2):
        assert (gone == born).mean() == pytest.approx(1 / 3, abs=0.03)


def test_losing_what_is_not_there_is_a_defect():
    with pytest.raises(ValueError, match="at 1.0 h 1 -> 0 is eliminated, which is not there"):
        follow(*PAIRS, np.array([1, 0, 0]), events((1, 1, 0, 0)), end=2.0)


def test_survival_by_hand():
    """Six lives, as in a textbook: at each loss the share drops by one among those at risk."""
    found = survival([1, 1, 3, 4, 5, 6], [False, True, False, False, True, False])
    share = [1.0, 5 / 6, 5 / 6 * 3 / 4, 5 / 6 * 2 / 4, 5 / 6 * 2 / 4, 0.0]
    assert found.hours.tolist() == [0, 1, 3, 4, 5, 6]
    np.testing.assert_allclose(found.probability, share)
    assert (found.at_risk, found.lost, found.median()) == (6, 4, 4.0)
    assert found.at(2.9) == pytest.approx(5 / 6)
    assert np.isnan(found.at(7))


def test_without_a_loss_all_survive_and_none_cannot_be_estimated():
    found = survival([2.0, 3.0], [True, True])
    assert found.probability.tolist() == found.low.tolist() == found.high.tolist() == [1, 1, 1]
    assert found.median() == np.inf
    with pytest.raises(ValueError, match="no life"):
        survival([], [])


def exponential_lives(rate=1 / 40, until=100.0, seed=0):
    """Pairs that form at random times and live for an exponential time, and 3000 from before."""
    rng = np.random.default_rng(seed)
    born = np.concatenate([np.zeros(3000), rng.uniform(0, until, 3000)])
    lost = born + rng.exponential(1 / rate, len(born))
    pairs = np.arange(len(born))
    rows = [(b, i, i, 1) for i, b in enumerate(born) if i >= 3000]
    rows += [(x, i, i, 0) for i, x in enumerate(lost) if x < until]
    present = (pairs < 3000).astype(int)
    return follow(pairs, pairs, present, events(*sorted(rows)), until)


@pytest.mark.parametrize("estimate", [cohort_survival, lifetimes])
def test_exponential_lives_are_estimated_in_spite_of_censoring(estimate):
    lives = exponential_lives()
    found = estimate(lives)
    assert found.lost < found.at_risk == 3000
    true = np.exp(-found.hours / 40)
    early = found.hours < 60  # later on few are left
    np.testing.assert_allclose(found.probability[early], true[early], atol=0.04)
    assert found.median() == pytest.approx(40 * np.log(2), rel=0.06)
    # a mean of the lives that ended would be far too short
    ended = np.isfinite(lives.lost) & np.isfinite(lives.born)
    assert np.mean((lives.lost - lives.born)[ended]) < 30


def test_the_interval_holds_the_truth_as_often_as_it_says():
    inside = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        life, seen = rng.exponential(40, 150), rng.uniform(0, 120, 150)
        found = survival(np.minimum(life, seen), life > seen)
        at = np.searchsorted(found.hours, 30.0, side="right") - 1
        inside.append(found.low[at] <= np.exp(-30 / 40) <= found.high[at])
    assert np.mean(inside) > 0.88


def test_a_cohort_is_followed_from_its_own_hour():
    lives = exponential_lives()
    late = cohort_survival(lives, at=50.0)
    assert late.at_risk == int(lives.present(50.0).sum())
    assert late.hours[-1] <= 50.0
    assert late.at(20.0) == pytest.approx(np.exp(-0.5), abs=0.04)
