"""From spikes to BDNF: every slow update against the solution of its equation."""

import numpy as np
import pytest

from synaptoket.pharmacology import two_site_course

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
        "glun2b_of_ab": 0.6,
        "glun2d_of_cd": 0.8,
        **{f"{site}_2{x}": 0.0 for site in ("block", "superficial") for x in "abcd"},
        **dict.fromkeys(("tonic_nmda", "resting_nmda", "nmda_ab", "nmda_cd", "nmda_lost"), 0.0),
        **changed,
    }


def magnesium_leaves(cell, which):
    return 1 / (1 + cell[f"magnesium_{which}"] * np.exp(-cell["magnesium_slope"] * cell["v"]))


BLOCKER = {
    "nmda_blocker_2a": 2.0,
    "nmda_blocker_2b": 2.0,
    "nmda_blocker_2c": 1.2,
    "nmda_blocker_2d": 1.2,
    "nmda_unblocking_rate": 0.22,
    "nmda_superficial_rate": 1.27,
}


def test_block_settles_at_competition_of_blocker_and_magnesium(slow_updates, constants):
    cell = membrane(constants)
    after = slow_updates("nmda_block", "neuron", cell, 10, timelapse=HOUR, fed=BLOCKER)
    for which, concentration in (("ab", 2.0), ("cd", 1.2)):
        u = magnesium_leaves(cell, which)
        expected = concentration * u / (1 + concentration * u)
        for subunit in which:
            assert after[f"block_2{subunit}"] == pytest.approx(expected)
            assert after[f"superficial_2{subunit}"] == 0
        share = cell[f"glun2{which}_share"]
        assert after[f"nmda_{which}"] == pytest.approx(share * (1 - expected))
    # less Mg in the way: the class of the interneurons is blocked by less of the drug
    assert after["block_2d"] > after["block_2a"]
    assert after["nmda_lost"] == pytest.approx(1 - after["nmda_ab"] - after["nmda_cd"])


@pytest.mark.parametrize("steps", [1, 20])
@pytest.mark.parametrize("g_nmda, bound", [(0.0, 0.5), (30e-9, 0.875)])
def test_block_comes_at_the_rate_of_open_channels(slow_updates, constants, steps, g_nmda, bound):
    cell = membrane(constants, g_nmda=g_nmda)
    elapsed = 7.0
    after = slow_updates("nmda_block", "neuron", cell, steps, elapsed / (steps * 0.1), BLOCKER)
    drive = 2.0 * magnesium_leaves(cell, "ab")
    rate = 0.3 * bound * 0.22 * (1 + drive)
    expected = drive / (1 + drive) * (1 - np.exp(-rate * elapsed))
    assert after["block_2a"] == pytest.approx(expected, rel=1e-9)


def test_a_trapped_blocker_leaves_at_the_rate_of_open_channels(slow_updates, constants):
    cell = membrane(constants, block_2a=0.6)
    washed = {"nmda_unblocking_rate": 0.22}
    after = slow_updates("nmda_block", "neuron", cell, 4, timelapse=50.0, fed=washed)
    assert after["block_2a"] == pytest.approx(0.6 * np.exp(-0.3 * 0.5 * 0.22 * 20.0))
    shut = slow_updates("nmda_block", "neuron", cell | {"glutamate": 0.0}, 4, 50.0, washed)
    assert shut["block_2a"] == pytest.approx(0.6)


def test_depolarisation_lets_magnesium_out_faster_than_the_blocker(slow_updates, constants):
    """Block at rest is weak because Mg is in the way; at -30 mV the blocker has it to itself."""
    at = {v: membrane(constants, v=v) for v in (-0.075, -0.045)}
    block = {
        v: slow_updates("nmda_block", "neuron", cell, 10, HOUR, BLOCKER)["block_2a"][0]
        for v, cell in at.items()
    }
    assert block[-0.045] > block[-0.075]
    u = magnesium_leaves(at[-0.045], "ab") * np.exp(-(-0.045 + 0.066) / 0.0325)
    assert block[-0.045] == pytest.approx(2 * u / (1 + 2 * u))


def test_block_that_does_not_reach_a_population_leaves_its_current(slow_updates, constants):
    cell = membrane(constants, blocker_reaches=0.0)
    fed = BLOCKER | {"glun2b_inhibition": 0.9}
    after = slow_updates("nmda_block", "neuron", cell, 10, timelapse=HOUR, fed=fed)
    assert after["nmda_ab"] == pytest.approx(0.7)
    assert after["nmda_cd"] == pytest.approx(0.3)
    assert after["nmda_lost"] == 0


def test_without_a_drug_no_bit_of_the_conductance_is_lost(slow_updates, constants):
    cell = membrane(constants, g_nmda=3e-9)
    after = slow_updates("nmda_block", "neuron", cell, 10, timelapse=HOUR)
    assert (after["nmda_ab"][0], after["nmda_cd"][0], after["nmda_lost"][0]) == (0.7, 0.3, 0.0)


def test_alike_affinities_make_one_class_of_two_subunits(slow_updates, constants):
    """How a class is shared among its subunits then changes nothing: four classes act as two."""
    found = [
        slow_updates("nmda_block", "neuron", membrane(constants, glun2b_of_ab=b, glun2d_of_cd=d),
                     3, 20.0, BLOCKER)
        for b, d in ((0.0, 0.0), (0.6, 0.8), (1.0, 1.0))
    ]  # fmt: skip
    for after in found:
        for which, subunit in (("ab", "a"), ("cd", "d")):
            free = membrane(constants)[f"glun2{which}_share"] * (1 - after[f"block_2{subunit}"])
            assert after[f"nmda_{which}"] == pytest.approx(free, rel=1e-12)


def test_a_blocker_of_one_subunit_acts_on_that_subunit_alone(slow_updates, constants):
    fed = {"nmda_blocker_2b": 1e6, "nmda_unblocking_rate": 0.22}
    for share in (0.6, 0.0):
        cell = membrane(constants, glun2b_of_ab=share)
        after = slow_updates("nmda_block", "neuron", cell, 10, timelapse=HOUR, fed=fed)
        assert after["nmda_ab"] == pytest.approx(0.7 * (1 - share), abs=1e-3)
        assert after["nmda_cd"] == pytest.approx(0.3)
        assert (after["block_2a"], after["block_2c"], after["block_2d"]) == (0, 0, 0)


@pytest.mark.parametrize("v", [-0.08, -0.03])
def test_an_allosteric_drug_takes_glun2b_current_at_any_potential(slow_updates, constants, v):
    for share in (0.6, 0.0):
        cell = membrane(constants, glun2b_of_ab=share, v=v, glutamate=0.0)  # closed channels, too
        after = slow_updates("nmda_block", "neuron", cell, fed={"glun2b_inhibition": 0.9})
        assert after["nmda_ab"] == pytest.approx(0.7 * (1 - 0.9 * share))
        assert after["nmda_cd"] == pytest.approx(0.3)
        washed = slow_updates("nmda_block", "neuron", {n: cell[n] for n in cell} | after)
        assert washed["nmda_ab"] == pytest.approx(0.7)  # nothing is trapped


def test_an_allosteric_drug_inhibits_what_a_blocker_leaves(slow_updates, constants):
    cell = membrane(constants, glun2b_of_ab=1.0)
    fed = BLOCKER | {"glun2b_inhibition": 0.5}
    after = slow_updates("nmda_block", "neuron", cell, 10, timelapse=HOUR, fed=fed)
    assert after["nmda_ab"] == pytest.approx(0.7 * (1 - after["block_2b"]) * 0.5)


SECOND_SITE = BLOCKER | {"nmda_superficial_share": 1 / 6}


def two_sites(cell, open_probability):
    """Return the loads of both sites of GluN2A in a cell at the reference potential."""
    load = 2.0 * magnesium_leaves(cell, "ab")
    return (load * 5 / 6, load / 6), (0.22, 1.27), open_probability


def test_two_sites_follow_their_closed_form(slow_updates, constants):
    cell = membrane(constants, v=-0.03, reference_potential=-0.03)
    after = slow_updates("nmda_block", "neuron", cell, 400, timelapse=0.2, fed=SECOND_SITE)
    expected = two_site_course([8.0], *two_sites(cell, 0.15))[:, 0]
    found = [after["block_2a"][0], after["superficial_2a"][0]]
    np.testing.assert_allclose(found, expected, rtol=0.01)


@pytest.mark.parametrize("timelapse", [20.0, 300.0, HOUR])
def test_two_sites_settle_as_in_their_closed_form_at_any_timelapse(
    slow_updates, constants, timelapse
):
    cell = membrane(constants, v=-0.03, reference_potential=-0.03)
    steps = int(20000 / timelapse) + 50
    after = slow_updates("nmda_block", "neuron", cell, steps, timelapse, SECOND_SITE)
    expected = two_site_course([1e6], *two_sites(cell, 0.15))[:, 0]
    found = [after["block_2a"][0], after["superficial_2a"][0]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert after["nmda_ab"] == pytest.approx(0.7 * (1 - expected.sum()))


def test_closed_channels_trap_the_deep_site_alone(slow_updates, constants):
    held = {"block_2a": 0.5, "superficial_2a": 0.1}
    cell = membrane(constants, glutamate=0.0, **held)
    washed = {"nmda_unblocking_rate": 0.22, "nmda_superficial_rate": 1.27}
    after = slow_updates("nmda_block", "neuron", cell, 1, timelapse=10.0, fed=washed)
    assert after["block_2a"] == pytest.approx(0.5)
    assert after["superficial_2a"] == pytest.approx(0.1 * np.exp(-1.27))


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
