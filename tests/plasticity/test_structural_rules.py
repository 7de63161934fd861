"""Rules of formation and elimination: each hazard against its closed form, at any time-lapse."""

import numpy as np
import pytest

from synaptoket.plasticity import RULES

DAY = 86400.0
MANY = 40_000


def contact(**changed):
    """Return a contact that is there, newborn, and nothing that forms or eliminates it."""
    state = {"present": 1, "births": 0, "age": 0.0}
    rates = {"formation_rate": 0.0, "elimination_rate": 0.0}
    return state | rates | changed


def close(share, expected):
    """Return whether a share of `MANY` is what is expected, to four standard errors."""
    return abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / MANY)


@pytest.mark.parametrize("steps", [1, 6, 30])
def test_random_losses_and_births(slow_updates, steps):
    lapse = 30 * DAY / steps
    left = contact(elimination_rate=0.03 / DAY)
    after = slow_updates("random_elimination", "synapse", left, steps, lapse, copies=MANY)
    assert close(after["present"].mean(), np.exp(-0.9))
    empty = contact(present=0, formation_rate=0.02 / DAY)
    after = slow_updates("random_formation", "synapse", empty, steps, lapse, copies=MANY)
    assert close(after["present"].mean(), 1 - np.exp(-0.6))
    assert after["births"].sum() == after["present"].sum()


@pytest.mark.parametrize("steps", [1, 4, 40])
@pytest.mark.parametrize("age", [0.0, 5.0])
def test_survival_to_an_age_is_exact_at_any_timelapse(slow_updates, steps, age):
    """Twenty days from an age on, in one step, in four and in forty."""
    e, d, tau = 0.01, 0.2, 4.0
    young = contact(
        age=age * DAY,
        elimination_rate=e / DAY,
        young_elimination=d / DAY,
        maturation_time=tau * DAY,
    )
    after = slow_updates(
        "age_elimination", "synapse", young, steps, 20 * DAY / steps, copies=MANY
    )  # fmt: skip
    lost = e * 20 + d * tau * (np.exp(-age / tau) - np.exp(-(age + 20) / tau))
    assert close(after["present"].mean(), np.exp(-lost))


@pytest.mark.parametrize(
    "axon, dendrite, factor", [(5, 5, 1), (10, 5, 2), (0, 50, 0), (90, 90, 20)]
)
def test_births_need_activity_of_both_cells(slow_updates, axon, dendrite, factor):
    """In proportion to the product of their rates, up to the maximum; else the spontaneous rate."""
    pair = contact(
        present=0,
        formation_rate=0.01 / DAY,
        spontaneous_formation=0.002 / DAY,
        formation_reference=5.0,
        formation_maximum=20.0,
        formation_activity_of_source=float(axon),
        formation_activity=float(dendrite),
    )
    after = slow_updates("hebbian_formation", "synapse", pair, 5, 2 * DAY, copies=MANY)
    assert close(after["present"].mean(), 1 - np.exp(-10 * (0.002 + 0.01 * factor)))


def test_the_activity_of_a_cell_is_its_rate_over_the_window(slow_updates):
    cell = {"formation_window": 0.5, "formation_spikes": 3.0, "formation_activity": 0.0}
    after = slow_updates("hebbian_formation", "source", cell)
    assert after["formation_activity"] == pytest.approx(30 * (1 - np.exp(-0.1 / 0.5)))
    assert after["formation_spikes"] == 0
    assert RULES["hebbian_formation"].parts["source"] == RULES["hebbian_formation"].parts["target"]


@pytest.mark.parametrize("rate, share", [(0.0, 1.0), (0.5, 0.5), (1.5, 0.1)])
def test_coincidences_protect_a_contact(slow_updates, rate, share):
    used = contact(
        elimination_rate=0.1 / DAY,
        coincidence_half=0.5,
        coincidence_exponent=2.0,
        coincidence_window=1e12,
        coincidence_newborn=0.0,
        coincidence_rate=rate,
    )
    after = slow_updates("activity_elimination", "synapse", used, 2, 5 * DAY, copies=MANY)
    assert close(after["present"].mean(), np.exp(-0.1 * 10 * share))
    assert (after["coincidence_rate"][after["present"] == 0] == 0).all()


@pytest.mark.parametrize("excess, share", [(0.0, 1.0), (0.02, 0.5), (0.06, 1 / 82), (-0.1, 1.0)])
def test_spikes_that_follow_protect_a_contact(slow_updates, excess, share):
    """Beyond those that chance makes follow: 10 ms of a target that fires at 7 Hz."""
    source, target = 4.0, 7.0
    pair = contact(
        elimination_rate=0.2 / DAY,
        residual_elimination=0.01 / DAY,
        protecting_excess=0.02,
        protecting_exponent=4.0,
        pairing_decay=0.01,
        pairing_window=1e12,
        pairing_rate_of_source=source,
        pairing_rate=target,
        pairing=source * (0.01 * target + excess),
    )
    after = slow_updates("cooperative_elimination", "synapse", pair, 2, 2 * DAY, copies=MANY)
    assert close(after["present"].mean(), np.exp(-4 * (0.01 + 0.2 * share)))


def test_each_rule_says_what_it_sets_and_where_it_is_from():
    for name in ("random_formation", "hebbian_formation", "random_elimination", "age_elimination",
                 "activity_elimination", "cooperative_elimination"):  # fmt: skip
        rule = RULES[name]
        assert rule.kind == rule.governs == name.rpartition("_")[2]
        assert rule.source
        assert rule.summary
