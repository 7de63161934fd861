"""From spikes to BDNF: every slow update against the solution of its equation."""

import numpy as np
import pytest

DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
FOREVER = 1e12


def glutamate_pool(constants, rate=2.0, glutamate=0.0):
    """A pool fed at a constant rate, with the window that averages the rate taken out."""
    return constants("glutamate") | {
        "rate_estimate": rate,
        "rate_window": FOREVER,
        "spikes_received": 0.0,
        "releasing_cells": 100.0,
        "glutamate": glutamate,
    }


def released(pool, rate):
    """Return the release of glutamate by spikes and without them, in mol/m3/s."""
    return pool["glutamate_leak"] + pool["glutamate_release"] * rate


@pytest.mark.parametrize("stress", [0.0, 0.5, 1.0])
def test_glutamate_settles_where_release_meets_uptake(slow_updates, constants, stress):
    pool = glutamate_pool(constants)
    fed = {"stress_hormone": stress}
    after = slow_updates("glutamate", "neuropil", pool, 20, timelapse=2 * HOUR, fed=fed)
    uptake = pool["glutamate_clearance"] * (1 - pool["clearance_stress_loss"] * stress)
    assert after["glutamate"] == pytest.approx(released(pool, rate=2.0) / uptake)


@pytest.mark.parametrize("steps", [1, 10, 100])
def test_glutamate_approaches_it_alike_at_any_timelapse(slow_updates, constants, steps):
    """Six minutes of biology in one step, in ten and in a hundred."""
    pool = glutamate_pool(constants, glutamate=1e-3)
    lapse = 6 * MINUTE / (steps * 0.1)
    after = slow_updates("glutamate", "neuropil", pool, steps, timelapse=lapse)
    k = pool["glutamate_clearance"]
    settled = released(pool, rate=2.0) / k
    expected = settled + (1e-3 - settled) * np.exp(-k * 6 * MINUTE)
    assert after["glutamate"] == pytest.approx(expected, rel=1e-9)


def test_the_rate_is_spikes_per_cell_and_second(slow_updates, constants):
    pool = glutamate_pool(constants, rate=0.0) | {"rate_window": 1e-9, "spikes_received": 30.0}
    after = slow_updates("glutamate", "neuropil", pool)
    assert after["rate_estimate"] == pytest.approx(30 / (100 * 0.1))
    assert after["spikes_received"] == 0


def membrane(constants, **changed):
    """A neuron at the reference potential, with its NMDA receptors half bound."""
    return constants("nmda_block") | {
        "glutamate": constants("nmda_block")["ambient_half"],
        "g_nmda": 0.0,
        "tonic_nmda_conductance": 10e-9,
        "v": -0.066,
        "reference_potential": -0.066,
        "blocker_voltage": 0.0325,
        "magnesium_slope": 62.0,
        "magnesium_ab": 0.28,
        "magnesium_cd": 0.07,
        "open_probability_maximum": 0.3,
        "glun2ab_share": 0.7,
        "glun2cd_share": 0.3,
        "blocker_reaches": 1.0,
        **dict.fromkeys(("block_ab", "block_cd", "tonic_nmda", "resting_nmda"), 0.0),
        **dict.fromkeys(("nmda_ab", "nmda_cd"), 0.0),
        **changed,
    }


def magnesium_leaves(cell, which):
    return 1 / (1 + cell[f"magnesium_{which}"] * np.exp(-cell["magnesium_slope"] * cell["v"]))


BLOCKER = {"nmda_blocker_ab": 2.0, "nmda_blocker_cd": 1.2, "nmda_unblocking_rate": 0.22}


def test_block_settles_at_competition_of_blocker_and_magnesium(slow_updates, constants):
    cell = membrane(constants)
    after = slow_updates("nmda_block", "neuron", cell, 10, timelapse=HOUR, fed=BLOCKER)
    for which, concentration in (("ab", 2.0), ("cd", 1.2)):
        u = magnesium_leaves(cell, which)
        expected = concentration * u / (1 + concentration * u)
        assert after[f"block_{which}"] == pytest.approx(expected)
        share = cell[f"glun2{which}_share"]
        assert after[f"nmda_{which}"] == pytest.approx(share * (1 - expected))
    # less Mg in the way: the class of the interneurons is blocked by less of the drug
    assert after["block_cd"] > after["block_ab"]


@pytest.mark.parametrize("steps", [1, 20])
@pytest.mark.parametrize("g_nmda, bound", [(0.0, 0.5), (30e-9, 0.875)])
def test_block_comes_at_the_rate_of_open_channels(slow_updates, constants, steps, g_nmda, bound):
    cell = membrane(constants, g_nmda=g_nmda)
    elapsed = 7.0
    after = slow_updates("nmda_block", "neuron", cell, steps, elapsed / (steps * 0.1), BLOCKER)
    drive = 2.0 * magnesium_leaves(cell, "ab")
    rate = 0.3 * bound * 0.22 * (1 + drive)
    expected = drive / (1 + drive) * (1 - np.exp(-rate * elapsed))
    assert after["block_ab"] == pytest.approx(expected, rel=1e-9)


def test_a_trapped_blocker_leaves_at_the_rate_of_open_channels(slow_updates, constants):
    cell = membrane(constants, block_ab=0.6)
    washed = {"nmda_unblocking_rate": 0.22}
    after = slow_updates("nmda_block", "neuron", cell, 4, timelapse=50.0, fed=washed)
    assert after["block_ab"] == pytest.approx(0.6 * np.exp(-0.3 * 0.5 * 0.22 * 20.0))
    shut = slow_updates("nmda_block", "neuron", cell | {"glutamate": 0.0}, 4, 50.0, washed)
    assert shut["block_ab"] == pytest.approx(0.6)


def test_depolarisation_lets_magnesium_out_faster_than_the_blocker(slow_updates, constants):
    """Block at rest is weak because Mg is in the way; at -30 mV the blocker has it to itself."""
    at = {v: membrane(constants, v=v) for v in (-0.075, -0.045)}
    block = {
        v: slow_updates("nmda_block", "neuron", cell, 10, HOUR, BLOCKER)["block_ab"][0]
        for v, cell in at.items()
    }
    assert block[-0.045] > block[-0.075]
    u = magnesium_leaves(at[-0.045], "ab") * np.exp(-(-0.045 + 0.066) / 0.0325)
    assert block[-0.045] == pytest.approx(2 * u / (1 + 2 * u))


def test_block_that_does_not_reach_a_population_leaves_its_current(slow_updates, constants):
    cell = membrane(constants, blocker_reaches=0.0)
    after = slow_updates("nmda_block", "neuron", cell, 10, timelapse=HOUR, fed=BLOCKER)
    assert after["nmda_ab"] == pytest.approx(0.7)
    assert after["nmda_cd"] == pytest.approx(0.3)


def bdnf_pool(constants, **changed):
    return constants("bdnf") | {
        "estimator_window": FOREVER,
        "releasing_cells": 100.0,
        "bdnf_released": 0.0,
        "release_estimate": constants("bdnf")["release_reference"],
        "translation": 1.0,
        "bdnf": 1.0,
        **changed,
    }


def test_bdnf_is_one_in_health_and_follows_release(slow_updates, constants):
    healthy = slow_updates("bdnf", "neuropil", bdnf_pool(constants), 20)
    assert healthy["bdnf"] == pytest.approx(1)
    pool = bdnf_pool(constants, release_estimate=3 * constants("bdnf")["release_reference"])
    after = slow_updates("bdnf", "neuropil", pool, 7, timelapse=200.0)
    expected = 3 - 2 * np.exp(-7 * 0.1 * 200.0 / pool["bdnf_decay"])
    assert after["bdnf"] == pytest.approx(expected)


def test_stress_lowers_bdnf(slow_updates, constants):
    pool = bdnf_pool(constants)
    after = slow_updates("bdnf", "neuropil", pool, 50, DAY, {"stress_hormone": 0.5})
    assert after["bdnf"] == pytest.approx(1 - 0.5 * pool["bdnf_stress_loss"])


def releasing_cells(constants, **changed):
    """Cells that release BDNF of their own, in a neuropil that has what is healthy of it."""
    return constants("bdnf") | {
        "own_release": 0.1 * constants("bdnf")["release_reference"],
        **dict.fromkeys(("own_bdnf", "bdnf", "bdnf_level", "translation"), 1.0),
        **changed,
    }


def test_a_cell_sums_what_it_releases_itself(slow_updates, constants):
    """At the healthy rate it stays at one; a slow step with three times that moves it there."""
    cell = releasing_cells(constants)
    assert slow_updates("bdnf", "neuron", cell)["own_bdnf"] == pytest.approx(1)
    cell["own_release"] = 3 * cell["own_release"]
    after = slow_updates("bdnf", "neuron", cell, timelapse=20 * HOUR)
    own = 3 - 2 * np.exp(-2 * HOUR / cell["own_bdnf_decay"])
    assert after["own_bdnf"] == pytest.approx(own)
    share = cell["own_share"]
    assert after["bdnf_level"] == pytest.approx(1 - share + share * own)
    assert after["own_release"] == 0
    stressed = slow_updates("bdnf", "neuron", cell, timelapse=DAY, fed={"stress_hormone": 1.0})
    free = slow_updates("bdnf", "neuron", cell, timelapse=DAY)
    assert stressed["own_bdnf"] < free["own_bdnf"]


def test_without_a_share_of_their_own_all_cells_are_equal(slow_updates, constants):
    release = np.array([0.0, 0.01, 1.0])
    cells = {"own_release": release, "bdnf": 1.4}
    for share, levels in ((0.0, 1), (0.5, 3)):
        given = releasing_cells(constants, own_share=share, **cells)
        after = slow_updates("bdnf", "neuron", given, copies=3)
        assert len(set(after["bdnf_level"])) == levels
        if not share:
            assert after["bdnf_level"] == pytest.approx(1.4)


def test_without_release_bdnf_vanishes(slow_updates, constants):
    pool = slow_updates("bdnf", "neuropil", bdnf_pool(constants, release_estimate=0.0), 10, DAY)
    silent = releasing_cells(constants, own_release=0.0, bdnf=pool["bdnf"][0])
    after = slow_updates("bdnf", "neuron", silent, 10, timelapse=30 * DAY)
    assert after["bdnf_level"] == pytest.approx(0, abs=1e-6)


def test_potentiation_scales_what_is_available_of_ampa_receptors(slow_updates):
    cell = {"ampa_potentiation_gain": 0.5, "ampa_available": 0.8}
    for drive, expected in ((0.0, 0.8), (0.5, 1.0), (1.0, 1.2)):
        fed = {"ampa_potentiation": drive}
        after = slow_updates("ampa_potentiation", "neuron", cell, fed=fed)
        assert after["ampa_available"] == pytest.approx(expected)


def test_less_resting_nmda_current_frees_translation(slow_updates):
    pool = {
        "kinase_gain": 2.0,
        "resting_reference": 0.025,
        "estimator_window": 1e-9,
        "spikes_received": 10.0,
        "translation": 1.0,
        "resting_received": 0.25,
        "resting_current": 0.02,
    }
    assert slow_updates("eef2_kinase", "neuropil", pool)["translation"] == pytest.approx(1)
    blocked = slow_updates("eef2_kinase", "neuropil", pool | {"resting_received": 0.0})
    assert blocked["translation"] == pytest.approx(3)
    # without a spike nothing is learnt of the current: the last value stands
    silent = pool | {"resting_received": 0.0, "spikes_received": 0.0, "resting_current": 0.025}
    assert slow_updates("eef2_kinase", "neuropil", silent)["translation"] == pytest.approx(1)
